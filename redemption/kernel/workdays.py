"""Counting days (民法典 201–203), without a database.

A workday is one of the State Council's calendar: weekends and holidays are off, make-up days (调休) are
worked. `chinesecalendar` knows the schedules of its years; `corrections` (what an administrator entered) win.

A year without a published schedule is unknown and is never guessed at: there only weekends are off, and every
answer that depended on such a year says `provisional=True`, so that it is marked wherever it is shown and is
computed again when the schedule is entered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import chinese_calendar

BUILT_IN_YEARS = frozenset(
    range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
)
"""The years whose schedule came with the installed `chinesecalendar`."""


@dataclass(frozen=True)
class Deadline:
    """The last day of a period, which ends at 24:00 of it; `provisional` if an unknown year had a say."""

    date: date
    provisional: bool


class Calendar:
    """The workdays as they are known at one moment.

    Args:
        corrections: day → whether it is worked; wins over everything.
        published_years: years whose whole schedule has been entered, beside the built-in ones.
    """

    def __init__(
        self, corrections: Mapping[date, bool] | None = None, published_years: Set[int] = frozenset()
    ) -> None:
        self.corrections: Mapping[date, bool] = MappingProxyType(dict(corrections or {}))
        self.published_years = frozenset(published_years)
        self._years: dict[int, tuple[date, ...]] = {}

    def known(self, year: int) -> bool:
        """Whether the schedule of a year has been published and is here."""
        return year in BUILT_IN_YEARS or year in self.published_years

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked; in an unknown year: whether it is no weekend (ask `known`)."""
        corrected = self.corrections.get(day)
        return scheduled(day) if corrected is None else corrected

    def add_workdays(self, day: date, n: int) -> Deadline:
        """The last day of "within n workdays" after an event on `day`, which is not counted itself.

        n = 0 gives the day itself, or the next workday if it is off. ValueError for n < 0.
        """
        _not_negative(n)
        if n == 0:
            return self._next_workday(day)
        year, wanted = day.year, n
        start = bisect_right(self._workdays(year), day)
        while start + wanted > len(self._workdays(year)):
            wanted -= len(self._workdays(year)) - start
            year, start = year + 1, 0
        last = self._workdays(year)[start + wanted - 1]
        # an event on 31 December does not depend on the schedule of its own year: only days after it count
        return Deadline(last, self._unsure(day + timedelta(days=1), last))

    def add_days(self, day: date, n: int) -> Deadline:
        """The last day of "within n days" (natural days): 民法典 201, and 203 if that day is off."""
        _not_negative(n)
        return self._next_workday(day + timedelta(days=n))

    def add_months(self, day: date, n: int) -> Deadline:
        """The last day of "within n months": the same day of the month, else its last (民法典 202, 203)."""
        _not_negative(n)
        years, month = divmod(day.month - 1 + n, 12)
        year, month = day.year + years, month + 1
        return self._next_workday(date(year, month, min(day.day, monthrange(year, month)[1])))

    def workdays_between(self, first: date, last: date) -> int:
        """How many workdays lie after `first`, up to and with `last`; negative when `last` is earlier."""
        if last < first:
            return -self.workdays_between(last, first)
        total = 0
        for year in range(first.year, last.year + 1):
            days = self._workdays(year)
            total += bisect_right(days, last) - bisect_right(days, first)
        return total

    def nth_workday_of_month(self, year: int, month: int, n: int) -> Deadline:
        """The n-th workday of a month, from 1. ValueError if the month has fewer."""
        if n < 1:
            raise ValueError(f"workdays of a month are counted from 1, not {n}")
        first, days = date(year, month, 1), self._workdays(year)
        at = bisect_left(days, first) + n - 1
        if at >= len(days) or days[at].month != month:
            raise ValueError(f"{year}-{month:02d} has fewer than {n} workdays")
        return Deadline(days[at], self._unsure(first, days[at]))

    def workdays_left(self, today: date, due: date) -> int:
        """Workdays that remain after today, the due day included: 0 on the last day.

        After the due day the workdays since then, negative; that may be 0 on a weekend, so whether something
        is overdue is `today > due` and nothing else.
        """
        return self.workdays_between(today, due)

    def left_text(self, today: date, due: date) -> str:
        """还剩 2 个工作日, 今天到期, 已超期 3 个工作日."""
        left = self.workdays_left(today, due)
        if today > due:
            return f"已超期 {-left} 个工作日" if left else "已超期"
        if today == due:
            return "今天到期"
        return f"还剩 {left} 个工作日" if left else "即将到期"

    def _next_workday(self, day: date) -> Deadline:
        last = day
        while not self.is_workday(last):
            last += timedelta(days=1)
        return Deadline(last, self._unsure(day, last))

    def _unsure(self, first: date, last: date) -> bool:
        return any(not self.known(year) for year in range(first.year, last.year + 1))

    def _workdays(self, year: int) -> tuple[date, ...]:
        days = self._years.get(year)
        if days is None:
            start = date(year, 1, 1)
            every = (start + timedelta(days=n) for n in range((date(year, 12, 31) - start).days + 1))
            days = self._years[year] = tuple(day for day in every if self.is_workday(day))
        return days


def scheduled(day: date) -> bool:
    """Whether a day is worked by the built-in schedule; outside its years: whether it is no weekend."""
    if day in chinese_calendar.workdays:
        return True
    return day.weekday() < 5 and day not in chinese_calendar.holidays


def _not_negative(n: int) -> None:
    if n < 0:
        raise ValueError(f"a period of {n} is none")
