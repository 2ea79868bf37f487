"""核实 → 整改 → 回访 as duties: reminded and escalated once each, on workdays, without saying who rated."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select

from redemption.evaluation import service
from redemption.evaluation.models import RatingFollowUp
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.outbox import OutboxRow
from redemption.messages.models import Message
from redemption.reporting import recalculation
from redemption.reporting.models import Duty, DutyEvent
from redemption.reporting.recalculation import Change
from tests.applications.cases import make_stage
from tests.evaluation.test_rating import denied
from workers.jobs import reporting as jobs


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def runtime(settings, connected, storage):
    return SimpleNamespace(settings=settings, database=connected, storage=storage)


@pytest.fixture
def stage(session, world, storage):
    with time_machine.travel(at("2026-09-14 10:00"), tick=False):
        return make_stage(session, world, storage)


def bad(stage) -> RatingFollowUp:
    application = denied(stage)
    rating = service.rate(stage.session, stage.filer, application.number, 1, ["slow"], "等了太久，没人接电话")
    return stage.session.scalars(select(RatingFollowUp).where(RatingFollowUp.rating_id == rating.id)).one()


def duties(session, follow_up) -> list[Duty]:
    session.expire_all()
    about = select(Duty).where(Duty.subject == f"follow_up:{follow_up.id}").order_by(Duty.round)
    return list(session.scalars(about))


def test_each_step_is_owed_by_its_own_day(session, stage, runtime):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        follow_up = bad(stage)
        session.commit()
        jobs.follow_ratings(runtime)
        jobs.follow_ratings(runtime)
    (first,) = duties(session, follow_up)
    assert first.due_at == follow_up.due_at == clock.end_of_day(dt.date(2026, 9, 16))
    assert "核实" in first.title
    with time_machine.travel(at("2026-09-15 11:00"), tick=False):
        service.verify(session, stage.officer, follow_up.number, founded=True, note="属实")
        session.commit()
        jobs.follow_ratings(runtime)
    first, second = duties(session, follow_up)
    assert (first.fulfilled_at, first.late) == (at("2026-09-15 11:00"), False)
    assert (second.round, second.due_at) == (2, follow_up.due_at)
    with time_machine.travel(at("2026-09-16 11:00"), tick=False):
        service.mend(session, stage.officer, follow_up.number, note="增加坐席")
        service.call_back(session, stage.officer, follow_up.number, note="已说明", satisfied=True)
        session.commit()
        jobs.follow_ratings(runtime)
    assert all(duty.fulfilled_at for duty in duties(session, follow_up))


def test_reminded_and_escalated_once_and_never_on_a_day_off(session, stage, runtime):
    with time_machine.travel(at("2026-09-16 17:00"), tick=False):
        follow_up = bad(stage)
        session.commit()
    moment, end = at("2026-09-16 17:30"), at("2026-10-16 18:00")
    while moment < end:
        with time_machine.travel(moment, tick=False):
            jobs.follow_ratings(runtime)
            jobs.sweep_duties(runtime)
            jobs.sweep_duties(runtime)
        moment += dt.timedelta(hours=3)
    (duty,) = duties(session, follow_up)
    assert duty.overdue_at is not None
    assert len(duty.steps_done) == len(set(duty.steps_done))
    events = session.scalars(select(DutyEvent).where(DutyEvent.duty_id == duty.id)).all()
    told = [e for e in events if e.what not in ("opened", "overdue", "recomputed")]
    assert len(told) >= 3, "a reminder and escalations"
    days_off = {dt.date(2026, 9, 19), dt.date(2026, 9, 25), dt.date(2026, 9, 26), dt.date(2026, 9, 27)}
    assert not {clock.day_of(e.at) for e in told} & days_off
    said = " ".join(
        f"{m.subject} {m.body}"
        for m in session.scalars(select(Message))
        if follow_up.number in m.body + m.subject
    )
    assert said, "the department was told"
    firm = stage.world.enterprises[0]
    assert firm.name not in said
    assert "林知夏" not in said


def test_the_administrator_sets_the_days_and_a_changed_calendar_moves_them(
    session, stage, runtime, browser_of
):
    department = session.get_one(Department, stage.item.department_id)
    page = browser_of("guanli")
    values = {
        "name": department.name,
        "short_name": department.short_name,
        "rating_open": "5",
        "rating_mending": "0",
    }
    address = f"/admin/places/department/{department.id}"
    assert page.post(address, values).status_code == 422, "no step of no days"
    values["rating_mending"] = "20"
    assert page.post(address, values).status_code == 303
    session.expire_all()
    assert department.settings["rating_days"] == {"open": 5, "mending": 20}
    assert 'value="5"' in page.get(address).get_data(as_text=True)
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        follow_up = bad(stage)
        session.commit()
        jobs.follow_ratings(runtime)
        assert duties(session, follow_up)[0].due_at == clock.end_of_day(dt.date(2026, 9, 20)), "20日调休上班"
        administrator = stage.world.actors["guanli"]
        change = Change("市政府通知", day=dt.date(2026, 9, 16), is_off_day=True, name="临时放假")
        recalculation.apply(session, administrator, change)
        recalculation.recalculate(session, change.first)
        session.commit()
        jobs.follow_ratings(runtime)
    assert duties(session, follow_up)[0].due_at == clock.end_of_day(dt.date(2026, 9, 21))
    values["rating_open"] = "6"
    assert page.post(address, values).status_code == 303
    row = session.scalars(
        select(OutboxRow).where(OutboxRow.topic == "department.rating_days").order_by(OutboxRow.id.desc())
    ).first()
    with time_machine.travel(at("2026-09-14 12:00"), tick=False):
        jobs.rating_days(session, row.payload)
    assert duties(session, follow_up)[0].due_at == clock.end_of_day(dt.date(2026, 9, 22)), (
        "those that run too"
    )
