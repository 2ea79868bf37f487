"""Word documents (.docx): paragraphs with their automatic numbers, headings, tables with merged cells."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, field

from lxml import etree

from redemption.policies.reading.archive import Archive
from redemption.policies.reading.document import (
    HEADING,
    Carried,
    DocumentBuilder,
    ReadDocument,
    ReadingFinding,
    Span,
    clean,
)
from redemption.policies.reading.errors import ReadingError
from redemption.policies.reading.plain import add_line

MAX_DEPTH = 300
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE_DIGITS = "零一二三四五六七八九"


def read_word(data: bytes) -> ReadDocument:
    """Read a .docx. Raises ReadingError `damaged`, `encrypted`, `archive_bomb`, `too_deep`, `empty`."""
    archive = Archive(data)
    body = archive.part("word/document.xml")
    if body is None:
        raise ReadingError("damaged", "文件缺少正文部分，请在 Word 或 WPS 中打开，另存为 .docx 后再上传。")
    numbering = _Numbering(archive.part("word/numbering.xml"), archive.part("word/styles.xml"))
    builder = DocumentBuilder()
    findings = _Body(builder, numbering).read(body)
    return builder.build("docx", findings)


@dataclass
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    style: str = ""
    number: tuple[str, int] | None = None

    def text(self, numbering: _Numbering) -> str:
        text = clean("".join(self.parts)).strip()
        return numbering.label(self) + text if text else ""


@dataclass
class _Cell:
    lines: list[str] = field(default_factory=list)
    columns: int = 1
    merge: str | None = None  # "restart" begins a cell over several rows, "continue" carries it on


@dataclass
class _Row:
    cells: list[_Cell] = field(default_factory=list)


class _Body:
    """Walks the body as a stream, so that a large document never stands in memory as a tree."""

    def __init__(self, builder: DocumentBuilder, numbering: _Numbering) -> None:
        self._builder = builder
        self._numbering = numbering
        self._paragraphs: list[_Paragraph] = []
        self._rows: list[_Row] = []
        self._tables: list[tuple[int, dict[int, Span]]] = []
        self._deleted = False

    def read(self, body: bytes) -> list[ReadingFinding]:
        depth = 0
        events = etree.iterparse(
            io.BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=True
        )
        for event, element in events:
            if event == "start":
                depth += 1
                if depth > MAX_DEPTH:
                    raise ReadingError("too_deep", "文件的表格嵌套过深，请另存为纯文本后再上传。")
                self._start(element.tag)
                continue
            depth -= 1
            self._end(element)
            if element.tag in (_W + "p", _W + "tr", _W + "tbl", _W + "sectPr"):
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        if not self._deleted:
            return []
        return [ReadingFinding("tracked_changes", "文件含有未接受的修订，已按接受全部修订后的文字读取。")]

    def _start(self, tag: str) -> None:
        if tag == _W + "p":
            self._paragraphs.append(_Paragraph())
        elif tag == _W + "tbl":
            self._tables.append((self._builder.next_table(), {}))
        elif tag == _W + "tr":
            self._rows.append(_Row())
        elif tag == _W + "tc" and self._rows:
            self._rows[-1].cells.append(_Cell())

    def _end(self, element: etree._Element) -> None:
        tag = element.tag
        paragraph = self._paragraphs[-1] if self._paragraphs else None
        if tag == _W + "p" and paragraph is not None:
            self._paragraphs.pop()
            self._end_paragraph(paragraph)
        elif tag == _W + "t" and paragraph is not None:
            paragraph.parts.append(element.text or "")
        elif tag in (_W + "tab", _W + "br", _W + "cr") and paragraph is not None:
            if element.getparent().tag == _W + "r":
                paragraph.parts.append("\t" if tag == _W + "tab" else "\n")
        elif tag == _W + "pStyle" and paragraph is not None:
            paragraph.style = element.get(_W + "val") or ""
        elif tag == _W + "numPr" and paragraph is not None:
            paragraph.number = _number_of(element)
        elif tag in (_W + "gridSpan", _W + "vMerge") and self._rows and self._rows[-1].cells:
            cell = self._rows[-1].cells[-1]
            if tag == _W + "gridSpan":
                cell.columns = min(int(element.get(_W + "val") or 1), 200)
            else:
                cell.merge = element.get(_W + "val") or "continue"
        elif tag == _W + "delText":
            self._deleted = True
        elif tag == _W + "tr" and self._rows:
            self._end_row(self._rows.pop())
        elif tag == _W + "tbl" and self._tables:
            self._tables.pop()

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        text = paragraph.text(self._numbering)
        if not text:
            return
        if self._rows and self._rows[-1].cells:
            self._rows[-1].cells[-1].lines.append(text)
            return
        level = self._numbering.heading_level(paragraph.style)
        for line in text.split("\n"):
            if level and len(line) <= 60:
                self._builder.add(HEADING, line.replace("\t", " "), level)
            else:
                add_line(self._builder, line)

    def _end_row(self, row: _Row) -> None:
        if self._rows and self._rows[-1].cells:  # a table inside a cell: its lines belong to the cell
            for cell in row.cells:
                self._rows[-1].cells[-1].lines.extend(cell.lines)
            return
        number, carried = self._tables[-1] if self._tables else (self._builder.next_table(), {})
        if len(row.cells) == 1 and not carried:
            for line in row.cells[0].lines:
                add_line(self._builder, line)
            return
        column, row_cells, places = 0, [], []
        for cell in row.cells:
            merged = cell.merge == "continue" and column in carried
            row_cells.append(Carried(carried[column]) if merged else "\n".join(cell.lines))
            places.append((column, cell))
            column += cell.columns
        spans = self._builder.add_row(row_cells, number)
        for (place, cell), span in zip(places, spans, strict=True):
            if cell.merge is None:
                carried.pop(place, None)
            else:
                carried[place] = span


def _number_of(element: etree._Element) -> tuple[str, int] | None:
    numbered = element.find(_W + "numId")
    level = element.find(_W + "ilvl")
    if numbered is None:
        return None
    depth = int(level.get(_W + "val") or 0) if level is not None else 0
    return (numbered.get(_W + "val") or "0", min(depth, 8))


class _Numbering:
    """Automatic numbers: Word keeps them apart from the text, a policy means them as part of it."""

    def __init__(self, numbering: bytes | None, styles: bytes | None) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._list_of: dict[str, str] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._style_numbers: dict[str, tuple[str, int]] = {}
        self._headings: dict[str, int] = {}
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        if numbering:
            self._read_lists(etree.fromstring(numbering, parser))
        if styles:
            self._read_styles(etree.fromstring(styles, parser))

    def _read_lists(self, root: etree._Element) -> None:
        for abstract in root.iter(_W + "abstractNum"):
            name = abstract.get(_W + "abstractNumId") or ""
            for level in abstract.iter(_W + "lvl"):
                depth = int(level.get(_W + "ilvl") or 0)
                values = {child.tag: child.get(_W + "val") or "" for child in level}
                start = values.get(_W + "start", "1")
                self._levels[name, depth] = (
                    values.get(_W + "numFmt", ""),
                    values.get(_W + "lvlText", ""),
                    int(start) if start.isdigit() else 1,
                )
        for num in root.iter(_W + "num"):
            target = num.find(_W + "abstractNumId")
            if target is not None:
                self._list_of[num.get(_W + "numId") or ""] = target.get(_W + "val") or ""

    def _read_styles(self, root: etree._Element) -> None:
        for style in root.iter(_W + "style"):
            name = style.get(_W + "styleId") or ""
            number = style.find(f"{_W}pPr/{_W}numPr")
            if number is not None and (value := _number_of(number)):
                self._style_numbers[name] = value
            outline = style.find(f"{_W}pPr/{_W}outlineLvl")
            if outline is not None and (outline.get(_W + "val") or "9").isdigit():
                level = int(outline.get(_W + "val") or 9)
                if level < 9:
                    self._headings[name] = level + 1

    def heading_level(self, style: str) -> int:
        return self._headings.get(style, 0)

    def label(self, paragraph: _Paragraph) -> str:
        """The printed number of a paragraph, e.g. "（二）", or nothing."""
        number = paragraph.number or self._style_numbers.get(paragraph.style)
        if number is None:
            return ""
        name, depth = self._list_of.get(number[0], ""), number[1]
        form, pattern, start = self._levels.get((name, depth), ("", "", 1))
        if not pattern or form in ("bullet", "none", ""):
            return ""
        counters = self._counters[name]
        counters[depth] = counters.get(depth, start - 1) + 1
        for deeper in [level for level in counters if level > depth]:
            del counters[deeper]
        label = pattern
        for level in range(depth + 1):
            level_form, _, level_start = self._levels.get((name, level), ("decimal", "", 1))
            label = label.replace(f"%{level + 1}", _written(counters.get(level, level_start), level_form))
        return label + (" " if label[-1:].isdigit() else "")


def _written(number: int, form: str) -> str:
    if (
        form.startswith(("chinese", "taiwanese", "japanese", "ideographTraditional"))
        or form == "ideographDigital"
    ):
        return _chinese(number)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    return str(number)


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    written = ("" if tens == 1 else _CHINESE_DIGITS[tens]) + "十" if tens else ""
    return written + (_CHINESE_DIGITS[ones] if ones else "")
