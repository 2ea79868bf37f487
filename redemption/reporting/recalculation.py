"""A change of the workday calendar: what it would move, and moving it.

    effect = preview(session, actor, change)      nothing stays written
    apply(session, actor, change)                 the calendar at once, every due date in one job after the commit

The calendar is one for everybody: administrators and the office of the city change it, other offices read it.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from redemption.applications import clocks as case_clocks
from redemption.applications import queries as applications
from redemption.applications.clocks import Due, Terms
from redemption.applications.models import Application
from redemption.applications.service import sweeping
from redemption.catalogue.models import ItemVersion
from redemption.identity.models import Department, Jurisdiction, Office
from redemption.identity.rules import Actor, Level, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import (
    DayChange,
    correct_day,
    import_schedule,
    load_calendar,
    preview_schedule,
)
from redemption.kernel.db import Json
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.kernel.notice import read_notice
from redemption.reporting import clocks, queries, rules
from redemption.reporting.models import Duty
from redemption.reporting.rules import KINDS, Kind, Unit
from redemption.reporting.service import SYSTEM

SHOWN = 100
LISTED = 500
"""Affected due dates that are kept by name in the log; their number is kept of all."""
CASES_AT_ONCE = 1000


@dataclass(frozen=True)
class Change:
    """Either a schedule in the holiday-cn shape, or one day."""

    reason: str
    schedule: Json | None = None
    day: dt.date | None = None
    is_off_day: bool = False
    name: str = ""

    @property
    def year(self) -> int:
        """The year whose page shows it."""
        return int(self.schedule["year"]) if self.schedule is not None else (self.day or clock.today()).year

    @property
    def first(self) -> dt.date:
        """No due date before this day can move."""
        if self.schedule is not None:
            return dt.date(int(self.schedule.get("year") or 2000) - 1, 12, 1)
        return self.day or clock.today()


@dataclass(frozen=True)
class Move:
    """One due date that would be another."""

    title: str
    department: str
    before: dt.date
    after: dt.date
    becomes_overdue: bool
    link: str


@dataclass(frozen=True)
class Effect:
    """What a change would do: `moves` holds the first of them, the counts all."""

    days: tuple[DayChange, ...]
    differences: tuple[DayChange, ...]
    warnings: tuple[str, ...]
    newly_known: bool
    moves: tuple[Move, ...]
    moved: int
    becoming_overdue: int
    firm: int
    """Provisional dates that become firm."""


def read_schedule(text: str) -> Json:
    """A schedule as pasted or uploaded: the State Council's notice itself, or JSON. Invalid at `schedule`."""
    if not text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
        return read_notice(text)
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise Invalid.field(
            "schedule", f"第 {error.lineno} 行第 {error.colno} 个字符处不是有效的 JSON，请检查后重新导入。"
        ) from None
    if not isinstance(data, dict):
        raise Invalid.field("schedule", "日历文件应是一个 JSON 对象，包含 year 和 days。")
    return data


def may_change(session: Session, actor: Actor) -> bool:
    """Administrators, and the office of the city."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    level = session.scalar(
        select(Jurisdiction.level)
        .join(Office, Office.jurisdiction_id == Jurisdiction.id)
        .where(Office.id == actor.office_id)
    )
    return actor.role is Role.OFFICE and level == Level.CITY.value


def preview(session: Session, actor: Actor, change: Change) -> Effect:
    """What would move, computed on the changed calendar inside a savepoint that is undone."""
    _allowed(session, actor)
    schedule = preview_schedule(session, change.schedule) if change.schedule is not None else None
    names = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    savepoint = session.begin_nested()
    try:
        day = _enter(session, actor, change)
        found = list(_moves(session, change.first, names))
    finally:
        savepoint.rollback()
        session.expire_all()
    today = clock.today()
    moved = [move for move in found if move.before != move.after]
    return Effect(
        days=schedule.changes if schedule else ((day,) if day else ()),
        differences=schedule.differences if schedule else (),
        warnings=schedule.warnings if schedule else (),
        newly_known=bool(schedule and schedule.newly_known),
        moves=tuple(sorted(moved, key=lambda move: (not move.becomes_overdue, move.after))[:SHOWN]),
        moved=len(moved),
        becoming_overdue=sum(move.after < today <= move.before for move in moved),
        firm=len(found) - len(moved),
    )


def apply(session: Session, actor: Actor, change: Change) -> None:
    """Enter the change, differences confirmed; the due dates follow in one job (`calendar.changed`)."""
    _allowed(session, actor)
    _enter(session, actor, change)
    outbox.publish(
        session,
        "calendar.changed",
        change.first.isoformat(),
        first=change.first.isoformat(),
        year=change.year,
    )


def recalculate(session: Session, first: dt.date, year: int | None = None) -> int:
    """Every open due date that the calendar moves, of duties and of applications; returns how many moved.

    Who was affected is written down in the log of the calendar of `year`, where its page lists it.
    """
    names = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    found = [
        _affected(duty.title, names[duty.department_id], before, rules.due_day(duty.due_at))
        for duty, before in clocks.recompute(session)
    ]
    for moved in list(_case_moves(session, first)):
        if sweeping.refresh(session, moved.application_id):
            clocks.follow_application(session, moved.application_id)
            found.append(_affected(moved.title, names[moved.department_id], moved.before, moved.due.date))
    today = clock.today().isoformat()
    late = [one for one in found if one["after"] and one["after"] < today <= (one["before"] or today)]
    audit.record(
        session,
        f"calendar:{year or first.year}",
        SYSTEM.ref,
        "recalculate",
        {"moved": len(found), "overdue": len(late), "affected": found[:LISTED]},
    )
    return len(found)


def _affected(title: str, department: str, before: dt.date | None, after: dt.date | None) -> Json:
    return {
        "title": title,
        "department": department,
        "before": before.isoformat() if before else None,
        "after": after.isoformat() if after else None,
    }


def _enter(session: Session, actor: Actor, change: Change) -> DayChange | None:
    if change.schedule is not None:
        import_schedule(session, actor.ref, change.schedule, change.reason, confirm=True)
        return None
    if change.day is None:
        raise Invalid.field("day", "请选择日期。")
    return correct_day(session, actor.ref, change.day, change.is_off_day, change.name, change.reason)


def _moves(session: Session, first: dt.date, names: dict[int, str]) -> Iterator[Move]:
    calendar, today = load_calendar(session), clock.today()
    counted = [kind.value for kind, rule in KINDS.items() if rule.unit is not Unit.GIVEN]
    duties = session.execute(
        select(
            Duty.kind,
            Duty.title,
            Duty.number,
            Duty.department_id,
            Duty.event_date,
            Duty.due_at,
            Duty.provisional,
        ).where(
            queries.open_now(),
            Duty.kind.in_(counted),
            or_(Duty.provisional, Duty.due_at > clock.start_of_day(first)),
        )
    )
    for row in duties:
        deadline = rules.due_of(Kind(row.kind), row.event_date, calendar)
        before = rules.due_day(row.due_at)
        if deadline.date != before or deadline.provisional != row.provisional:
            over = deadline.date < today <= before
            yield Move(
                row.title, names[row.department_id], before, deadline.date, over, f"/duties/{row.number}"
            )
    for moved in _case_moves(session, first):
        assert moved.due.date is not None
        over = moved.due.date < today <= moved.before
        title = f"{moved.due.name}：{moved.title}"
        yield Move(title, names[moved.department_id], moved.before, moved.due.date, over, "")


@dataclass(frozen=True)
class _CaseMove:
    """One application whose clock ends on another day, or no longer provisionally."""

    application_id: int
    department_id: int
    title: str
    before: dt.date
    due: Due


def _case_moves(session: Session, first: dt.date) -> Iterator[_CaseMove]:
    """Which running applications the calendar moves: read in batches, so that it costs what runs and no more."""
    calendar = load_calendar(session)
    known: dict[int, tuple[Terms, str]] = {}
    last = 0
    while True:
        rows = session.execute(_running_cases(first).where(Application.id > last).limit(CASES_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        events = applications.events_of(session, [row.id for row in rows])
        for row in rows:
            if row.item_version_id not in known:
                version = session.get_one(ItemVersion, row.item_version_id)
                known[row.item_version_id] = Terms.of(version), version.name
            terms, name = known[row.item_version_id]
            due = case_clocks.due_now(events[row.id], terms, calendar)
            if (
                due is not None
                and due.at is not None
                and (due.at, due.provisional) != (row.due_at, row.due_provisional)
            ):
                title = f"{name}（{row.number}）"
                yield _CaseMove(row.id, row.department_id, title, rules.due_day(row.due_at), due)


def _running_cases(first: dt.date) -> Select[int, str, dt.datetime | None, bool, int, int]:
    """Applications with a clock that ends after `first`, or provisionally."""
    return (
        select(
            Application.id,
            Application.number,
            Application.due_at,
            Application.due_provisional,
            Application.department_id,
            Application.item_version_id,
        )
        .where(
            Application.over_at.is_(None),
            Application.due_at.is_not(None),
            or_(Application.due_provisional, Application.due_at > clock.start_of_day(first)),
        )
        .order_by(Application.id)
    )


def _allowed(session: Session, actor: Actor) -> None:
    if not may_change(session, actor):
        raise NotAllowed("工作日日历由市级公开办和系统管理员维护，您可以查看。", code="calendar_read_only")
