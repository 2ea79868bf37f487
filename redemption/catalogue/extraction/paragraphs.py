"""Step 4e: benefits told in paragraphs below headings without numbers.

    资金扶持政策
    对在主板上市的企业，奖励100万元。
    对通过金融机构借款的项目，给予30%的贴息。

Each paragraph that gives something is a benefit; what follows it without giving belongs to it.
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.cues import tells_handling
from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.parting import all_different
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.structure import Node

_HEADING = re.compile(r"[\u4e00-\u9fff“”、]{2,16}(?:政策|措施|奖励|补贴|扶持|支持|优惠|激励)\s*[：:]?")
_OWN_LEAD = re.compile(r"\s*(?:支持|鼓励|推动|促进|加大|强化|引导)[^，。；：]{2,18}[。：]")
_FEWEST = 2


def paragraph_benefits(text: str, root: Node, labels: Labels) -> list[tuple[Node, list[Span]]]:
    """The heading and the paragraphs of each benefit; [] for fewer than two headings of this kind.

    Where every heading stands above one benefit, it is the benefit's name and nothing is to be told apart. The headings lose their role: 资金扶持政策 is the name of a group, not the standard of one programme.
    """
    headings = [node for node in root.walk() if _is_heading(text, node, labels)]
    giving = [parts for node in headings if (parts := _parts(text, node))]
    if len(giving) < _FEWEST or all(len(parts) == 1 for parts in giving):
        return []
    found: list[tuple[Node, list[Span]]] = []
    for node in headings:
        node.roles = ("group",)
        parts = _parts(text, node)
        found.extend((node, part) for part in parts)
    return found


def _is_heading(text: str, node: Node, labels: Labels) -> bool:
    if (
        node.kind not in ("plain", "label", "benefit")
        or node.caption is None
        or node.children
        or not node.lines
    ):
        return False
    if node.line is None or node.line.body < node.line.end or not set(node.roles) <= {"standard", "group"}:
        return False
    caption = text[slice(*node.caption)].strip(" ：:")
    if node.kind == "benefit" and not caption.endswith(("政策", "措施")):
        return False
    return bool(_HEADING.fullmatch(caption)) and not labels.exact(caption)


def _parts(text: str, node: Node) -> list[list[Span]]:
    parts: list[list[Span]] = []
    conditions: list[str] = []
    headed = 0
    for line in node.lines:
        if not is_giving(line.text) or tells_handling(line.text):
            if parts:
                parts[-1].append((line.start, line.end))
            continue
        parts.append([(line.start, line.end)])
        grants = read_giving(text, parts[-1]).grants
        if _OWN_LEAD.match(line.text):
            headed += 1
        conditions.append(next((text[slice(*g.condition)] for g in grants if g.condition), ""))
    pairs = list(zip(conditions, conditions[1:], strict=False))
    alike = sum(not all_different([a, b]) for a, b in pairs)
    if len(parts) >= 2 and alike * 2 > len(pairs) and not headed:  # grades of one benefit, a line each
        return [[span for part in parts for span in part]]
    return parts
