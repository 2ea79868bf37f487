"""办事指南: one item on paper, the same fields as its page."""

from flask import Response

from redemption.catalogue.public.queries import ItemPage
from redemption.catalogue.rules import MODE_NAMES, Mode
from redemption.kernel import clock
from redemption.web.session import settings


def pdf(page: ItemPage, base_url: str) -> bytes:
    """The guide of one version; the QR code leads to the item's page."""
    from redemption.documents import rendering

    address = f"{base_url}/items/{page.item.code}"
    made = rendering.render(
        "pdf/guide.html",
        identifier=f"guide:{page.item.code}:{page.version.no}:{page.item.version}",
        page_data=page,
        mode_name=MODE_NAMES[Mode(page.version.mode)],
        address=address,
        qr=rendering.qr(address),
        printed_on=clock.today(),
    )
    return made.content


def download(page: ItemPage) -> Response:
    """The PDF as a file with a name that says what it is."""
    name = f"办事指南-{page.item.code}.pdf"
    response = Response(pdf(page, settings().base_url), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"guide-{page.item.code}.pdf")
    response.headers["Content-Disposition"] += f"; filename*=UTF-8''{_quoted(name)}"
    return response


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)
