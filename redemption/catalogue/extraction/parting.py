"""Step 4b: one article, several benefits. 实习补贴 … 住房补贴 … in one paragraph, or （一） （二） without headings.

Grades of one benefit (国家级50万元, 省级30万元) stay together; gifts for different things to different recipients do not.
"""

from __future__ import annotations

import re
from collections import Counter

from redemption.catalogue.extraction.benefits import benefit_name
from redemption.catalogue.extraction.bulleted import benefit_lines
from redemption.catalogue.extraction.grants import Giving, Grant, is_cap, read_giving
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.structure import Node

Part = tuple[Span | None, list[Span]]  # the span of its name, and its sentences
_VAGUE = (
    "支持",
    "扶持",
    "资金",
    "奖",
    "补",
    "配套",
    "激励",
    "贷款",
    "认定",
    "担保",
    "保险金",
    "优惠",
    "待遇",
)
_KIND = re.compile(r"补贴|补助|资助|贴息|补偿|津贴|返还|减免|奖励|奖补|奖金|退税")
_KINDS = {"奖金": "奖励", "补助": "补贴", "资助": "补贴"}
_SCALE = re.compile(r"如下|以下(?:标准|规定|方式)|按照?[^。；]{0,12}标准[^。；]{0,8}[：:]|分别|[：:]\s*$")
_AGAIN = re.compile(
    r"^(?:[^，。；]{0,8}(?:再次|连续|复审|重新|超过部分|晋档)|已享受|上述|以上|同一|其中)|在(?:享受)?(?:上述|以上|前述|第[一二三四五六七八九十\d]{1,3}[条款项])[^，。；]{0,16}基础上"
)
_MORE = re.compile(
    r"[再另]行?(?:一次性)?(?:给予|予以|奖励|补[贴助]|资助)|同时|上述|以上[^，。；]{0,6}(?:基础|奖励)|超[过出]部分"
)
_RECOGNISED = re.compile(
    r"认定|评定|评为|获批|获评|入选|荣获|授予|列入|获得[^，。；]{0,20}(?:称号|奖)|通过[^，。；]{0,16}(?:认证|评估|验收)"
)
_WAY = re.compile(r"可以?|申请|直接|均|即|\W")
_DIGITS = re.compile(r"[\d.,，%多余]+|[国省市区县]家?级")
_ALIKE = 0.45  # share of character pairs from which two conditions are grades of one benefit


def several_benefits(text: str, node: Node, giving: Giving, benefits: tuple[str, ...]) -> list[Part]:
    """The benefits of an article, [] where it is one."""
    if parts := benefit_lines(text, node):
        return parts
    caption = text[slice(*node.caption)] if node.caption else ""
    if any(noun in caption for noun in benefits if noun not in _VAGUE):
        return []
    if node.children:
        return _numbered_parts(text, node)
    return (
        _named_sentences(text, node, giving)
        or _different_gifts(text, node, giving)
        or _gifts_by_sentence(text, node, giving)
    )


def _numbered_parts(text: str, node: Node) -> list[Part]:
    """（一）对…企业，给予… （二）对…平台，给予…, without headings of their own."""
    lead = " ".join(text[a:b] for a, b in node.own_spans())
    if _SCALE.search(lead) or any(child.roles or child.caption or child.children for child in node.children):
        return []
    parts: list[Part] = []
    conditions: list[str] = []
    served: set[str] = set()
    for child in node.children:
        spans = child.spans()
        given = read_giving(text, spans)
        served |= {_WAY.sub("", text[slice(*grant.gift)]) for grant in given.grants}
        first = next((grant for grant in given.grants if grant.condition), None)
        if first is None or first.condition is None or _AGAIN.search(text[slice(*first.clause)]):
            if not parts:
                return []
            parts[-1][1].extend(child.full_spans())
            continue
        conditions.append(text[slice(*first.condition)])
        parts.append((_name(text, given.grants) or _who(first), spans))
    if len(served) == 1:
        return []  # （一）…，可办理人才引进； （二）…，可申请办理人才引进: ways to one thing
    recognised = sum(bool(_RECOGNISED.search(condition)) for condition in conditions)
    return parts if len(parts) >= 2 and recognised < 2 and all_different(conditions) else []


def _named_sentences(text: str, node: Node, giving: Giving) -> list[Part]:
    """One paragraph, several benefits with names of their own."""
    if len(giving.giving) < 3:
        return []
    parts: list[Part] = []
    names: list[str] = []
    for index, sentence in enumerate(giving.sentences):
        if index not in giving.giving:
            if parts:
                parts[-1][1].append(sentence)
            continue
        grants = _grants_in(giving, sentence)
        name = _name(text, grants)
        if not any(grant.condition for grant in grants):
            if parts:
                parts[-1][1].append(sentence)
            continue
        names.append(text[slice(*name)] if name else "")
        target = next((grant.target for grant in grants if grant.target), None)
        parts.append((name or target or node.caption, [sentence]))
    distinct = {name for name in names if name}
    return parts if len(parts) >= 2 and len(distinct) >= max(2, len(parts) - 1) else []


def _different_gifts(text: str, node: Node, giving: Giving) -> list[Part]:
    """Clauses that give different kinds of things (奖励 here, 补贴 there) for different things done."""
    found: list[tuple[Grant, str]] = []
    for grant in giving.grants:
        kind = _kind(text, grant)
        if grant.condition and kind and not _AGAIN.match(text[slice(*grant.clause)]):
            found.append((grant, kind))
    if len(found) < 2 or len({kind for _, kind in found}) < len(found):
        return []
    if not all_different([text[slice(*grant.condition)] for grant, _ in found if grant.condition]):
        return []
    starts = [_with_number(grant.clause[0], giving) for grant, _ in found]
    if giving.grants[0].clause[0] < starts[0]:
        return []
    end = giving.sentences[-1][1]
    parts: list[Part] = []
    for place, (grant, _) in enumerate(found):
        stop = starts[place + 1] if place + 1 < len(starts) else end
        inside = [
            (max(a, starts[place]), min(b, stop))
            for a, b in giving.sentences
            if a < stop and b > starts[place]
        ]
        parts.append((_name(text, [grant]) or _who(grant), inside))
    return parts


def _gifts_by_sentence(text: str, node: Node, giving: Giving) -> list[Part]:
    """An article without a heading, each of whose sentences gives once, for something else done.

    Under a heading they are parts of what it names.
    """
    if node.caption or len(giving.giving) < 2 or giving.giving[0] > 0:
        return []
    parts: list[Part] = []
    conditions: list[str] = []
    for sentence in giving.sentences:
        grants = _grants_in(giving, sentence)
        if parts and (not grants or is_cap(text[slice(*sentence)])):
            parts[-1][1].append(sentence)
            continue
        given = grants[0].condition if len(grants) == 1 else None
        if given is None or _MORE.search(text[slice(*grants[0].clause)]):
            return []
        conditions.append(text[slice(*given)])
        parts.append((_name(text, grants) or _who(grants[0]), [sentence]))
    return parts if all_different(conditions) else []


def _with_number(start: int, giving: Giving) -> int:
    """Where a clause begins together with its number （2）."""
    return next((a for a, _ in giving.sentences if start - 6 <= a <= start), start)


def _who(grant: Grant) -> Span | None:
    """企业 alone is no name; what it did is."""
    if grant.target and grant.target[1] - grant.target[0] > 6:
        return grant.target
    return grant.condition


def _grants_in(giving: Giving, sentence: Span) -> list[Grant]:
    return [grant for grant in giving.grants if sentence[0] <= grant.clause[0] < sentence[1]]


def _name(text: str, grants: list[Grant] | tuple[Grant, ...]) -> Span | None:
    return next((name for grant in grants if (name := benefit_name(text, grant.gift))), None)


def _kind(text: str, grant: Grant) -> str:
    words = _KIND.findall(text, *grant.gift)
    return _KINDS.get(words[-1], words[-1]) if words else ""


def is_recognition(condition: str) -> bool:
    """Whether a condition is a title that somebody awards: grades of one benefit more often than several."""
    return bool(_RECOGNISED.search(condition))


def all_different(conditions: list[str]) -> bool:
    """Whether no two conditions are grades of one: they share few words besides numbers and levels."""
    pairs = [_pairs(condition) for condition in conditions]
    return all(
        2 * sum((x & y).values()) < _ALIKE * (sum(x.values()) + sum(y.values()))
        for place, x in enumerate(pairs)
        for y in pairs[place + 1 :]
    )


def _pairs(condition: str) -> Counter[str]:
    bare = _DIGITS.sub("", condition)
    return Counter(bare[i : i + 2] for i in range(len(bare) - 1))
