"""From a file of any kind to one plain text and its blocks with offsets (html docx pdf xlsx txt). Pure.

    document = read(data, "通知.docx")     # ReadDocument, or ReadingError with a code and what to do
    document = read_text("粘贴的文字")

The content decides what a file is; its name is only compared with it.
"""

from __future__ import annotations

from redemption.policies.reading.document import (
    HEADING,
    LIST_ENTRY,
    PARAGRAPH,
    TABLE_ROW,
    Block,
    ReadDocument,
    ReadingFinding,
)
from redemption.policies.reading.errors import ReadingError
from redemption.policies.reading.kinds import MAX_BYTES, read, read_text

__all__ = [
    "HEADING",
    "LIST_ENTRY",
    "MAX_BYTES",
    "PARAGRAPH",
    "TABLE_ROW",
    "Block",
    "ReadDocument",
    "ReadingError",
    "ReadingFinding",
    "read",
    "read_text",
]
