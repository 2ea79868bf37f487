"""Step 4b: a heading and, line by line below it, benefits with names of their own, as brochures tell them.

落地支持 ⏎ 首次创业的： ⏎ ·5000元一次性开业补贴； ⏎ ·每年最高2万元场地补贴      two benefits, one lead
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.benefits import benefit_name
from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.structure import Node

Part = tuple[Span | None, list[Span]]  # the span of its name, and its lines
_LONGEST = 80  # characters of a line that tells one benefit
_NOUN = r"(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|补偿|减免|贷款|计划)"
_AT_START = re.compile(rf"\W*([\u4e00-\u9fff“”]{{2,16}}{_NOUN})[，：]")
_AT_END = re.compile(rf"的([\u4e00-\u9fff]{{2,16}}{_NOUN})[。；]?$")
_LABEL = re.compile(r"\W*([\u4e00-\u9fff“”]{4,16})：$")
_CONDITION = re.compile(r"(?:的|后|通过)：$")
_GRADE = re.compile(
    r"[一二三四五六七八九十特金银铜甲乙丙\dA-Z]+\s*(?:等|级|类|档|星|奖)|[国省市区县]家?[级赛]|首次|初级|中级|高级"
)


def benefit_lines(text: str, node: Node) -> list[Part]:
    """The benefits below a heading, [] where its lines do not name at least two, each another one.

    A line above them that ends in a colon tells the condition of each; one of them may be named by its recipients.
    """
    if node.children or node.line is None or node.line.body < node.line.end or len(node.lines) < 2:
        return []
    lead: list[Span] = []
    parts: list[Part] = []
    headed = False  # by ·创业培训： on the line above
    for line in node.lines:
        label = _label(text, line)
        name, begin = (None, line.start) if headed or label else _name(text, line)
        if label:
            parts.append((label, list(lead)))
        elif line.text.endswith("："):
            lead = [(line.start, line.end)] if _CONDITION.search(line.text) else []
        elif name is None and (headed or not is_giving(line.text)):
            if parts:
                parts[-1][1].append((line.start, line.end))
        elif line.end - line.start > _LONGEST:
            return []
        else:
            parts.append((name, [*lead, (begin, line.end)]))
        headed = label is not None
    return _told_apart(text, node, parts)


def _told_apart(text: str, node: Node, parts: list[Part]) -> list[Part]:
    """The parts, each with a name; [] where they are grades of what the heading names."""
    names = {text[slice(*name)] for name, _ in parts if name}
    caption = text[slice(*node.caption)] if node.caption else ""
    unnamed = sum(name is None for name, _ in parts)
    if len(parts) < 2 or unnamed > 1 or len(names) + unnamed < len(parts):
        return []
    if any(name in caption for name in names) or not all(lines for _, lines in parts):
        return []
    return [(name or _recipients(text, lines), lines) for name, lines in parts]


def _recipients(text: str, lines: list[Span]) -> Span | None:
    grants = read_giving(text, lines[-1:]).grants
    return next((place for grant in grants if (place := grant.target or grant.condition)), lines[-1])


def _label(text: str, line: Line) -> Span | None:
    match = _LABEL.match(text, line.start, line.end) if line.kind == "bullet" else None
    return match.span(1) if match and not _GRADE.search(match.group(1)) else None


def _name(text: str, line: Line) -> tuple[Span | None, int]:
    """The name of the benefit that a line tells, and where the line begins to tell of it."""
    if match := _AT_START.match(text, line.start, line.end):
        return (None if _GRADE.search(match.group(1)) else match.span(1)), match.end()
    if match := _AT_END.search(text, line.start, line.end):
        return (None if _GRADE.search(match.group(1)) else match.span(1)), line.start
    if not is_giving(line.text):
        return None, line.start
    grants = read_giving(text, [(line.start, line.end)]).grants
    return next((name for grant in grants if (name := benefit_name(text, grant.gift))), None), line.start
