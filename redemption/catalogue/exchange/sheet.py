"""Rows from and to files: .xlsx in any column order, and JSON."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from redemption.catalogue.exchange.columns import (
    BY_HEADER,
    BY_KEY,
    COLUMNS,
    SOURCE_ID,
    Column,
    Unreadable,
    read_cell,
)
from redemption.catalogue.exchange.columns import written as written_cell

MOST_ROWS = 5000
_HEADER_WITHIN = 10
_WIDTHS = {"name": 30, "conditions": 50, "standard": 40, "materials": 50, "process": 40}


@dataclass
class Rows:
    """What a file says. `faults` by `rows.<n>.<column>` (n counts from 0); `ignored` are headers nobody knows."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """Where each row stands in its file, for people."""

    def fault(self, name: str, sentence: str) -> None:
        self.faults.setdefault(name, []).append(sentence)


def read_workbook(data: bytes) -> Rows:
    """The first sheet that has the headers 来源编号 and 事项名称."""
    done = Rows()
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception:  # a foreign format meets anything; the person gets one sentence
        done.fault("file", "文件已损坏，打不开。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。")
        return done
    try:
        for sheet in book.worksheets:
            lines = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + _HEADER_WITHIN + 1)
            head = _header(lines, done)
            if head is not None:
                _read_lines(head, lines, done)
                return done
    finally:
        book.close()
    done.fault("file", "没有找到表头。第一张表里要有“来源编号”和“事项名称”两列，可先导出目录作为模板。")
    return done


def _header(lines: Any, done: Rows) -> tuple[int, dict[int, Column]] | None:
    for at, line in zip(range(_HEADER_WITHIN), lines, strict=False):
        titles = ["" if cell is None else str(cell).strip() for cell in line]
        if "来源编号" in titles and "事项名称" in titles:
            known = {place: BY_HEADER[title] for place, title in enumerate(titles) if title in BY_HEADER}
            done.ignored = [
                title for title in titles if title and title not in BY_HEADER and title not in _SHOWN
            ]
            return at + 1, known
    return None


def _read_lines(head: tuple[int, dict[int, Column]], lines: Any, done: Rows) -> None:
    first, known = head
    for at, line in enumerate(lines):
        if all(cell is None or not str(cell).strip() for cell in line):
            continue
        if len(done.rows) >= MOST_ROWS:
            done.fault("file", f"一次最多导入 {MOST_ROWS} 行，请分成几个文件。")
            return
        cells = {column.key: line[place] for place, column in known.items() if place < len(line)}
        _add(done, cells, f"第 {first + at + 1} 行")
    _check_distinct(done)


def read_json(data: Any) -> Rows:
    """`{"items": [{"source_id": …, "name": …, …}]}`: keys as in `columns`, values as JSON."""
    done = Rows()
    items = data.get("items") if isinstance(data, Mapping) else None
    if not isinstance(items, list) or not items:
        done.fault("items", "请在 items 中列出事项，不能为空。")
        return done
    if len(items) > MOST_ROWS:
        done.fault("items", f"一次最多导入 {MOST_ROWS} 项。")
        return done
    for at, item in enumerate(items):
        if not isinstance(item, Mapping):
            done.fault(f"rows.{at}", "每一项应是一个对象。")
            continue
        for key in item:
            if key not in BY_KEY and key not in _SHOWN_KEYS:
                done.fault(f"rows.{at}.{key}", "没有这个栏目。")
        _add(done, {key: value for key, value in item.items() if key in BY_KEY}, f"第 {at + 1} 项")
    _check_distinct(done)
    return done


def read_json_bytes(data: bytes) -> Rows:
    """The same from a file."""
    try:
        return read_json(json.loads(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, ValueError, RecursionError):
        done = Rows()
        done.fault("file", "不是有效的 JSON 文件（UTF-8），请检查后重新导出。")
        return done


def _add(done: Rows, cells: Mapping[str, Any], place: str) -> None:
    at, row = len(done.rows), {}
    for key, value in cells.items():
        try:
            row[key] = read_cell(BY_KEY[key], value)
        except Unreadable as error:
            done.fault(f"rows.{at}.{key}", f"{place}“{BY_KEY[key].header}”：{error}")
    for key in (SOURCE_ID, "name"):
        if not row.get(key) and f"rows.{at}.{key}" not in done.faults:
            done.fault(f"rows.{at}.{key}", f"{place}：请填写{BY_KEY[key].header}。")
    for first, last in (("opens_on", "closes_on"), ("valid_from", "valid_until")):
        if row.get(first) and row.get(last) and row[last] < row[first]:
            done.fault(f"rows.{at}.{last}", f"{place}“{BY_KEY[last].header}”早于“{BY_KEY[first].header}”。")
    done.rows.append(row)
    done.places.append(place)


def _check_distinct(done: Rows) -> None:
    seen: dict[str, str] = {}
    for at, row in enumerate(done.rows):
        said = row.get(SOURCE_ID)
        if said and said in seen:
            done.fault(f"rows.{at}.{SOURCE_ID}", f"{done.places[at]}：来源编号“{said}”与{seen[said]}重复。")
        elif said:
            seen[said] = done.places[at]


_SHOWN_KEYS = {
    "code": "事项编码",
    "state": "状态",
    "no": "版本",
    "lacking": "暂缺内容和原因",
}
_SHOWN = set(_SHOWN_KEYS.values())
"""To look at: these are changed in the editor, and an import passes over them."""


def write_workbook(rows: Iterable[Mapping[str, Any]], made_at: dt.datetime) -> bytes:
    """A workbook that `read_workbook` reads again; the last columns are only to look at."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("事项目录")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.key, 18)
    titles = [*(column.header for column in COLUMNS), *_SHOWN_KEYS.values()]
    sheet.append([_styled(sheet, title, bold=True) for title in titles])
    for row in rows:
        cells = [written_cell(column, row.get(column.key)) for column in COLUMNS]
        cells += [row.get("code"), row.get("state"), row.get("no")]
        cells.append("\n".join(f"{name}：{reason}" for name, reason in (row.get("lacking") or {}).items()))
        sheet.append([_styled(sheet, _safe(cell)) for cell in cells])
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _styled(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # words that begin with = stay words: a catalogue must not compute on somebody's machine
        cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _safe(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(char for char in value if char >= " " or char in "\n\t")[:32_000]
