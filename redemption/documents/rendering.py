"""PDF by WeasyPrint, from the stored data of a document.

The same data gives the same bytes in every process: no date of making, no random name. WeasyPrint is imported on
first use (workers: `prepare()` before the fork), its fonts are loaded once a process, and it may fetch our own two
fonts and nothing else. Characters that no font has are printed as 〓 and listed below the text, and the document
keeps them (`glyphs_missing`), so that nobody takes a box for a name.
"""

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
import segno
from markupsafe import Markup
from sqlalchemy import update
from sqlalchemy.orm import Session

from redemption.documents import barcode, fonts, seal
from redemption.documents.models import Document
from redemption.documents.rules import KIND_NAMES, SEAL_STANDS_IN, Kind
from redemption.kernel import clock, money
from redemption.kernel.storage import Storage

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
PDF_LIMIT = 200 * 1024 * 1024
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Rendered:
    """A PDF, and the characters that could not be written."""

    content: bytes
    missing: str


def pdf(document: Document, base_url: str) -> Rendered:
    """The PDF of an issued document; `base_url` is where its code can be checked."""
    address = f"{base_url}/verify/{document.code}"
    return render(
        f"pdf/{document.template}.html",
        identifier=document.digest,
        doc=document,
        d=document.data,
        kind_name=KIND_NAMES[Kind(document.kind)],
        seal=Markup(seal.stand_in(document.issuer_name)),  # noqa: S704 - our own SVG, its text escaped
        seal_stands_in="" if document.sealed else SEAL_STANDS_IN,
        qr=qr(address),
        bars=Markup(barcode.svg(document.data["submission_number"]))  # noqa: S704 - our own SVG of a number
        if document.kind == Kind.SLIP
        else "",
        verify_address=address,
    )


def render(template: str, *, identifier: str, **context: Any) -> Rendered:
    """Any template of `templates/pdf` as PDF.

    Args:
        identifier: text that stands for the content; the PDF's own id is made from it, so that bytes repeat.
    """
    page = _environment().get_template(template)
    html = page.render(missing_glyphs="", **context)
    missing = fonts.missing_glyphs(html)
    if missing:
        listed = [(char, f"U+{ord(char):04X}") for char in missing]
        html = fonts.writable(page.render(missing_glyphs=[code for _, code in listed], **context), missing)
    return Rendered(_write(html, identifier), missing)


def keep(session: Session, storage: Storage, document: Document, made: Rendered) -> str:
    """Keep the bytes of a document's first rendering; returns their sha256. Of two at once the first one's stay."""
    if document.pdf_sha256 and storage.exists(document.pdf_sha256):
        return document.pdf_sha256
    stored = storage.put(BytesIO(made.content), PDF_LIMIT)
    session.execute(
        update(Document)
        .where(Document.id == document.id, Document.pdf_sha256 == "")
        .values(pdf_sha256=stored.sha256, glyphs_missing=made.missing)
        .execution_options(synchronize_session=False)
    )
    session.refresh(document, ["pdf_sha256", "glyphs_missing"])
    return document.pdf_sha256


def prepare() -> None:
    """Load WeasyPrint and the fonts: a worker does it before it forks."""
    _engine()
    fonts.covered()


def qr(text: str) -> Markup:
    """A QR code as inline SVG."""
    svg = segno.make(text, error="m", micro=False).svg_inline(scale=1, border=2, omitsize=True)
    return Markup(svg)  # noqa: S704 - made by the library from a plain address


def _write(html: str, identifier: str) -> bytes:
    weasyprint, font_config, sheet, fetcher = _engine()
    # Pango's font maps are not made for several threads at once; a document takes a tenth of a second
    with _LOCK:
        made = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
        content = made.write_pdf(
            stylesheets=[sheet],
            font_config=font_config,
            pdf_identifier=sha256(identifier.encode()).digest()[:16],
            pdf_tags=True,
        )
    return content


@cache
def _engine() -> tuple[Any, Any, Any, Any]:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    own = {path.as_uri() for path in (fonts.SANS, fonts.SERIF)}

    class OwnFilesOnly(URLFetcher):
        """Fetches our fonts, and nothing else whatever a text may ask for."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in own:
                raise ValueError(f"not fetched for a document: {url[:200]}")
            return super().fetch(url, headers)

    fetcher = OwnFilesOnly(allowed_protocols={"file"}, allow_redirects=False)
    font_config = FontConfiguration()
    faces = "".join(
        f'@font-face {{ font-family: "{name}"; src: url("{path.as_uri()}"); }}\n'
        for name, path in ((fonts.SANS_NAME, fonts.SANS), (fonts.SERIF_NAME, fonts.SERIF))
    )
    text = faces + (TEMPLATES / "pdf" / "document.css").read_text(encoding="utf-8")
    sheet = weasyprint.CSS(string=text, font_config=font_config, url_fetcher=fetcher)
    return weasyprint, font_config, sheet, fetcher


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=day, moment=moment, due=due, yuan=_yuan, yuan_full=_yuan_full, upper_yuan=_upper, lines=lines
    )
    return environment


def day(value: Any) -> str:
    """A day or moment, or its ISO text: 2026年11月22日."""
    read = _read(value)
    return "" if read is None else clock.day_text(read)


def moment(value: Any) -> str:
    """A moment: 2026年11月22日 14:05; a day stays a day."""
    read = _read(value)
    if read is None:
        return ""
    return clock.moment_text(read) if isinstance(read, dt.datetime) else clock.day_text(read)


def due(value: Any) -> str:
    """The end of a period: 2026年11月25日24:00; a moment at 00:00 is the end of the day before."""
    read = _read(value)
    if read is None:
        return ""
    last = clock.day_of(read - dt.timedelta(microseconds=1)) if isinstance(read, dt.datetime) else read
    return clock.due_text(last)


def lines(text: str) -> list[str]:
    """Paragraphs of a text, without empty ones."""
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _read(value: Any) -> dt.date | dt.datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.date):
        return value
    text = str(value)
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


def _yuan(value: Any) -> str:
    return "" if value in (None, "") else money.yuan_text(Decimal(str(value)))


def _yuan_full(value: Any) -> str:
    return "" if value in (None, "") else money.yuan_full(Decimal(str(value)))


def _upper(value: Mapping[str, Any] | Any) -> str:
    return "" if value in (None, "") else money.upper_text(Decimal(str(value)))
