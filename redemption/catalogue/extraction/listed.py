"""Step 1h: a list of papers below a line that does not say so.

请申请人准备： ⏎ 1、身份证； ⏎ 2、户口簿； ⏎ 3、银行卡      what is counted are papers, so the line is their heading
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.lines import Line

_PAPER = re.compile(
    r"(?:表|书|证件?|卡|照片?|原件|复印件|证明|发票|合同|凭证|清单|名册|执照|报告|户口[簿本]|存折|材料|资料)(?:[（(][^（）()]{1,20}[)）])?[；。，]?$"
)
_FEWEST, _MOST = 3, 40
_LONGEST_LEAD, _LONGEST_PAPER = 30, 40


def mark_paper_lists(lines: Sequence[Line]) -> None:
    """Make a heading of every such line, where no heading of the document announces papers."""
    if any("materials" in line.roles for line in lines):
        return
    for place, line in enumerate(lines):
        if _leads(line) and _papers_below(lines, place + 1):
            line.caption, line.body = (line.start, line.end), line.end
            line.roles, line.strong = ("materials",), True


def _leads(line: Line) -> bool:
    unknown = not (line.kind or line.cells or line.roles)
    return unknown and len(line.text) <= _LONGEST_LEAD and line.text.rstrip().endswith("：")


def _papers_below(lines: Sequence[Line], place: int) -> bool:
    """Whether entries from 1 on follow, most of which name a paper."""
    entries: list[Line] = []
    for line in lines[place : place + _MOST]:
        if not line.kind or line.kind != lines[place].kind or line.number != len(entries) + 1:
            break
        entries.append(line)
    papers = sum(len(line.text) <= _LONGEST_PAPER and bool(_PAPER.search(line.text)) for line in entries)
    return len(entries) >= _FEWEST and papers * 4 >= len(entries) * 3
