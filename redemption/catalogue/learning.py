"""What people made of what was extracted: the material from which the synonym table is improved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from redemption.catalogue import review
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.review import Difference
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotAllowed
from redemption.policies import queries as policies
from redemption.policies.models import Policy

MOST_HEADING = 40
MOST_WORD = 20
COLONS = ("：", ":")
_NUMBER = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百]+[、.．条章节]|[（(][一二三四五六七八九十\d]+[）)]|\d+[、.．)）]|[①-⑳])\s*"
)


@dataclass(frozen=True)
class Learned:
    """One field that a person changed in one item. `heading` is the source's own heading above the words that the
    person took: where the extractor missed a field, that is the word the synonym table lacks."""

    item: Item
    version: ItemVersion
    difference: Difference
    heading: str

    @property
    def word(self) -> str:
        """The heading without its number and colon, as the synonym table would take it; empty if it is too long."""
        word = _NUMBER.sub("", self.heading).strip(" 　：:。.")
        return word if len(word) <= MOST_WORD else ""


def edited_versions(actor: Actor) -> Select[ItemVersion]:
    """Versions that a person changed: of one's department's policies, for an administrator of all.

    NotAllowed for other roles.
    """
    query = (
        select(ItemVersion)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            ItemVersion.edited_at.is_not(None),
            ItemVersion.extracted["fields"].is_not(None),
            ItemVersion.no == 1,
        )
    )
    if actor.role is Role.ADMINISTRATOR:
        return query
    if actor.role is not Role.POLICY_MAKER or actor.department_id is None:
        raise NotAllowed
    return query.join(Policy, Policy.id == Item.policy_id).where(policies.shared_with(actor.department_id))


def learned(session: Session, versions: Sequence[ItemVersion]) -> list[Learned]:
    """Every changed field of these versions, with the heading under which the confirmed words stand."""
    changed = [
        (version, review.differences(version.name, version.fields, version.extracted)) for version in versions
    ]
    changed = [(version, differences) for version, differences in changed if differences]
    texts = policies.versions_with_text(session, {version.policy_version_id for version, _ in changed})
    items = {
        item.id: item
        for item in session.scalars(select(Item).where(Item.id.in_({one.item_id for one, _ in changed})))
    }
    found = []
    for version, differences in changed:
        text, item = texts[version.policy_version_id], items[version.item_id]
        for difference in differences:
            spans = review.spans_of(version.fields.get(difference.field))
            heading = heading_above(text.text, text.blocks, spans[0][0]) if spans else ""
            found.append(Learned(item, version, difference, heading))
    return found


def heading_above(text: str, blocks: Sequence[Mapping[str, Any]], at: int) -> str:
    """What the source itself calls the words at a place: the label before them on their line, or the nearest heading
    or line with a colon at its end above; empty if that is too long for one."""
    for block in reversed([block for block in blocks if block["start"] <= at]):
        before = text[block["start"] : min(block["end"], at)].strip()
        if block.get("kind") == "heading" and not before.endswith(COLONS):
            before = text[block["start"] : block["end"]].strip()
        if block.get("kind") == "heading" or before.endswith(COLONS):
            return before if len(before) <= MOST_HEADING else ""
    return ""
