"""The workday calendar as an administrator keeps it: schedules of whole years, and single corrected days.

`load_calendar` gives the pure `workdays.Calendar`: the built-in schedules, and what stands here on top of
them.

A schedule arrives as {year, days: [{name, date, isOffDay}]} (the shape of the holiday-cn lists). What it
says and what it may not say:

- A day twice with the same statement is taken once, with a warning; twice with two statements is refused.
- Days of another year: the notice of a year also moves days around its New Year (元旦 2019 gave 30 and 31
  December 2018 off and made the 29th a workday), so days of the December before and of the January after
  are taken, off or worked. Any other day is refused. They do not make the neighbouring year known.
- A day of the year that is not listed follows its weekday, except in December, which the notice of the next
  year governs, and except where the schedule of a neighbouring year listed it.
- Where the year was known already, or a day had been corrected by hand, each day that would change is a
  difference: all of them are reported, and nothing is applied without `confirm`.
- The same schedule once more changes nothing.

Whoever changes the calendar lets the computed deadlines be computed again; that is not done here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, func, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from redemption.kernel import audit, clock, editions
from redemption.kernel.db import Base
from redemption.kernel.errors import Conflict, Fields, Invalid
from redemption.kernel.workdays import Calendar

_SUBJECT = "calendar"
_LOCK = 7_203_001
_MOST_DAYS = 150
_BY_HAND = "correction"


class CalendarDay(Base):
    """A day on which the calendar says something of its own."""

    __tablename__ = "calendar_day"

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    is_off_day: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40))
    """`schedule:<year>` of the notice that said it, or `correction` by a person."""
    reason: Mapped[str] = mapped_column(String(500))
    entered_by: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[dt.datetime]


class CalendarYear(Base):
    """A year whose whole schedule has been entered, beside those that are built in."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    published_at: Mapped[dt.datetime]
    """Since when the schedule is in force here."""
    source: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class DayChange:
    """One day that is worked or off from now on, and was not (`contradicts`: although that had been published
    or entered, and was not merely unknown)."""

    date: dt.date
    name: str
    was_off: bool
    is_off: bool
    contradicts: bool


@dataclass(frozen=True)
class SchedulePreview:
    """What a schedule would change: `differences` are the changes that contradict what stood here before."""

    year: int
    newly_known: bool
    changes: tuple[DayChange, ...]
    warnings: tuple[str, ...]
    digest: str
    already_entered: bool

    @property
    def differences(self) -> tuple[DayChange, ...]:
        """The changes that need `confirm`."""
        return tuple(change for change in self.changes if change.contradicts)


@dataclass(frozen=True)
class _Schedule:
    year: int
    days: Mapping[dt.date, tuple[bool, str]]
    source: str
    warnings: tuple[str, ...]

    @property
    def digest(self) -> str:
        listed = [(day.isoformat(), off, name) for day, (off, name) in sorted(self.days.items())]
        return hashlib.sha256(json.dumps([self.year, listed], ensure_ascii=False).encode()).hexdigest()


_DAYS, _YEARS = CalendarDay.__table__.c, CalendarYear.__table__.c
_BOTH = select(_DAYS.date, _DAYS.is_off_day, literal(None, Integer()).label("year")).union_all(
    select(literal(None, Date()), literal(None, Boolean()), _YEARS.year)
)
"""Both tables in one round trip: handing an application in has a budget of statements."""


def load_calendar(session: Session) -> Calendar:
    """The workdays as this transaction sees them. At most one small select, once a transaction."""
    return editions.kept(session, _SUBJECT, lambda: _read(session))


def _read(session: Session) -> Calendar:
    rows = session.execute(_BOTH).all()
    corrections = {day: not off for day, off, year in rows if year is None}
    years = frozenset(year for _, _, year in rows if year is not None)
    return _calendar(tuple(sorted(corrections.items())), years)


@lru_cache(maxsize=16)
def _calendar(corrections: tuple[tuple[dt.date, bool], ...], years: frozenset[int]) -> Calendar:
    """One calendar for one state of the tables: it remembers the workdays of the years it was asked for."""
    return Calendar(dict(corrections), years)


def preview_schedule(session: Session, data: Any) -> SchedulePreview:
    """What `import_schedule` would change. Invalid with `fields` (`days.3.date`) for a wrong shape."""
    return _compare(session, _parse(data))


def import_schedule(
    session: Session, actor_ref: str, data: Any, reason: str, *, confirm: bool = False
) -> SchedulePreview:
    """Enter the schedule of a year.

    Raises:
        Invalid: wrong shape, contradicting or foreign days, no reason.
        Conflict: code `schedule_differs` with `differences`, unless `confirm`.
    """
    reason = _required_reason(reason)
    schedule = _parse(data)
    _one_at_a_time(session)
    preview = _compare(session, schedule)
    if preview.already_entered and not preview.changes:
        return preview
    if preview.differences and not confirm:
        raise Conflict(
            f"{schedule.year}年的安排与现有日历有{len(preview.differences)}天不一致，请核对差异后确认导入。",
            code="schedule_differs",
            differences=[_plain(change) for change in preview.differences],
        )
    source = f"schedule:{schedule.year}"
    listed = {day: (off, name, source) for day, (off, name) in schedule.days.items()}
    silent = {change.date: (change.is_off, change.name, source) for change in preview.changes}
    for day, (off, name, said_by) in (silent | listed).items():
        _enter(session, actor_ref, day, off, name, said_by, reason)
    session.merge(
        CalendarYear(
            year=schedule.year, published_at=clock.now(), source=schedule.source, digest=preview.digest
        )
    )
    session.flush()
    editions.forget(session, _SUBJECT)
    changes = [_plain(change) for change in preview.changes]
    audit.record(
        session,
        f"calendar:{schedule.year}",
        actor_ref,
        "import_schedule",
        {"reason": reason, "digest": preview.digest, "source": schedule.source, "changes": changes},
    )
    return preview


def correct_day(
    session: Session, actor_ref: str, day: dt.date, is_off_day: bool, name: str, reason: str
) -> DayChange:
    """Say of one day whether it is worked. A year does not become known by it.

    Invalid without a name or a reason.
    """
    reason = _required_reason(reason)
    if not name.strip() or len(name) > 40:
        raise Invalid.field("name", "请填写这一天的名称，例如：春节，不超过40个字。")
    _one_at_a_time(session)
    before = load_calendar(session)
    change = DayChange(
        day,
        name.strip(),
        not before.is_workday(day),
        is_off_day,
        before.known(day.year) or day in before.corrections,
    )
    _enter(session, actor_ref, day, is_off_day, change.name, _BY_HAND, reason)
    session.flush()
    editions.forget(session, _SUBJECT)
    audit.record(
        session, f"calendar:{day.year}", actor_ref, "correct_day", {"reason": reason, **_plain(change)}
    )
    return change


# --- comparing -------------------------------------------------------------------------------------------


def _compare(session: Session, schedule: _Schedule) -> SchedulePreview:
    before = load_calendar(session)
    by_others = set(
        session.scalars(
            select(CalendarDay.date).where(
                CalendarDay.source.like("schedule:%"), CalendarDay.source != f"schedule:{schedule.year}"
            )
        )
    )
    says = dict(schedule.days)
    day = dt.date(schedule.year, 1, 1)
    while day < dt.date(schedule.year, 12, 1):
        if day not in says and day not in by_others:
            says[day] = (day.weekday() >= 5, "周末" if day.weekday() >= 5 else "工作日")
        day += dt.timedelta(days=1)
    changes = tuple(
        DayChange(day, name, not off, off, before.known(day.year) or day in before.corrections)
        for day, (off, name) in sorted(says.items())
        if before.is_workday(day) is off
    )
    stored = session.scalar(select(CalendarYear.digest).where(CalendarYear.year == schedule.year))
    return SchedulePreview(
        year=schedule.year,
        newly_known=not before.known(schedule.year),
        changes=changes,
        warnings=schedule.warnings,
        digest=schedule.digest,
        already_entered=stored == schedule.digest,
    )


def _enter(
    session: Session, actor_ref: str, day: dt.date, off: bool, name: str, source: str, reason: str
) -> None:
    session.merge(
        CalendarDay(
            date=day,
            is_off_day=off,
            name=name,
            source=source,
            reason=reason,
            entered_by=actor_ref,
            entered_at=clock.now(),
        )
    )


def _one_at_a_time(session: Session) -> None:
    """Two administrators at once: the second one compares with what the first one entered."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    editions.forget(session, _SUBJECT)


def _plain(change: DayChange) -> dict[str, Any]:
    return asdict(change) | {"date": change.date.isoformat()}


# --- reading ---------------------------------------------------------------------------------------------


def _parse(data: Any) -> _Schedule:
    if not isinstance(data, Mapping):
        raise Invalid.field("", "日历文件应是一个 JSON 对象，包含 year 和 days。", code="schedule_shape")
    year, days = data.get("year"), data.get("days")
    faults: Fields = {}
    if isinstance(year, bool) or not isinstance(year, int) or not 2000 <= year <= 2100:
        faults["year"] = ["请填写年份，例如：2027。"]
    if not isinstance(days, list) or not days:
        faults["days"] = ["请列出放假和调休上班的日期，不能为空。"]
    elif len(days) > _MOST_DAYS:
        faults["days"] = [f"一年的安排不会超过{_MOST_DAYS}天，请核对文件。"]
    if faults:
        raise _misshapen(faults)
    found, warnings = _parse_days(int(year), list(days))  # type: ignore[arg-type]
    papers = data.get("papers")
    source = "; ".join(str(paper) for paper in papers) if isinstance(papers, list) else ""
    return _Schedule(int(year), found, source[:500], tuple(warnings))  # type: ignore[arg-type]


def _parse_days(year: int, days: list[Any]) -> tuple[dict[dt.date, tuple[bool, str]], list[str]]:
    found: dict[dt.date, tuple[bool, str]] = {}
    warnings: list[str] = []
    faults: Fields = {}
    for at, entry in enumerate(days):
        day, off, name, wrong = _parse_day(year, entry)
        if wrong:
            faults |= {f"days.{at}{field}": [said] for field, said in wrong.items()}
            continue
        text = clock.day_text(day)
        if day not in found:
            found[day] = (off, name)
        elif found[day][0] is off:
            warnings.append(f"{text}重复出现，内容一致，已按一次处理。")
        else:
            faults[f"days.{at}.date"] = [f"{text}既列为放假又列为上班，请核对。"]
    if faults:
        raise _misshapen(faults)
    return found, warnings


def _parse_day(year: int, entry: Any) -> tuple[dt.date, bool, str, dict[str, str]]:
    nothing = dt.date(year, 1, 1)
    if not isinstance(entry, Mapping):
        return nothing, False, "", {"": "每一天应包含 name、date 和 isOffDay。"}
    wrong: dict[str, str] = {}
    name, off, day = entry.get("name"), entry.get("isOffDay"), nothing
    if not isinstance(name, str) or not name.strip() or len(name) > 40:
        wrong[".name"] = "请填写节日名称，不超过40个字。"
    if not isinstance(off, bool):
        wrong[".isOffDay"] = "请填写 true（放假）或 false（上班）。"
    try:
        day = dt.datetime.strptime(entry.get("date"), "%Y-%m-%d").date()  # type: ignore[arg-type] # noqa: DTZ007
    except (TypeError, ValueError):
        wrong[".date"] = "请按 2027-01-01 的格式填写日期。"
    else:
        if not dt.date(year - 1, 12, 1) <= day < dt.date(year + 1, 2, 1):
            wrong[".date"] = f"{clock.day_text(day)}不属于{year}年的安排（可含上年12月和次年1月的日期）。"
    return day, off is True, str(name).strip(), wrong


def _misshapen(faults: Fields) -> Invalid:
    return Invalid("日历内容有误，请按提示修改后重新导入。", code="schedule_shape", fields=faults)


def _required_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise Invalid.field("reason", "请填写原因或依据，例如：国办发明电〔2026〕7号，不超过500个字。")
    return reason
