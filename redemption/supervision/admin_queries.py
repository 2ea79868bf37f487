"""What an administrator looks at: places, accounts, how the machinery stands, the log. No case, no declared data."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from redemption.dispatch import queries as dispatch
from redemption.identity.models import (
    Department,
    Enterprise,
    Jurisdiction,
    Office,
    Person,
    Post,
    ServiceCentre,
)
from redemption.kernel import audit, clock, outbox
from redemption.kernel.audit import AuditAnchor, AuditChain, AuditEntry
from redemption.messages.models import Delivery, MessageTemplate
from redemption.messages.rules import Template, built_in
from redemption.reporting import queries as duties

AT_MOST = 200


@dataclass(frozen=True)
class Places:
    """The whole organisation, each kind in the order of its code."""

    jurisdictions: Sequence[Jurisdiction]
    offices: Sequence[tuple[Office, str]]
    departments: Sequence[tuple[Department, str]]
    centres: Sequence[tuple[ServiceCentre, str]]


def places(session: Session) -> Places:
    """Everything, with the name of the jurisdiction."""

    def with_jurisdiction(model: Any, *order: Any) -> list[tuple[Any, str]]:
        query = select(model, Jurisdiction.name).join(Jurisdiction, Jurisdiction.id == model.jurisdiction_id)
        return [(row[0], row[1]) for row in session.execute(query.order_by(*order))]

    return Places(
        jurisdictions=session.scalars(
            select(Jurisdiction).order_by(Jurisdiction.parent_id.nulls_first(), Jurisdiction.code)
        ).all(),
        offices=with_jurisdiction(Office, Jurisdiction.code),
        departments=with_jurisdiction(Department, Jurisdiction.code, Department.code),
        centres=with_jurisdiction(ServiceCentre, ServiceCentre.code),
    )


@dataclass(frozen=True)
class Held:
    """A post with the name of its place."""

    id: int
    role: str
    grade: str
    place: str
    began_at: dt.datetime
    ended_at: dt.datetime | None


_PLACE = func.coalesce(Enterprise.name, Department.name, ServiceCentre.name, Office.name, "")


def _posts() -> Any:
    return (
        select(Post, _PLACE)
        .outerjoin(Enterprise, Enterprise.id == Post.enterprise_id)
        .outerjoin(Department, Department.id == Post.department_id)
        .outerjoin(ServiceCentre, ServiceCentre.id == Post.centre_id)
        .outerjoin(Office, Office.id == Post.office_id)
    )


def posts(session: Session, person_ids: Sequence[int], *, with_ended: bool = False) -> dict[int, list[Held]]:
    """The posts of several people, in one read."""
    query = _posts().where(Post.person_id.in_(person_ids)).order_by(Post.id)
    if not with_ended:
        query = query.where((Post.ended_at.is_(None)) | (Post.ended_at > clock.now()))
    found: dict[int, list[Held]] = {}
    for post, place in session.execute(query):
        held = Held(post.id, post.role, post.grade, place, post.began_at, post.ended_at)
        found.setdefault(post.person_id, []).append(held)
    return found


def accounts(session: Session, typed: str, role: str, limit: int = AT_MOST) -> list[Person]:
    """Accounts by part of login or name, and by role; the newest first."""
    query = select(Person)
    plain = typed.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    if plain:
        query = query.where(or_(Person.login.ilike(f"%{plain}%"), Person.name.ilike(f"%{plain}%")))
    if role:
        holds = select(Post.person_id).where(Post.role == role, Post.ended_at.is_(None))
        query = query.where(Person.id.in_(holds))
    return list(session.scalars(query.order_by(Person.id.desc()).limit(limit)))


def account(session: Session, person_id: int) -> Person | None:
    return session.get(Person, person_id)


@dataclass(frozen=True)
class State:
    """How the machinery stands: what waits to be done, what could not be delivered, what failed on the way out."""

    backlog: list[outbox.Backlog]
    connections: list[dispatch.Health]
    deliveries: dict[str, int]
    last_anchor: AuditAnchor | None


def state(session: Session) -> State:
    rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return State(
        backlog=outbox.backlog(session),
        connections=dispatch.health(session),
        deliveries={row[0]: row[1] for row in rows},
        last_anchor=session.scalar(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1)),
    )


def chains(session: Session, beginning: str, limit: int = 30) -> list[AuditChain]:
    """Chains whose name begins so."""
    plain = beginning.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return list(
        session.scalars(
            select(AuditChain)
            .where(AuditChain.chain.like(f"{plain}%"))
            .order_by(AuditChain.chain)
            .limit(limit)
        )
    )


def entries(session: Session, chain: str) -> list[tuple[AuditEntry, str]]:
    """One chain, oldest first, with the names of the people."""
    rows = audit.entries(session, chain)
    ids = {
        int(row.actor.split(":")[1])
        for row in rows
        if row.actor.startswith("person:") and row.actor.split(":")[1].isdigit()
    }
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row[0]: row[1] for row in people}
    return [
        (
            row,
            names.get(int(row.actor.split(":")[1]), row.actor)
            if row.actor.startswith("person:")
            else row.actor,
        )
        for row in rows
    ]


def templates(session: Session) -> list[tuple[Template, MessageTemplate | None]]:
    """Every wording with the administrator's own, if there is one."""
    own = {row.code: row for row in session.scalars(select(MessageTemplate))}
    return [(template, own.get(code)) for code, template in sorted(built_in().items())]


def heads(session: Session, department_id: int) -> list[tuple[int, str]]:
    """(person, name) of a department's heads: who hears first of an overdue duty."""
    return duties.heads(session, {department_id}).get(department_id, [])
