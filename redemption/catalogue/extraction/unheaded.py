"""Step 4f: a list of benefits whose columns nobody named: the cells themselves tell what they hold.

1 ⇥ 安家补助 ⇥ KJ-0001 ⇥ 新引进的博士，给予5万元安家补助 ⇥ 2024-05-06      number, name, code, what is given, date
岗位补贴 ⇥ 小微企业 ⇥ 每人每月200元 ⇥ 0577-8865 1123                      name, for whom, what, whom to call
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from redemption.catalogue.extraction.contacts import read_phones
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.subjects import is_who

_FEWEST = 3  # rows of one width
_SHORTEST, _LONGEST_NAME = 4, 40
_NAME = re.compile(
    r"(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|补偿|奖金|贷款|减免|扶持|支持|激励|优惠|政策|计划|工程|项目)(?:[（(][^（）()]{1,20}[)）])?$"
)
_SENTENCE = re.compile(r"[。；，：]")

Columns = list[tuple[int, tuple[str, ...]]]  # the place of a column and what it holds


def unheaded_list(text: str, lines: Sequence[Line]) -> tuple[list[Line], Columns] | None:
    """The rows of such a list and its columns; None where there is none, or where it is not most of the document.

    A table inside a regulation tells grades of what the regulation gives.
    """
    rows = [line for line in lines if line.cells]
    total = sum(len(line.text) for line in lines)
    for _, group in groupby(rows, key=lambda line: (line.table, len(line.cells))):
        run = list(group)
        if len(run) < _FEWEST or sum(len(line.text) for line in run) * 2 < total:
            continue
        if columns := _columns(text, run):
            return run, columns
    return None


def _columns(text: str, rows: Sequence[Line]) -> Columns | None:
    width = len(rows[0].cells)
    giving = [[is_giving(_cell(text, row, place)) for row in rows] for place in range(width)]
    content = max(range(width), key=lambda place: sum(giving[place]))
    if not _mostly(giving[content]):
        return None
    names = (place for place in range(width) if place != content and _are_names(text, rows, place))
    if (name := next(names, None)) is None:
        return None
    columns: Columns = [(name, ("name",)), (content, ("standard",))]
    for place in {*range(width)} - {name, content}:
        spans = [row.cells[place] for row in rows]
        if _mostly([is_who(text[slice(*span)].strip()) for span in spans]):
            columns.append((place, ("target",)))
        elif _mostly([bool(read_phones(text, [span])) for span in spans]):
            columns.append((place, ("phone",)))
    return columns


def _mostly(said: Sequence[bool]) -> bool:
    return sum(said) * 3 >= len(said) * 2


def _are_names(text: str, rows: Sequence[Line], place: int) -> bool:
    cells = [_cell(text, row, place) for row in rows]
    fitting = [
        cell for cell in cells if _SHORTEST <= len(cell) <= _LONGEST_NAME and not _SENTENCE.search(cell)
    ]
    named = sum(bool(_NAME.search(cell)) for cell in fitting)
    return (
        len(fitting) * 10 >= len(cells) * 9
        and named * 2 >= len(cells)
        and len(set(cells)) * 3 > len(cells) * 2
    )


def _cell(text: str, row: Line, place: int) -> str:
    return text[slice(*row.cells[place])].strip()
