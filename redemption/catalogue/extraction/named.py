"""Step 4c: benefits that share the sections of one document, each named inside them.

补贴标准 ⏎ 1.生活补贴：每月1000元 ⏎ 2.购房补贴：10万元      parts of sections, headed by the benefit
生活补贴标准是多少？ … 租房补贴发多少？                     questions that name the benefit they ask about
招用毕业生有什么补贴？ … 灵活就业有补贴吗？                  questions whose answers each give something else
"""

from __future__ import annotations

import re
from collections import Counter

from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.parting import all_different
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.structure import Node

_TELLING = frozenset({"target", "target_weak", "conditions", "standard", "materials"})
_NAME = re.compile(
    r"[\u4e00-\u9fff“”、（）A-Za-z0-9]{2,18}(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还|救助金?|补偿|扶助金?|贷款|减免)"
)
_ASKED = re.compile(
    r"(?!(?:申请|享受|领取|发放|获得|哪些|什么|多少|此项|该项|这项|可以|政策|相关|各类|以上|上述|有关|拿到|这个|重复|停止))"
    r"[\u4e00-\u9fff]{2}(?:补贴|补助|津贴|奖励|资助|贴息|奖补|返还)"
)


def benefit_asked(question: str) -> str:
    """The benefit that a question names, in its shortest form: 生活补贴; "" for none or for several."""
    found = {match.group() for match in _ASKED.finditer(question)}
    return found.pop() if len(found) == 1 else ""


_BEFORE_NAME = re.compile(
    r".*(?:申请|享受|领取|申领|发放|获得|关于|什么是?|哪些|有无|没有|可否|能否|继续|的)"
)
_LONGEST_ASKED = 20


def name_asked(questions: list[str], shortest: str) -> str:
    """The benefit as the questions name it most often, of the shortest form with what stands before it."""
    names: Counter[str] = Counter()
    for question in questions:
        words = re.split(r"[^\u4e00-\u9fff]", question[: question.find(shortest) + len(shortest)])[-1]
        lead = _BEFORE_NAME.match(words[: -len(shortest)])
        name = words[lead.end() :] if lead else words
        names[name if len(name) <= _LONGEST_ASKED else shortest] += 1
    return max(names, key=lambda name: (names[name], len(name)))


def part_names(text: str, sections: list[Node]) -> list[str]:
    """Names of benefits that head parts of two sections or more, the amounts among them; [] for fewer than two."""
    counts: Counter[str] = Counter()
    in_standard: set[str] = set()
    for section in sections:
        if not set(section.roles) & _TELLING:
            continue
        parts = [_caption_name(text, part) for part in section.children]
        here = dict.fromkeys(name for name in [*parts, *map(_line_name, section.lines)] if name)
        counts.update(here.keys())
        if "standard" in section.roles:
            in_standard.update(here)
    names = [name for name, count in counts.items() if count >= 2 and name in in_standard]
    return names if len(names) >= 2 else []


def gather_parts(text: str, root: Node) -> None:
    """A benefit's name that stands alone after a section, and heads a part of another one, heads a part of it too."""
    names = {_caption_name(text, part) for section in root.children for part in section.children} - {""}
    kept: list[Node] = []
    for node in root.children:
        if kept and node.kind == "plain" and not node.roles and _caption_name(text, node) in names:
            node.parent = kept[-1]
            kept[-1].children.append(node)
        else:
            kept.append(node)
    root.children = kept


def part_sections(text: str, sections: list[Node], names: list[str]) -> None:
    """Make every part that a name heads a section inside its section, and free what follows the last for all."""
    for section in sections:
        if not set(section.roles) & _TELLING:
            continue
        if any(_line_name(line) in names for line in section.lines):
            _lines_to_parts(section, names)
        parts = [child for child in section.children if _caption_name(text, child) in names]
        if len(parts) >= 2 and not any(part.lines or part.children for part in parts[:-1]):
            section.lines.extend(parts[-1].lines)
            parts[-1].lines = []


def _caption_name(text: str, part: Node) -> str:
    name = text[slice(*part.caption)].strip(" ：:。") if part.caption else ""
    return name if _NAME.fullmatch(name) else ""


def _line_name(line: Line) -> str:
    name = line.text.strip(" ：:。\u3000")
    return name if not line.cells and _NAME.fullmatch(name) else ""


def _lines_to_parts(section: Node, names: list[str]) -> None:
    kept: list[Line] = []
    part: Node | None = None
    for line in section.lines:
        if _line_name(line) in names:
            line.caption, line.body = (line.start, line.end), line.end
            part = Node(line, "plain", section)
            section.children.append(part)
        elif part is None:
            kept.append(line)
        else:
            part.lines.append(line)
    section.lines = kept


def giving_questions(text: str, root: Node, benefits: tuple[str, ...]) -> list[Node]:
    """Questions whose answers each give something for something else done; [] for fewer than two.

    Where other questions ask for whom, on which conditions, with which papers, the document is of one programme.
    """
    found: list[Node] = []
    conditions: list[str] = []
    for node in root.walk():
        if not node.caption or not node.line or "？" not in node.line.text or node.children:
            continue
        if not set(node.roles) <= {"standard", "target", "conditions"}:
            continue
        if not any(noun in text[slice(*node.caption)] for noun in benefits):
            continue
        answer = [span for span in node.spans() if is_giving(text[slice(*span)])]
        first = next((g.condition for g in read_giving(text, answer).grants if g.condition), None)
        if first is not None:
            found.append(node)
            conditions.append(text[slice(*first)])
    known = {id(node) for node in found}
    one_programme = any(
        set(node.roles) & {"target", "conditions", "materials"} and id(node) not in known
        for node in root.walk()
    )
    if len(found) < 2 or one_programme or len({node.roles for node in found}) > 2:
        return []
    return found if all_different(conditions) else []
