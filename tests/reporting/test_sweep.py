"""The sweep: each step once, none lost, no flood, however many sweepers and however long they were away."""

import datetime as dt
import threading

import pytest
import time_machine
from sqlalchemy import func, select

from redemption.identity.models import Post
from redemption.kernel import clock
from redemption.kernel.uow import unit_of_work
from redemption.messages.models import Message
from redemption.reporting import queries, service, showing, sweep
from redemption.reporting.models import Duty, DutyEvent
from redemption.reporting.rules import Kind
from tests.factories import make_policy, make_world


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def duty(session, world):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        policy = make_policy(session, world)
        return service.open_report_duty(session, policy.id, policy.current_version_id)


def swept(session, moment: str) -> list[str]:
    """Templates of the messages that a sweep at this moment sent."""
    last = session.scalar(select(func.max(Message.id))) or 0
    with time_machine.travel(at(moment), tick=False):
        sweep.sweep_batch(session)
    session.expire_all()
    return list(session.scalars(select(Message.template).where(Message.id > last).order_by(Message.id)))


def test_the_whole_way(session, duty):
    assert swept(session, "2026-09-18 17:00") == []
    assert swept(session, "2026-09-19 09:30") == []  # Saturday
    assert swept(session, "2026-09-20 09:00") == ["duty_reminder"]  # make-up Sunday
    assert swept(session, "2026-09-20 09:01") == []
    assert swept(session, "2026-09-22 09:00") == ["duty_reminder"]
    assert swept(session, "2026-09-22 15:00") == ["duty_reminder"]
    assert duty.overdue_at is None
    assert swept(session, "2026-09-23 00:00") == []
    assert duty.overdue_at == duty.due_at
    assert swept(session, "2026-09-23 09:00") == ["duty_escalated_head"]
    assert swept(session, "2026-09-24 09:00") == ["office_duty_overdue"]
    assert swept(session, "2026-09-25 09:00") == []
    assert swept(session, "2026-09-28 09:00") == []  # the board only shows it
    assert duty.next_step_at is None
    assert [e.what for e in queries.history(session, duty.id)] == [
        "opened", "reminded", "reminded", "reminded", "overdue", "escalated", "escalated", "escalated",
    ]  # fmt: skip


def test_two_days_down_only_the_newest_reminder(session, duty):
    assert swept(session, "2026-09-22 16:00") == ["duty_reminder"]
    assert set(duty.steps_done) == {"next_morning", "last_morning", "last_afternoon"}


def test_down_past_the_due_day_no_reminder_only_escalations(session, duty):
    assert swept(session, "2026-09-24 09:30") == ["duty_escalated_head", "office_duty_overdue"]
    assert duty.overdue_at == duty.due_at


def test_a_clock_set_back_does_nothing_twice_and_loses_nothing(session, duty):
    assert swept(session, "2026-09-22 09:00") == ["duty_reminder"]
    assert swept(session, "2026-09-20 09:00") == []
    assert swept(session, "2026-09-22 15:00") == ["duty_reminder"]


def test_what_was_overdue_stays_late_when_the_clock_is_set_back(session, duty):
    swept(session, "2026-09-23 09:00")
    with time_machine.travel(at("2026-09-19 10:00"), tick=False):
        service.fulfil(session, service.SYSTEM, duty, {})
    assert duty.late


def test_a_fulfilled_duty_is_left_alone(session, duty):
    with time_machine.travel(at("2026-09-21 10:00"), tick=False):
        service.fulfil(session, service.SYSTEM, duty, {})
    session.flush()
    assert swept(session, "2026-09-28 10:00") == []
    assert duty.overdue_at is None


def test_two_sweepers_at_once_do_everything_once(fresh_database):
    count = 120
    with time_machine.travel(at("2026-09-18 10:00"), tick=False), unit_of_work(fresh_database) as session:
        world = make_world(session)
        for place in range(count):
            service.open_duty(
                session,
                Kind.GAZETTE,
                subject=f"policy:{place}",
                title=f"公报 {place}",
                department_id=world.departments["QC-JX"].id,
                event=dt.date(2026, 9, 18),
                quiet=True,
            )
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                with unit_of_work(fresh_database) as session:
                    sweep.sweep_batch(session)
        except BaseException as fault:
            faults.append(fault)

    sweep_at = at("2026-09-20 09:05")
    small = sweep._DUE.limit(7)
    with time_machine.travel(sweep_at, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "_DUE", small)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []
    with unit_of_work(fresh_database) as session:
        assert session.scalar(select(func.count()).select_from(Message)) == count
        reminded = select(func.count()).select_from(DutyEvent).where(DutyEvent.what == "reminded")
        assert session.scalar(reminded) == count
        assert session.scalar(select(func.count()).where(Duty.next_step_at <= sweep_at)) == 0


def test_each_head_hears_once_as_a_person_then_the_office_then_the_board(session, world, duty):
    head = world.people["shenpi"].id
    colleague = next(
        post for post in session.scalars(select(Post).where(Post.department_id == duty.department_id))
        if post.person_id != head
    )  # fmt: skip
    colleague.grade = "head"
    session.flush()
    assert swept(session, "2026-09-23 08:59") == []
    assert swept(session, "2026-09-23 09:00") == ["duty_escalated_head"] * 2
    assert swept(session, "2026-09-23 17:00") == []
    told = session.scalars(select(Message).where(Message.template == "duty_escalated_head")).all()
    assert {one.person_id for one in told} == {head, colleague.person_id}
    assert {one.department_id for one in told} == {None}
    assert {one.link for one in told} == {f"/duties/{duty.number}"}
    said = showing.timeline(session, queries.history(session, duty.id))[-1]["detail"]
    assert world.people["shenpi"].name in said
    assert swept(session, "2026-09-24 09:00") == ["office_duty_overdue"]
    assert swept(session, "2026-09-26 09:00") == []  # Saturday, and the board only shows it


def test_without_a_head_the_department_reads_that_nobody_was_named(session, world, duty):
    for post in session.scalars(select(Post).where(Post.department_id == duty.department_id)):
        post.grade = "member"
    session.flush()
    assert swept(session, "2026-09-23 09:00") == ["duty_escalated_no_head"]
    told = session.scalars(select(Message).where(Message.template == "duty_escalated_no_head")).one()
    assert told.department_id == duty.department_id


def test_a_head_who_left_is_not_told(session, world, duty):
    world.people["shenpi"].closed_at = clock.now()
    session.flush()
    assert swept(session, "2026-09-23 09:00") == ["duty_escalated_no_head"]
