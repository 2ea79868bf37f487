"""Selects of the workbench: one department's cases and what it said about them."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Submission
from redemption.applications.rules import Status
from redemption.catalogue.models import Item, ItemVersion
from redemption.decisions.models import Decision, DepartmentEvent, Proposal
from redemption.decisions.rules import EventState
from redemption.dispatch.models import Referral
from redemption.identity.models import Department, Enterprise, Person, Post
from redemption.identity.rules import Role
from redemption.kernel import clock

PAGE = 50
GROUPS: dict[str, tuple[str, tuple[Status, ...]]] = {
    "new": ("待受理", (Status.RECEIVED,)),
    "review": ("审核中", (Status.ACCEPTED, Status.OBJECTION_REVIEW)),
    "waiting": ("待补正", (Status.CORRECTION_REQUESTED,)),
    "publicity": ("公示中", (Status.PUBLICITY,)),
    "paying": ("拨付", (Status.APPROVED, Status.DISBURSING, Status.PAYMENT_FAILED)),
    "over": (
        "已办结",
        (
            Status.DISBURSED,
            Status.DENIED,
            Status.ACCEPTANCE_REFUSED,
            Status.WITHDRAWN,
            Status.LAPSED,
            Status.REVOKED,
        ),
    ),
}


@dataclass
class Filter:
    """What the inbox shows."""

    group: str = "new"
    words: str = ""
    item: str = ""
    mine: bool = False
    overdue: bool = False
    page: int = 1

    @property
    def active(self) -> int:
        return sum(map(bool, (self.words, self.item, self.mine, self.overdue)))


@dataclass
class Inbox:
    """One page of cases and how many there are in each group."""

    rows: list[Row[Any]]
    more: bool
    counts: dict[str, int] = field(default_factory=dict)
    items: list[tuple[str, str]] = field(default_factory=list)


def of_department(department_id: int) -> ColumnElement[bool]:
    """Cases that a department decides, or is heard about."""
    heard = (
        select(Referral.id)
        .where(
            Referral.application_id == Application.id,
            Referral.department_id == department_id,
            Referral.purpose == "opinion",
            Referral.state != "planned",
        )
        .exists()
    )
    return and_(Application.status.is_not(None), or_(Application.department_id == department_id, heard))


def inbox(session: Session, department_id: int, person_id: int, shown: Filter) -> Inbox:
    """Cases of one group by due date, the most urgent first."""
    statuses = [status.value for status in GROUPS[shown.group][1]]
    query: Select[Any] = _cases().where(of_department(department_id), Application.status.in_(statuses))
    if shown.words:
        query = query.where(
            or_(
                Application.number.contains(shown.words.upper(), autoescape=True),
                Enterprise.name.contains(shown.words, autoescape=True),
                Enterprise.uscc == shown.words.upper(),
            )
        )
    if shown.item:
        query = query.where(Item.code == shown.item)
    if shown.mine:
        query = query.where(Application.assignee_person_id == person_id)
    if shown.overdue:
        query = query.where(Application.due_at <= clock.now())
    order = (
        (Application.over_at.desc().nulls_last(), Application.id.desc())
        if shown.group == "over"
        else (Application.due_at.nulls_last(), Application.id)
    )
    rows = list(session.execute(query.order_by(*order).offset((shown.page - 1) * PAGE).limit(PAGE + 1)))
    return Inbox(
        rows[:PAGE], len(rows) > PAGE, _counts(session, department_id), _items(session, department_id)
    )


def _cases() -> Select[Any]:
    query: Any = (
        select(
            Application,
            Enterprise.name.label("enterprise_name"),
            Enterprise.uscc.label("uscc"),
            ItemVersion.name.label("item_name"),
            Submission.channel.label("channel"),
            Person.name.label("assignee_name"),
        )
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Item, Item.id == Application.item_id)
        .join(Submission, Submission.id == Application.submission_id)
        .outerjoin(Person, Person.id == Application.assignee_person_id)
    )
    return query


def _counts(session: Session, department_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Application.status, func.count())
        .where(of_department(department_id))
        .group_by(Application.status)
    )
    by_status: dict[str, int] = {str(row[0]): row[1] for row in rows}
    return {
        code: sum(by_status.get(status.value, 0) for status in statuses)
        for code, (_, statuses) in GROUPS.items()
    }


def _items(session: Session, department_id: int) -> list[tuple[str, str]]:
    """Items with cases here, for the filter."""
    rows = session.execute(
        select(Item.code, func.max(ItemVersion.name))
        .join(Application, Application.item_id == Item.id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(of_department(department_id))
        .group_by(Item.code)
        .order_by(func.max(ItemVersion.name))
        .limit(100)
    )
    return [(row[0], row[1]) for row in rows]


def decision(session: Session, application_id: int) -> Decision | None:
    return session.scalar(select(Decision).where(Decision.application_id == application_id))


def open_proposal(session: Session, application_id: int) -> Proposal | None:
    """A proposed decision that waits for a second person."""
    return session.scalar(
        select(Proposal).where(Proposal.application_id == application_id, Proposal.settled_at.is_(None))
    )


def needs_two(session: Session, department_id: int) -> bool:
    """Whether a department lets two people decide (`Department.settings["two_person"]`)."""
    settings = session.scalar(select(Department.settings).where(Department.id == department_id))
    return bool((settings or {}).get("two_person"))


def conflicts(session: Session, department_id: int | None, *, kept: bool = False) -> list[Row[Any]]:
    """Events that wait for a person (or for their turn), with the case they speak of."""
    query: Any = (
        select(
            DepartmentEvent,
            Application.number.label("application_number"),
            Department.name.label("department_name"),
        )
        .join(Department, Department.id == DepartmentEvent.department_id)
        .outerjoin(Referral, Referral.id == DepartmentEvent.referral_id)
        .outerjoin(Application, Application.id == Referral.application_id)
        .where(DepartmentEvent.state == (EventState.KEPT if kept else EventState.CONFLICTING))
        .order_by(DepartmentEvent.id)
        .limit(200)
    )
    if department_id is not None:
        query = query.where(DepartmentEvent.department_id == department_id)
    return list(session.execute(query))


def colleagues(session: Session, department_id: int) -> list[tuple[int, str, str]]:
    """(id, login, name) of the officers of a department, for assignment."""
    now = clock.now()
    rows = session.execute(
        select(Person.id, Person.login, Person.name)
        .join(Post, Post.person_id == Person.id)
        .where(
            Post.department_id == department_id,
            Post.role == Role.OFFICER,
            or_(Post.ended_at.is_(None), Post.ended_at > now),
            Person.closed_at.is_(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def colleague(session: Session, department_id: int, login: str) -> tuple[int, str] | None:
    """(id, name) of an officer of this department."""
    for person_id, known, name in colleagues(session, department_id):
        if known == login:
            return person_id, name
    return None
