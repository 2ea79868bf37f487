"""Step 1d: cards of three lines each, as small screens show them.

    小微企业社保补贴 ⏎ 招用毕业两年内高校毕业生。 ⏎ 最长补贴2年      a name, whom or what for, what is given; card after card

The lines say so themselves from then on: the first is the name of a benefit, the others its conditions and its gift.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.lines import Line

_FEWEST = 4
_LONGEST_NAME = 16
_STARTS = 3  # a title may stand above the first card
_BENEFIT = re.compile(
    r"(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|补偿|奖金|贷款|减免|扶持|支持|激励|认定|就业|创业)$"
)
_GIFT = re.compile(r"\d|补贴|补助|奖励|优惠|减免|贴息")


def mark_triples(lines: Sequence[Line]) -> None:
    """Give the lines of such cards their parts; nothing where fewer than four follow each other."""
    cards = max((_run(lines, start) for start in range(_STARTS)), key=len)
    for number, place in enumerate(cards, 1):
        name, told, gift = lines[place : place + 3]
        name.kind, name.number, name.roles, name.strong = "benefit", number, (), False
        name.caption, name.body = (name.start, name.end), name.end
        for line, role in ((told, "conditions"), (gift, "standard")):
            line.roles, line.strong, line.caption, line.body = (role,), True, None, line.start


def _run(lines: Sequence[Line], start: int) -> list[int]:
    """Places of the names of cards that follow each other without a gap, from `start` on."""
    run: list[int] = []
    for place in range(start, len(lines) - 2, 3):
        if not _is_card(lines[place : place + 3]):
            break
        run.append(place)
    names = sum(bool(_BENEFIT.search(lines[place].text.strip())) for place in run)
    return run if len(run) >= _FEWEST and names * 2 > len(run) else []


def _is_card(card: Sequence[Line]) -> bool:
    name, told, gift = card
    if any(line.kind or line.cells or line.strong for line in card) or name.roles or told.roles:
        return False
    words = name.text.strip()
    return (
        4 <= len(words) <= _LONGEST_NAME
        and words[-1] not in "。；，：:、！？"
        and len(told.text) > len(words)
        and bool(_GIFT.search(gift.text))
    )
