"""Step 3c: benefits without numbers: 【参展补贴】对…, ● 贷款贴息：对…, 评级奖励。对…, or the name on a line of its own above its text."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.grants import is_giving
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import Span

_NOUN = r"(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|补偿|奖金|贷款|减免|扶持|支持|激励)"
_NAME = rf"(?!按|对|给予|予以|每|最高)[\u4e00-\u9fffA-Za-z\d“”、（）]{{2,22}}?{_NOUN}(?:政策)?"
_INLINE = re.compile(rf"\s*(?:【\s*({_NAME})\s*】\s*[：:]?|({_NAME})\s*[：:。])\s*(?=\S{{6}})")
_ALONE = re.compile(rf"\s*[【\[《“]?({_NAME})[】\]》”]?\s*[：:]?")

Heading = tuple[Span, int]  # span of the name, offset where its text begins


def unnumbered_benefits(lines: list[Line]) -> dict[int, Heading]:
    """Index of a line → its name and the begin of its text; {} for fewer than two."""
    if any(line.kind == "benefit" for line in lines):
        return {}
    inline: dict[int, Heading] = {}
    alone: dict[int, Heading] = {}
    for index, line in enumerate(lines):
        if line.cells or (line.kind and line.kind != "bullet") or (line.roles and line.strong):
            continue
        words = line.unmarked
        if (match := _INLINE.match(words)) and is_giving(words[match.end() :]):
            group = match.lastindex or 1
            inline[index] = (_shifted(line, match.span(group)), line.after_marker + match.end())
        elif (match := _ALONE.fullmatch(words)) and index + 1 < len(lines):
            following = lines[index + 1]
            if (
                not following.kind
                and not following.cells
                and not following.roles
                and is_giving(following.text)
            ):
                alone[index] = (_shifted(line, match.span(1)), line.end)
    best = max((inline, alone), key=len)
    return best if len(best) >= 2 else {}


_COUNT = re.compile(r"(?:NO\.?|No\.?)?\s*0?(\d{1,2})\s*")
_SHORT = 24  # characters of the longest name below a number


def join_counted(lines: list[Line]) -> list[Line]:
    """A picture of measures put into words: 1 ⏎ 房租补贴 ⏎ … 2 ⏎ 贷款贴息 ⏎ …: each name carries its number.

    The numbers have to count on from 1 to 3 at least, each above a short line that is no sentence.
    """
    places: list[int] = []
    for place, line in enumerate(lines[:-1]):
        match = None if line.cells else _COUNT.fullmatch(line.text.strip())
        if match and int(match.group(1)) == len(places) + 1 and _may_be_name(lines[place + 1]):
            places.append(place)
    named = sum(bool(re.search(_NOUN, lines[place + 1].text)) for place in places)
    if len(places) < 3 or named * 2 < len(places):
        return lines
    for number, place in enumerate(places, 1):
        name = lines[place + 1]
        name.kind, name.number, name.roles, name.strong = "benefit", number, (), False
        name.caption, name.body = (name.start, name.end), name.end
    numbers = set(places)
    return [line for place, line in enumerate(lines) if place not in numbers]


def _may_be_name(line: Line) -> bool:
    text = line.text.strip()
    return 3 <= len(text) <= _SHORT and not line.cells and not line.kind and text[-1] not in "。；，：:、！？"


def _shifted(line: Line, span: Span) -> Span:
    return (line.after_marker + span[0], line.after_marker + span[1])
