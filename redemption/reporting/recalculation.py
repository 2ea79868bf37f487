"""A change of the workday calendar: what it would move, and moving it.

    effect = preview(session, actor, change)      nothing stays written
    apply(session, actor, change)                 the calendar at once, every due date in one job after the commit

The calendar is one for everybody: administrators and the office of the city change it, other offices read it.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity.models import Jurisdiction, Office
from redemption.identity.rules import Actor, Level, Role
from redemption.kernel import audit, clock, due_dates, outbox
from redemption.kernel.calendar import DayChange, correct_day, import_schedule, preview_schedule
from redemption.kernel.db import Json
from redemption.kernel.due_dates import Move
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.kernel.notice import read_notice
from redemption.reporting.service import SYSTEM

SHOWN = 100
LISTED = 500
"""Affected due dates that are kept by name in the log; their number is kept of all."""


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
    savepoint = session.begin_nested()
    try:
        day = _enter(session, actor, change)
        found = list(due_dates.moves(session, change.first))
    finally:
        savepoint.rollback()
        session.expire_all()
    today = clock.today()
    moved = [move for move in found if move.moves]
    return Effect(
        days=schedule.changes if schedule else ((day,) if day else ()),
        differences=schedule.differences if schedule else (),
        warnings=schedule.warnings if schedule else (),
        newly_known=bool(schedule and schedule.newly_known),
        moves=tuple(_first(moved, SHOWN, today)),
        moved=len(moved),
        becoming_overdue=sum(move.becomes_overdue(today) for move in moved),
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
    """Every open due date that the calendar moves, wherever it is stored; returns how many moved or became firm.

    Who was affected is written down in the log of the calendar of `year`, where its page lists it.
    """
    found = [move for move in list(due_dates.moves(session, first)) if move.keep()]
    due_dates.align(session)
    _note(session, found, year or first.year)
    return len(found)


def catch_up(session: Session) -> int:
    """The same for provisional dates whose year is known by now, without anybody having entered it here: a release
    brought its schedule along. Returns how many moved or became firm.
    """
    waiting = list(due_dates.moves(session, dt.date.max - dt.timedelta(days=1)))
    found = [move for move in waiting if move.keep()]
    due_dates.align(session)
    for year in sorted({move.before.year for move in found}):
        _note(session, [move for move in found if move.before.year == year], year)
    return len(found)


def _note(session: Session, found: list[Move], year: int) -> None:
    today = clock.today()
    audit.record(
        session,
        f"calendar:{year}",
        SYSTEM.ref,
        "recalculate",
        {
            "moved": sum(move.moves for move in found),
            "firm": sum(not move.moves for move in found),
            "overdue": sum(move.becomes_overdue(today) for move in found),
            "affected": [_affected(move) for move in _first(found, LISTED, today)],
        },
    )


def _first(found: Iterable[Move], most: int, today: dt.date) -> list[Move]:
    """Those that become overdue first, then by the new day; what only becomes firm last."""
    return sorted(found, key=lambda move: (not move.becomes_overdue(today), not move.moves, move.after))[
        :most
    ]


def _affected(move: Move) -> Json:
    return {
        "title": move.title,
        "department": move.owner,
        "before": move.before.isoformat(),
        "after": move.after.isoformat(),
    }


def _enter(session: Session, actor: Actor, change: Change) -> DayChange | None:
    if change.schedule is not None:
        import_schedule(session, actor.ref, change.schedule, change.reason, confirm=True)
        return None
    if change.day is None:
        raise Invalid.field("day", "请选择日期。")
    return correct_day(session, actor.ref, change.day, change.is_off_day, change.name, change.reason)


def _allowed(session: Session, actor: Actor) -> None:
    if not may_change(session, actor):
        raise NotAllowed("工作日日历由市级公开办和系统管理员维护，您可以查看。", code="calendar_read_only")
