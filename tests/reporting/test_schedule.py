"""The administrator's reminder times: taken by the sweep, and nobody else's to set."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from redemption.kernel import clock
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.messages.models import Message
from redemption.reporting import queries, service, sweep
from redemption.reporting.rules import STEPS, Kind

VALUES = {
    "next_morning": "",
    "last_morning": "10:30",
    "last_afternoon": "",
    "overdue_head_days": 1,
    "overdue_office_days": 1,
    "overdue_board_days": 5,
}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def test_the_sweep_follows_the_administrators_times(session, world):
    service.set_steps(session, world.actors["guanli"], VALUES)
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        duty = service.open_duty(
            session,
            Kind.REPORT,
            subject="policy:1",
            title="报送",
            department_id=world.departments["QC-JX"].id,
            event=dt.date(2026, 9, 18),
            quiet=True,
        )
    assert duty.next_step_at == at("2026-09-22 10:30")
    with time_machine.travel(at("2026-09-22 10:31"), tick=False):
        sweep.sweep_batch(session)
    assert [m.template for m in session.scalars(select(Message))] == ["duty_reminder"]
    assert service.steps_now(session)["last_morning"] == "10:30"


def test_the_built_in_times_come_back(session, world):
    admin = world.actors["guanli"]
    built_in = service.steps_now(session)
    service.set_steps(session, admin, VALUES)
    service.set_steps(session, admin, built_in)
    assert tuple(queries.steps(session, Kind.REPORT)) == STEPS


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"last_morning": ""}, "last_morning"),
        ({"last_morning": "25:00"}, "last_morning"),
        ({"last_morning": "03:00"}, "last_morning"),
        ({"overdue_head_days": 9}, "overdue_office_days"),
    ],
)
def test_times_that_make_no_sense_are_refused_at_their_field(session, world, over, field):
    with pytest.raises(Invalid) as refused:
        service.set_steps(session, world.actors["guanli"], VALUES | over)
    assert field in refused.value.fields


def test_only_administrators(session, world, browser_of):
    with pytest.raises(NotAllowed):
        service.set_steps(session, world.actors["gongkai"], VALUES)
    admin = browser_of("guanli")
    assert admin.get("/admin/reminders").status_code == 200
    assert admin.post("/admin/reminders", {**VALUES, "last_morning": "x"}).status_code == 422
    assert admin.post("/admin/reminders", VALUES).status_code == 303
    assert browser_of("gongkai").get("/admin/reminders").status_code in {302, 303, 403}


def test_department_calendar_and_registering_a_consultation(session, world, browser_of):
    maker = browser_of("zhengce")
    assert maker.get("/editor/duties/calendar").status_code == 200
    assert maker.get("/editor/duties/consultation").status_code == 200
    assert (
        maker.post("/editor/duties/consultation", {"title": "措施", "ended_on": "2999-01-01"}).status_code
        == 422
    )
    ended = (clock.today() - dt.timedelta(days=1)).isoformat()
    assert (
        maker.post("/editor/duties/consultation", {"title": "若干措施", "ended_on": ended}).status_code == 303
    )
    assert "若干措施" in maker.get("/editor/duties").text
