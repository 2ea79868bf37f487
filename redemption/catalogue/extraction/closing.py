"""Step 3a: what stands below the last of several entries but belongs to all of them.

A page ends with 咨询电话：… or 企业于每年3月登录…申报 right after its last benefit, without a heading between.
"""

from __future__ import annotations

from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.structure import Node

_OWN = ("label", "plain", "question", "chapter", "section", "article")


def release_closing(node: Node) -> None:
    """Move what the last entry has and no other entry has to what they are entries of."""
    for child in node.children:
        release_closing(child)
    if not node.children:
        return
    last = node.children[-1]
    if last.kind in _OWN and last.kind != "question":
        return
    before = [child for child in node.children[:-1] if child.kind == last.kind]
    if len(before) < 2:
        return
    if last.kind != "question" and (last.roles or any(child.roles for child in before)):
        return
    _lift_labels(before, last)
    _release_labels(node, before, last)
    if last.kind != "question":
        _release_lines(node, before, last)


def _release_labels(node: Node, before: list[Node], last: Node) -> None:
    """申报流程：…, 联系电话：… where the entries before have no such labels."""
    told = {role for child in before for sub in child.children for role in sub.roles}
    kept = list(last.children)
    while kept and kept[-1].kind in ("label", "plain") and kept[-1].roles and not told & set(kept[-1].roles):
        kept.pop()
    freed = last.children[len(kept) :]
    aside = {role for label in freed for role in label.roles} <= {"ignore", "validity"}
    if freed and (kept or aside or len(freed) >= 2 or not any(child.children for child in before)):
        last.children = kept
        for label in freed:
            label.parent = node
        node.children.extend(freed)


def _lift_labels(before: list[Node], last: Node) -> None:
    """Labels below the last part of the last entry stand beside that part, where no entry before has any there."""
    part = last.children[-1] if last.children else None
    if part is None or not part.roles or not part.children:
        return
    labels = part.children
    alone = all(child.kind in ("label", "plain") and child.roles for child in labels)
    if alone and not any(child.children and child.children[-1].children for child in before):
        part.children = []
        for label in labels:
            label.parent = last
        last.children.extend(labels)


def _release_lines(node: Node, before: list[Node], last: Node) -> None:
    """Lines below the last entry's text, where every entry before has a line less."""
    if last.children:
        closing = last.children[-1]
        alike = [
            child.children[-1]
            for child in before
            if child.children and child.children[-1].roles == closing.roles
        ]
        if closing.kind == "label" and len(alike) == len(before) and not any(sub.lines for sub in alike):
            node.lines.extend(closing.lines)
            closing.lines = []
        return
    if any(child.children for child in before):
        return
    most = max(len(child.lines) for child in before)
    freed = last.lines[most:]
    if freed and most <= 1 and not any(is_giving(line.text) for line in freed):
        node.lines.extend(freed)
        last.lines = last.lines[:most]
