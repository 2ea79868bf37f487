"""What a process keeps is right after a commit, after a rollback, and for who never read the marks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from migrations.ground import EDITIONS
from redemption.kernel import calendar, clock, editions
from redemption.kernel.calendar import CalendarDay, load_calendar
from redemption.messages.models import MessageTemplate
from redemption.tables import metadata

DAY = dt.date(2026, 12, 23)


@pytest.fixture
def ask(fresh_database, monkeypatch) -> Callable[..., bool]:
    """Whether DAY is worked, as a transaction of its own sees it; `asked` counts looks at the tables."""
    monkeypatch.setattr(editions, "_kept", {})
    read = calendar._read

    def counted(session: Session) -> Any:
        ask.asked += 1
        return read(session)

    monkeypatch.setattr(calendar, "_read", counted)

    def ask(*, marks: bool = True) -> bool:
        with fresh_database.sessions() as session:
            if marks:
                editions.seen(session, session.scalar(select(editions.MARKS)))
            return load_calendar(session).is_workday(DAY)

    ask.asked = 0
    return ask


def day_off() -> CalendarDay:
    said = {"name": "测试", "source": "correction", "reason": "测试", "entered_by": "person:1"}
    return CalendarDay(date=DAY, is_off_day=True, entered_at=clock.now(), **said)


def test_the_tables_are_asked_once_for_each_state(ask, fresh_database) -> None:
    assert (ask(), ask(), ask.asked) == (True, True, 1)
    with fresh_database.sessions() as session:
        session.add(day_off())
        session.commit()
    assert (ask(), ask(), ask.asked) == (False, False, 2)


def test_a_change_that_is_undone_leaves_nothing_behind(ask, fresh_database) -> None:
    with fresh_database.sessions() as session:
        session.add(day_off())
        session.flush()
        editions.seen(session, session.scalar(select(editions.MARKS)))
        assert not load_calendar(session).is_workday(DAY), "its own change"
        session.rollback()
    assert ask()


def test_without_marks_nothing_is_kept_and_nothing_old_is_used(ask, fresh_database) -> None:
    assert (ask(marks=False), ask(marks=False), ask.asked) == (True, True, 2)
    assert ask()
    with fresh_database.sessions() as session:
        session.add(day_off())
        session.commit()
    assert not ask(marks=False)


def test_a_correction_is_seen_by_who_makes_it(ask, fresh_database) -> None:
    assert ask()
    with fresh_database.sessions() as session:
        editions.seen(session, session.scalar(select(editions.MARKS)))
        assert load_calendar(session).is_workday(DAY)
        calendar.correct_day(session, "person:1", DAY, True, "测试", "测试")
        assert not load_calendar(session).is_workday(DAY)
        session.rollback()
    assert ask(), "and by nobody else before the commit"


def test_every_watched_table_renews_its_mark(session) -> None:
    watched = {table for tables in EDITIONS.values() for table in tables}
    assert watched == {CalendarDay.__tablename__, "calendar_year", MessageTemplate.__tablename__}
    for subject, tables in EDITIONS.items():
        for table in tables:
            before = session.scalar(select(editions.MARKS))
            session.execute(metadata.tables[table].delete())
            after = session.scalar(select(editions.MARKS))
            assert {name for name in after if after[name] != before[name]} == {subject}
