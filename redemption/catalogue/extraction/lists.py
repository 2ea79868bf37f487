"""Lists in tables: a header row of labels, then one item a row (政策清单, 奖补项目表), in any column order."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.scopes import sections_of
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.unheaded import unheaded_list

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_CONTENT = re.compile(r"(?:内容|措施|条款|政策)\s*$")
_NUMBERED = re.compile(r"^\s*[\d一二三四五六七八九十（()）.、]{1,6}\s*$")


Header = list[tuple[int, tuple[str, ...]]]  # the place of a column and the fields that it holds


def read_lists(text: str, lines: list[Line], labels: Labels) -> list[Draft]:
    """A draft for every row of a list of items; [] when the document holds no such list."""
    drafts: list[Draft] = []
    header: Header = []
    table: int | None = None
    content = False  # 政策内容: for whom, on which conditions and what, all in one cell
    for line in lines:
        if not line.cells:
            continue
        if columns := _header(text, line, labels):
            header, table = columns, line.table
            content = any(
                _CONTENT.search(text[slice(*line.cells[place])])
                for place, roles in columns
                if {"standard", "group"} & set(roles)
            )
            continue
        if header and line.table == table and (draft := _row(text, line, header, content)):
            if drafts and drafts[-1].name_span == draft.name_span:
                _add_row(drafts[-1], draft)  # the name's cell is merged over several rows
            else:
                drafts.append(draft)
        elif line.table != table:
            header = []
    if drafts and _is_list_of_items(drafts):
        return drafts
    return _unheaded(text, lines)


def _unheaded(text: str, lines: list[Line]) -> list[Draft]:
    """The rows of a list without column names: a name, and a cell that tells for whom and what."""
    found = unheaded_list(text, lines)
    if found is None:
        return []
    rows, header = found
    return [draft for row in rows if (draft := _row(text, row, header, True))]


def share_sections(root: Node, drafts: list[Draft]) -> None:
    """What stands above or below the list (申报时间：…, 联系方式：…) is said of every row."""
    rows = {id(draft.scope.line) for draft in drafts}
    shared = [
        section
        for section in sections_of(root)
        if not any(id(line) in rows for node in section.walk() for line in node.lines)
    ]
    for draft in drafts:
        draft.shared = list(shared)


def _header(text: str, line: Line, labels: Labels) -> Header:
    columns: Header = []
    long = 0
    for place, (a, b) in enumerate(line.cells):
        cell = text[a:b].strip()
        long += len(cell) > 24
        roles = labels.exact(cell) or (labels.classify(cell) if len(cell) <= 14 else ())
        if roles:
            columns.append((place, tuple("target" if role == "target_weak" else role for role in roles)))
    told = {role for _, roles in columns for role in roles}
    if "name" not in told and "standard" in told:  # 扶持项目 | … | 补贴标准
        columns = [(place, tuple("name" if r == "group" else r for r in roles)) for place, roles in columns]
    roles_known = {
        role for _, roles in columns for role in roles if role in FIELDS or role in ("name", "group")
    }
    return columns if len(roles_known) >= 2 and not long and len(roles_known) >= len(line.cells) // 3 else []


def _row(text: str, line: Line, header: Header, content: bool) -> Draft | None:
    filled: dict[str, list[Span]] = {}
    for place, roles in header:
        if place < len(line.cells) and text[slice(*line.cells[place])].strip():
            for role in roles:
                filled.setdefault(role, []).append(line.cells[place])
    if len(filled) < 2:
        return None
    name_span = filled["name"][0] if "name" in filled else _first_words(text, line, header)
    if name_span is None:
        return None
    name = re.sub(r"\s+", "", text[slice(*name_span)])[:80]
    if "group" in filled and "standard" not in filled:
        filled["standard"] = filled["group"]
    draft = Draft(name_span, name, Node(line), cells={k: v for k, v in filled.items() if k in FIELDS})
    told = {role for _, roles in header for role in roles}
    if content and "standard" in filled and not {"conditions", "target"} & told:
        draft.passage = [span for cell in draft.cells.pop("standard") for span in _lines_in(text, cell)]
        draft.giving = read_giving(text, draft.passage)
    return draft


def _add_row(draft: Draft, more: Draft) -> None:
    for role, spans in more.cells.items():
        known = draft.cells.setdefault(role, [])
        known.extend(span for span in spans if span not in known)


def _lines_in(text: str, span: Span) -> list[Span]:
    return [match.span() for match in _LINE.finditer(text, *span)]


def _first_words(text: str, line: Line, header: Header) -> Span | None:
    known = {place for place, _ in header}
    for place, span in enumerate(line.cells):
        cell = text[slice(*span)].strip()
        if place not in known and 3 <= len(cell) <= 40 and not _NUMBERED.match(cell):
            return span
    return None


def _is_list_of_items(drafts: list[Draft]) -> bool:
    telling = {"standard", "conditions", "target"}
    return any(draft.giving is not None or telling & set(draft.cells) for draft in drafts)
