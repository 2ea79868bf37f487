"""Bar code and QR as a scanner reads them: from the picture of the PDF, back to the case at the desk."""

import io

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from redemption.applications.models import Submission
from redemption.documents import queries as documents
from redemption.documents import rendering
from tests.desk.test_entry import filled, hidden, item, text

__all__ = ["item"]


def read(content: bytes, *, dots: int = 300) -> dict[str, str]:
    """Every code of a document by its format, as a printer of so many dots an inch puts it on paper."""
    pages = [page.render(scale=dots / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(content)]
    found = [one for page in pages for one in zxingcpp.read_barcodes(page)]
    return {str(one.format).replace(" ", ""): one.text for one in found}


@pytest.fixture
def handed_in(browser_of, world, item, session) -> Submission:
    clerk = browser_of("chuangkou")
    page = text(clerk.get("/desk/new"))
    assert hidden(page, "client_key")
    assert clerk.post("/desk/new", filled(world, item, page)).status_code == 303
    return session.query(Submission).one()


def test_the_slip_and_the_receipt_lead_back_to_the_case(handed_in, session, browser_of):
    about = documents.about(session, f"submission:{handed_in.id}")
    clerk, read_slips = browser_of("chuangkou"), 0
    for document in about:
        codes = read(rendering.pdf(document, "https://zhengce.example").content)
        address = codes["QRCode"]
        assert address == f"https://zhengce.example/verify/{document.code}"
        scanned = [address]
        if document.kind == "slip":
            read_slips += 1
            assert codes["Code128"] == handed_in.number
            scanned.append(codes["Code128"])
        for typed in scanned:
            page = text(clerk.get("/desk", query_string={"q": typed}))
            assert f"/desk/cases/{handed_in.number}" in page, typed
    assert read_slips == 1


def test_the_codes_of_another_centres_case_find_nothing(handed_in, session, browser_of, world):
    document = documents.about(session, f"submission:{handed_in.id}")[0]
    other = next(centre for centre in world.centres.values() if centre.id != handed_in.centre_id)
    handed_in.centre_id = other.id
    session.flush()
    page = text(browser_of("chuangkou").get("/desk", query_string={"q": f"https://x/verify/{document.code}"}))
    assert f"/desk/cases/{handed_in.number}" not in page


def test_a_picture_without_a_code_reads_nothing():
    blank = io.BytesIO()
    Image.new("L", (200, 200), 255).save(blank, "PNG")
    assert zxingcpp.read_barcodes(Image.open(blank)) == []
