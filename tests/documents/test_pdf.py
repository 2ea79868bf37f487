"""PDF from stored data: the same bytes each time, nothing fetched from outside, no boxes for rare characters."""

import io

import pdfplumber
import pytest

from redemption.documents import fonts, rendering, rules
from redemption.documents.models import Document
from redemption.kernel import clock
from tests.documents.samples import SAMPLES


def document(kind: str, **over) -> Document:
    data = SAMPLES[kind] | over
    return Document(
        kind=kind,
        number="清科决〔2026〕12号",
        code="ACDE-FHJK-3467-9ACD",
        title=rules.SPECS[rules.Kind(kind)].name,
        data=data,
        template=kind,
        template_version=1,
        digest=rules.digest(kind, "清科决〔2026〕12号", "", data, kind, 1),
        issuer_name="清川市科学技术局",
        sealed=False,
        issued_at=clock.now(),
    )


def words(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "".join(page.extract_text() or "" for page in pdf.pages)
    return "".join(text.split())


@pytest.mark.parametrize("kind", ["slip", "receipt"])
def test_an_ordinary_case_fits_one_sheet(kind):
    sample = document(kind)
    line = {
        "name": "上年度审计报告（复印件1份，加盖公章）",
        "count": 1,
        "form": "已核验原件、电子文件",
        "received": True,
    }
    sample.data = {**sample.data, "materials": [line] * 7}
    with pdfplumber.open(io.BytesIO(rendering.pdf(sample, "http://localhost").content)) as pdf:
        assert len(pdf.pages) == 1


def fonts_in(content: bytes) -> set[str]:
    """Names of the fonts that letters are set in, without the mark of the subset."""
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return {char["fontname"].partition("+")[2] for page in pdf.pages for char in page.chars}


@pytest.mark.parametrize("kind", [kind.value for kind in rules.Kind])
def test_every_kind_renders_and_says_what_it_must(kind):
    made = rendering.pdf(document(kind), "http://localhost")
    text = words(made.content)
    assert made.content.startswith(b"%PDF")
    assert made.missing == ""
    assert rules.SPECS[rules.Kind(kind)].name in text
    assert "ACDE-FHJK-3467-9ACD" in text
    assert "代用图样" in text
    assert {"Redemption-Sans", "Redemption-Serif"} >= fonts_in(made.content)
    assert rules.missing_keys(rules.Kind(kind), SAMPLES[kind]) == []


def test_the_same_data_gives_the_same_bytes():
    one = document("decision")
    assert rendering.pdf(one, "http://localhost").content == rendering.pdf(one, "http://localhost").content


def test_a_character_without_glyph_is_marked_and_kept():
    rare = "\U00020bb7田科技"
    made = rendering.pdf(document("decision", enterprise_name=rare), "http://localhost")
    assert made.missing == "\U00020bb7"
    text = words(made.content)
    assert "〓田科技" in text
    assert "U+20BB7" in text


def test_nothing_is_fetched_from_outside_and_markup_in_data_is_text():
    evil = '<img src="file:///etc/passwd"><script>1</script>'
    made = rendering.pdf(document("decision", reasons=evil), "http://localhost")
    assert "file:///etc/passwd" in words(made.content)
    *_, fetcher = rendering._engine()
    for address in ("http://127.0.0.1/x", "file:///etc/passwd", "data:text/plain,x"):
        with pytest.raises(ValueError, match="not fetched"):
            fetcher.fetch(address)


def test_the_mark_for_missing_glyphs_can_itself_be_written():
    assert fonts.missing_glyphs(fonts.GETA) == ""
