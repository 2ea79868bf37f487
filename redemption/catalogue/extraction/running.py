"""Step 1a: a document whose line breaks were lost, parted again at its numbers: 一、申报条件1.…2.…二、申报材料…

Only a line that counts on (一、 二、 三、 or （一） （二）, each after the end of a clause) is parted; others stay.
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.model import Span

LEAST = 120  # characters; a shorter line is read as it stands
MOST_INDENTS = 2000  # a line of more is no text
_INDENT = re.compile(r"(?<=\S)\u3000{2,}(?=\S)")
_CN = "一二三四五六七八九十"
_ENDED = r"(?:(?<=[。；，：:;！？）)\s])|(?<=^))"
_KINDS = (
    (re.compile(rf"{_ENDED}([{_CN}]{{1,3}})、"), True),
    (re.compile(rf"(?:(?<=[。；，：:;！？）)\s\u4e00-\u9fff])|(?<=^))（([{_CN}]{{1,3}})）"), True),
    (
        re.compile(
            r"(?:(?<=[。；，：:;！？）)\s\u4e00-\u9fff])|(?<=^))(\d{1,2})(?:、|[.．](?![\d])|[.．](?=20\d{2}年))"
        ),
        False,
    ),
)


def parted(text: str, start: int, end: int) -> list[Span]:
    """The spans of the lines that a line was once, itself when it was one."""
    if end - start < LEAST:
        return [(start, end)]
    indents = [match.end() for match in _INDENT.finditer(text, start + 1, end)]
    if 3 <= len(indents) <= MOST_INDENTS:  # the indents of paragraphs whose breaks were lost
        return [part for a, b in _cut(start, end, indents) for part in parted(text, a, b)]
    top = _counted(text, start, end, *_KINDS[0])
    if len(top) < 2:
        return [(start, end)]
    spans = _cut(start, end, top)
    for rule, written in _KINDS[1:]:
        spans = [part for a, b in spans for part in _cut(a, b, _counted(text, a, b, rule, written))]
    return spans


def _counted(text: str, start: int, end: int, rule: re.Pattern[str], written: bool) -> list[int]:
    """Where a run of numbers 1, 2, 3 … stands; [] where fewer than two follow each other."""
    places: list[int] = []
    for match in rule.finditer(text, start, end):
        number = _number(match.group(1)) if written else int(match.group(1))
        if number == len(places) + 1:
            places.append(match.start())
    return places if len(places) >= 2 else []


def _number(written: str) -> int:
    tens, _, ones = written.rpartition("十")
    if "十" not in written:
        return _CN.find(written) + 1
    return (_CN.find(tens) + 1 if tens else 1) * 10 + (_CN.find(ones) + 1 if ones else 0)


def _cut(start: int, end: int, places: list[int]) -> list[Span]:
    cuts = [start, *(place for place in places if place > start), end]
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if a < b]
