"""Clocks of applications as duties: they run, stand still, end and are counted like any other."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

import redemption.due_dates  # noqa: F401
from redemption.applications import service as applications
from redemption.applications.rules import Action
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.calendar import correct_day, import_schedule
from redemption.kernel.errors import Invalid
from redemption.reporting import clocks, queries, recalculation, recurring, rules, service, showing
from redemption.reporting.models import Duty
from redemption.reporting.rules import Kind
from tests.applications.cases import Stage, make_stage
from tests.factories import make_policy


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def stage(session, world, storage) -> Stage:
    with time_machine.travel(at("2026-09-14 10:00"), tick=False):
        return make_stage(session, world, storage)


def follow(session, application) -> list[Duty]:
    clocks.follow_application(session, application.id)
    session.flush()
    about = select(Duty).where(Duty.subject == f"application:{application.id}").order_by(Duty.id)
    return list(session.scalars(about))


def test_a_case_from_receipt_to_decision(session, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.case()
        assert clocks.unfollowed(session) == [application.id]
        (acceptance,) = follow(session, application)
        assert clocks.unfollowed(session) == []
    assert (acceptance.kind, acceptance.due_at) == ("acceptance", application.due_at)
    assert acceptance.department_id == application.department_id
    with time_machine.travel(at("2026-09-15 11:00"), tick=False):
        applications.move(session, stage.officer, application, Action.ACCEPT)
        first, handling = follow(session, application)
        assert follow(session, application) == [first, handling]
    assert (first.fulfilled_at is not None, first.late) == (True, False)
    assert (handling.kind, handling.due_at) == ("handling", application.due_at)
    assert handling.data["application"] == application.number


def test_a_special_procedure_stops_the_duty_and_moves_its_end(session, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.accepted()
        acceptance, handling = follow(session, application)
        assert acceptance.fulfilled_at is not None  # accepted before anybody looked
        before = handling.due_at
    with time_machine.travel(at("2026-09-15 11:00"), tick=False):
        reason = "需要专家评审"
        applications.move(
            session, stage.officer, application, Action.PAUSE, reason=reason, data={"procedure": "专家评审"}
        )
        follow(session, application)
    assert handling.data["stopped"]
    assert handling.next_step_at is None
    with time_machine.travel(at("2026-09-22 11:00"), tick=False):
        assert clocks.unfollowed(session) == []
        applications.move(session, stage.officer, application, Action.RESUME)
        follow(session, application)
    assert "stopped" not in handling.data
    assert handling.due_at > before
    assert handling.next_step_at is not None
    assert [e.what for e in queries.history(session, handling.id)] == ["opened", "stopped", "recomputed"]


def test_a_withdrawn_case_owes_nothing(session, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.case()
        follow(session, application)
        applications.withdraw(session, stage.filer, application.number, reason="不再需要")
        (duty,) = follow(session, application)
    assert (duty.fulfilled_at, duty.close_reason) == (None, "申报人已撤回")
    (view,) = showing.views(session, [duty])
    assert view.state is rules.DutyState.CLOSED, "only the office exempts"


def test_deciding_after_the_due_day_is_late(session, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.case()
        follow(session, application)
    with time_machine.travel(at("2026-09-28 11:00"), tick=False):
        applications.move(session, stage.officer, application, Action.ACCEPT)
        first, _ = follow(session, application)
    assert first.late


def test_monthly_filing_is_opened_once_for_each_department_with_last_months_list(session, world):
    with time_machine.travel(at("2026-09-10 10:00"), tick=False):
        policy = make_policy(session, world)
    today = dt.date(2026, 10, 9)
    with time_machine.travel(at("2026-10-09 10:00"), tick=False):
        assert recurring.open_monthly(session, today) == len(world.departments)
        assert recurring.open_monthly(session, today) == 0
    duty = session.scalars(
        select(Duty).where(Duty.kind == "monthly_filing", Duty.department_id == world.departments["QC-JX"].id)
    ).one()
    assert clock.last_day(duty.due_at) == dt.date(2026, 10, 13)
    assert [line.policy_number for line in recurring.filing_list(session, duty)] == [policy.number]
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    with pytest.raises(Invalid):
        service.fulfil_by_hand(session, maker, duty, " ")
    service.fulfil_by_hand(session, maker, duty, "已报送目录 1 份")
    assert duty.fulfilled_at is not None


def test_a_department_that_is_new_in_the_middle_of_a_month_begins_with_the_next_list(session, world):
    assert recurring.open_monthly(session, dt.date(2026, 9, 21)) == 0
    assert recurring.open_monthly(session, dt.date(2026, 10, 1)) == len(world.departments)
    # a machine that was off until the 20th still opens what is owed
    assert recurring.open_monthly(session, dt.date(2026, 11, 20)) == len(world.departments)


def test_gazette_and_consultation(session, world):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        policy = make_policy(session, world, issue_date=dt.date(2026, 9, 17))
        gazette = recurring.open_gazette_duty(session, policy.id, policy.current_version_id)
        maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
        summary = recurring.consultation_ended(session, maker, "若干措施（征求意见稿）", dt.date(2026, 9, 1))
        with pytest.raises(Invalid):
            recurring.consultation_ended(session, maker, "若干措施", dt.date(2026, 9, 19))
    assert clock.last_day(gazette.due_at) == dt.date(2026, 10, 8)
    assert not gazette.entered_late, "it was published on its day, however late the worker came"
    assert clock.last_day(summary.due_at) == dt.date(2026, 10, 8)
    assert recurring.open_yearly(session, dt.date(2026, 9, 18)) == 1


def test_a_changed_calendar_moves_due_dates_and_says_so(session, world):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        policy = make_policy(session, world)
        duty = service.open_report_duty(session, policy.id, policy.current_version_id)
        correct_day(session, "person:1", dt.date(2026, 9, 21), True, "临时放假", "政府通告")
        assert clock.last_day(duty.due_at) == dt.date(2026, 9, 22)
        assert recalculation.recalculate(session, dt.date(2026, 9, 21)) == 1
        assert recalculation.recalculate(session, dt.date(2026, 9, 21)) == 0
    assert clock.last_day(duty.due_at) == dt.date(2026, 9, 23)
    assert [e.what for e in queries.history(session, duty.id)][-1] == "recomputed"


def test_a_schedule_that_is_entered_makes_a_provisional_date_firm(session, world):
    with time_machine.travel(at("2026-12-30 10:00"), tick=False):
        duty = service.open_duty(
            session,
            Kind.GAZETTE,
            subject="policy:1",
            title="公报",
            department_id=world.departments["QC-JX"].id,
            event=dt.date(2026, 12, 30),
        )
        assert duty.provisional
        before = clock.last_day(duty.due_at)
        days = [{"name": "元旦", "date": f"2027-01-0{day}", "isOffDay": True} for day in (1, 2, 3)]
        days += [{"name": "元旦", "date": "2027-01-04", "isOffDay": True}]
        import_schedule(session, "person:1", {"year": 2027, "days": days}, "国办发明电")
        assert recalculation.catch_up(session) == 1
    assert not duty.provisional
    assert clock.last_day(duty.due_at) > before


def test_clocks_that_ran_before_anybody_looked_are_counted_at_their_true_times(session, stage):
    with time_machine.travel(at("2026-09-14 10:00"), tick=False):
        application = stage.case()
    with time_machine.travel(at("2026-09-23 10:00"), tick=False):  # two days late
        applications.move(session, stage.officer, application, Action.ACCEPT)
    with time_machine.travel(at("2026-09-24 10:00"), tick=False):
        applications.move(session, stage.officer, application, Action.APPROVE)
        for _ in range(2):
            clocks.follow_application(session, application.id)
    duties = session.scalars(
        select(Duty).where(Duty.subject == f"application:{application.id}").order_by(Duty.id)
    ).all()
    assert [(duty.kind, duty.late) for duty in duties if duty.fulfilled_at] == [
        ("acceptance", True),
        ("handling", False),
    ]
    assert duties[0].fulfilled_at == at("2026-09-23 10:00")
    assert clocks.unfollowed(session) == []


def test_what_was_missed_comes_out_as_what_was_followed(session, stage):
    """The same case, followed at each step and followed at the end, owes the same duties."""
    steps = [(Action.ACCEPT, "2026-09-15 10:00"), (Action.PAUSE, "2026-09-16 10:00"),
             (Action.RESUME, "2026-09-18 10:00"), (Action.APPROVE, "2026-09-24 10:00")]  # fmt: skip
    shown = []
    for always in (True, False):
        with time_machine.travel(at("2026-09-14 10:00"), tick=False):
            application = stage.case()
            if always:
                clocks.follow_application(session, application.id)
        for action, moment in steps:
            with time_machine.travel(at(moment), tick=False):
                data = {"procedure": "现场核查"} if action is Action.PAUSE else None
                applications.move(session, stage.officer, application, action, reason="核查", data=data)
                if always:
                    clocks.follow_application(session, application.id)
        clocks.follow_application(session, application.id)
        session.flush()
        rows = session.scalars(
            select(Duty).where(Duty.subject == f"application:{application.id}").order_by(Duty.id)
        )
        shown.append([(d.kind, d.round, d.due_at, d.fulfilled_at, d.late) for d in rows])
        application.status, application.over_at = "withdrawn", clock.now()
        session.flush()
    assert shown[0] == shown[1]
