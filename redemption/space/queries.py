"""What stands in an enterprise's space: read across the slices, for this enterprise alone."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications import clocks
from redemption.applications.models import Application, Correction, Submission
from redemption.applications.rules import Status
from redemption.catalogue.models import ItemVersion
from redemption.evaluation.models import Rating
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.messages import queries as messages
from redemption.messages.models import Message

RATING_DAYS = 60
"""How long after its end a case is offered for rating."""
OPEN_AT_MOST = 200
OVER_AT_MOST = 50


@dataclass(frozen=True)
class Line:
    """One application in a list, with the clock that runs."""

    number: str
    submission: str
    item_id: int
    item: str
    department: str
    status: str
    channel: str
    received_at: dt.datetime
    over_at: dt.datetime | None
    amount: Decimal | None
    due: clocks.DueInfo | None


@dataclass(frozen=True)
class Task:
    """Something only the enterprise can do: what, by when, where."""

    kind: str
    title: str
    item: str
    link: str
    action: str
    due: clocks.DueInfo | None
    hint: str = ""


@dataclass(frozen=True)
class Draft:
    """A submission that was not handed in yet."""

    number: str
    items: tuple[str, ...]
    saved_at: dt.datetime


_LINE = (
    select(Application, Submission.number, Submission.channel, ItemVersion.name, Department.name)
    .join(Submission, Submission.id == Application.submission_id)
    .join(ItemVersion, ItemVersion.id == Application.item_version_id)
    .join(Department, Department.id == Application.department_id)
)


def running(session: Session, enterprise_id: int) -> list[Line]:
    """Cases that are not over (办结), the newest first."""
    rows = session.execute(
        _LINE.where(
            Application.enterprise_id == enterprise_id,
            Application.status.is_not(None),
            Application.over_at.is_(None),
        )
        .order_by(Application.id.desc())
        .limit(OPEN_AT_MOST)
    )
    return _lines(session, rows.all())


def over(session: Session, enterprise_id: int, limit: int = OVER_AT_MOST) -> list[Line]:
    """Cases that are over, the last one first."""
    rows = session.execute(
        _LINE.where(Application.enterprise_id == enterprise_id, Application.over_at.is_not(None))
        .order_by(Application.over_at.desc(), Application.id.desc())
        .limit(limit)
    )
    return _lines(session, rows.all())


def _lines(session: Session, rows: Any) -> list[Line]:
    calendar, today = load_calendar(session), clock.today()
    return [
        Line(
            number=case.number,
            submission=submission,
            item_id=case.item_id,
            item=item,
            department=department,
            status=case.status,
            channel=channel,
            received_at=case.received_at,
            over_at=case.over_at,
            amount=case.amount_approved if case.amount_approved is not None else case.amount_requested,
            due=None if case.over_at else clocks.info(case, calendar, today),
        )
        for case, submission, channel, item, department in rows
    ]


def drafts(session: Session, enterprise_id: int) -> list[Draft]:
    """What was begun and not handed in, the last saved first."""
    rows = session.execute(
        select(Submission.number, Submission.saved_at, func.array_agg(ItemVersion.name))
        .join(Application, Application.submission_id == Submission.id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Submission.enterprise_id == enterprise_id,
            Submission.received_at.is_(None),
            Submission.discarded_at.is_(None),
        )
        .group_by(Submission.id)
        .order_by(Submission.saved_at.desc())
        .limit(OVER_AT_MOST)
    )
    return [Draft(number, tuple(items), saved_at) for number, saved_at, items in rows]


def tasks(session: Session, enterprise_id: int) -> list[Task]:
    """To do first: corrections by their due date, then returned payments, then ratings."""
    return [
        *_corrections(session, enterprise_id),
        *_returned_payments(session, enterprise_id),
        *_to_rate(session, enterprise_id),
    ]


def _corrections(session: Session, enterprise_id: int) -> list[Task]:
    rows = session.execute(
        select(Application, ItemVersion.name, func.jsonb_array_length(Correction.entries))
        .join(Correction, Correction.application_id == Application.id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Application.enterprise_id == enterprise_id,
            Application.status == Status.CORRECTION_REQUESTED.value,
            Correction.answered_at.is_(None),
            Correction.closed_at.is_(None),
        )
        .order_by(Correction.due_at)
    )
    calendar, today = load_calendar(session), clock.today()
    return [
        Task(
            "correction",
            "补正",
            item,
            f"/applications/{case.number}/correction",
            "去补正",
            clocks.info(case, calendar, today),
            f"共 {count} 项需要补齐",
        )
        for case, item, count in rows
    ]


def _returned_payments(session: Session, enterprise_id: int) -> list[Task]:
    rows = session.execute(
        select(Application.number, ItemVersion.name)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Application.enterprise_id == enterprise_id,
            Application.status == Status.PAYMENT_FAILED.value,
        )
        .order_by(Application.id)
    )
    return [
        Task(
            "account",
            "更正收款账户",
            item,
            f"/applications/{number}/account",
            "去更正",
            None,
            "银行退回了拨付的资金，更正账户后会重新拨付",
        )
        for number, item in rows
    ]


def _to_rate(session: Session, enterprise_id: int) -> list[Task]:
    since = clock.now() - dt.timedelta(days=RATING_DAYS)
    rated = select(Rating.id).where(Rating.application_id == Application.id).exists()
    rows = session.execute(
        select(Application.number, ItemVersion.name)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Application.enterprise_id == enterprise_id,
            Application.over_at > since,
            Application.status.not_in([Status.WITHDRAWN.value, Status.LAPSED.value]),
            ~rated,
        )
        .order_by(Application.over_at.desc())
        .limit(10)
    )
    return [
        Task("rating", "评价本次服务", item, f"/applications/{number}/rating", "去评价", None)
        for number, item in rows
    ]


def latest_messages(session: Session, actor: Actor, limit: int = 5) -> list[Message]:
    """The newest messages to the acting person or their enterprise."""
    return list(session.scalars(messages.mine(actor).order_by(Message.id.desc()).limit(limit)))


def messages_query(actor: Actor, *, unread: bool) -> Select[Message]:
    """All messages of the space, or the unread ones."""
    query = messages.mine(actor)
    return query.where(Message.read_at.is_(None)) if unread else query


def counted(session: Session, enterprise_id: int) -> Row[int, int]:
    """(running, over) cases of the enterprise, for the tabs."""
    return session.execute(
        select(
            func.count().filter(Application.over_at.is_(None)),
            func.count().filter(Application.over_at.is_not(None)),
        ).where(Application.enterprise_id == enterprise_id, Application.status.is_not(None))
    ).one()


def search(session: Session, enterprise_id: int, text: str, limit: int = OVER_AT_MOST) -> list[Line]:
    """Cases of the enterprise by part of their number or of the item's name."""
    plain = text.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = session.execute(
        _LINE.where(
            Application.enterprise_id == enterprise_id,
            Application.status.is_not(None),
            or_(Application.number.ilike(f"%{plain}%"), ItemVersion.name.ilike(f"%{plain}%")),
        )
        .order_by(Application.id.desc())
        .limit(limit)
    )
    return _lines(session, rows.all())
