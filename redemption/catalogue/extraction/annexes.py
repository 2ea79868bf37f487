"""Step 5d: what a notice leaves to its annexes: 附件：1.实施办法 2.申报材料清单 stands for the fields told there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import EXTERNAL, MISSING, FieldValue, Item, Span

_LISTING = re.compile(r"\s*附\s*件\s*(?:下载|列表|目录)?\s*\d{0,2}\s*[：:.、．]\s*")
_LISTED = re.compile(r"\s*(?:附\s*件\s*)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*[.．、：:]\s*\S")
_LONGEST = 70
_RULES = re.compile(r"(?:实施|管理|扶持|奖励|资助|补助|补贴)办法|细则|申报(?:指南|通知|公告)|申请指南|的通知")
_TELLS = (
    ("materials", re.compile(r"(?:材料|资料)(?:清单|目录|要求)|申报指南|申请指南|办事指南|申报须知")),
    ("conditions", _RULES),
    ("standard", _RULES),
)
_FORM = re.compile(r"(?:表|书|承诺|模板|样式)(?:[（(][^（）()]*[)）])?\s*[；;。]?\s*$")

Annexes = dict[str, Span]


def annexes_named(lines: Iterable[Line]) -> Annexes:
    """Which fields the listed annexes tell, each with the line that names its annex."""
    told: Annexes = {}
    listing = False
    for line in lines:
        words = line.text.strip()
        listing = bool(_LISTING.match(words)) or (
            listing and len(words) <= _LONGEST and bool(_LISTED.match(words))
        )
        if not listing or _FORM.search(words):
            continue
        for name, rule in _TELLS:
            if rule.search(words):
                told.setdefault(name, (line.start, line.end))
    return told


def leave_to_annexes(text: str, item: Item, annexes: Annexes) -> None:
    """Mark what the item lacks and an annex tells. Conditions and gift stand together or not at all in an annex."""
    silent = item["conditions"].state == item["standard"].state == MISSING
    for name, span in annexes.items():
        if name != "materials" and not silent:
            continue
        if item[name].state == MISSING:
            item.fields[name] = FieldValue(EXTERNAL, text[slice(*span)], [span])
