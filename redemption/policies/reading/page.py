"""Saved web pages: visible text only, tables with their cells, without navigation, scripts and server tags.

The page is read as a stream of events, so that its size and depth stay bounded. What is certainly not content
(scripts, navigation, lines made of links alone) is dropped here; what only reads like page furniture is left
to the extraction, which does the same for pages pasted as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from redemption.policies.reading.document import (
    HEADING,
    LIST_ENTRY,
    Carried,
    DocumentBuilder,
    ReadDocument,
    Span,
    clean,
)
from redemption.policies.reading.errors import ReadingError
from redemption.policies.reading.plain import add_line, decode
from redemption.policies.reading.tags import BLOCKS, SILENT, VOID, is_furniture

MAX_DEPTH = 400
MAX_EVENTS = 800_000

_TEMPLATE = re.compile(r"\{\{[^{}]{0,500}\}\}|\$\{[^{}]{0,500}\}")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,30})""", re.I)
_SPACES = re.compile(r"[ \t\n\u3000]+")
# A line end in the source means nothing on the screen, but often parts sentences that the page's author parted.
_ENDS_SENTENCE = re.compile(r"[。；：！？]\s*$")
_BEGINS_ENTRY = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、．]"
    r"|第[一二三四五六七八九十]{1,3}[条章步])"
)
_ADDRESS = re.compile(r"(?:https?[:：]//|www\.)[\x21-\x7e]{4,300}", re.I)
_ANNEX = re.compile(r"附\s*件|附\s*表|\.(?:docx?|pdf|xlsx?|zip|rar)\b", re.I)
_PROPERTIES = {"articletitle": "title", "pubdate": "published", "contentsource": "source"}


def read_page(data: bytes) -> ReadDocument:
    """Read an HTML page in any declared charset. Raises ReadingError `too_deep`, `too_long`, `empty`."""
    declared = _CHARSET.search(data[:4096])
    text, findings = decode(data, declared.group(1).decode("ascii") if declared else None)
    text = _TEMPLATE.sub(" ", _without(_without(clean(text), "<%", "%>"), "<?", "?>"))
    target = _Page()
    parser = etree.HTMLParser(target=target, huge_tree=True, no_network=True, remove_comments=True)
    for start in range(0, len(text), 65536):
        parser.feed(text[start : start + 65536])
    parser.close()
    return target.builder.build("html", findings, target.properties)


def _without(text: str, opening: str, closing: str) -> str:
    """The text without server tags. One pass: an opening that is never closed stays."""
    kept, at = [], 0
    while (begin := text.find(opening, at)) >= 0:
        end = text.find(closing, begin + len(opening))
        if end < 0:
            break
        kept.append(text[at:begin])
        at = end + len(closing)
    kept.append(text[at:])
    return " ".join(kept)


@dataclass
class _Cell:
    row_span: int = 1
    column_span: int = 1
    lines: list[str] = field(default_factory=list)


@dataclass
class _Table:
    number: int
    cells: list[_Cell] | None = None
    # column → (rows still covered, span of the printed cell)
    carried: dict[int, tuple[int, Span]] = field(default_factory=dict)
    layout: bool = False


class _Page:
    """Target of the event parser. Text gathers in `_line` until a block begins or ends."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self.properties: dict[str, str] = {}
        self._stack: list[tuple[str, bool]] = []
        self._silent = 0
        self._links = 0
        self._line: list[str] = []
        self._linked = 0
        self._heading = 0
        self._entry = False
        self._title: list[str] | None = None
        self._tables: list[_Table] = []
        self._events = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count()
        tag = tag.lower() if isinstance(tag, str) else ""
        if tag == "meta":
            self._read_property(attributes)
        if tag == "title":
            self._title = []
        if tag in BLOCKS:
            self._flush()
        if tag in VOID:
            return
        silent = tag in SILENT or is_furniture(tag, attributes)
        self._stack.append((tag, silent))
        if len(self._stack) > MAX_DEPTH:
            raise ReadingError("too_deep", "网页的层次过深，已拒绝读取。请复制网页正文，直接粘贴文字。")
        self._silent += silent
        if tag == "a":
            self._links += 1
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._heading = int(tag[1])
        elif tag == "li":
            self._entry = True
        if not self._silent:
            self._start_table_part(tag, attributes)

    def _start_table_part(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            for table in self._tables:  # a table around a table arranges the page
                self._print_row_as_blocks(table)
                table.layout = True
            self._tables.append(_Table(self.builder.next_table()))
        elif tag == "dl":
            self._tables.append(_Table(self.builder.next_table()))
            self._tables[-1].layout = True
        elif tag == "tr" and self._tables:
            self._tables[-1].cells = []
        elif tag in ("td", "th") and self._tables and self._tables[-1].cells is not None:
            rows, columns = _whole(attributes.get("rowspan")), _whole(attributes.get("colspan"))
            self._tables[-1].cells.append(_Cell(rows, columns))

    def end(self, tag: str) -> None:
        self._count()
        tag = tag.lower() if isinstance(tag, str) else ""
        if tag == "title" and self._title is not None:
            title = _SPACES.sub(" ", "".join(self._title)).strip()
            self.properties.setdefault("page_title", title)
            self._title = None
        if tag in BLOCKS:
            self._flush()
        if not any(open_tag == tag for open_tag, _ in self._stack[-30:]):
            return
        while self._stack:
            closed, silent = self._stack.pop()
            self._close(closed, silent)
            if closed == tag:
                break

    def _close(self, tag: str, silent: bool) -> None:
        if not self._silent and self._tables:
            if tag == "tr":
                self._print_row(self._tables[-1])
            elif tag in ("table", "dl"):
                self._print_row(self._tables.pop())
        self._silent -= silent
        if tag == "a":
            self._links = max(0, self._links - 1)
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._heading = 0
        elif tag == "li":
            self._entry = False

    def data(self, text: str) -> None:
        self._count()
        if self._title is not None:
            self._title.append(text)
        elif not self._silent:
            self._line.append(text)
            if self._links:
                self._linked += len(text.strip())

    def close(self) -> None:
        self._flush()
        while self._tables:
            self._print_row(self._tables.pop())

    def _count(self) -> None:
        self._events += 1
        if self._events > MAX_EVENTS:
            raise ReadingError("too_long", "网页内容过多，请复制政策正文，直接粘贴文字。")

    def _read_property(self, attributes: dict[str, str]) -> None:
        name = _PROPERTIES.get((attributes.get("name") or "").lower())
        content = clean(attributes.get("content") or "").strip()
        if name and content:
            self.properties.setdefault(name, content)

    def _flush(self) -> None:
        if not self._line:
            return
        raw = "".join(self._line)
        text = _SPACES.sub(" ", raw).strip()
        linked, self._line, self._linked = self._linked, [], 0
        if not text:
            return
        lines = _parted(raw) if "\n" in raw.strip() else [text]
        # A line made of links alone is a way to another page, unless it names an annex of this one
        # or prints an address: 申报网址 https://…
        if (
            linked
            and linked >= 0.9 * len(text.replace(" ", ""))
            and not _ANNEX.search(text)
            and not _ADDRESS.fullmatch(text)
            and not self._heading
        ):
            return
        table = self._tables[-1] if self._tables else None
        for line in lines:
            if table and not table.layout and table.cells:
                table.cells[-1].lines.append(line)
            elif self._heading:
                self.builder.add(HEADING, line, self._heading)
            elif self._entry:
                self.builder.add(LIST_ENTRY, line)
            else:
                add_line(self.builder, line)

    def _print_row(self, table: _Table) -> None:
        cells, table.cells = table.cells, None
        if cells is None:
            return
        filled = [cell for cell in cells if cell.lines]
        if table.layout or (len(filled) <= 1 and not table.carried):
            for cell in filled:
                for line in cell.lines:
                    add_line(self.builder, line)
            return
        row: list[str | Carried] = []
        origin: list[_Cell | None] = []
        for cell in cells:
            self._carry_down(table, row, origin)
            row.append("\n".join(cell.lines))
            origin.append(cell)
            for _ in range(cell.column_span - 1):
                row.append(Carried((-1, -1)))
                origin.append(cell)
        self._carry_down(table, row, origin)
        self._keep_carried(table, row, origin)

    @staticmethod
    def _carry_down(table: _Table, row: list[str | Carried], origin: list[_Cell | None]) -> None:
        while len(row) in table.carried:
            row.append(Carried(table.carried[len(row)][1]))
            origin.append(None)

    def _keep_carried(self, table: _Table, row: list[str | Carried], origin: list[_Cell | None]) -> None:
        # Cells that repeat their left neighbour are printed once: find the neighbour's span after printing.
        printed: list[str | Carried] = []
        for cell in row:
            if isinstance(cell, Carried) and cell.span == (-1, -1):
                continue
            printed.append(cell)
        spans = iter(self.builder.add_row(printed, table.number))
        column_spans: list[Span] = []
        for cell in row:
            repeats = isinstance(cell, Carried) and cell.span == (-1, -1)
            column_spans.append(column_spans[-1] if repeats and column_spans else next(spans, (0, 0)))
        carried = {}
        for column, (covered, span) in table.carried.items():
            if covered > 1:
                carried[column] = (covered - 1, span)
        for column, cell_of in enumerate(origin):
            if cell_of is not None and cell_of.row_span > 1:
                carried[column] = (cell_of.row_span - 1, column_spans[column])
        table.carried = carried

    def _print_row_as_blocks(self, table: _Table) -> None:
        cells, table.cells = table.cells, None
        for cell in cells or ():
            for line in cell.lines:
                add_line(self.builder, line)


def _parted(raw: str) -> list[str]:
    lines: list[str] = []
    for piece in raw.split("\n"):
        text = _SPACES.sub(" ", piece).strip()
        if not text:
            continue
        wrapped = bool(lines) and len(lines[-1]) >= 25 and not _ENDS_SENTENCE.search(lines[-1])
        if wrapped and not _BEGINS_ENTRY.match(text):
            lines[-1] += text if ord(text[0]) > 0x2E7F and ord(lines[-1][-1]) > 0x2E7F else " " + text
        else:
            lines.append(text)
    return lines


def _whole(value: str | None) -> int:
    return (
        min(int(value), 200)
        if value and value.isascii() and value.strip().isdigit() and int(value) > 0
        else 1
    )
