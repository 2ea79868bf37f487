"""From a figure down to the case: a policy, its items, their applications, as an office may see them.

An office sees what belongs to its own place: policies of its jurisdiction, items of its jurisdiction or decided by a
department of it, and their applications. Anything else does not exist for it. Nothing personal is unmasked here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, ApplicationEvent
from redemption.applications.queries import Case, case_by_id
from redemption.applications.rules import ACTION_NAMES, Action
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel.errors import NotFound
from redemption.kernel.secrets import mask_account, mask_id_number, mask_name, mask_phone
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting.models import Duty
from redemption.supervision.queries.duties import jurisdiction_of
from redemption.supervision.queries.policies import progress
from redemption.supervision.rules import ItemFigures

_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_LONG = re.compile(r"(?<!\d)\d{12,}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class PolicyFacts:
    """One policy of the office's place."""

    policy: Policy
    version: PolicyVersion
    department: Department
    items: tuple[ItemFigures, ...]
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class ItemFacts:
    """One item of the office's place, with how many applications stand where."""

    item: Item
    version: ItemVersion
    department: Department
    policy_number: str
    policy_title: str
    counts: Mapping[str, int]


def policy_facts(session: Session, actor: Actor, number: str) -> PolicyFacts:
    """NotFound for a policy of another place."""
    row = session.execute(
        select(Policy, PolicyVersion, Department)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .join(
            Department,
            Department.id == func.coalesce(Policy.drafting_department_id, Policy.lead_department_id),
        )
        .where(
            Policy.number == number,
            Policy.published_at.is_not(None),
            Policy.jurisdiction_id == jurisdiction_of(session, actor),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这份政策文件，请核对编号。")
    policy, version, department = row
    duties = session.scalars(
        select(Duty)
        .where(Duty.subject == f"policy:{policy.id}", Duty.office_id == actor.office_id)
        .order_by(Duty.id.desc())
    )
    return PolicyFacts(policy, version, department, item_figures(session, policy.id), tuple(duties))


def item_figures(session: Session, policy_id: int) -> tuple[ItemFigures, ...]:
    """Each published item of a policy with its applications and money, in the order of the policy."""
    rows = session.execute(
        select(Item.code, ItemVersion.name, Item.state, *progress())
        .select_from(Item)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(Application, Application.item_id == Item.id)
        .where(Item.policy_id == policy_id, Item.published_at.is_not(None))
        .group_by(Item.id, ItemVersion.name)
        .order_by(Item.id)
    )
    return tuple(
        ItemFigures(
            code=row.code,
            name=row.name,
            state=row.state,
            applications=row.applications,
            accepted=row.accepted,
            approved=row.approved,
            paid=row.paid,
            amount_approved=Decimal(row.promised),
            amount_paid=Decimal(row.amount_paid),
        )
        for row in rows
    )


def item_facts(session: Session, actor: Actor, code: str) -> ItemFacts:
    """NotFound for an item of another place."""
    place = jurisdiction_of(session, actor)
    row = session.execute(
        select(Item, ItemVersion, Department, Policy.number, PolicyVersion.title)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Department, Department.id == Item.department_id)
        .join(Policy, Policy.id == Item.policy_id)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .where(Item.code == code, Item.published_at.is_not(None), _items_of(place))
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这个事项，请核对编码。")
    item, version, department, number, title = row
    counts = session.execute(
        applications_of(session, actor, item.id)
        .with_only_columns(Application.status, func.count())
        .group_by(Application.status)
    )
    return ItemFacts(item, version, department, number, title, {str(status): n for status, n in counts})


def applications_of(session: Session, actor: Actor, item_id: int) -> Select[Application]:
    """The applications of an item that the office may see."""
    return _cases(session, actor).where(Application.item_id == item_id)


def case(session: Session, actor: Actor, number: str) -> Case:
    """One application to read. NotFound for one of another place."""
    found = session.scalar(_cases(session, actor).where(Application.number == number))
    if found is None:
        raise NotFound("没有找到这件申报，请核对编号。")
    return case_by_id(session, found.id)


def story(events: list[ApplicationEvent]) -> list[dict[str, Any]]:
    """What happened to a case, the newest first, with names of people masked."""
    told = []
    for event in reversed(events):
        said = event.reason or event.data.get("title") or event.data.get("procedure") or ""
        first = event.from_status is None
        told.append(
            {
                "at": event.at,
                "title": "收到申报" if first else ACTION_NAMES.get(Action(event.action), event.action),
                "who": _who(event),
                "detail": masked(said),
                "state": "done",
            }
        )
    return told


def _who(event: ApplicationEvent) -> str:
    """The place in clear, the person masked: events call them `place name`."""
    if event.actor.startswith("system:"):
        return event.actor_name
    place, _, name = event.actor_name.rpartition(" ")
    return f"{place} {mask_name(name)}".strip()


def masked(text: Any) -> str:
    """A text without identity cards, mobiles, accounts and mail addresses."""
    plain = _ID.sub(lambda found: mask_id_number(found[0]), str(text))
    plain = _MOBILE.sub(lambda found: mask_phone(found[0]), plain)
    plain = _LONG.sub(lambda found: mask_account(found[0]), plain)
    return _MAIL.sub("***@***", plain)


def _cases(session: Session, actor: Actor) -> Select[Application]:
    place = jurisdiction_of(session, actor)
    return (
        select(Application)
        .join(Item, Item.id == Application.item_id)
        .join(Department, Department.id == Application.department_id)
        .where(
            Application.status.is_not(None),
            or_(Item.jurisdiction_id == place, Department.jurisdiction_id == place),
        )
    )


def _items_of(place: int | None) -> ColumnElement[bool]:
    return or_(Item.jurisdiction_id == place, Department.jurisdiction_id == place)
