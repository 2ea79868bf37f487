"""Step 1c: labels that the table of synonyms does not know, between labels that it knows.

    补贴标准：每月500元 ⏎ 资金用途：转岗培训 ⏎ 申请材料：…      资金用途 belongs neither to the standard nor to the papers

Such a label ends what stands before it; its own content is left aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.lines import Line

_BRACKETED = re.compile(r"\s*[【\[]([\u4e00-\u9fff、]{2,10})[】\]]\s*[：:]?\s*(?=\S)")
_COLON = re.compile(
    r"\s*([\u4e00-\u9fff]{2,4}(?:方式|用途|部门|单位|类型|级别|层级|性质|来源|形式|状态|机构|说明|备注|行业|链接|编号|编码|科室|次数|结果|领域))[：:]\s*(?=\S)"
)
_FEWEST = 3  # known labels in brackets, before one that is unknown is taken for a label


def mark_unknown_labels(lines: Sequence[Line]) -> None:
    """Make a label of every such line."""
    bracketed = sum(bool(line.strong and line.roles and line.text.lstrip()[:1] in "【[") for line in lines)
    for place, line in enumerate(lines):
        if line.kind or line.roles or line.cells or line.strong:
            continue
        match = _BRACKETED.match(line.text) if bracketed >= _FEWEST else None
        if (
            match is None
            and 0 < place < len(lines) - 1
            and _told(lines[place - 1])
            and _labelled(lines[place + 1])
        ):
            match = _COLON.match(line.text)
        if match:
            line.caption = (line.start + match.start(1), line.start + match.end(1))
            line.body = line.start + match.end()
            line.roles, line.strong = ("ignore",), True


def _labelled(line: Line) -> bool:
    return line.strong and bool(line.roles) and not line.cells


def _told(line: Line) -> bool:
    """A label with its value beside it."""
    return _labelled(line) and line.body < line.end
