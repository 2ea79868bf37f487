"""Step 3: the lines as a tree of sections, whatever numbering the author used or broke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from redemption.catalogue.extraction.labels import in_two_languages
from redemption.catalogue.extraction.lines import MARKER, RANK, Line
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.titles import labelled_names, titles_of_restarts, unnumbered_titles
from redemption.catalogue.extraction.unnumbered import unnumbered_benefits


@dataclass(eq=False)
class Node:
    """A section: its heading line, the lines that follow it, the sections inside it."""

    line: Line | None
    kind: str = "root"
    parent: Node | None = None
    lines: list[Line] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    roles: tuple[str, ...] = ()

    @property
    def caption(self) -> Span | None:
        return self.line.caption if self.line else None

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def own_spans(self) -> list[Span]:
        """The section's own text after its caption, without the sections inside it."""
        spans: list[Span] = []
        if self.line and self.line.body < self.line.end:
            spans.append((self.line.body, self.line.end))
        spans.extend((line.start, line.end) for line in self.lines)
        return spans

    def spans(self) -> list[Span]:
        """The whole content of the section in reading order, its heading and first number dropped."""
        spans = self.own_spans()
        for child in self.children:
            spans.extend(child.full_spans())
        return sorted(spans)

    def full_spans(self) -> list[Span]:
        """Heading and content."""
        spans: list[Span] = []
        if self.line:
            spans.append((self.line.start, self.line.end))
        spans.extend((line.start, line.end) for line in self.lines)
        for child in self.children:
            spans.extend(child.full_spans())
        return sorted(spans)


def build_tree(lines: list[Line]) -> Node:
    """Nest the lines. The order in which kinds of numbers first appear decides who contains whom."""
    root = Node(None)
    stack: list[Node] = [root]
    headings = _unnumbered_headings(lines)
    named = labelled_names(lines)
    titles = set(named) or unnumbered_titles(lines) or titles_of_restarts(lines)
    benefits = unnumbered_benefits(lines) if not titles else {}
    inner_articles = _articles_inside(lines)
    adorned = sum(line.kind == "bullet" and line.strong for line in lines) >= 2  # ■ heads sections here
    values = {span[0] for span in named.values()}
    for index, line in enumerate(lines):
        kind = line.kind
        if line.start in values and index not in named:
            continue  # the name itself, below its label
        if kind == "bullet" and not line.strong and not (adorned and line.roles and line.body >= line.end):
            kind = ""
        if index in titles:
            kind = "title"
            line.caption = named.get(index) or line.caption or (line.after_marker, line.end)
            line.body = line.end
            line.roles = ()  # 首次创业补贴政策 is a name, though it ends like a label
        if index in benefits:
            kind = "benefit"
            line.caption, line.body = benefits[index]
            line.roles = ()
        elif index in headings and line.caption is None:
            line.caption, line.body = (line.after_marker, line.end), line.end
        if not kind and _GENERAL.fullmatch(line.text) and _is_article(lines, index + 1):
            kind, line.caption, line.body = "chapter", (line.start, line.end), line.end
        if not kind and (line.strong or index in headings) and index not in benefits:
            bracketed = line.text[:1] in "【["
            kind = (
                "label"
                if not bracketed and (line.text.rstrip().endswith(("：", ":")) or line.body < line.end)
                else "plain"
            )
        if not kind:
            holder = root if _CLOSING.match(line.text) else stack[-1]  # 本办法自…施行 belongs to no section
            holder.lines.append(line)
            continue
        if index + 1 in titles and "target" in line.roles and line.body < line.end:
            stack = [root, _lead(root, line)]
            continue
        if kind == "plain" and line.roles and index + 1 < len(lines):
            _close_list(lines[index + 1], stack)
        _pop_for(line, kind, stack, inner_articles)
        node = Node(line, kind, stack[-1], roles=line.roles)
        stack[-1].children.append(node)
        stack.append(node)
    _unwrap(root)
    _values_like_labels(root)
    _release_closing_lines(root)
    return root


# A heading below the last of several items that speaks of all of them.
_COMMON = re.compile(
    r"\s*(?:通用|共性|公共|共同|统一|其他|有关)(?:说明|要求|事项|规定|部分|条款|内容)\s*[：:]?\s*$"
)
_CLOSING = re.compile(
    r"\s*本[^，。；：]{1,10}(?:由[^，。；]{2,30}(?:负责)?解释|(?:自|从)[^，。；]{2,30}起?(?:正式)?(?:施行|实施|执行|生效))"
)


def _lead(root: Node, line: Line) -> Node:
    """服务对象：高校毕业生, above the benefits for them: a section that holds them, its label the first part."""
    lead = Node(None, "lead", root)
    lead.children.append(Node(line, "label", lead, roles=line.roles))
    root.children.append(lead)
    return lead


def _unwrap(root: Node) -> None:
    """A title that looks like a heading or a question holds the whole document: what it holds stands on its own."""
    if len(root.children) != 1 or root.children[0].kind not in ("question", "plain", "label"):
        return
    wrapper = root.children[0]
    parts = sum(child.kind in ("cn", "paren_cn") for child in wrapper.children)
    bare = not wrapper.lines and parts == len(wrapper.children) >= 2 and not _has_body(wrapper)
    if sum(bool(child.roles) for child in wrapper.children) < 3 and not bare:
        return
    root.lines.extend(wrapper.lines)
    root.children = wrapper.children
    for child in root.children:
        child.parent = root


def _values_like_labels(node: Node) -> None:
    """办理方式 ⏎ 线上办理: what stands below a label is its value, though it could be a label of the same kind."""
    kept: list[Node] = []
    for child in node.children:
        _values_like_labels(child)
        above = kept[-1] if kept else None
        if (
            above is not None
            and child.line is not None
            and above.kind == child.kind == "plain"
            and above.roles
            and above.roles == child.roles
            and not above.spans()
            and not child.spans()
        ):
            above.lines.append(child.line)
        else:
            kept.append(child)
    node.children = kept


def _release_closing_lines(node: Node) -> None:
    """What follows the last of several one-line entries belongs to what they are entries of."""
    for child in node.children:
        _release_closing_lines(child)
    same = [
        child for child in node.children if child.kind == (node.children[-1].kind if node.children else "")
    ]
    if len(same) < 3 or node.children[-1].kind in (
        "label",
        "plain",
        "question",
        "chapter",
        "section",
        "article",
    ):
        return
    last = same[-1]
    one_line = all(not child.lines and not child.children for child in same[:-1])
    if one_line and last.lines and not last.children and last.line and last.line.body < last.line.end:
        node.lines.extend(last.lines)
        last.lines = []


def _articles_inside(lines: list[Line]) -> bool:
    """Whether headings with numbers of their own stand above the articles: （一）投资奖励 ⏎ 第二条 …"""
    above = [
        line
        for line, following in zip(lines, lines[1:], strict=False)
        if line.kind in ("cn", "paren_cn") and line.body >= line.end and following.kind == "article"
    ]
    return len(above) >= 2


def _pop_for(line: Line, kind: str, stack: list[Node], inner_articles: bool = False) -> None:
    if kind in ("chapter", "section", "article") and not (kind == "article" and inner_articles):
        while len(stack) > 1 and RANK.get(stack[-1].kind, 99) >= RANK[kind]:
            stack.pop()
        return
    if kind == "step" and line.number == 1:
        steps = [
            place for place, node in enumerate(stack) if "process" in node.roles or "channels" in node.roles
        ]
        if steps:
            del stack[steps[-1] + 1 :]
            return
    if kind == "title":
        while stack[-1].kind in ("label", "plain", "bullet") or any(node.kind == "title" for node in stack):
            stack.pop()
        return
    if "benefit" in {node.kind for node in stack} and kind in ("benefit", "cn", "chapter", "article"):
        while any(node.kind == "benefit" for node in stack):
            stack.pop()
    if kind == "benefit":
        while stack[-1].kind in ("label", "plain", "bullet"):
            stack.pop()
        return
    if (
        kind == "plain"
        and _COMMON.match(line.text)
        and {"project", "title", "benefit"} & {n.kind for n in stack}
    ):
        while any(node.kind in ("project", "title", "benefit") for node in stack):
            stack.pop()
    ends_benefits = "container" in line.roles and any(node.kind == "benefit" for node in stack)
    if kind == "plain" and (_ENDING.fullmatch(line.text) or ends_benefits):
        del stack[1:]
        return
    if (
        kind == "label" and line.roles
    ):  # 条件 ⏎ 1.…； ⏎ 2.…。 ⏎ 材料：…: the label is no part of the second condition
        while len(stack) > 2 and _is_entry(stack[-1]) and stack[-2].roles:
            stack.pop()
    if kind == "plain" and "plain" not in {node.kind for node in stack}:
        while stack[-1].kind == "label":  # a heading of its own ends what a colon began
            stack.pop()
    places = [place for place, node in enumerate(stack) if node.kind == kind]
    if not places and (begun := _begun_inline(line, kind, stack)):
        del stack[begun + 1 :]
        return
    if not places and kind in RANK:  # 发布机构：… is no chapter of what follows it, nor 咨询电话：…
        heading = kind == "cn" and (line.roles or (line.caption is not None and line.body >= line.end))
        while (
            stack[-1].kind == "label" and (stack[-1].roles == ("ignore",) or heading) and _has_body(stack[-1])
        ):
            stack.pop()
    if not places:
        if kind == "cn" and line.number > 1:  # counts on from nothing that is open: below them all
            while stack[-1].kind not in ("root", "chapter", "section", "article", "lead"):
                stack.pop()
        elif kind == "cn":  # 一、 stands above （一）, 1） and ①, whatever came first
            while stack[-1].kind in ("paren_cn", "paren_num", "half", "circled"):
                stack.pop()
        elif (
            line.number > 1 and kind != "article"
        ):  # its first number is missing: fall back to the usual order
            rank = RANK.get(kind, 0)
            while stack[-1].kind in RANK and RANK[stack[-1].kind] > rank:
                stack.pop()
        return
    place = places[-1]
    if kind == "label":  # inside the nearest numbered heading, not beside a label far above it
        for inner in range(len(stack) - 1, place, -1):
            if _is_heading(stack[inner]):
                del stack[inner + 1 :]
                return
    if kind not in ("label", "plain"):
        open_line = stack[place].line
        assert open_line is not None
        # the same kind of number on two levels: 2、申报材料 ⏎ 1、营业执照
        if line.number == 1 and open_line.number >= 1 and open_line.roles and not line.roles:
            return
        if len(places) > 1 and (line.roles or not _follows(line, stack[place])):
            for outer in reversed(places[:-1]):
                if _follows(line, stack[outer]):
                    place = outer
                    break
    del stack[place:]


def _begun_inline(line: Line, kind: str, stack: list[Node]) -> int:
    """2、申报条件：（1）… ⏎ （2）…: the place of the section whose own line holds the entry before; 0 where none does."""
    if line.number != 2:
        return 0
    for place in range(len(stack) - 1, 0, -1):
        above = stack[place].line
        first = MARKER.match(above.content) if above is not None and above.caption else None
        if first and first.lastgroup == kind:
            return place
    return 0


def _close_list(following: Line, stack: list[Node]) -> None:
    """办理依据 ⏎ 1．… 8．… ⏎ 办理流程 ⏎ 1．…: a label above numbers that begin again stands beside the list before it."""
    if following.number != 1 or following.kind not in ("cn", "paren_cn", "num", "paren_num"):
        return
    for place, node in enumerate(stack):
        if node.kind == following.kind:
            if not node.roles and node.line is not None and node.line.body < node.line.end:
                del stack[place:]
            return


_GENERAL = re.compile(r"\s*总\s*则\s*")  # a chapter, though it stands without a number


def _is_article(lines: list[Line], index: int) -> bool:
    return index < len(lines) and lines[index].kind == "article"


_ENDING = re.compile(r"[\s【]*附\s*则[\s】：:]*")  # the last section of a document, with a number or without
_BENEFIT_ENDING = re.compile(
    r"(?:补贴|补助|奖励|资助|贴息|奖补|津贴|扶持|贷款|待遇|返还|减免|支持|补偿|奖金|扶助)\s*$"
)


def _is_entry(node: Node) -> bool:
    """A number before a sentence, as against one before a heading."""
    return node.kind in ("num", "paren_num", "circled") and node.caption is None and not node.roles


def _has_body(node: Node) -> bool:
    return node.line is not None and node.line.body < node.line.end


def _is_heading(node: Node) -> bool:
    line = node.line
    if line is None or node.kind not in ("chapter", "section", "article", "project", "cn", "paren_cn", "num"):
        return False
    return bool(line.roles) or bool(line.body >= line.end and _BENEFIT_ENDING.search(line.text))


def _follows(line: Line, node: Node) -> bool:
    return node.line is not None and line.number == node.line.number + 1


def _unnumbered_headings(lines: list[Line]) -> set[int]:
    """Short lines that stand as headings because the document's other headings are unnumbered labels too."""
    labels = {
        index
        for index, line in enumerate(lines)
        if not line.kind and not line.cells and line.roles and line.body >= line.end
    }
    plain = [index for index in labels if not lines[index].text.rstrip().endswith(("：", ":"))]
    if len(plain) < 2:
        return labels
    if sum(not lines[index].text.strip()[0].isalnum() for index in plain) * 2 > len(plain):
        return labels  # ★ 支持对象 ★: what is not adorned so is no heading
    if sum(in_two_languages(lines[index].text) for index in plain) * 2 > len(plain):
        return labels  # Application Materials 申请材料: what is told in one language is none
    first, last = min(plain), max(plain)
    for index in range(first + 1, last):
        line = lines[index]
        if line.kind or line.cells or line.caption or not 4 <= len(line.text) <= 14:
            continue
        if line.text[-1] not in "。；，、：:！？）)”》…" and not any(c.isdigit() for c in line.text[-4:]):
            following = lines[index + 1]
            long_next = len(following.text) > 20 or following.kind not in ("", "benefit")
            value = index - 1 in labels and following.kind == "benefit"  # what the label above it tells
            if long_next and not value and not any(c in line.text for c in "，。；：:→—-+>/"):
                labels.add(index)
    return labels
