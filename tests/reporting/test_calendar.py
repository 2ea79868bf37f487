"""The calendar page: the effect is shown before it is applied, applied once, and only by who may."""

import datetime as dt
import json

import pytest
import time_machine
from sqlalchemy import select

from redemption.applications import due_dates
from redemption.applications.queries import received
from redemption.kernel import clock
from redemption.kernel.calendar import CalendarDay, load_calendar
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.kernel.outbox import OutboxRow
from redemption.reporting import recalculation, service
from redemption.reporting.recalculation import Change
from redemption.reporting.rules import Kind
from tests.applications.cases import make_stage
from tests.factories import make_item
from workers.jobs import reporting as jobs

YEAR = {
    "year": 2027,
    "days": [{"name": "元旦", "date": f"2027-01-0{day}", "isOffDay": True} for day in (1, 2, 3)],
}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def duty(session, world):
    with time_machine.travel(at("2026-12-29 10:00"), tick=False):
        return service.open_duty(
            session,
            Kind.REPORT,
            subject="policy:1",
            title="报送《办法》",
            department_id=world.departments["QC-JX"].id,
            event=dt.date(2026, 12, 29),
        )


def test_preview_shows_and_writes_nothing_apply_moves(session, world, duty):
    office = world.actors["gongkai"]
    with time_machine.travel(at("2026-12-30 10:00"), tick=False):
        assert clock.last_day(duty.due_at) == dt.date(2027, 1, 1)
        effect = recalculation.preview(session, office, Change("国办发明电", schedule=YEAR))
        assert [(move.before, move.after) for move in effect.moves] == [
            (dt.date(2027, 1, 1), dt.date(2027, 1, 4))
        ]
        assert (effect.moved, effect.becoming_overdue, effect.newly_known) == (1, 0, True)
        assert session.scalar(select(CalendarDay.date)) is None
        assert duty.provisional
        recalculation.apply(session, office, Change("国办发明电", schedule=YEAR))
        row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "calendar.changed")).one()
        jobs.calendar_changed(session, row.payload)
    assert clock.last_day(duty.due_at) == dt.date(2027, 1, 4)
    assert not duty.provisional
    assert load_calendar(session).known(2027)


def test_who_was_affected_is_listed_on_the_page_of_that_year(session, world, duty, browser_of):
    office = world.actors["gongkai"]
    with time_machine.travel(at("2026-12-30 10:00"), tick=False):
        recalculation.apply(session, office, Change("国办发明电", schedule=YEAR))
        row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "calendar.changed")).one()
        jobs.calendar_changed(session, row.payload)
        page = browser_of("gongkai").get("/office/calendar?year=2027").text
    assert "期限已重新计算，变动 1 项" in page
    assert duty.title in page
    assert "2027年1月1日" in page
    assert "2027年1月4日" in page
    assert office.name in page


def test_a_day_that_becomes_worked_can_make_something_overdue_and_says_so(session, world):
    with time_machine.travel(at("2026-09-30 10:00"), tick=False):
        made = service.open_duty(
            session,
            Kind.REPORT,
            subject="policy:2",
            title="报送",
            department_id=world.departments["QC-JX"].id,
            event=dt.date(2026, 9, 29),
        )
        assert clock.last_day(made.due_at) == dt.date(2026, 10, 9)
    with time_machine.travel(at("2026-10-08 10:00"), tick=False):
        change = Change("临时上班", day=dt.date(2026, 10, 6), is_off_day=False, name="临时上班")
        other = Change("临时上班", day=dt.date(2026, 10, 7), is_off_day=False, name="临时上班")
        assert recalculation.preview(session, world.actors["gongkai"], change).moved == 1
        recalculation.apply(session, world.actors["gongkai"], change)
        recalculation.recalculate(session, change.first)
        effect = recalculation.preview(session, world.actors["gongkai"], other)
    assert (effect.moved, effect.becoming_overdue) == (1, 1)
    assert effect.moves[0].becomes_overdue(dt.date(2026, 10, 8))


def test_only_the_citys_office_and_administrators_change_it(session, world):
    from redemption.identity.rules import Actor, Role

    district = Actor(9, "区公开办", Role.OFFICE, office_id=world.offices["990102"].id)
    change = Change("x", day=dt.date(2026, 12, 31), is_off_day=True, name="放假")
    with pytest.raises(NotAllowed):
        recalculation.apply(session, district, change)
    recalculation.apply(session, world.actors["guanli"], change)


def test_a_schedule_with_a_day_twice_or_no_json_is_refused_with_the_place(browser_of, session, world):
    office = browser_of("gongkai")
    twice = {"year": 2027, "days": [*YEAR["days"], {"name": "元旦", "date": "2027-01-01", "isOffDay": False}]}
    answer = office.post("/office/calendar/schedule", {"schedule": json.dumps(twice), "reason": "国办"})
    assert answer.status_code == 422
    assert "第 4 条" in answer.text
    assert "既列为放假又列为上班" in answer.text
    broken = office.post("/office/calendar/schedule", {"schedule": "{", "reason": "国办"})
    assert broken.status_code == 422
    assert "不是有效的 JSON" in broken.text
    with pytest.raises(Invalid):
        recalculation.read_schedule("[]")


def test_the_notice_itself_is_taken_and_its_mistakes_are_said_at_the_field(browser_of, session, world):
    office = browser_of("gongkai")
    notice = "国务院办公厅关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至3日（周日）放假，共3天。"
    shown = office.post("/office/calendar/schedule", {"schedule": notice, "reason": "国办"})
    assert "2027年1月1日" in shown.text
    assert "确认变更" in shown.text
    wrong = office.post(
        "/office/calendar/schedule", {"schedule": notice.replace("周五", "周六"), "reason": "国办"}
    )
    assert wrong.status_code == 422
    assert "2027年1月1日是星期五" in wrong.text
    assert "共3天。" in wrong.text, "what was pasted stays"


def test_every_running_case_follows_however_many_there_are(session, world, storage, monkeypatch):
    monkeypatch.setattr(due_dates, "CASES_AT_ONCE", 2)
    with time_machine.travel(at("2026-09-29 10:00"), tick=False):
        stage = make_stage(session, world, storage)
        items = [stage.item, *(make_item(session, world, name=f"补贴{n}") for n in (1, 2))]
        cases = received(session, stage.submitted(*items).id)
        before = {clock.last_day(case.due_at) for case in cases}
    with time_machine.travel(at("2026-09-30 10:00"), tick=False):
        change = Change("临时上班", day=dt.date(2026, 10, 6), is_off_day=False, name="临时上班")
        assert recalculation.preview(session, world.actors["gongkai"], change).moved == 3
        recalculation.apply(session, world.actors["gongkai"], change)
        assert recalculation.recalculate(session, change.first) == 3
    assert before.isdisjoint({clock.last_day(case.due_at) for case in cases})


def test_pages(browser_of, session, world, duty):
    office = browser_of("gongkai")
    assert "2026年工作日日历" in office.get("/office/calendar?year=2026").text
    assert "尚未录入" in office.get("/office/calendar?year=2027").text
    form = {"schedule": json.dumps(YEAR), "reason": "国办发明电〔2026〕7号"}
    shown = office.post("/office/calendar/schedule", form)
    assert shown.status_code == 200
    assert "确认日历变更" in shown.text
    assert session.scalar(select(CalendarDay.date)) is None
    done = office.post("/office/calendar/schedule", {**form, "confirmed": "yes"})
    assert (done.status_code, done.location) == (303, "/office/calendar?year=2027")
    assert "导入放假安排" in office.get("/office/calendar?year=2027").text
    one = {"day": "2026-12-31", "is_off_day": "true", "name": "放假", "why": "通告"}
    assert "变动的日子" in office.post("/office/calendar/day", one).text
    assert office.post("/office/calendar/day", {**one, "day": "x"}).status_code == 422
    assert browser_of("guanli").get("/office/calendar").status_code == 200
    assert browser_of("zhengce").get("/office/calendar").status_code in {302, 303, 403}
