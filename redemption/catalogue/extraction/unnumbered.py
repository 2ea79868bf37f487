"""Step 3c: benefits without numbers: 【参展补贴】对…, ● 贷款贴息：对…, 评级奖励。对…, or the name on a line of its own above its text."""

from __future__ import annotations

import re
import sys
from collections import Counter
from itertools import pairwise

from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.promises import is_giving

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
    best = max((inline, alone, _with_parts(named_alike(lines), inline), _cards(lines)), key=len)
    return best if len(best) >= 2 else {}


_SHORT_GIFT = 40  # characters of a gift that stands on one line of a card
_FEWEST_CARDS = 3


def _cards(lines: list[Line]) -> dict[int, Heading]:
    """市级企业技术中心 ⏎ 补助20万元 ⏎ 1.… 2.…: a name, what is given, and a list of conditions, again and again."""
    found: dict[int, Heading] = {}
    for place in range(len(lines) - 2):
        name, gift, entry = lines[place : place + 3]
        words = name.text.strip()
        if (
            name.kind
            or name.cells
            or name.roles
            or not 4 <= len(words) <= _LONGEST_NAME
            or words[-1] in "。；，：:、"
        ):
            continue
        short = not gift.kind and not gift.cells and len(gift.text) <= _SHORT_GIFT and is_giving(gift.text)
        if short and entry.kind and entry.number == 1 and not entry.roles:
            found[place] = ((name.start, name.end), name.end)
    return found if len(found) >= _FEWEST_CARDS else {}


def _with_parts(names: dict[int, Heading], inline: dict[int, Heading]) -> dict[int, Heading]:
    """The names, and below one of them the benefits that its text names itself, where they are several."""
    found = dict(names)
    for place, following in pairwise([*names, sys.maxsize]):
        parts = {at: heading for at, heading in inline.items() if place < at < following}
        if len(parts) >= 2:
            found |= parts
    return found


_CODE = re.compile(r"\s*[A-Za-z]{2,8}[-\d]{3,20}\s*")
_FEWEST_ALIKE, _LONGEST_NAME, _SHORTEST_TEXT = 4, 24, 36


def named_alike(lines: list[Line]) -> dict[int, Heading]:
    """A类人才政策 ⏎ 给予… ⏎ B类人才政策 ⏎ …: short lines that begin or end alike, each above text; most of it gives.

    A line with the code of the item may stand between a name and its text.
    """
    names: dict[int, list[str]] = {}  # place of a name → what stands below it
    last = 0
    for place, line in enumerate(lines):
        text = line.text.strip()
        short = 4 <= len(text) <= _LONGEST_NAME and text[-1] not in "。；，：:、！？)）" and "，" not in text
        below = [one for one in lines[place + 1 : place + 3] if not _CODE.fullmatch(one.text)][:1]
        if short and not (line.kind or line.cells or (line.roles and line.strong) or _CODE.fullmatch(text)):
            if below and not below[0].cells and (below[0].kind or len(below[0].text) >= _SHORTEST_TEXT):
                names[place], last = [], place
        elif names:
            names[last].append(line.text)
    shared = _shared_words([lines[place].text.strip() for place in names])
    alike = [place for place in names if shared and shared in lines[place].text]
    gives = sum(any(is_giving(text) for text in names[place]) for place in alike)
    if len(alike) < _FEWEST_ALIKE or len(alike) * 3 < len(names) * 2 or gives * 2 < len(alike):
        return {}
    return {place: ((lines[place].start, lines[place].end), lines[place].end) for place in alike}


def _shared_words(names: list[str]) -> str:
    """Two characters at the end, or up to 之, that most of the names share; "" for none."""
    ends = Counter(name[-2:] for name in names) + Counter(
        name[: name.find("之") + 1][-3:] for name in names if "之" in name[2:-2]
    )
    common = ends.most_common(1)
    return common[0][0] if common and common[0][1] * 3 >= len(names) * 2 else ""


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
