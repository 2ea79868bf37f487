"""Step 4: one document, how many items? Each item with its own sections, and those it shares with the others.

An item is one benefit that can be applied for on its own. It shows itself as a section with its own 对象, 条件,
标准; as an article or list entry that gives something; or, where the document speaks of one programme only, as the
whole document.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from redemption.catalogue.extraction.benefits import benefit_name
from redemption.catalogue.extraction.giving import GrantFinder
from redemption.catalogue.extraction.grants import Giving, read_giving
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.named import (
    benefit_asked,
    gather_parts,
    giving_questions,
    name_asked,
    part_names,
    part_sections,
)
from redemption.catalogue.extraction.paragraphs import paragraph_benefits
from redemption.catalogue.extraction.parting import all_different, several_benefits
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.references import keep_own_parts
from redemption.catalogue.extraction.scopes import (
    CORE,
    FIELD_ROLES,
    TELLING,
    assign_parts,
    overlap,
    own_lines,
    sections_of,
)
from redemption.catalogue.extraction.structure import Node

_CONTENT = re.compile(r"(?:内容|措施|政策|项目|方向)[：:。]?$")
_WAYS = re.compile(r"方式")  # 资助方式和标准: ways in which one programme pays, not several benefits
_URGED = re.compile(r"(?:支持|鼓励|推动|引导|加大|加快|强化|促进|培育|打造|深化|提升|优化)")
_PURPOSE = re.compile(r"[^，。；：:]{4,40}(?=[，。；：:])")
_NAME_TRIM = re.compile(r"^(?:关于|支持|鼓励)?\s*|\s*[：:。]$")


@dataclass
class Draft:
    """An item before its fields are read."""

    name_span: Span | None
    name: str
    scope: Node
    sections: list[Node] = field(default_factory=list)  # own sections with roles
    shared: list[Node] = field(default_factory=list)  # sections of the document that apply to it too
    passage: list[Span] = field(default_factory=list)  # own text that gives
    giving: Giving | None = None
    own_lines: list[Span] = field(default_factory=list)  # text of the scope outside of any section
    lead_target: Span | None = None  # who it is for, said above it
    cells: dict[str, list[Span]] = field(default_factory=dict)  # a row of a list: field → its cells


class ItemFinder(GrantFinder):
    """Finds the drafts of one document's tree."""

    def find(self, root: Node, title: str, title_span: Span | None) -> list[Draft]:
        """All drafts; [] when nothing in the document can be applied for."""
        drafts = (
            self._by_sections(root)
            or self._by_prefixes(root)
            or self._by_named_parts(root)
            or self._by_groups(root)
            or self._by_paragraphs(root)
            or self._by_questions(root)
        )
        if not drafts:
            grants = self._grant_nodes(root)
            sections = sections_of(root)
            roles = {role for node in sections for role in node.roles}
            single = (
                len(roles & CORE) >= 2 and bool(roles & (TELLING | {"materials"})) and "standard" in roles
            )
            inner = self._fielded_below(root) if not roles & TELLING and len(grants) < 2 else []
            if (
                len(inner) == 1
            ):  # 二、认定 （一）条件 （二）程序: one chapter tells how, the others surround it
                drafts = [self._single(root, title, title_span, [])]
                drafts[0].sections = [*sections_of(inner[0]), *drafts[0].sections]
            elif len(grants) >= 2 and not single and not self._grades_of_one(roles, grants):
                drafts = [draft for node in grants for draft in self._grant_drafts(node)]
            elif (
                roles & (TELLING | {"materials", "process", "channels", "application_period"})
                or len(grants) == 1
                or any(is_giving(self._text[a:b]) for a, b in root.own_spans())  # told in paragraphs
            ):
                drafts = [self._single(root, title, title_span, grants)]
        self._share(root, drafts)
        return drafts

    # -- sections with fields of their own

    def _by_sections(self, root: Node) -> list[Draft]:
        fielded = self._fielded_below(root)
        if len(fielded) < 2 or not overlap(fielded):
            return []
        drafts = []
        known = {id(node) for node in fielded}
        parents = dict.fromkeys(node.parent for node in fielded if node.parent)
        kinds = {node.kind for node in fielded}
        for parent in parents:
            for node in parent.children:
                if id(node) in known:
                    drafts.append(self._section_draft(node))
                elif node.roles or not node.caption or self._refused(node) or node.kind not in kinds:
                    continue
                elif self._gives(node) and not self._fielded_below(node):
                    drafts.extend(self._grant_drafts(node))
        return sorted(drafts, key=lambda draft: draft.scope.line.start if draft.scope.line else 0)

    def _fielded_below(self, node: Node) -> list[Node]:
        """The sections with fields of their own; of two inside each other the inner ones where they are several."""
        found: list[Node] = []
        for child in node.children:
            inner = self._fielded_below(child)
            if len(inner) == 1 and child.kind in ("chapter", "section"):
                found.extend(inner)  # a chapter with one benefit is not the benefit
            elif len(inner) < 2 and self._is_fielded(child):
                found.append(child)
            else:
                found.extend(inner)
        return found

    def _is_fielded(self, node: Node) -> bool:
        if not node.line or (set(node.roles) & FIELD_ROLES and "name" not in node.roles):
            return False
        roles = {role for child in sections_of(node) for role in child.roles} & CORE
        if "container" in node.roles and "standard" not in roles:
            return False  # a chapter on conditions and papers is no benefit
        if node.kind == "title" and "standard" in roles:
            return True
        return len(roles) >= 2 and bool(roles & TELLING)

    def _section_draft(self, node: Node) -> Draft:
        span = self._caption_or_start(node)
        return Draft(span, self._name(span), node, sections_of(node), own_lines=own_lines(node))

    # -- sections of one level whose headings begin with the benefit: 购房补贴申请条件, 租房补贴申请条件

    def _by_prefixes(self, root: Node) -> list[Draft]:
        grouped: dict[str, list[Node]] = {}
        for section in sections_of(root):
            if section.caption and set(section.roles) & TELLING:
                words = self._text[slice(*section.caption)]
                prefix = benefit_asked(words) if "？" in words else self._labels.prefix(words, self._benefits)
                if len(prefix) >= 4:
                    grouped.setdefault(prefix, []).append(section)
        if len(grouped) < 2 or not any(len(nodes) > 1 for nodes in grouped.values()):
            return []
        drafts = []
        for prefix, nodes in grouped.items():
            captions = [node.caption for node in nodes if node.caption]
            asked = [words for span in captions if "？" in (words := self._text[slice(*span)])]
            name = name_asked(asked, prefix) if asked else prefix
            places = ((at, at + len(name)) for span in captions if (at := self._text.find(name, *span)) >= 0)
            drafts.append(Draft(next(places, captions[0]), name, nodes[0], nodes))
        return drafts

    # -- sections whose parts are headed by the benefits, and questions that each give something

    def _by_named_parts(self, root: Node) -> list[Draft]:
        gather_parts(self._text, root)
        sections = sections_of(root)
        names = part_names(self._text, sections)
        part_sections(self._text, sections, names)
        drafts = []
        for name in names:
            begin = self._text.find(name)
            drafts.append(Draft((begin, begin + len(name)), name, Node(None, "part", root)))
        return drafts

    def _by_paragraphs(self, root: Node) -> list[Draft]:
        drafts = []
        for heading, spans in paragraph_benefits(self._text, root, self._labels):
            giving = read_giving(self._text, spans)
            scope = Node(None, "part", heading)
            span = self._caption_or_start(scope, giving) or heading.caption
            drafts.append(Draft(span, self._name(span), scope, passage=spans, giving=giving))
        return drafts

    def _by_questions(self, root: Node) -> list[Draft]:
        drafts = []
        for node in giving_questions(self._text, root, self._benefits):
            node.roles = ()
            drafts.extend(self._grant_drafts(node))
        return drafts

    # -- a section that lists benefits: 扶持措施, or 奖励标准 whose parts are benefits with names

    def _by_groups(self, root: Node) -> list[Draft]:
        told = {role for section in sections_of(root) for role in section.roles}
        listing = (
            {"group", "standard"} if "standard" in told else {"group", "conditions", "target_weak", "name"}
        )
        groups: list[Node] = []
        for node in root.walk():
            if node.kind in ("root", "chapter", "section") or not (listing & set(node.roles)):
                continue
            if groups and node.parent is not groups[-1].parent:
                continue
            named = [child for child in node.children if self._gives(child)]
            if len(named) < 2 or _WAYS.search(self._caption(node)):
                continue
            if not {"standard", "group"} & set(node.roles) and not all(child.caption for child in named):
                continue
            if (
                "standard" not in node.roles
                or self._distinct_benefits(named)
                or self._distinct_gifts(
                    named,
                    bool(_CONTENT.search(self._caption(node))) and len(named) * 4 >= len(node.children) * 3,
                )
            ):
                groups.append(node)  # and those beside it: （一）对人才的支持政策 （二）对企业的支持政策
        return [
            draft
            for group in groups
            for child in self._grant_nodes(group)
            for draft in self._grant_drafts(child)
        ]

    # -- articles and list entries that give

    def _grant_drafts(self, node: Node) -> list[Draft]:
        sections = sections_of(node)
        inner = {
            id(line)
            for section in sections
            for sub in section.walk()
            for line in [sub.line, *sub.lines]
            if line
        }
        spans = own_lines(node)
        if not inner:
            spans = node.spans()
        giving = read_giving(self._text, spans)
        parts = several_benefits(self._text, node, giving, self._benefits)
        if parts:
            drafts = []
            for span, sentences in parts:
                part = read_giving(self._text, sentences)
                drafts.append(Draft(span, self._name(span), node, sections, passage=sentences, giving=part))
            return drafts
        span = self._chapter_name(node) or self._caption_or_start(node, giving)
        lead = self._lead_target(node)
        return [Draft(span, self._name(span), node, sections, passage=spans, giving=giving, lead_target=lead)]

    # -- one programme

    def _grades_of_one(self, roles: set[str], grants: list[Node]) -> bool:
        """Where the document tells for whom and on which conditions, gifts in one section for grades of one thing."""
        if not ({"target", "conditions"} <= roles or len(roles & CORE) >= 3) or roles.isdisjoint(TELLING):
            return False
        if len({id(node.parent) for node in grants}) > 1 or any(node.caption for node in grants):
            return False
        found = [read_giving(self._text, node.spans()).grants for node in grants]
        conditions = [self._text[slice(*g[0].condition)] for g in found if g and g[0].condition]
        pairs = list(zip(conditions, conditions[1:], strict=False))
        return len(conditions) >= 2 and not any(all_different([a, b]) for a, b in pairs)

    def _single(self, root: Node, title: str, title_span: Span | None, grants: list[Node]) -> Draft:
        draft = Draft(title_span, title, root, sections_of(root), own_lines=own_lines(root))
        roles = {role for node in draft.sections for role in node.roles}
        if "standard" not in roles and grants:
            holder = grants[0].parent if len(grants) > 1 else None
            whole = (
                holder is not None and holder is not root and all(node.parent is holder for node in grants)
            )
            draft.passage = (
                holder.spans() if whole and holder else [s for node in grants for s in node.spans()]
            )
            draft.giving = read_giving(self._text, draft.passage)
        elif not {"standard", "conditions"} & roles:  # told in paragraphs
            told = [self._text[a:b].rstrip() for a, b in root.own_spans()]
            draft.passage = [
                span
                for span, words in zip(root.own_spans(), told, strict=True)
                if is_giving(words) and not words.endswith(("：", ":"))
            ]
            draft.giving = read_giving(self._text, draft.passage) if draft.passage else None
        return draft

    # -- names and sharing

    def _lead_target(self, node: Node) -> Span | None:
        """对…企业给予支持，具体如下：who the parts of an article are for, said once above them."""
        parent = node.parent
        if parent is None or parent.line is None:
            return None
        for a, b in parent.own_spans()[:1]:
            lead = re.search(
                r"(?:^|[，。：:])\s*对于?([^，。；]{4,60}?)[，,]?(?:按|给予|予以|分别)", self._text[a:b]
            )
            if lead and re.search(r"(?:如下|以下)[^。]{0,12}[：:]?$|[：:]$", self._text[a:b].strip()):
                return (a + lead.start(1), a + lead.end(1))
        return None

    def _caption_or_start(self, node: Node, giving: Giving | None = None) -> Span | None:
        words = self._text[slice(*node.caption)] if node.caption else ""
        if node.caption and "？" not in words:
            return node.caption
        if node.caption and len(asked := benefit_asked(words)) >= 4:  # 参展补贴的标准是多少？
            begin = node.caption[0] + words.find(asked)
            return (begin, begin + len(asked))
        if giving and giving.grants:
            a, b = giving.sentences[0]
            purpose = _PURPOSE.match(self._text, a, b) if _URGED.match(self._text, a, b) else None
            if purpose and (0 not in giving.giving or purpose.end() - purpose.start() <= 18):
                return purpose.span()
            for grant in giving.grants:
                if name := benefit_name(self._text, grant.gift):
                    return name
            grant = giving.grants[0]
            if grant.target and grant.condition and grant.target[1] - grant.target[0] <= 6:
                return grant.condition  # 企业 alone is no name
            return grant.target or grant.condition or grant.gift
        spans = node.spans()
        return (spans[0][0], min(spans[0][1], spans[0][0] + 30)) if spans else None

    def _name(self, span: Span | None) -> str:
        if span is None:
            return ""
        name = re.sub(r"\s+", " ", self._text[span[0] : span[1]]).strip(" 　：:。，；、")
        return re.sub(r"^关于", "", name)[:80]

    def _share(self, root: Node, drafts: list[Draft]) -> None:
        """Sections that stand outside of every item apply to all items below the place where they stand."""
        scopes = {id(draft.scope) for draft in drafts}
        scopes |= {id(section) for draft in drafts if draft.name_span for section in draft.sections}
        holders = set()
        for draft in drafts:
            node: Node | None = draft.scope
            while node is not None:
                holders.add(id(node))
                node = node.parent
        names = Counter(draft.name for draft in drafts)
        of_node: dict[int, list[Node]] = {}  # many items stand below the same few nodes
        for draft in drafts:
            node = draft.scope.parent
            while node is not None:
                if id(node) not in of_node:
                    of_node[id(node)] = [
                        section
                        for section in sections_of(node)
                        if id(section) not in holders and id(section) not in scopes
                    ]
                draft.shared.extend(
                    section for section in of_node[id(node)] if not _inside_sibling(section, draft.scope)
                )
                node = node.parent
        assign_parts(self._text, drafts, names)
        keep_own_parts(self._text, drafts)


def _inside_sibling(section: Node, scope: Node) -> bool:
    """Whether a section stands inside an entry beside this one: the telephone of another benefit is not shared."""
    holder = section.parent
    return (
        holder is not None
        and holder is not scope.parent
        and holder.parent is scope.parent
        and holder.kind == scope.kind
        and holder.kind in ("num", "paren_cn", "paren_num", "benefit")
    )
