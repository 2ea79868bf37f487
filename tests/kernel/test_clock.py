from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from redemption.kernel import clock


@time_machine.travel(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), tick=False)
def test_today_is_the_day_in_shanghai_before_its_midnight():
    assert clock.now() == datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.today() == date(2026, 11, 22)


@time_machine.travel(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), tick=False)
def test_today_turns_at_midnight_in_shanghai():
    assert clock.today() == date(2026, 11, 23)


def test_a_day_ends_where_the_next_one_starts():
    day = date(2026, 12, 31)
    assert clock.start_of_day(day) == datetime(2026, 12, 30, 16, tzinfo=UTC)
    assert (
        clock.end_of_day(day)
        == clock.start_of_day(date(2027, 1, 1))
        == datetime(2026, 12, 31, 16, tzinfo=UTC)
    )
    assert clock.day_of(clock.end_of_day(day) - timedelta(microseconds=1)) == day
    assert clock.day_of(clock.end_of_day(day)) == date(2027, 1, 1)


def test_a_moment_without_zone_is_refused():
    naive = datetime(2026, 1, 1, 12)  # noqa: DTZ001
    for ask in (clock.local, clock.day_of, clock.moment_text, clock.day_text):
        with pytest.raises(ValueError, match="time zone"):
            ask(naive)


def test_texts():
    moment = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
    assert clock.day_text(date(2026, 1, 2)) == "2026年1月2日"
    assert clock.day_text(moment) == "2026年11月22日"
    assert clock.moment_text(moment) == "2026年11月22日 01:05"
    assert clock.due_text(date(2026, 11, 25)) == "2026年11月25日24:00"
