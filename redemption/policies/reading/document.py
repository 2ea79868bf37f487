"""What reading yields: one plain text, and its blocks with offsets into that text.

A block is a heading, a paragraph, a list entry or a table row. Offsets count characters (code points) of
`ReadDocument.text`; the end is exclusive. Everything is plain data, because it is stored as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redemption.policies.reading.errors import ReadingError

HEADING = "heading"
PARAGRAPH = "paragraph"
LIST_ENTRY = "list_entry"
TABLE_ROW = "table_row"

MAX_CHARACTERS = 6_000_000
MAX_BLOCKS = 200_000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the document.

    `cells` (table rows only) are the spans of the row's cells from left to right. A cell merged over several
    rows or columns is printed once; the other rows and columns carry its span again, so a span may lie before
    the row's own start. `table` numbers the tables of one document; `level` is the depth of a heading.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    cells: tuple[Span, ...] = ()
    table: int | None = None

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {"kind": self.kind, "start": self.start, "end": self.end}
        if self.level:
            out["level"] = self.level
        if self.cells:
            out["cells"] = [list(span) for span in self.cells]
        if self.table is not None:
            out["table"] = self.table
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Block:
        return cls(
            kind=data["kind"],
            start=data["start"],
            end=data["end"],
            level=data.get("level", 0),
            cells=tuple((a, b) for a, b in data.get("cells", ())),
            table=data.get("table"),
        )


@dataclass(frozen=True, slots=True)
class ReadingFinding:
    """Something a person should know about how the file was read; never a reason to refuse it."""

    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReadingFinding:
        return cls(data["code"], data["message"])


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as read: `kind` is what the content is (txt html docx pdf xlsx text), not what its name says.

    `properties` holds what the file says of itself (title, published, source), which may be wrong.
    """

    kind: str
    text: str
    blocks: tuple[Block, ...]
    findings: tuple[ReadingFinding, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "text": self.text,
            "blocks": [block.as_dict() for block in self.blocks],
            "findings": [finding.as_dict() for finding in self.findings],
            "properties": dict(self.properties),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReadDocument:
        return cls(
            kind=data["kind"],
            text=data["text"],
            blocks=tuple(Block.from_dict(block) for block in data["blocks"]),
            findings=tuple(ReadingFinding.from_dict(finding) for finding in data.get("findings", ())),
            properties=dict(data.get("properties", {})),
        )


# Characters that are invisible and would break the comparison of words.
_INVISIBLE: dict[int, str | None] = {ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff\u00ad\x00\x0b"}
_INVISIBLE |= {ord("\u00a0"): " ", ord("\u2028"): "\n", ord("\u2029"): "\n", ord("\x0c"): "\n"}
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without invisible and control characters, line ends as \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return _CONTROL.sub("", text)


@dataclass(frozen=True, slots=True)
class Carried:
    """A cell merged from an earlier row or column: its text is already printed at `span`."""

    span: Span


class DocumentBuilder:
    """Collects blocks in reading order and keeps their offsets; refuses documents that grow out of bounds."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._tables = 0

    def __len__(self) -> int:
        return self._length

    def next_table(self) -> int:
        self._tables += 1
        return self._tables

    def add(self, kind: str, text: str, level: int = 0) -> None:
        """Add one block; white space around it is dropped, an empty one adds nothing."""
        text = text.strip()
        if text:
            start = self._print(text)
            self._keep(Block(kind, start, start + len(text), level))

    def add_row(self, cells: Sequence[str | Carried], table: int | None = None) -> list[Span]:
        """Add one table row, cells parted by tabs; returns the spans of its cells."""
        texts = [None if isinstance(cell, Carried) else cell.strip() for cell in cells]
        if not any(texts):
            return [cell.span if isinstance(cell, Carried) else (0, 0) for cell in cells]
        printed = "\t".join(text for text in texts if text is not None)
        lead = len(printed) - len(printed.lstrip("\t"))
        start = self._print(printed.strip("\t")) - lead
        spans: list[Span] = []
        at = start
        for cell, text in zip(cells, texts, strict=True):
            if isinstance(cell, Carried):
                spans.append(cell.span)
                continue
            assert text is not None
            spans.append((at, at + len(text)) if text else (max(at, start + lead),) * 2)
            at += len(text) + 1
        first, last = start + lead, start + lead + len(printed.strip("\t"))
        spans = [(min(a, last), min(b, last)) for a, b in spans]
        self._keep(Block(TABLE_ROW, first, last, cells=tuple(spans), table=table))
        return spans

    def build(
        self,
        kind: str,
        findings: Sequence[ReadingFinding] = (),
        properties: Mapping[str, str] | None = None,
    ) -> ReadDocument:
        """The finished document. Raises ReadingError `empty` when there is no text at all."""
        if not self._blocks:
            raise ReadingError("empty", "文件里没有文字，请确认上传的是完整的政策文件。")
        text = "\n".join(self._parts)
        return ReadDocument(kind, text, tuple(self._blocks), tuple(findings), dict(properties or {}))

    def _print(self, text: str) -> int:
        start = self._length + (1 if self._parts else 0)
        self._parts.append(text)
        self._length = start + len(text)
        if self._length > MAX_CHARACTERS:
            raise ReadingError("too_long", "文件的文字过多，请只上传政策正文，或分成几个文件上传。")
        return start

    def _keep(self, block: Block) -> None:
        self._blocks.append(block)
        if len(self._blocks) > MAX_BLOCKS:
            raise ReadingError("too_long", "文件的段落或表格行过多，请只上传政策正文，或分成几个文件上传。")
