from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.kernel.workdays import BUILT_IN_YEARS, Calendar, Deadline, scheduled

PLAIN = Calendar()
ONE = timedelta(days=1)

# typed in from the State Council's notices, apart from the library: first and last day off, then days worked
NOTICES = {
    2025: (
        ["01-01/01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08"],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [
            "01-01/01-03",
            "02-15/02-23",
            "04-04/04-06",
            "05-01/05-05",
            "06-19/06-21",
            "09-25/09-27",
            "10-01/10-07",
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}

days = st.dates(date(2004, 1, 1), date(2030, 12, 31))
calendars = st.builds(
    Calendar,
    st.dictionaries(days, st.booleans(), max_size=30),
    st.sets(st.integers(2027, 2030)),
)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + ONE * n for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize(
    ("event", "due"),
    [
        ("2025-09-26", "2025-09-30"),
        ("2025-09-30", "2025-10-11"),
        ("2025-12-31", "2026-01-06"),
        ("2026-02-13", "2026-02-25"),
        ("2026-04-30", "2026-05-08"),
        ("2026-09-18", "2026-09-22"),
    ],
)
def test_three_workdays(event, due):
    assert PLAIN.add_workdays(date.fromisoformat(event), 3) == Deadline(date.fromisoformat(due), False)


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_the_library_agrees_with_the_notices(year):
    spans, worked = NOTICES[year]
    off = set()
    for span in spans:
        first, last = (date.fromisoformat(f"{year}-{end}") for end in span.split("/"))
        off |= {first + ONE * n for n in range((last - first).days + 1)}
    worked_days = {date.fromisoformat(f"{year}-{day}") for day in worked}
    assert all(day.weekday() >= 5 for day in worked_days)
    for day in days_of(year):
        expected = day in worked_days or (day.weekday() < 5 and day not in off)
        assert PLAIN.is_workday(day) is expected, day


def test_every_built_in_day_is_what_the_library_says():
    assert {2004, 2026} <= BUILT_IN_YEARS
    for year in BUILT_IN_YEARS:
        assert PLAIN.known(year)
        assert all(PLAIN.is_workday(day) is chinese_calendar.is_workday(day) for day in days_of(year))


def test_an_ordinary_saturday_beside_a_make_up_sunday():
    assert not PLAIN.is_workday(date(2026, 9, 19))
    assert PLAIN.is_workday(date(2026, 9, 20))


def test_an_unknown_year_is_not_guessed():
    unknown = max(BUILT_IN_YEARS) + 1
    assert not PLAIN.known(unknown)
    assert PLAIN.is_workday(date(2027, 1, 1))  # a holiday, surely, but nobody has announced it
    assert PLAIN.add_workdays(date(2026, 12, 28), 3) == Deadline(date(2026, 12, 31), False)
    assert PLAIN.add_workdays(date(2026, 12, 29), 3) == Deadline(date(2027, 1, 1), True)
    assert PLAIN.add_days(date(2026, 12, 1), 60).provisional
    assert PLAIN.nth_workday_of_month(2027, 1, 5) == Deadline(date(2027, 1, 7), True)


def test_a_year_becomes_known_by_its_schedule():
    entered = Calendar({date(2027, 1, 1): False, date(2027, 1, 3): True}, {2027})
    assert entered.add_workdays(date(2026, 12, 29), 3) == Deadline(date(2027, 1, 3), False)
    assert entered.known(2027)
    assert not entered.known(2028)


def test_a_corrected_day_in_an_unknown_year_counts_and_stays_provisional():
    corrected = Calendar({date(2027, 1, 1): False})
    assert corrected.add_workdays(date(2026, 12, 29), 3) == Deadline(date(2027, 1, 4), True)


def test_corrections_win():
    assert not Calendar({date(2026, 2, 14): False}).is_workday(date(2026, 2, 14))
    assert Calendar({date(2026, 10, 1): True}).is_workday(date(2026, 10, 1))
    flood = Calendar({date(2026, 11, 24): False})
    assert flood.add_workdays(date(2026, 11, 23), 3) == Deadline(date(2026, 11, 27), False)


def test_natural_days_and_months_roll_to_a_workday():
    assert PLAIN.add_days(date(2026, 9, 1), 30) == Deadline(date(2026, 10, 8), False)
    assert PLAIN.add_days(date(2026, 9, 1), 19) == Deadline(date(2026, 9, 20), False)
    assert PLAIN.add_days(date(2026, 11, 22), 0) == Deadline(date(2026, 11, 23), False)
    assert PLAIN.add_months(date(2026, 1, 31), 1) == Deadline(date(2026, 2, 28), False)
    assert PLAIN.add_months(date(2024, 1, 31), 1) == Deadline(date(2024, 2, 29), False)
    assert PLAIN.add_months(date(2025, 11, 20), 2) == Deadline(date(2026, 1, 20), False)
    assert PLAIN.add_months(date(2026, 8, 31), 6) == Deadline(date(2027, 3, 1), True)


def test_days_of_a_month():
    assert PLAIN.nth_workday_of_month(2026, 10, 1).date == date(2026, 10, 8)
    assert PLAIN.nth_workday_of_month(2026, 10, 3).date == date(2026, 10, 10)
    assert PLAIN.nth_workday_of_month(2026, 1, 1).date == date(2026, 1, 4)
    for n in (0, 24, 400):
        with pytest.raises(ValueError, match=r"workdays"):
            PLAIN.nth_workday_of_month(2026, 11, n)


def test_what_is_left():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert PLAIN.left_text(friday, date(2026, 11, 24)) == "还剩 2 个工作日"
    assert PLAIN.left_text(friday, friday) == "今天到期"
    assert PLAIN.left_text(date(2026, 11, 21), friday) == "已超期"
    assert PLAIN.left_text(monday, friday) == "已超期 1 个工作日"
    assert PLAIN.workdays_left(monday, friday) == -1


def test_no_negative_periods():
    for ask in (PLAIN.add_workdays, PLAIN.add_days, PLAIN.add_months):
        with pytest.raises(ValueError, match="period"):
            ask(date(2026, 1, 1), -1)


@given(calendars, days, st.integers(1, 300))
def test_counting_one_by_one_gives_the_same(calendar, day, n):
    last, counted = day, 0
    while counted < n:
        last += ONE
        counted += calendar.is_workday(last)
    assert calendar.add_workdays(day, n).date == last
    assert calendar.is_workday(last)
    assert calendar.workdays_between(day, last) == n
    assert calendar.workdays_between(last, day) == -n


@given(calendars, days, days, st.integers(0, 60))
def test_a_later_event_never_ends_earlier(calendar, first, second, n):
    first, second = sorted((first, second))
    for add in (calendar.add_workdays, calendar.add_days):
        assert add(first, n).date <= add(second, n).date
    assert calendar.add_workdays(first, n).date <= calendar.add_workdays(first, n + 1).date


@given(calendars, days, st.integers(0, 60), st.integers(0, 60))
def test_periods_add_up(calendar, day, a, b):
    middle = calendar.add_workdays(day, a).date
    # rolling from a day off to the next workday uses that workday up: only from a workday does 0 + b = b
    if a or calendar.is_workday(day):
        assert calendar.add_workdays(middle, b).date == calendar.add_workdays(day, a + b).date


@given(days, st.integers(0, 250), st.sets(st.integers(2027, 2032)))
def test_provisional_exactly_when_an_unknown_year_was_walked(day, n, published):
    calendar = Calendar(published_years=published)
    deadline = calendar.add_workdays(day, n)
    first = day if n == 0 else day + ONE
    walked = {(first + ONE * step).year for step in range((deadline.date - first).days + 1)}
    assert deadline.provisional is any(not calendar.known(year) for year in walked)


@given(calendars, st.integers(2004, 2030), st.integers(1, 12), st.integers(1, 10))
def test_the_nth_workday_is_n_workdays_after_the_month_before(calendar, year, month, n):
    eve = date(year, month, 1) - ONE
    assert calendar.nth_workday_of_month(year, month, n).date == calendar.add_workdays(eve, n).date


def test_the_built_in_schedule_alone_knows_no_corrections():
    assert scheduled(date(2026, 2, 14))
    assert not scheduled(date(2026, 2, 16))
