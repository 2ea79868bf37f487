"""Step 3c: benefits without numbers: 【参展补贴】对…, ● 贷款贴息：对…, or the name on a line of its own above its text."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.grants import is_giving
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import Span

_NOUN = r"(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|补偿|奖金|贷款|减免|扶持|支持|激励)"
_NAME = rf"[\u4e00-\u9fffA-Za-z\d“”、（）]{{2,22}}?{_NOUN}(?:政策)?"
_INLINE = re.compile(rf"\s*(?:【\s*({_NAME})\s*】\s*[：:]?|({_NAME})\s*[：:])\s*(?=\S{{6}})")
_ALONE = re.compile(rf"\s*[【\[《“]?({_NAME})[】\]》”]?\s*[：:]?")

Heading = tuple[Span, int]  # span of the name, offset where its text begins


def unnumbered_benefits(lines: list[Line]) -> dict[int, Heading]:
    """Index of a line → its name and the begin of its text; {} for fewer than two."""
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


def _shifted(line: Line, span: Span) -> Span:
    return (line.after_marker + span[0], line.after_marker + span[1])
