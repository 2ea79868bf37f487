"""Counting, reminding and escalating, without a database."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redemption.kernel import clock
from redemption.kernel.workdays import Calendar
from redemption.reporting import rules
from redemption.reporting.rules import DutyState, Kind, StepKind

CALENDAR = Calendar()
VECTORS = [
    ("2025-09-26", "2025-09-30"),
    ("2025-09-30", "2025-10-11"),
    ("2025-12-31", "2026-01-06"),
    ("2026-02-13", "2026-02-25"),
    ("2026-04-30", "2026-05-08"),
    ("2026-09-18", "2026-09-22"),
]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI).astimezone(dt.UTC)


def planned(event: str, opened: str | None = None) -> list[rules.Step]:
    day = dt.date.fromisoformat(event)
    due_at = clock.end_of_day(rules.due_of(Kind.REPORT, day, CALENDAR).date)
    return rules.plan(day, due_at, at(opened or f"{event} 10:00"), CALENDAR)


def shown(steps) -> list[tuple[str, str]]:
    return [(step.code, f"{clock.local(step.at):%m-%d %H:%M}") for step in steps]


@pytest.mark.parametrize(("event", "due"), VECTORS)
def test_three_workdays(event, due):
    deadline = rules.due_of(Kind.REPORT, dt.date.fromisoformat(event), CALENDAR)
    assert (deadline.date.isoformat(), deadline.provisional) == (due, False)


def test_other_terms():
    assert rules.due_of(Kind.GAZETTE, dt.date(2026, 9, 18), CALENDAR).date == dt.date(2026, 10, 9)
    assert rules.due_of(Kind.CONSULTATION_SUMMARY, dt.date(2026, 9, 1), CALENDAR).date == dt.date(2026, 10, 8)
    assert rules.due_of(Kind.MONTHLY_FILING, dt.date(2026, 10, 1), CALENDAR).date == dt.date(2026, 10, 13)
    assert rules.due_of(Kind.YEARLY_EVALUATION, dt.date(2026, 1, 1), CALENDAR).date == dt.date(2026, 12, 31)
    with pytest.raises(ValueError, match="given"):
        rules.due_of(Kind.HANDLING, dt.date(2026, 1, 1), CALENDAR)


def test_a_year_without_schedule_is_provisional():
    deadline = rules.due_of(Kind.REPORT, dt.date(2026, 12, 30), CALENDAR)
    assert deadline.provisional
    assert not rules.due_of(Kind.REPORT, dt.date(2026, 12, 22), CALENDAR).provisional


def test_the_default_plan_speaks_on_workdays_only():
    # Friday before a make-up Sunday (2026-09-20): the next morning is that Sunday, not Saturday
    assert shown(planned("2026-09-18")) == [
        ("next_morning", "09-20 09:00"),
        ("last_morning", "09-22 09:00"),
        ("last_afternoon", "09-22 15:00"),
        ("overdue", "09-23 00:00"),
        ("overdue_head", "09-23 09:00"),
        ("overdue_office", "09-24 09:00"),
        ("overdue_board", "09-28 09:00"),
    ]


def test_entered_late_is_overdue_at_once_and_escalates_from_its_entry():
    steps = planned("2026-08-03", opened="2026-09-18 10:00")
    assert shown(steps) == [
        ("overdue", "08-07 00:00"),
        ("overdue_head", "09-20 09:00"),
        ("overdue_office", "09-21 09:00"),
        ("overdue_board", "09-22 09:00"),
    ]


def codes(steps):
    return [step.code for step in steps]


def test_after_two_days_down_only_the_newest_reminder_speaks():
    steps = planned("2026-09-18")
    turn = rules.turn(steps, [], at("2026-09-22 16:00"), CALENDAR)
    assert codes(turn.now) == ["last_afternoon"]
    assert codes(turn.skipped) == ["next_morning", "last_morning"]
    assert turn.next_at == at("2026-09-23 00:00")


def test_no_reminder_once_overdue_and_every_addressee_of_an_escalation_is_told():
    turn = rules.turn(planned("2026-09-18"), ["next_morning"], at("2026-09-24 10:00"), CALENDAR)
    assert codes(turn.now) == ["overdue", "overdue_head", "overdue_office"]
    assert codes(turn.skipped) == ["last_morning", "last_afternoon"]


def test_a_sweep_on_a_day_off_marks_overdue_but_writes_to_nobody():
    # overdue on Thursday night; the sweep was down and comes back on Saturday
    steps = planned("2026-09-14", opened="2026-09-14 10:00")  # due Thursday 17th
    turn = rules.turn(steps, [], at("2026-09-19 11:00"), CALENDAR)
    assert codes(turn.now) == ["overdue"]
    assert turn.next_at == at("2026-09-20 09:00")
    later = rules.turn(steps, ["overdue", *codes(turn.skipped)], at("2026-09-20 09:00"), CALENDAR)
    assert codes(later.now) == ["overdue_head", "overdue_office"]


def test_nobody_is_written_to_at_night():
    steps = planned("2026-09-18")
    turn = rules.turn(
        steps, ["next_morning", "last_morning", "last_afternoon"], at("2026-09-24 03:00"), CALENDAR
    )
    assert codes(turn.now) == ["overdue"]
    assert turn.next_at == at("2026-09-24 09:00")


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(dt.date(2025, 1, 1), dt.date(2026, 11, 30)),
    turns=st.lists(st.integers(0, 60 * 24 * 9), min_size=1, max_size=30),
)
def test_however_often_the_sweep_comes_each_step_happens_once(start, turns):
    due_at = clock.end_of_day(rules.due_of(Kind.REPORT, start, CALENDAR).date)
    opened = clock.start_of_day(start) + dt.timedelta(hours=10)
    steps = rules.plan(start, due_at, opened, CALENDAR)
    done: list[str] = []
    spoken: list[str] = []
    for minutes in sorted(turns):
        now = opened + dt.timedelta(minutes=minutes)
        turn = rules.turn(steps, done, now, CALENDAR)
        for step in turn.now:
            assert step.at <= now
            if step.kind is not StepKind.OVERDUE:
                assert rules.may_speak(now, CALENDAR)
                assert step.kind is not StepKind.REMIND or now < due_at
        spoken += codes(turn.now)
        done += codes(turn.now) + codes(turn.skipped)
        assert len([s for s in turn.now if s.kind is StepKind.REMIND]) <= 1
    assert len(spoken) == len(set(spoken))


def test_states():
    due_at = clock.end_of_day(dt.date(2026, 9, 22))

    def state(now, fulfilled=None, closed=None, late=False, exempted=False):
        return rules.state_of(due_at, fulfilled, closed, late, exempted, at(now), CALENDAR)

    assert state("2026-09-18 10:00") is DutyState.OPEN
    assert state("2026-09-21 10:00") is DutyState.DUE_SOON
    assert state("2026-09-22 23:59") is DutyState.DUE_SOON
    assert state("2026-09-23 00:00") is DutyState.OVERDUE
    assert state("2026-09-23 00:00", fulfilled=at("2026-09-22 12:00")) is DutyState.FULFILLED
    assert state("2026-09-23 00:00", fulfilled=at("2026-09-23 12:00"), late=True) is DutyState.LATE
    assert state("2026-09-23 00:00", closed=at("2026-09-22 12:00"), exempted=True) is DutyState.EXEMPTED
    assert state("2026-09-23 00:00", closed=at("2026-09-22 12:00")) is DutyState.CLOSED
