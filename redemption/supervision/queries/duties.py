"""How duties are fulfilled: by department, month, kind; what is urged."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    and_,
    cast,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from redemption.identity.models import Department, Office
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.reporting.models import Duty
from redemption.reporting.rules import KINDS, Kind
from redemption.supervision.rules import Period, Punctuality


def jurisdiction_of(session: Session, actor: Actor) -> int | None:
    """The place the acting person's office looks after."""
    return session.scalar(select(Office.jurisdiction_id).where(Office.id == actor.office_id))


def by_department(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    rows = session.execute(
        _punctuality(owed, period, Department.code, Department.name)
        .join(Department, Department.id == Duty.department_id)
        .group_by(Department.code, Department.name)
        .order_by(Department.code)
    )
    return [_row(row) for row in rows]


def by_month(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    month = func.to_char(Duty.event_date, "YYYY-MM")
    rows = session.execute(_punctuality(owed, period, month, month).group_by(month).order_by(month))
    return [_row(row, f"{int(row.key[:4])}年{int(row.key[5:])}月") for row in rows]


def by_kind(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    rows = session.execute(
        _punctuality(owed, period, Duty.kind, Duty.kind).group_by(Duty.kind).order_by(Duty.kind)
    )
    return [_row(row, KINDS[Kind(row.key)].name) for row in rows]


def whole(session: Session, owed: ColumnElement[bool], period: Period) -> Punctuality:
    """All of them as one line."""
    row = session.execute(_punctuality(owed, period, func.max(Duty.kind), func.max(Duty.kind))).one()
    return _row(row, "合计")


def urged(session: Session, actor: Actor, limit: int = 50) -> list[Duty]:
    """列入看板督办: overdue for so long that the last step of escalation was reached; the oldest first."""
    return list(
        session.scalars(
            select(Duty)
            .where(
                owed_to(actor),
                Duty.fulfilled_at.is_(None),
                Duty.closed_at.is_(None),
                Duty.steps_done.contains(["overdue_board"]),
            )
            .order_by(Duty.due_at, Duty.id)
            .limit(limit)
        )
    )


def missed(
    session: Session, owed: ColumnElement[bool], period: Period, limit: int = 40
) -> list[tuple[Duty, str]]:
    """Duties of a period that are overdue or were fulfilled late, with the department's name; the open ones first."""
    rows = session.execute(
        select(Duty, Department.name)
        .join(Department, Department.id == Duty.department_id)
        .where(
            owed,
            Duty.event_date >= period.first,
            Duty.event_date <= period.last,
            Duty.closed_at.is_(None),
            or_(Duty.late, and_(Duty.fulfilled_at.is_(None), Duty.due_at <= clock.now())),
        )
        .order_by(Duty.fulfilled_at.is_not(None), Duty.due_at, Duty.id)
        .limit(limit)
    )
    return [(duty, name) for duty, name in rows]


def owed_to(actor: Actor) -> ColumnElement[bool]:
    """Duties owed to the acting person's office."""
    return Duty.office_id == actor.office_id if actor.office_id is not None else false()


def duties_about(actor: Actor, subject: str) -> Select[Duty]:
    """Duties about one subject that are owed to the acting person's office."""
    return select(Duty).where(Duty.subject == subject, owed_to(actor))


def fell_away() -> ColumnElement[bool]:
    """Closed and not exempted: nothing was owed any more, so that no figure counts it."""
    return and_(Duty.closed_at.is_not(None), ~Duty.exempted)


def _punctuality(owed: ColumnElement[bool], period: Period, key: Any, name: Any) -> Select[Any]:
    now = clock.now()
    is_open = and_(Duty.fulfilled_at.is_(None), Duty.closed_at.is_(None))
    begun = func.timezone("Asia/Shanghai", cast(Duty.event_date, DateTime(timezone=False)))
    days = func.extract("epoch", Duty.fulfilled_at - begun) / 86400.0
    return select(
        key.label("key"),
        name.label("name"),
        func.count(Duty.id).label("total"),
        func.count().filter(Duty.fulfilled_at.is_not(None)).label("fulfilled"),
        func.count().filter(Duty.late).label("late"),
        func.count().filter(is_open, Duty.due_at <= now).label("overdue"),
        func.count().filter(Duty.exempted).label("exempted"),
        func.percentile_cont(0.5).within_group(days).filter(Duty.fulfilled_at.is_not(None)).label("median"),
    ).where(owed, Duty.event_date.between(period.first, period.last), ~fell_away())


def _row(row: Any, name: str = "") -> Punctuality:
    median = None if row.median is None else max(float(row.median), 0.0)
    return Punctuality(
        str(row.key or ""),
        name or str(row.name or ""),
        row.total,
        row.fulfilled,
        row.late,
        row.overdue,
        row.exempted,
        median,
    )
