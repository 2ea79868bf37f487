"""Dates and periods as policies write them. What lacks a year stays without one."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

Date = tuple[int, int, int]

_HALF = str.maketrans("０１２３４５６７８９．－／：", "0123456789.-/:")
_CN_YEAR = str.maketrans("〇○零Ｏ一二三四五六七八九", "0000123456789")
_FULL = re.compile(r"((?:19|20)\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_WRITTEN = re.compile(
    r"(二[〇○零ＯO]?[〇○零ＯO一二三四五六七八九]{2,3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)


def first_date(text: str) -> Date | None:
    """The first complete date of a text, None where there is none or it is no date of the calendar."""
    text = text.translate(_HALF)
    if match := _FULL.search(text):
        return _valid(*(int(group) for group in match.groups()))
    if match := _WRITTEN.search(text):
        year = int(match.group(1).translate(_CN_YEAR)) if len(match.group(1)) == 4 else 0
        return _valid(year, _written(match.group(2)), _written(match.group(3)))
    return None


def _written(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    digits = "零一二三四五六七八九"
    if "十" not in text:
        return digits.find(text)
    return (digits.find(tens) if tens else 1) * 10 + (digits.find(ones) if ones else 0)


def _valid(year: int, month: int, day: int) -> Date | None:
    try:
        dt.date(year, month, day)
    except ValueError:
        return None
    return (year, month, day)


def iso(date: Date | None) -> str | None:
    """YYYY-MM-DD."""
    return f"{date[0]:04d}-{date[1]:02d}-{date[2]:02d}" if date else None


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date whose year, or day, the text may leave out. `span` is relative to the text it was read from."""

    year: int | None
    month: int
    day: int | None
    span: tuple[int, int]

    @property
    def iso(self) -> str | None:
        if self.year is None or self.day is None:
            return None
        return iso(_valid(self.year, self.month, self.day))

    def as_json(self) -> dict[str, object]:
        return {"year": self.year, "month": self.month, "day": self.day, "date": self.iso}


_PARTIAL = re.compile(
    r"(?:(?P<year>(?:19|20)\d{2})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*月\s*(?:(?P<day>\d{1,2})\s*[日号]?|(?P<end>底|末))?"
    r"|(?P<year2>(?:19|20)\d{2})\s*[./-]\s*(?P<month2>\d{1,2})\s*[./-]\s*(?P<day2>\d{1,2})"
    r"|(?<![\d.])(?P<month3>\d{1,2})\.(?P<day3>\d{1,2})\s*日?(?=[前起止至到\-—－~～]|截止|之前)"
)
_BARE_DAY = re.compile(r"\s*(?:日|号)?\s*(?:至|到|-|—|－|–|~|～|—+)\s*(\d{1,2})\s*[日号]")


def partial_dates(text: str) -> list[PartialDate]:
    """All dates of a text in order; a later date takes the year that the one before it states."""
    text = text.translate(_HALF)
    found: list[PartialDate] = []
    for match in _PARTIAL.finditer(text):
        year = match.group("year") or match.group("year2")
        month = int(match.group("month") or match.group("month2") or match.group("month3"))
        day = match.group("day") or match.group("day2") or match.group("day3")
        if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31):
            continue
        if re.match(r"\s*(?:个月|份(?!至))", text[match.end() :]) and not day:
            continue
        if day is None and match.group("end") is None and not year:
            continue  # 3月 alone is a duration more often than a date
        last = _last_day(int(year) if year else None, month) if match.group("end") else None
        found.append(PartialDate(int(year) if year else None, month, int(day) if day else last, match.span()))
        if bare := _BARE_DAY.match(text, match.end()):
            found.append(PartialDate(found[-1].year, month, int(bare.group(1)), (bare.start(1), bare.end())))
    return _with_inherited_years(text, found)


def _with_inherited_years(text: str, dates: list[PartialDate]) -> list[PartialDate]:
    """8月28日 after 2017年8月7日至 is of the same year, unless its month lies before."""
    out: list[PartialDate] = []
    for date in dates:
        if date.year is None and out and out[-1].year is not None:
            between = text[out[-1].span[1] : date.span[0]]
            if len(between) <= 12 and re.search(r"至|到|-|—|－|–|~|～|、|和", between):
                before = (out[-1].month, out[-1].day or 0)
                rolls = (date.month, date.day or 31) < before
                out.append(PartialDate(None if rolls else out[-1].year, date.month, date.day, date.span))
                continue
        out.append(date)
    return out


def _last_day(year: int | None, month: int) -> int | None:
    if month == 2 and year is None:
        return None
    following = dt.date(year or 2023, month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day
