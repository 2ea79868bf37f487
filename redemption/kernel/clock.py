"""The one place that asks what time it is, and the one that knows where we are.

Stored moments are UTC and carry their zone; days are days of Asia/Shanghai. A period that ends on a day
ends at 24:00 of it (民法典 203), that is at the first moment of the next day, which is already outside:
compare with `moment < end_of_day(due)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


_replayed: ContextVar[datetime | None] = ContextVar("replayed", default=None)


def now() -> datetime:
    """This moment, in UTC."""
    return _replayed.get() or datetime.now(UTC)


@contextmanager
def replaying(moment: datetime) -> Iterator[None]:
    """Let the clock stand at a past moment, for demonstration data that grew over weeks. Never in a request or job.

    ValueError for a moment without a zone, or one that is still to come.
    """
    if local(moment) > datetime.now(UTC):
        raise ValueError(f"only the past can be replayed: {moment!r}")
    before = _replayed.set(moment)
    try:
        yield
    finally:
        _replayed.reset(before)


def today() -> date:
    """The day it is in Asia/Shanghai."""
    return day_of(now())


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of Asia/Shanghai. ValueError for a moment without a zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a moment needs a time zone: {moment!r}")
    return moment.astimezone(SHANGHAI)


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai in which a moment lies. ValueError for a moment without a zone."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """00:00 in Asia/Shanghai, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 in Asia/Shanghai, in UTC: the first moment that no longer belongs to the day."""
    return start_of_day(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The day of which a stored end of a period (24:00, already outside) is the end."""
    return day_of(end - timedelta(microseconds=1))


def day_text(day: date | datetime) -> str:
    """2026年11月22日. A moment is put into the day it has in Asia/Shanghai."""
    if isinstance(day, datetime):
        day = day_of(day)
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    """2026年11月22日 09:05, in Asia/Shanghai."""
    there = local(moment)
    return f"{day_text(there.date())} {there:%H:%M}"


def due_text(day: date) -> str:
    """2026年11月22日24:00, the way a notice names the end of a period."""
    return f"{day_text(day)}24:00"
