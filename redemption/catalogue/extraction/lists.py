"""Lists in tables: a header row of labels, then one item a row (政策清单, 奖补项目表), in any column order."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.structure import Node

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_CONTENT = re.compile(r"(?:内容|措施|条款|政策)\s*$")
_NUMBERED = re.compile(r"^\s*[\d一二三四五六七八九十（()）.、]{1,6}\s*$")


def read_lists(text: str, lines: list[Line], labels: Labels) -> list[Draft]:
    """A draft for every row of a list of items; [] when the document holds no such list."""
    drafts: list[Draft] = []
    header: dict[int, str] = {}
    table: int | None = None
    content = False  # 政策内容: for whom, on which conditions and what, all in one cell
    for line in lines:
        if not line.cells:
            continue
        if columns := _header(text, line, labels):
            header, table = columns, line.table
            content = any(
                _CONTENT.search(text[slice(*line.cells[place])])
                for place, role in columns.items()
                if role in ("standard", "group")
            )
            continue
        if header and line.table == table and (draft := _row(text, line, header, content)):
            drafts.append(draft)
        elif line.table != table:
            header = {}
    return drafts if drafts and _is_list_of_items(drafts) else []


def _header(text: str, line: Line, labels: Labels) -> dict[int, str]:
    columns: dict[int, str] = {}
    long = 0
    for place, (a, b) in enumerate(line.cells):
        cell = text[a:b].strip()
        long += len(cell) > 24
        roles = labels.exact(cell) or (labels.classify(cell) if len(cell) <= 14 else ())
        if roles:
            role = "target" if roles[0] == "target_weak" else roles[0]
            if role not in columns.values():
                columns[place] = role
    if "name" not in columns.values() and "standard" in columns.values():  # 扶持项目 | … | 补贴标准
        columns = {place: "name" if role == "group" else role for place, role in columns.items()}
    known = [role for role in columns.values() if role in FIELDS or role in ("name", "group")]
    return columns if len(known) >= 2 and not long and len(known) >= len(line.cells) // 3 else {}


def _row(text: str, line: Line, header: dict[int, str], content: bool) -> Draft | None:
    cells = {role: line.cells[place] for place, role in header.items() if place < len(line.cells)}
    filled = {role: span for role, span in cells.items() if text[slice(*span)].strip()}
    if len(filled) < 2:
        return None
    name_span = filled.get("name") or _first_words(text, line, header)
    if name_span is None:
        return None
    name = re.sub(r"\s+", "", text[slice(*name_span)])[:80]
    if "group" in filled and "standard" not in filled:
        filled["standard"] = filled["group"]
    draft = Draft(name_span, name, Node(line), cells={k: v for k, v in filled.items() if k in FIELDS})
    if content and "standard" in filled and not {"conditions", "target"} & set(header.values()):
        draft.passage = _lines_in(text, draft.cells.pop("standard"))
        draft.giving = read_giving(text, draft.passage)
    return draft


def _lines_in(text: str, span: Span) -> list[Span]:
    return [match.span() for match in _LINE.finditer(text, *span)]


def _first_words(text: str, line: Line, header: dict[int, str]) -> Span | None:
    for place, span in enumerate(line.cells):
        cell = text[slice(*span)].strip()
        if place not in header and 3 <= len(cell) <= 40 and not _NUMBERED.match(cell):
            return span
    return None


def _is_list_of_items(drafts: list[Draft]) -> bool:
    telling = {"standard", "conditions", "target"}
    return any(draft.giving is not None or telling & set(draft.cells) for draft in drafts)
