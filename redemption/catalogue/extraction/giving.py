"""Step 4a: which sections of a document give something: articles, list entries, captioned parts."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.parting import all_different, is_recognition
from redemption.catalogue.extraction.promises import is_budget, is_giving
from redemption.catalogue.extraction.scopes import FIELD_ROLES
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.synonyms import Synonyms

_TIER = re.compile(
    r"[一二三四五六七八九十特金银铜甲乙丙\dA-Z]+\s*(?:等|级|类|档|星|奖$)|国家级|省级|市级|区级|首次|初级|中级|高级|标准$|额度$"
)
_NOT_GRANT = re.compile(
    r"监督|管理|法律责任|罚|追究|绩效|附则|解释|施行|资金来源|保障|总则|职责|组织|目的|定义|名词|术语|程序|流程|材料|审核|拨付|兑现流程|重复|违规|退出|规则"
)
_LONGEST_URGE = 40  # characters of a sentence that stands as a heading
_VAGUE = frozenset({"支持", "扶持", "资金", "奖", "补", "配套", "激励", "贷款", "认定", "担保", "保险金"})


class GrantFinder:
    """Finds the sections that give. Holds the text of one document."""

    def __init__(self, text: str, synonyms: Synonyms, labels: Labels) -> None:
        self._text = text
        self._labels = labels
        self._benefits = tuple(synonyms.words("benefits", "nouns"))
        self._giving_cache: dict[int, bool] = {}

    def _grant_nodes(self, node: Node) -> list[Node]:
        found: list[Node] = []
        for child in node.children:
            if set(child.roles) & (FIELD_ROLES | {"ignore", "validity"}) - {"name"}:
                continue
            captioned = [sub for sub in child.children if sub.caption and not sub.roles and self._gives(sub)]
            if child.kind in ("chapter", "section") or "group" in child.roles or "container" in child.roles:
                found.extend(self._grant_nodes(child))
            elif len(captioned) >= 2 and self._separate(child, captioned):
                found.extend(captioned)
            elif not child.own_spans() and any(sub.kind == "benefit" for sub in child.children):
                found.extend(self._grant_nodes(child))
            elif self._only_heads(child):
                found.extend(sub for sub in child.children if self._gives(sub) and not self._refused(sub))
            elif self._gives(child) and not self._refused(child):
                found.extend([child, *(self._named_apart(child) or self._articles_apart(child))])
            elif child.children and not (child.kind == "article" and self._refused(child)):
                found.extend(self._grant_nodes(child))
        return self._with_neighbours(node, found)

    def _named_apart(self, node: Node) -> list[Node]:
        """（一）投资支持 1.… 2.… 3.绩效奖励。…: of parts without names one that has the name of another benefit."""
        captioned = [sub for sub in node.children if sub.caption and not sub.roles]
        if not node.caption or len(captioned) != 1 or len(node.children) < 3:
            return []
        sub = captioned[0]
        name = self._caption(sub).rstrip(" ：:。")
        specific = name.endswith(tuple(noun for noun in self._benefits if noun not in _VAGUE))
        if not specific or _TIER.search(name) or len(name) < 4 or not self._gives(sub):
            return []
        node.children.remove(sub)
        return [sub]

    def _articles_apart(self, node: Node) -> list[Node]:
        """（三）总部奖励 第五条 对新设总部… 第六条 对迁回结算的企业…: an article that gives for something else done.

        The first one keeps the name of the heading.
        """
        articles = [sub for sub in node.children if sub.kind == "article" and self._gives(sub)]
        if not node.caption or len(articles) < 2 or any(sub.roles or sub.caption for sub in articles):
            return []
        given = [read_giving(self._text, sub.spans()).grants for sub in articles]
        conditions = [
            self._text[slice(*grants[0].condition)] for grants in given if grants and grants[0].condition
        ]
        if len(conditions) < len(articles) or not all_different(conditions):
            return []
        apart = articles[1:]
        node.children = [sub for sub in node.children if sub not in apart]
        return apart

    def _only_heads(self, node: Node) -> bool:
        """一、创新能力建设 above numbered paragraphs, each with a benefit of its own: a chapter without the word."""
        if node.kind == "cn" and self._urges(node):
            return True
        if node.kind != "cn" or node.caption is None or node.own_spans():
            return False
        if any(noun in self._text[slice(*node.caption)] for noun in self._benefits if noun not in _VAGUE):
            return False
        subs = [child for child in node.children if not child.roles]
        giving = [child for child in subs if self._gives(child)]
        continued = bool(subs and subs[0].line and subs[0].line.number > 1)
        return len(giving) >= (1 if continued else 2) and len(giving) * 2 >= len(subs)

    def _urges(self, node: Node) -> bool:
        """一、改善投资环境，提高利用水平。 （一）… （二）…: a sentence as a heading, above gifts for different things."""
        own = [self._text[a:b].strip() for a, b in node.own_spans()]
        if len(own) != 1 or len(own[0]) > _LONGEST_URGE or own[0].count("。") > 1 or is_giving(own[0]):
            return False
        if any(noun in own[0] for noun in self._benefits if noun not in _VAGUE):
            return False
        giving = [child for child in node.children if not child.roles and self._gives(child)]
        given = [read_giving(self._text, child.spans()).grants for child in giving]
        conditions = [self._text[slice(*g[0].condition)] for g in given if g and g[0].condition]
        return len(giving) >= 2 and len(giving) * 2 >= len(node.children) and all_different(conditions)

    def _with_neighbours(self, node: Node, found: list[Node]) -> list[Node]:
        """Among captioned benefits, one whose words are unusual is still a benefit by its caption."""
        here = [child for child in found if child.parent is node and child.caption]
        alike = [child for child in node.children if here and child.kind == here[0].kind]
        named = bool(here) and here[0].kind == "benefit"  # found by their names, not by what they give
        if not named and (len(here) < 2 or len(here) < len(alike) // 2):
            return found
        known = {id(child) for child in found}
        for child in alike:
            if id(child) in known or child.roles or not child.caption:
                continue
            caption = self._text[slice(*child.caption)].rstrip(" ：:。")
            specific = caption.endswith(self._benefits) and not caption.endswith(
                ("支持", "扶持", "资金", "激励")
            )
            budget = any(is_budget(self._text[a:b]) for a, b in child.spans()[:1])
            if specific and not budget and not self._refused(child) and child.spans():
                found.append(child)
        return sorted(found, key=lambda one: one.line.start if one.line else 0)

    def _separate(self, node: Node, children: list[Node]) -> bool:
        """Whether captioned parts are benefits of their own and not tiers of one."""
        captions = [self._text[a:b] for child in children if child.caption for a, b in [child.caption]]
        return sum(bool(_TIER.search(caption)) for caption in captions) <= len(captions) // 2

    def _gives(self, node: Node) -> bool:
        known = self._giving_cache.get(id(node))
        if known is None:
            known = any(is_giving(self._text[a:b]) for a, b in node.spans())
            self._giving_cache[id(node)] = known
        return known

    def _refused(self, node: Node) -> bool:
        caption = self._text[slice(*node.caption)] if node.caption else ""
        return bool(caption and _NOT_GRANT.search(caption) and not caption.endswith(self._benefits))

    def _caption(self, node: Node) -> str:
        return self._text[slice(*node.caption)] if node.caption else ""

    def _chapter_name(self, node: Node) -> Span | None:
        """第二章 企业上市奖励 above the one article that gives: the chapter's heading names the benefit."""
        chapter = node.parent
        if node.kind != "article" or node.caption or chapter is None or chapter.kind != "chapter":
            return None
        giving = [child for child in chapter.children if self._gives(child)]
        name = self._caption(chapter).rstrip(" ：:。")
        specific = name.endswith(tuple(noun for noun in self._benefits if noun not in _VAGUE))
        return chapter.caption if specific and len(name) >= 4 and len(giving) == 1 else None

    def _distinct_benefits(self, nodes: list[Node]) -> bool:
        names = [self._text[a:b] for node in nodes if node.caption for a, b in [node.caption]]
        if len(names) < 2 or len(names) < len(nodes) - 1:
            return False
        nouns = sum(name.endswith(self._benefits) and not _TIER.search(name) for name in names)
        return nouns >= 2 and nouns >= len(names) - 1

    def _distinct_gifts(self, nodes: list[Node], unnamed: bool) -> bool:
        """Parts that each give something for something else done; with captions, or `unnamed` below 扶持内容."""
        if any(node.roles for node in nodes) or not (unnamed or all(node.caption for node in nodes)):
            return False
        if any(_TIER.search(self._text[slice(*node.caption)]) for node in nodes if node.caption):
            return False
        conditions = []
        for node in nodes:
            grants = read_giving(self._text, node.spans()).grants
            first = next((grant.condition for grant in grants if grant.condition), None)
            if first is None:
                return False
            conditions.append(self._text[slice(*first)])
        captions = [self._text[slice(*node.caption)] for node in nodes if node.caption]
        if unnamed and not captions:
            recognised = sum(is_recognition(condition) for condition in conditions)
            return recognised < 2 and all_different(conditions)
        named = all(4 <= len(caption) <= 14 for caption in captions) and all_different(captions)
        return named or all_different(conditions)
