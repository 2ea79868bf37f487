"""Due dates from events: the vectors of the law, stops that never shorten, and one answer whenever one asks."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.applications.clocks import Terms, due_now, info, is_paused
from redemption.applications.rules import MACHINE, Action, DueKind, Status
from redemption.kernel import clock
from redemption.kernel.workdays import Calendar

CALENDAR = Calendar()
MORNING = dt.timedelta(hours=2)


@dataclass
class Fact:
    action: str
    at: dt.datetime
    to_status: str
    recorded_at: dt.datetime = None  # type: ignore[assignment]
    data: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recorded_at = self.recorded_at or self.at


def moment(day: str) -> dt.datetime:
    return clock.start_of_day(dt.date.fromisoformat(day)) + dt.timedelta(hours=10)


def history(*steps: tuple[Action, str]) -> list[Fact]:
    status, made = Status.RECEIVED, []
    for action, day in steps:
        status = status if action is Action.RECEIVE else MACHINE.next(status, action)
        made.append(Fact(action.value, moment(day), status.value))
    return made


def due_day(facts: list[Fact], terms: Terms) -> str:
    due = due_now(facts, terms, CALENDAR)
    assert due is not None
    assert due.date is not None
    return due.date.isoformat()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-09-26", "2025-09-30"),
        ("2025-09-30", "2025-10-11"),
        ("2026-02-13", "2026-02-25"),
        ("2026-04-30", "2026-05-08"),
        ("2026-09-18", "2026-09-22"),
    ],
)
def test_acceptance_counts_workdays_from_the_day_after_receipt(received: str, due: str) -> None:
    facts = history((Action.RECEIVE, received))
    assert due_day(facts, Terms(acceptance_days=3)) == due


def test_resubmission_begins_the_time_to_accept_again() -> None:
    facts = history(
        (Action.RECEIVE, "2026-03-02"), (Action.ASK_CORRECTION, "2026-03-04"), (Action.RESUBMIT, "2026-03-09")
    )
    assert due_day(facts, Terms(acceptance_days=5)) == "2026-03-16"


def test_the_applicants_days_run_from_when_the_notice_reached_us() -> None:
    facts = history((Action.RECEIVE, "2026-03-02"), (Action.ASK_CORRECTION, "2026-03-04"))
    facts[-1].recorded_at = moment("2026-03-06")
    assert due_day(facts, Terms(correction_days=5)) == "2026-03-13"


def test_a_special_procedure_stops_the_clock_and_says_why() -> None:
    facts = history(
        (Action.RECEIVE, "2026-03-02"), (Action.ACCEPT, "2026-03-04"), (Action.PAUSE, "2026-03-10")
    )
    facts[-1].data = {"procedure": "专家评审"}
    due = due_now(facts, Terms(time_limit_days=10), CALENDAR)
    assert due is not None
    assert due.date is None
    assert "专家评审" in due.stopped_reason


def test_the_clock_goes_on_later_by_the_workdays_of_the_stop() -> None:
    without = history((Action.RECEIVE, "2026-03-02"), (Action.ACCEPT, "2026-03-04"))
    stopped = history(
        (Action.RECEIVE, "2026-03-02"),
        (Action.ACCEPT, "2026-03-04"),
        (Action.PAUSE, "2026-03-10"),
        (Action.RESUME, "2026-03-13"),
    )
    terms = Terms(time_limit_days=10)
    assert due_day(without, terms) == "2026-03-18"
    assert due_day(stopped, terms) == "2026-03-23"


def test_stops_that_overlap_count_once() -> None:
    facts = history(
        (Action.RECEIVE, "2026-03-02"),
        (Action.ACCEPT, "2026-03-04"),
        (Action.PAUSE, "2026-03-09"),
        (Action.ASK_SUPPLEMENT, "2026-03-10"),
        (Action.RESUBMIT_SUPPLEMENT, "2026-03-12"),
        (Action.RESUME, "2026-03-13"),
    )
    assert due_day(facts, Terms(time_limit_days=10)) == "2026-03-24"


def test_review_in_a_batch_begins_when_the_period_has_closed() -> None:
    terms = Terms(acceptance_days=5, batch_closes_on=dt.date(2026, 3, 31))
    assert due_day(history((Action.RECEIVE, "2026-03-02")), terms) == "2026-04-08"
    assert due_day(history((Action.RECEIVE, "2026-04-02")), terms) == "2026-04-10"


def test_an_objection_stops_publicity() -> None:
    terms = Terms(publicity_days=5)
    upto = [
        (Action.RECEIVE, "2026-03-02"),
        (Action.ACCEPT, "2026-03-03"),
        (Action.PROPOSE_APPROVE, "2026-03-04"),
    ]
    assert due_day(history(*upto), terms) == "2026-03-11"
    objected = history(*upto, (Action.OBJECT, "2026-03-06"))
    due = due_now(objected, terms, CALENDAR)
    assert due is not None
    assert (due.kind, due.date) == (DueKind.OBJECTION, None)
    dismissed = history(*upto, (Action.OBJECT, "2026-03-06"), (Action.DISMISS_OBJECTION, "2026-03-10"))
    assert due_day(dismissed, terms) == "2026-03-13"


def test_payment_waits_for_a_new_account() -> None:
    terms = Terms(payment_days=10)
    upto = [(Action.RECEIVE, "2026-03-02"), (Action.ACCEPT, "2026-03-03"), (Action.APPROVE, "2026-03-04")]
    assert due_day(history(*upto), terms) == "2026-03-18"
    returned = [*upto, (Action.ORDER_PAYMENT, "2026-03-05"), (Action.RETURN_PAYMENT, "2026-03-09")]
    due = due_now(history(*returned), terms, CALENDAR)
    assert due is not None
    assert due.date is None
    assert "账户" in due.stopped_reason
    assert due_day(history(*returned, (Action.NEW_ACCOUNT, "2026-03-11")), terms) == "2026-03-20"


def test_nothing_runs_after_the_end() -> None:
    upto = [(Action.RECEIVE, "2026-03-02"), (Action.ACCEPT, "2026-03-03")]
    assert due_now(history(*upto, (Action.DENY, "2026-03-04")), Terms(), CALENDAR) is None
    assert due_now(history(*upto, (Action.APPROVE, "2026-03-04")), Terms(), CALENDAR) is None
    assert (
        due_now(history(*upto, (Action.APPROVE, "2026-03-04")), Terms(payment_days=5), CALENDAR) is not None
    )


def test_an_unknown_year_is_said_to_be_provisional() -> None:
    year = max(y for y in range(2020, 2060) if CALENDAR.known(y))
    due = due_now(history((Action.RECEIVE, f"{year}-12-30")), Terms(acceptance_days=5), CALENDAR)
    assert due is not None
    assert due.provisional


def test_info_says_how_many_days_are_left() -> None:
    facts = history((Action.RECEIVE, "2026-03-02"))
    due = due_now(facts, Terms(acceptance_days=5), CALENDAR)
    shown = info(due, CALENDAR, dt.date(2026, 3, 5))
    assert shown is not None
    assert (shown.kind_name, shown.workdays_left, shown.overdue) == ("受理期限", 2, False)
    late = info(due, CALENDAR, dt.date(2026, 3, 11))
    assert late is not None
    assert (late.workdays_left, late.overdue) == (-2, True)


# --- properties ------------------------------------------------------------------------------------------

STOP_PAIRS = [
    (Action.PAUSE, Action.RESUME),
    (Action.ASK_SUPPLEMENT, Action.RESUBMIT_SUPPLEMENT),
]
START = dt.date(2024, 1, 2)


@st.composite
def stops(draw: st.DrawFn) -> list[tuple[Action, int, Action, int]]:
    made, day = [], 1
    for _ in range(draw(st.integers(0, 4))):
        begin, end = draw(st.sampled_from(STOP_PAIRS))
        first = day + draw(st.integers(0, 12))
        last = first + draw(st.integers(0, 40))
        made.append((begin, first, end, last))
        day = last
    return made


def case_with(stopped: list[tuple[Action, int, Action, int]]) -> list[Fact]:
    def on(day: int) -> str:
        return (START + dt.timedelta(days=day)).isoformat()

    steps = [(Action.RECEIVE, on(0)), (Action.ACCEPT, on(1))]
    for begin, first, end, last in stopped:
        steps += [(begin, on(first)), (end, on(last))]
    return history(*steps)


@given(stops(), st.integers(0, 60))
def test_a_stop_never_shortens_and_computing_again_gives_the_same(
    stopped: list[tuple[Action, int, Action, int]], days: int
) -> None:
    terms = Terms(time_limit_days=days)
    facts = case_with(stopped)
    due = due_now(facts, terms, CALENDAR)
    assert due == due_now(list(facts), terms, Calendar())
    assert due is not None
    for fewer in range(len(stopped)):
        earlier = due_now(case_with(stopped[:fewer]), terms, CALENDAR)
        assert earlier is not None
        assert due.date >= earlier.date


@given(stops(), st.integers(0, 40), st.integers(0, 40))
def test_a_longer_stop_never_ends_earlier(
    stopped: list[tuple[Action, int, Action, int]], days: int, longer: int
) -> None:
    if not stopped:
        return
    begin, first, end, last = stopped[-1]
    terms = Terms(time_limit_days=days)
    short = due_now(case_with(stopped), terms, CALENDAR)
    long = due_now(case_with([*stopped[:-1], (begin, first, end, last + longer)]), terms, CALENDAR)
    assert short is not None
    assert long is not None
    assert long.date >= short.date


@given(st.lists(st.sampled_from([Action.PAUSE, Action.RESUME, Action.STEP]), max_size=8))
def test_paused_is_what_the_last_word_said(actions: list[Action]) -> None:
    facts = [Fact(a.value, moment("2026-03-02"), Status.ACCEPTED.value) for a in actions]
    said = [a for a in actions if a is not Action.STEP]
    assert is_paused(facts) is (bool(said) and said[-1] is Action.PAUSE)
