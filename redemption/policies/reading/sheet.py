"""Excel lists (.xlsx): every row a table row, merged cells carried to the rows and columns they cover."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from typing import Any

import openpyxl

from redemption.policies.reading.archive import Archive
from redemption.policies.reading.document import (
    HEADING,
    PARAGRAPH,
    Carried,
    DocumentBuilder,
    ReadDocument,
    ReadingFinding,
    Span,
    clean,
)
from redemption.policies.reading.errors import ReadingError

MAX_COLUMNS = 200
MAX_SECONDS = 6.0
_MERGED = re.compile(rb'<mergeCell [^>]{0,60}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


def read_sheet(data: bytes) -> ReadDocument:
    """Read an .xlsx. Raises ReadingError `damaged`, `encrypted`, `archive_bomb`, `too_long`, `empty`."""
    archive = Archive(data)
    for name in archive.names():  # unpacked here once, so that a bomb is refused before openpyxl opens it
        if name.endswith((".xml", ".rels")):
            archive.part(name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        message = "表格已损坏，请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。"
        raise ReadingError("damaged", message) from error
    builder, findings = DocumentBuilder(), []
    deadline = time.monotonic() + MAX_SECONDS
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in visible:
        if len(visible) > 1 and not re.fullmatch(r"(?i)sheet\d*|工作表\d*", sheet.title):
            builder.add(HEADING, clean(sheet.title), 1)
        part = archive.part(getattr(sheet, "_worksheet_path", "")) or b""
        _read_rows(sheet, _merged_cells(part), builder, deadline)
    if len(visible) < len(book.worksheets):
        findings.append(ReadingFinding("hidden_sheets", "表格中有隐藏的工作表，未读取。"))
    book.close()
    return builder.build("xlsx", findings)


def _read_rows(
    sheet: Any, merged: dict[tuple[int, int], tuple[int, int]], builder: DocumentBuilder, deadline: float
) -> None:
    sheet.reset_dimensions()
    table = builder.next_table()
    anchors = set(merged.values())
    printed: dict[tuple[int, int], Span] = {}
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        if number % 500 == 0 and time.monotonic() > deadline:
            raise ReadingError("too_long", "表格的行数过多，请分成几个文件上传。")
        cells: list[str | Carried] = []
        for column, value in enumerate(values, 1):
            anchor = merged.get((number, column))
            if anchor and anchor != (number, column) and anchor in printed:
                cells.append(Carried(printed[anchor]))
            elif anchor and anchor != (number, column) and anchor[0] == number:
                cells.append(Carried((-1, anchor[1])))
            else:
                cells.append(_shown(value))
        _print(cells, number, builder, table, anchors, printed)


def _print(
    cells: list[str | Carried],
    number: int,
    builder: DocumentBuilder,
    table: int,
    anchors: set[tuple[int, int]],
    printed: dict[tuple[int, int], Span],
) -> None:
    """Print a row; remember where the cells stand that later rows carry on."""
    while cells and cells[-1] == "":
        cells.pop()
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    if not texts:
        return
    carried_down = any(isinstance(cell, Carried) and cell.span[0] >= 0 for cell in cells)
    if len(texts) == 1 and not carried_down:  # a title over the whole list, or a remark under it
        start = len(builder)
        for line in texts[0].split("\n"):
            builder.add(HEADING if len(texts[0]) <= 60 else PARAGRAPH, line)
        place = (number, cells.index(texts[0]) + 1)
        if place in anchors:
            printed[place] = (start + (1 if start else 0), len(builder))
        return
    own = [(place, cell) for place, cell in enumerate(cells, 1) if not _repeats_left(cell)]
    spans = builder.add_row([cell for _, cell in own], table)
    for (column, cell), span in zip(own, spans, strict=True):
        if isinstance(cell, str) and (number, column) in anchors:
            printed[number, column] = span


def _repeats_left(cell: str | Carried) -> bool:
    return isinstance(cell, Carried) and cell.span[0] < 0


def _merged_cells(part: bytes) -> dict[tuple[int, int], tuple[int, int]]:
    """Each covered cell (row, column) → its anchor; absurdly large areas are cut to what a list can mean."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for match in _MERGED.finditer(part):
        left, top, right, bottom = match.groups()
        first = (int(top), _column(left))
        for row in range(first[0], min(int(bottom), first[0] + 2000) + 1):
            for column in range(first[1], min(_column(right), MAX_COLUMNS) + 1):
                covered[row, column] = first
        if len(covered) > 400_000:
            raise ReadingError("too_long", "表格合并的单元格过多，请另存为普通清单后再上传。")
    return covered


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)).strip().replace("\t", " ")
