"""Keeping the search table true: called by whoever changes an item's state or version, in the same transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.catalogue import terms
from redemption.catalogue.models import Item, ItemSearch, ItemVersion
from redemption.catalogue.rules import MODE_NAMES, SHOWN, ItemState, Mode
from redemption.identity.models import Department, Jurisdiction
from redemption.identity.rules import OBJECT_CLASS_NAMES, ObjectClass
from redemption.policies.models import Policy, PolicyVersion

BATCH = 500
EXCERPT = 300
"""Characters of each long field that are searched: what a text is about stands at its beginning."""


def index(session: Session, item_id: int) -> None:
    """Write, rewrite or remove the row of one item. Whatever its state: searches filter."""
    index_many(session, [item_id])


def index_many(session: Session, item_ids: Sequence[int] | None = None) -> int:
    """The same for many items, None for all of them; returns how many rows were written."""
    session.flush()
    written = 0
    for ids in _batches(session, item_ids):
        rows = [_row(found) for found in session.execute(_source(ids))]
        kept = {row["item_id"] for row in rows}
        gone = [one for one in ids if one not in kept]
        if gone:
            session.execute(delete(ItemSearch).where(ItemSearch.item_id.in_(gone)))
        if rows:
            statement = insert(ItemSearch)
            columns = {name: statement.excluded[name] for name in rows[0] if name != "item_id"}
            session.execute(statement.on_conflict_do_update(index_elements=["item_id"], set_=columns), rows)
        written += len(rows)
    return written


def _batches(session: Session, item_ids: Sequence[int] | None) -> Iterator[list[int]]:
    if item_ids is None:
        item_ids = list(session.scalars(select(Item.id).order_by(Item.id)))
    for start in range(0, len(item_ids), BATCH):
        yield list(item_ids[start : start + BATCH])


def _source(ids: list[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Item.id,
            Item.code,
            Item.state,
            Item.published_at,
            Item.jurisdiction_id,
            Item.department_id,
            ItemVersion,
            PolicyVersion.title,
            PolicyVersion.document_number,
            Policy.number,
            Department.name.label("department"),
            Jurisdiction.level,
        )
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(PolicyVersion, PolicyVersion.id == ItemVersion.policy_version_id)
        .join(Policy, Policy.id == Item.policy_id)
        .join(Department, Department.id == Item.department_id)
        .join(Jurisdiction, Jurisdiction.id == Item.jurisdiction_id)
        .where(Item.id.in_(ids), Item.state != ItemState.DRAFT, ItemVersion.published_at.is_not(None))
    )


def _row(found: Row[Any]) -> dict[str, Any]:
    version: ItemVersion = found.ItemVersion
    folded = terms.fold(version.name)
    short = terms.initials(folded)
    body = terms.join([version.name, found.document_number, *_parts(version, found)])
    return {
        "item_id": found.id,
        "code": found.code,
        "name": version.name,
        "summary": version.summary,
        "state": found.state,
        "open": found.state in SHOWN,
        "name_folded": folded,
        "body": body,
        "grams": terms.grams(body),
        "name_grams": terms.name_grams(folded),
        "pinyin": f"{terms.pinyin(folded)}{terms.BREAK}{short}",
        "theme": version.theme,
        "object_classes": list(version.object_classes),
        "mode": version.mode,
        "level": found.level,
        "jurisdiction_id": found.jurisdiction_id,
        "department_id": found.department_id,
        "department": found.department,
        "document_number": found.document_number,
        "policy_number": found.number,
        "opens_on": version.begins_on,
        "closes_on": version.closes_on,
        "valid_until": version.valid_until,
        "published_at": found.published_at or version.published_at,
    }


def _parts(version: ItemVersion, found: Row[Any]) -> list[str]:
    """What an item is found by beside its name."""
    classes = [
        OBJECT_CLASS_NAMES.get(ObjectClass(name), "") for name in version.object_classes if _known(name)
    ]
    mode = MODE_NAMES[Mode(version.mode)] if version.mode in set(Mode) else ""
    texts = [
        str(version.fields.get(name, {}).get("text") or "")[:EXCERPT]
        for name in ("target", "standard", "conditions")
    ]
    return [found.code, found.title, version.theme, found.department, mode, *classes, version.summary, *texts]


def _known(name: str) -> bool:
    return name in set(ObjectClass)
