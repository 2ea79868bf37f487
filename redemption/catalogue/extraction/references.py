"""Step 4d: parts of shared sections that say to which item they belong.

（一）申请第五条奖励的，提供…   the papers of the benefit in article 5
专题一、专题二：0512-…          the telephone of two of four projects
0535-…（扩岗补助）              the telephone of one benefit among others
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from redemption.catalogue.extraction.lines import chinese_number
from redemption.catalogue.extraction.model import Entry, Item
from redemption.catalogue.extraction.structure import Node

_NUMBER = r"[一二三四五六七八九十百\d]{1,4}"
_ARTICLES = re.compile(
    rf"\s*(?:[（(]?{_NUMBER}[)）、.．]\s*)?(?:申请|申报|符合|按照?|依据|属于|享受)?本?[\u4e00-\u9fff]{{0,4}}?((?:第{_NUMBER}条(?:第{_NUMBER}[款项])*[、，和及]?)+)"
)
_PROJECTS = re.compile(
    rf"\s*(?:[（(]?{_NUMBER}[)）、.．]\s*)?((?:(?:专题|项目|类别|专项|方向|事项){_NUMBER}[、，和及至]?)+)\s*[：:（(的]"
)
_ONE = re.compile(rf"(?:第({_NUMBER})条|(?:专题|项目|类别|专项|方向|事项)({_NUMBER}))")
_AFTER = re.compile(r"\s*[（(]([^（）()\d]{2,16})[)）]")
_LEAST = 3  # characters that a remark and a name must have in common


class Scoped(Protocol):
    """An item with the section that it was found in."""

    scope: Node
    shared: list[Node]


def keep_own_parts(text: str, drafts: Sequence[Scoped]) -> None:
    """Leave each item, of every shared section, what is said of it and what is said of all."""
    numbers = {(draft.scope.kind, draft.scope.line.number) for draft in drafts if draft.scope.line}
    if len(numbers) < 2:
        return
    known: dict[int, dict[int, set[tuple[str, int]]]] = {}
    for draft in drafts:
        mine = (draft.scope.kind, draft.scope.line.number) if draft.scope.line else ("", 0)
        kept = []
        for section in draft.shared:
            told = known.get(id(section))
            if told is None:
                told = known[id(section)] = _told(text, section, numbers)
            kept.append(_only(section, told, mine) if len(told) >= 2 else section)
        draft.shared = kept


def _told(text: str, section: Node, numbers: set[tuple[str, int]]) -> dict[int, set[tuple[str, int]]]:
    """Which lines and parts of a section name the items that they are for."""
    units: list[tuple[int, int, int]] = [(id(line), line.start, line.end) for line in section.lines]
    units += [(id(child), child.line.start, child.line.end) for child in section.children if child.line]
    told = {}
    for key, start, end in units:
        if named := _named(text[start:end]) & numbers:
            told[key] = named
    return told


def _named(words: str) -> set[tuple[str, int]]:
    for kind, rule in (("article", _ARTICLES), ("project", _PROJECTS)):
        if match := rule.match(words):
            found = (one.group(1) or one.group(2) for one in _ONE.finditer(match.group(1)))
            return {(kind, int(n) if n.isdigit() else chinese_number(n)) for n in found}
    return set()


def _only(section: Node, told: dict[int, set[tuple[str, int]]], mine: tuple[str, int]) -> Node:
    kept = [child for child in section.children if mine in told.get(id(child), {mine})]
    lines = [line for line in section.lines if mine in told.get(id(line), {mine})]
    last = section.children[-1] if section.children else None
    if last and last not in kept and last.line and last.line.body < last.line.end:
        lines.extend(last.lines)  # what follows the last part is said of all
    return Node(section.line, section.kind, section.parent, lines, kept, section.roles)


def keep_own_phones(text: str, items: list[Item]) -> None:
    """Drop from each item the telephones that a remark behind them gives to other items."""
    if len(items) < 2:
        return
    for item in items:
        entries = item["phone"].entries
        if len(entries) < 2:
            continue
        kept = [entry for entry in entries if _is_for(text, entry, item, items)]
        if kept:
            item["phone"].entries, item["phone"].spans = kept, [entry.span for entry in kept]


def _is_for(text: str, entry: Entry, item: Item, items: Iterable[Item]) -> bool:
    remark = _AFTER.match(text, entry.span[1], entry.span[1] + 24)
    if not remark:
        return True
    owners = [other for other in items if _common(remark.group(1), other.name)]
    return not owners or item in owners


def _common(remark: str, name: str) -> bool:
    pieces = (remark[at : at + _LEAST] for at in range(len(remark) - _LEAST + 1))
    return any(piece in name and piece not in ("补贴项", "奖励项") for piece in pieces)
