"""Step 3b: names of items that no number tells: a line alone above its first label, or above numbers that begin again."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.promises import is_giving

_FIELDS = frozenset(FIELDS) | {"target_weak"}
_LONGEST_NAME = 60
_TITLE_LEADS = frozenset({"target", "target_weak", "conditions", "standard", "legal_basis"})


def unnumbered_titles(lines: list[Line]) -> set[int]:
    """Names of items without numbers: each stands alone and is followed by its first label."""
    found = set()
    for index in range(len(lines) - 1):
        line, following = lines[index], lines[index + 1]
        if (line.kind and line.kind != "bullet") or line.roles or line.cells or not 4 <= len(line.text) <= 32:
            continue
        if (
            line.text.rstrip()[-1] in "。；，、！？"
            or "：" in line.text  # a label that nobody knows
            or not following.strong
            or following.kind not in ("", "bullet")
        ):
            continue
        above = lines[index - 1] if index else None
        if above and above.strong and above.roles and not above.kind and above.body >= above.end:
            continue  # the value of the label above it
        if set(following.roles) & _TITLE_LEADS:
            found.add(index)
    leads = [lines[index + 1].roles for index in found]
    if len(found) < 2 or len(set(leads)) == len(leads):
        return set()
    return found | {index for index in range(min(found), len(lines) - 2) if _names_text(lines, index)}


def labelled_names(lines: list[Line]) -> dict[int, Span]:
    """政策名称：甲 ⏎ 适用对象：… and again 政策名称：乙 …: each such line begins an item; its name is the label's value."""
    named: dict[int, Span] = {}
    for index, line in enumerate(lines):
        if line.roles != ("name",) or not line.strong or line.cells:
            continue
        below = lines[index + 1] if index + 1 < len(lines) else None
        if line.body < line.end:
            named[index] = (line.body, line.end)
        elif below and not (below.kind or below.roles or below.cells) and len(below.text) <= _LONGEST_NAME:
            named[index] = (below.start, below.end)  # cells of a table, one below the other
    if len(named) < 2:
        return {}
    starts = list(named)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        told = [line for line in lines[start + 1 : end] if line.strong and set(line.roles) & _FIELDS]
        if len(told) < 2:
            return {}
    return named


def _names_text(lines: list[Line], index: int) -> bool:
    """A name among others, above a sentence that gives and labels below it: its first label was left out."""
    line, following, label = lines[index : index + 3]
    return (
        not (line.kind or line.roles or line.cells or following.kind or following.roles or following.cells)
        and 4 <= len(line.text) <= 32
        and line.text.rstrip()[-1] not in "。；，、！？"
        and "：" not in line.text
        and is_giving(following.text)
        and label.strong
        and bool(label.roles)
    )


_NO_NAME = re.compile(r"\d{4}\s*[-年/.]|\s|[局委厅办部]$|^\d|[：:，。；、！？]$")
_BENEFIT = re.compile(
    r"(?:补贴|补助|奖励|资助|贴息|奖补|津贴|扶持|贷款|待遇|返还|减免|支持|补偿|奖金|扶助|政策)$"
)
_HEAD = 4  # lines between an item's name and its first section: date, office, source


def titles_of_restarts(lines: list[Line]) -> set[int]:
    """一、申请对象 二、补贴标准 and again 一、申请对象 …: each time below the name of another item."""
    return next((found for kind in ("cn", "num", "paren_cn") if (found := _restarts(lines, kind))), set())


def _restarts(lines: list[Line], kind: str) -> set[int]:
    starts = [
        index for index, line in enumerate(lines) if line.kind == kind and line.number == 1 and line.roles
    ]
    if len(starts) < 2:
        return set()
    found: set[int] = set()
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        sections = [line for line in lines[start:end] if line.kind == kind and line.roles]
        name = _name_above(lines, start)
        if len(sections) < 2 or name is None:
            return set()
        found.add(name)
    return found


def _name_above(lines: list[Line], start: int) -> int | None:
    """The nearest line above a first section that could be a name; one that ends like a benefit comes first."""
    above: list[int] = []
    for index in range(start - 1, max(-1, start - 1 - _HEAD), -1):
        line = lines[index]
        if line.kind or line.cells or len(line.text) > 40 or (line.body < line.end and line.roles):
            break
        if len(line.text) >= 4 and not line.strong and not _NO_NAME.search(line.text):
            above.append(index)
    return next((index for index in above if _BENEFIT.search(lines[index].text)), above[0] if above else None)
