"""Months of the workday calendar as pages show them."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.kernel.calendar import CalendarDay, load_calendar
from redemption.kernel.workdays import scheduled


def year(session: Session, number: int) -> list[list[dict[str, Any]]]:
    """Twelve months of days for the page: the day, whether it is worked, and what makes it special."""
    return months(session, dt.date(number, 1, 1), 12)


def months(session: Session, first: dt.date, count: int) -> list[list[dict[str, Any]]]:
    """`count` months from the one that begins on `first`."""
    calendar = load_calendar(session)
    last = first
    for _ in range(count):
        last = (last + dt.timedelta(days=32)).replace(day=1)
    own = {
        day.date: day
        for day in session.scalars(
            select(CalendarDay).where(CalendarDay.date >= first, CalendarDay.date < last)
        )
    }
    found: list[list[dict[str, Any]]] = []
    day = first
    while day < last:
        if day.day == 1:
            found.append([])
        worked = calendar.is_workday(day)
        stored = own.get(day)
        found[-1].append(
            {
                "date": day,
                "worked": worked,
                "weekend": day.weekday() >= 5,
                "special": worked == (day.weekday() >= 5),
                "name": stored.name if stored else "",
                "by_hand": bool(stored and stored.source == "correction" and worked != scheduled(day)),
                "reason": stored.reason if stored else "",
            }
        )
        day += dt.timedelta(days=1)
    return found
