"""Step 1: rows of a table that hold labels and their values: 办理方式 | 线上办理."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.model import Span
from redemption.policies.reading import Block


def label_pairs(text: str, block: Block, labels: Labels) -> list[tuple[Span, Span]]:
    """The label/value pairs of a table row, [] when it is a row of a list or a header."""
    cells = [(a, b) for a, b in dict.fromkeys(block.cells) if text[a:b].strip()]
    roles = [bool(b - a <= 24 and labels.exact(text[a:b].strip(" ：:*"))) for a, b in cells]
    if not any(roles) or len(cells) < 2 or text[slice(*cells[0])].strip() == "序号":
        return []
    if len(cells) >= 4 and sum(roles) == 1 and all(b - a <= 8 for a, b in cells):
        return []  # the header of a list that begins with a known word
    for place in range(1, len(cells)):  # 办理方式 | 线上办理: the value could be a label of the same kind
        label, value = (text[slice(*cells[at])].strip(" ：:*") for at in (place - 1, place))
        if roles[place - 1] and roles[place] and labels.exact(label) == labels.exact(value):
            roles[place] = False
    pairs: list[tuple[Span, Span]] = []
    place = 0
    while place < len(cells):
        if roles[place] and place + 1 < len(cells) and not roles[place + 1]:
            last = place + 1
            while last + 1 < len(cells) and not roles[last + 1]:
                last += 1
            if last > place + 1 and len(cells) > 3 and not any(roles[place + 1 :]) and block.table is None:
                return []
            pairs.append((cells[place], (cells[place + 1][0], cells[last][1])))
            place = last + 1
        elif place == 0 and len(cells) >= 3 and roles[1] and _stands_aside(text, cells[0], roles[0], labels):
            place += 1  # a merged category to the left of the label
        else:
            return []
    return pairs


def _stands_aside(text: str, cell: Span, known: bool, labels: Labels) -> bool:
    """A category to the left of a label: 基本信息 | 事项名称 | …"""
    return not known or labels.exact(text[slice(*cell)].strip(" ：:*")) == ("container",)


def unknown_pair(text: str, block: Block, inside: bool) -> list[tuple[Span, Span]]:
    """A row whose label the table of synonyms does not know, between rows whose labels it knows."""
    cells = [(a, b) for a, b in dict.fromkeys(block.cells) if text[a:b].strip()]
    if not inside or len(cells) != 2 or cells[0][1] - cells[0][0] > 10:
        return []
    label = text[slice(*cells[0])].strip()
    return [(cells[0], cells[1])] if re.fullmatch(r"[\u4e00-\u9fff（）()]{2,10}[：:]?", label) else []
