"""Selects over items and their versions: one's own drafts, and what higher slices join."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from redemption.catalogue.models import CatalogueImport, Item, ItemVersion
from redemption.catalogue.rules import ITEM_MACHINE, OVER, ItemAction
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound
from redemption.policies import queries as policies
from redemption.policies.models import Policy


def published_versions(session: Session, item_id: int) -> list[ItemVersion]:
    """Every version that was public, newest first."""
    return list(
        session.scalars(
            select(ItemVersion)
            .where(ItemVersion.item_id == item_id, ItemVersion.published_at.is_not(None))
            .order_by(ItemVersion.no.desc())
        )
    )


def items_of_policy(session: Session, policy_id: int) -> list[Item]:
    """All items of a policy in the order in which they were made."""
    return list(session.scalars(select(Item).where(Item.policy_id == policy_id).order_by(Item.id)))


def items_of_policies(session: Session, policy_ids: Iterable[int]) -> dict[int, list[Item]]:
    """The items of several policies, in one round trip."""
    found: dict[int, list[Item]] = {policy_id: [] for policy_id in policy_ids}
    for item in session.scalars(select(Item).where(Item.policy_id.in_(list(found))).order_by(Item.id)):
        found[item.policy_id].append(item)
    return found


def working_versions(session: Session, item_ids: Iterable[int]) -> dict[int, ItemVersion]:
    """For each item the version that is worked on: the unpublished one if there is one, else the newest."""
    rows = session.scalars(
        select(ItemVersion)
        .where(ItemVersion.item_id.in_(list(item_ids)))
        .ext(distinct_on(ItemVersion.item_id))
        .order_by(ItemVersion.item_id, ItemVersion.published_at.is_(None).desc(), ItemVersion.no.desc())
    )
    return {row.item_id: row for row in rows}


def names_in_policies(session: Session, policy_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Policy → item → what it is called in the version that is worked on; without what is over."""
    named: dict[int, dict[int, str]] = {policy_id: {} for policy_id in policy_ids}
    rows = session.execute(
        select(Item.id, Item.policy_id).where(Item.policy_id.in_(list(named)), Item.state.not_in(OVER))
    ).all()
    drafts = working_versions(session, [row.id for row in rows])
    for row in rows:
        named[row.policy_id][row.id] = drafts[row.id].name
    return named


def names_beside(session: Session, item: Item) -> list[str]:
    """What the other items of the same policy are called."""
    named = names_in_policies(session, [item.policy_id])[item.policy_id]
    return [name for other, name in named.items() if other != item.id]


def working_version(session: Session, item: Item) -> ItemVersion:
    """The unpublished version if there is one, else the newest."""
    return working_versions(session, [item.id])[item.id]


def seen_by(session: Session, actor: Actor, code: str) -> tuple[Item, Policy]:
    """An item that a policy maker may open, with its policy. NotFound for everybody else's."""
    row = session.execute(
        select(Item, Policy)
        .join(Policy, Policy.id == Item.policy_id)
        .where(Item.code == code, policies.shared_with(actor.department_id))
    ).one_or_none()
    if row is None or actor.role is not Role.POLICY_MAKER or actor.department_id is None:
        raise NotFound("没有找到这个事项，请核对编码，或确认它是否属于您的部门。")
    return row[0], row[1]


def of_department(department_id: int | None) -> Select[Item]:
    """Items of the policies that a department's policy makers work on."""
    return select(Item).join(Policy, Policy.id == Item.policy_id).where(policies.shared_with(department_id))


def outdated(day: dt.date) -> Select[Item]:
    """Items whose validity or application period ended before a day, and whose state does not say so yet."""
    closable = [str(state) for state in ITEM_MACHINE.sources(ItemAction.CLOSE)]
    expirable = [str(state) for state in ITEM_MACHINE.sources(ItemAction.EXPIRE)]
    return (
        select(Item)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            or_(
                Item.state.in_(expirable) & (ItemVersion.valid_until < day),
                Item.state.in_(closable) & (ItemVersion.closes_on < day),
            )
        )
        .order_by(Item.id)
    )


def imports_of(session: Session, department_id: int | None, limit: int = 20) -> list[CatalogueImport]:
    """The last imports of a department, newest first, without their rows."""
    return list(
        session.scalars(
            select(CatalogueImport)
            .where(CatalogueImport.department_id == department_id)
            .order_by(CatalogueImport.id.desc())
            .limit(limit)
        )
    )
