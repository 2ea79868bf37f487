"""No stored due date is left behind by a change of the calendar: each is counted before, and listed after."""

import ast
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import Date, select

from redemption.applications import service as applications
from redemption.applications.models import Application, Correction
from redemption.decisions import service as decisions
from redemption.decisions.rules import EventType
from redemption.desk import service as desk
from redemption.desk.models import Matter
from redemption.disbursement import service as disbursement
from redemption.disbursement.models import PaymentOrder, Publicity
from redemption.evaluation import service as evaluation
from redemption.evaluation.models import RatingFollowUp
from redemption.kernel import audit, clock, due_dates
from redemption.kernel.db import UtcDateTime
from redemption.kernel.outbox import OutboxRow
from redemption.messages.models import Message
from redemption.reporting import recalculation, service
from redemption.reporting.models import Duty
from redemption.reporting.recalculation import Change
from redemption.reporting.rules import Kind
from redemption.tables import metadata
from tests.applications.cases import Stage, make_stage
from tests.evaluation.test_rating import denied
from tests.factories import make_item
from workers.jobs import reporting as jobs

ROOT = Path(__file__).resolve().parents[2]
ASKED = [{"kind": "note", "key": "", "message": "请补充说明"}]
BEFORE, TODAY = "2026-09-14 10:00", "2026-09-15 10:00"
HOLIDAY = Change("市政府通知", day=dt.date(2026, 9, 16), is_off_day=True, name="临时放假")
MATTER = {
    "visitor_name": "王一",
    "visitor_phone": "13900000009",
    "reason": "other",
    "description": "想办的事项不在本中心",
}


def at(text: str) -> time_machine.travel:
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    return time_machine.travel(moment, tick=False)


def approved(stage: Stage) -> Application:
    application = stage.accepted()
    data = {"result": "approve", "amount": Decimal("100000")}
    event = decisions.act(stage.session, stage.officer, application, EventType.DECIDED, data)
    disbursement.follow(stage.session, application.id, event.action)
    return application


@pytest.fixture
def runtime(settings, connected, storage):
    return SimpleNamespace(settings=settings, database=connected, storage=storage)


@pytest.fixture
def city(session, world, storage, runtime):
    """One clock of each kind, all begun on the same day."""
    with at(BEFORE):
        paid_back = make_stage(session, world, storage, name="补贴甲")
        revoked = approved(paid_back)
        (order,) = session.scalars(select(PaymentOrder))
        disbursement.paid(session, paid_back.officer, order)
        event = decisions.revoke(session, paid_back.officer, revoked, "申报材料虚假。")
        disbursement.follow(session, revoked.id, event.action)
        approved(make_stage(session, world, storage, name="补贴乙", payment_days=7))
        approved(make_stage(session, world, storage, name="补贴丙", publicity_days=5))
        stage = make_stage(session, world, storage, name="补贴丁")
        applications.ask_correction(session, stage.officer, stage.case(), ASKED)
        stage.item = make_item(session, world, name="补贴戊")
        rated = denied(stage)
        evaluation.rate(session, stage.filer, rated.number, 1, ["slow"], "等了太久，没人接电话")
        desk.register_matter(session, stage.clerk, MATTER)
        service.open_duty(
            session,
            Kind.REPORT,
            subject="policy:1",
            title="报送《办法》",
            department_id=world.departments["QC-JX"].id,
            event=clock.today(),
        )
        session.commit()
        jobs.follow_cases(runtime)
        jobs.follow_ratings(runtime)
    session.expire_all()
    return world.actors["gongkai"]


def stored(session) -> dict[str, set[dt.date]]:
    """The days that are stored, of what runs, by column."""
    session.expire_all()
    running = {
        "duty.due_at": select(Duty.due_at).where(Duty.fulfilled_at.is_(None), Duty.closed_at.is_(None)),
        "application.due_at": select(Application.due_at).where(Application.due_at.is_not(None)),
        "correction.due_at": select(Correction.due_at),
        "publicity.ends_at": select(Publicity.ends_at),
        "payment_order.due_at": select(PaymentOrder.due_at).where(PaymentOrder.state == "ordered"),
        "payment_order.clawback_due_at": select(PaymentOrder.clawback_due_at).where(
            PaymentOrder.state == "clawback"
        ),
        "rating_follow_up.due_at": select(RatingFollowUp.due_at),
        "desk_matter.due_on": select(Matter.due_on),
    }
    return {
        name: {end if type(end) is dt.date else clock.last_day(end) for end in session.scalars(query)}
        for name, query in running.items()
    }


def apply(session, actor, change: Change) -> dict:
    """Enter it, let the job run; what the log of the calendar says of who was affected."""
    recalculation.apply(session, actor, change)
    row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "calendar.changed")).one()
    jobs.calendar_changed(session, row.payload)
    return audit.entries(session, f"calendar:{change.year}")[-1].data


def test_a_day_off_moves_every_clock_each_is_counted_before_and_listed_after(session, city):
    before = stored(session)
    assert set(before) == due_dates.columns(), "this test has one of each"
    assert all(before.values())
    with at(TODAY):
        effect = recalculation.preview(session, city, HOLIDAY)
        assert stored(session) == before, "a preview writes nothing"
        log = apply(session, city, HOLIDAY)
    after = stored(session)
    for column, days in before.items():
        assert min(after[column]) > min(days), column
    shown = {(move.title, move.owner, move.before, move.after) for move in effect.moves}
    listed = {
        (one["title"], one["department"], *map(dt.date.fromisoformat, (one["before"], one["after"])))
        for one in log["affected"]
    }
    assert shown == listed
    assert effect.moved == log["moved"] == len(shown) == 7
    said = " ".join(title for title, *_ in shown)
    for word in (
        "报送《办法》",
        "兑现期限",
        "公示截止",
        "补正期限",
        "核实不满意评价",
        "办不成事",
        "追回期限",
    ):
        assert word in said
    assert clock.end_of_day(min(after["rating_follow_up.due_at"])) in set(
        session.scalars(select(Duty.due_at))
    )


def test_the_enterprise_is_told_when_the_day_of_its_correction_moves(session, city):
    def told() -> list[Message]:
        return list(session.scalars(select(Message).where(Message.template == "correction_moved")))

    correction = session.scalars(select(Correction)).one()
    before = clock.last_day(correction.due_at)
    with at(TODAY):
        recalculation.preview(session, city, HOLIDAY)
        assert not told(), "a preview tells nobody"
        apply(session, city, HOLIDAY)
        recalculation.recalculate(session, dt.date(2026, 9, 16))
    session.expire_all()
    (message,) = told()
    assert message.enterprise_id is not None
    assert clock.due_text(before) in message.body
    assert clock.due_text(clock.last_day(correction.due_at)) in message.body
    assert message.link.endswith("/correction")


def test_what_is_over_stays_as_it_was(session, city):
    with at(TODAY):
        session.scalars(select(Matter)).one().state = "closed"
        publicity = session.scalars(select(Publicity)).one()
        publicity.ended_at = clock.now()
        session.flush()
        before = stored(session)
        apply(session, city, HOLIDAY)
    after = stored(session)
    for column in ("desk_matter.due_on", "publicity.ends_at"):
        assert after[column] == before[column]


def test_a_release_that_brings_a_schedule_makes_provisional_dates_firm_and_lists_them(session, city, runtime):
    for due in (session.scalars(select(Matter)).one(), session.scalars(select(RatingFollowUp)).one()):
        due.due_provisional = True
    session.commit()
    with at(TODAY):
        jobs.catch_up(runtime)
        jobs.catch_up(runtime)
    (entry,) = audit.entries(session, "calendar:2026")
    assert (entry.data["moved"], entry.data["firm"]) == (0, 2)
    session.expire_all()
    assert not session.scalars(select(Matter.due_provisional)).one()


NOT_BY_CALENDAR = {
    "api_token.expires_at": "a life in hours of the clock",
    "connection.ends_at": "a day that an administrator sets",
    "expert_invitation.expires_at": "a number of natural days that the officer says",
    "duty.overdue_at": "when it was found overdue, a fact",
    "export.expires_at": "a file is kept for seven natural days",
    "invitation.expires_at": "a link lives seven natural days",
    "item_search.closes_on": "the day that the policy names",
    "item_search.valid_until": "the day that the policy names",
    "item_version.closes_on": "the day that the policy names",
    "item_version.valid_until": "the day that the policy names",
    "route.ends_at": "a day that an administrator sets",
    "policy_version.valid_until": "the day that the policy names",
}
"""Ends of periods that no workday moves, and why."""

COUNTS = {
    "applications/clocks.py:_acceptance": "application.due_at",
    "applications/clocks.py:_decision": "application.due_at",
    "applications/clocks.py:_payment": "application.due_at",
    "applications/clocks.py:_publicity": "application.due_at",
    "applications/clocks.py:correction_due": "correction.due_at",
    "desk/rules.py:follow_up_due": "desk_matter.due_on",
    "disbursement/rules.py:clawback_due": "payment_order.clawback_due_at",
    "evaluation/service.py:deadline_of": "rating_follow_up.due_at",
    "reporting/rules.py:due_of": "duty.due_at",
    # computed anew each time, never stored as a due date
    "applications/service/sweeping.py:corrections_due_soon": "",
    "consultation/service.py:pass_on": "",  # a word in a message; the duty is stored, by due_of
    "consultation/views.py:_due": "",
    "policies/service/publishing.py:deadline_of": "",
    "reporting/recurring.py:open_monthly": "",
    "reporting/rules.py:next_morning": "",  # when the sweep looks again; it plans anew then
    "reporting/rules.py:plan": "",
}
"""Where the code counts days by the calendar, and the column that the result goes to."""


def ends_of_periods() -> set[str]:
    """Columns that hold the end of something, by their names; leases and circuit breakers last seconds."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Date | UtcDateTime)
        and re.search(r"due_|valid_until|ends_|expire|deadline|closes_", column.name)
    }


def counts_of_days() -> set[str]:
    """`file:function` of every call that adds days by the calendar."""
    found = set()
    for path in (ROOT / "redemption").rglob("*.py"):
        if path.name == "workdays.py" or "seed" in path.parts:
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(
                isinstance(node, ast.Attribute)
                and node.attr in {"add_workdays", "add_days", "add_months", "nth_workday_of_month"}
                for node in ast.walk(function)
            ):
                found.add(f"{path.relative_to(ROOT / 'redemption').as_posix()}:{function.name}")
    return found


def test_no_stored_end_of_a_period_is_left_out():
    assert due_dates.columns() | NOT_BY_CALENDAR.keys() == ends_of_periods()


def test_every_count_of_days_by_the_calendar_is_computed_again_or_not_stored():
    assert counts_of_days() == COUNTS.keys()
    assert {column for column in COUNTS.values() if column} <= due_dates.columns()
