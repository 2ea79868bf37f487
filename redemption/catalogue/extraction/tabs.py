"""Step 1e: the row of tabs above a guide, saved with the page.

    对象条件 ⏎ 奖励标准 ⏎ 申领程序 ⏎ 对象条件 ⏎ 奖励对象需… ⏎ 奖励标准 ⏎ …      the first three only lead to what stands below

The tabs go; the lines that they lead to are headings, whether or not anybody knows their words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from redemption.catalogue.extraction.lines import Line

_FEWEST, _MOST = 3, 12
_LONGEST = 12  # characters of a tab


def drop_tabs(lines: list[Line]) -> list[Line]:
    """The lines without rows of tabs; what the tabs lead to is marked as a heading."""
    words = [line.text.strip() for line in lines]
    places: dict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        if _may_be_tab(line):
            places[words[place]].append(place)
    dropped: set[int] = set()
    place = 0
    while place < len(lines):
        end = place
        while end < min(len(lines), place + _MOST) and len(places.get(words[end], ())) > 1:
            if words[end] in words[place:end]:
                break
            end += 1
        led_to = _found_again([places[word] for word in words[place:end]], end)
        if led_to:
            dropped.update(range(place, end))
            for index in led_to:
                line = lines[index]
                line.caption, line.body, line.strong = (line.start, line.end), line.end, True
        place = end if led_to else place + 1
    return [line for place, line in enumerate(lines) if place not in dropped]


def _may_be_tab(line: Line) -> bool:
    text = line.text.strip()
    return (
        not line.kind and not line.cells and 2 <= len(text) <= _LONGEST and text[-1] not in "。；，：:、！？"
    )


def _found_again(tabs: Sequence[Sequence[int]], begin: int) -> list[int]:
    """Where each tab stands again, in the same order and apart from each other; [] where one does not."""
    found: list[int] = []
    for places in tabs if len(tabs) >= _FEWEST else ():
        at = bisect_left(places, begin)
        if at == len(places) or (found and places[at] == found[-1] + 1):
            return []  # not there, or another row of tabs
        found.append(places[at])
        begin = places[at] + 1
    return found
