"""Which sections stand under a node of the tree, and which part of a shared section belongs to which item."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.structure import Node

CORE = frozenset(
    {
        "target",
        "target_weak",
        "conditions",
        "standard",
        "materials",
        "process",
        "application_period",
        "channels",
    }
)
TELLING = frozenset({"target", "target_weak", "conditions", "standard"})
FIELD_ROLES = frozenset(FIELDS) | {"target_weak", "receiver"}
_ASIDE = frozenset({"phone", "onsite_address", "online_url"})  # labels that stand under 其他 too


class Sharing(Protocol):
    """An item that shares sections of its document."""

    name: str
    shared: list[Node]


def assign_parts(text: str, drafts: Sequence[Sharing], names: Counter[str]) -> None:
    """A shared section whose parts are headed by item names gives each item its part."""
    if len(drafts) < 2:
        return
    for draft in drafts:
        replaced = []
        for section in draft.shared:
            parts = {}
            for child in section.children:
                if child.caption and (owner := _owner(text[slice(*child.caption)], names)):
                    parts[owner] = child
            if len(parts) >= 2:
                if draft.name in parts:
                    part = parts[draft.name]
                    part.roles = part.roles or section.roles
                    replaced.append(part)
                if section.lines and set(section.roles) & TELLING:
                    replaced.append(Node(None, "rest", lines=section.lines, roles=section.roles))
            else:
                replaced.append(section)
        draft.shared = replaced


def _owner(caption: str, names: Counter[str]) -> str | None:
    caption = re.sub(r"\s|[：:。]|申报材料|申请材料|所需材料|材料$", "", caption)
    for name in names:
        if name and len(caption) >= 3 and (caption in name or name in caption):
            return name
    return None


def sections_of(node: Node) -> list[Node]:
    """The sections with roles directly under a node; containers (申报须知 …) are looked through."""
    found: list[Node] = []
    for child in node.children:
        fields = set(child.roles) & FIELD_ROLES
        inner = [sub for sub in child.children if set(sub.roles) & FIELD_ROLES]
        if fields:
            found.append(child)
        elif (
            "container" in child.roles
            or child.kind in ("chapter", "section")
            or (not child.roles and len(inner) == len(child.children) and inner and not child.caption)
        ):
            found.extend(sections_of(child))
        elif "validity" in child.roles or "ignore" in child.roles:
            found.append(child)
            found.extend(sub for sub in inner if set(sub.roles) & (_ASIDE | {"target_weak"}))
        elif not child.roles and child.caption:
            parts = {role for sub in inner for role in sub.roles}
            found.extend(
                sub
                for sub in inner
                if (len(parts & CORE) >= 2 and parts & TELLING)  # 补贴时间、对象及标准: named by its parts
                or (set(sub.roles) & _ASIDE and sub.kind in ("label", "plain"))
            )
    return found


def overlap(nodes: list[Node]) -> bool:
    counts: Counter[str] = Counter()
    for node in nodes:
        counts.update({role for child in sections_of(node) for role in child.roles} & CORE)
    return any(count >= 2 for count in counts.values())


def own_lines(node: Node) -> list[Span]:
    """The text of a node that stands in none of its sections."""
    taken = {id(section) for section in sections_of(node)}
    spans = list(node.own_spans())
    queue = list(node.children)
    while queue:
        child = queue.pop(0)
        if id(child) in taken:
            continue
        spans.extend(child.own_spans() if child.caption is None or child.children else child.full_spans())
        queue.extend(child.children)
    return sorted(spans)
