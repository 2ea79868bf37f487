"""Ruled tables in a PDF: their cells, with the lines of text above, between and below them.

Only pages that draw rules are looked at, and only while there is time: finding tables costs many times what reading
text does. A box of one row or one column is a frame, not a table.
"""

from __future__ import annotations

import io
from typing import Any

import pdfplumber

from redemption.policies.reading.document import clean

MAX_PAGES = 30
"""Pages with rules that are looked at in one file; beyond that a table is read as lines."""


class RuledPages:
    """One PDF opened for its tables; opened only when a page asks for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdf: Any = None
        self._looked = 0

    def lines(self, number: int) -> list[str] | None:
        """A page as lines, each table row with its cells parted by tabs; None where it has no table."""
        if self._looked >= MAX_PAGES:
            return None
        self._looked += 1
        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(io.BytesIO(self._data))
            return _lines(self._pdf.pages[number])
        except Exception:
            # The page is read as plain lines then: a table that cannot be found is not a file that cannot be read.
            return None

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()


def _lines(page: Any) -> list[str] | None:
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1]
    if not tables:
        return None
    found: list[str] = []
    top = page.bbox[1]
    for table in sorted(tables, key=lambda table: table.bbox[1]):
        found += _text(page, top, table.bbox[1])
        for row in table.extract():
            cells = [clean(cell or "").replace("\n", "").replace("\t", " ").strip() for cell in row]
            if any(cells):
                found.append("\t".join(cells))
        top = max(top, table.bbox[3])
    return found + _text(page, top, page.bbox[3])


def _text(page: Any, top: float, bottom: float) -> list[str]:
    if bottom - top < 2:
        return []
    part = page.crop((page.bbox[0], top, page.bbox[2], bottom))
    return clean(part.extract_text() or "").split("\n")
