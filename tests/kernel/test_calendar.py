from datetime import date

import pytest
from sqlalchemy import event, select

from redemption.kernel.audit import AuditEntry
from redemption.kernel.calendar import (
    CalendarDay,
    CalendarYear,
    correct_day,
    import_schedule,
    load_calendar,
    preview_schedule,
)
from redemption.kernel.errors import Conflict, Invalid
from redemption.kernel.workdays import BUILT_IN_YEARS, Deadline

WHO, WHY = "person:1", "国办发明电〔2026〕7号"
YEAR = max(BUILT_IN_YEARS) + 1


def schedule(*days: tuple[str, bool], year: int = 2027) -> dict:
    return {
        "year": year,
        "papers": ["https://www.gov.cn/zhengce/example.htm"],
        "days": [{"name": "元旦", "date": day, "isOffDay": off} for day, off in days],
    }


NEW_YEAR = schedule(("2027-01-01", True), ("2027-01-02", True), ("2027-01-03", True), ("2027-01-09", False))


@pytest.fixture(autouse=True)
def _the_year_after_the_built_in_ones_is_2027():
    assert YEAR == 2027, "a newer chinesecalendar knows 2027: move these tests to the next unknown year"


def test_an_imported_year_is_known_and_no_longer_provisional(session):
    event_day = date(2026, 12, 30)
    assert load_calendar(session).add_workdays(event_day, 3) == Deadline(date(2027, 1, 4), True)
    preview = import_schedule(session, WHO, NEW_YEAR, WHY)
    assert preview.newly_known
    assert [(change.date, change.is_off) for change in preview.changes] == [
        (date(2027, 1, 1), True),
        (date(2027, 1, 9), False),
    ]
    assert preview.differences == ()
    calendar = load_calendar(session)
    assert calendar.known(2027)
    assert calendar.is_workday(date(2027, 1, 9))
    assert calendar.add_workdays(event_day, 3) == Deadline(date(2027, 1, 5), False)


def test_who_why_and_whence_are_kept(session):
    import_schedule(session, WHO, NEW_YEAR, WHY)
    day = session.get(CalendarDay, date(2027, 1, 9))
    assert (day.is_off_day, day.name, day.source) == (False, "元旦", "schedule:2027")
    assert (day.entered_by, day.reason) == (WHO, WHY)
    assert session.get(CalendarYear, 2027).source == "https://www.gov.cn/zhengce/example.htm"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.chain == "calendar:2027")).one()
    assert (entry.actor, entry.action) == (WHO, "import_schedule")
    assert [change["date"] for change in entry.data["changes"]] == ["2027-01-01", "2027-01-09"]


def test_a_preview_changes_nothing(session):
    preview = preview_schedule(session, NEW_YEAR)
    assert len(preview.changes) == 2
    assert not load_calendar(session).known(2027)
    assert session.scalars(select(CalendarDay)).all() == []


def test_the_same_schedule_twice_changes_nothing(session):
    import_schedule(session, WHO, NEW_YEAR, WHY)
    again = import_schedule(session, "person:2", NEW_YEAR, "again")
    assert again.already_entered
    assert again.changes == ()
    assert session.get(CalendarDay, date(2027, 1, 1)).entered_by == WHO


def test_a_schedule_that_contradicts_the_old_one_is_reported_and_applied_when_confirmed(session):
    import_schedule(session, WHO, NEW_YEAR, WHY)
    other = schedule(("2027-01-01", True), ("2027-01-04", True))
    with pytest.raises(Conflict) as refused:
        import_schedule(session, WHO, other, WHY)
    assert refused.value.code == "schedule_differs"
    assert [(day["date"], day["is_off"]) for day in refused.value.detail["differences"]] == [
        ("2027-01-04", True),
        ("2027-01-09", True),
    ]
    assert load_calendar(session).is_workday(date(2027, 1, 9))
    import_schedule(session, WHO, other, WHY, confirm=True)
    calendar = load_calendar(session)
    assert not calendar.is_workday(date(2027, 1, 4))
    assert not calendar.is_workday(date(2027, 1, 9))


def test_a_schedule_against_the_built_in_one_needs_confirmation(session):
    with pytest.raises(Conflict):
        import_schedule(session, WHO, schedule(("2026-10-01", False), year=2026), WHY)


def test_the_built_in_schedule_of_a_year_agrees_with_itself(session):
    import chinese_calendar

    days = [(day.isoformat(), True) for day in chinese_calendar.holidays if day.year == 2026]
    days += [(day.isoformat(), False) for day in chinese_calendar.workdays if day.year == 2026]
    preview = import_schedule(session, WHO, schedule(*days, year=2026), WHY)
    assert preview.changes == ()
    assert not preview.newly_known


def test_a_day_twice(session):
    same = schedule(("2027-01-01", True), ("2027-01-01", True))
    assert import_schedule(session, WHO, same, WHY).warnings == (
        "2027年1月1日重复出现，内容一致，已按一次处理。",
    )
    with pytest.raises(Invalid) as refused:
        preview_schedule(session, schedule(("2027-01-01", True), ("2027-01-01", False)))
    assert refused.value.fields == {"days.1.date": ["2027年1月1日既列为放假又列为上班，请核对。"]}


def test_days_around_the_new_year_belong_to_its_notice(session):
    around = schedule(("2026-12-31", True), ("2027-01-01", True), ("2026-12-27", False))
    preview = preview_schedule(session, around)
    assert [change.date for change in preview.differences] == [date(2026, 12, 27), date(2026, 12, 31)]
    import_schedule(session, WHO, around, WHY, confirm=True)
    calendar = load_calendar(session)
    assert not calendar.is_workday(date(2026, 12, 31))
    assert calendar.is_workday(date(2026, 12, 27))
    assert not calendar.known(2028)
    # the notice of 2026 says nothing of December: what the one of 2027 said stays
    assert date(2026, 12, 31) not in {
        change.date for change in preview_schedule(session, schedule(("2026-01-01", True), year=2026)).changes
    }


def test_a_january_day_of_the_year_before_survives_the_next_notice(session):
    import_schedule(session, WHO, schedule(("2027-10-01", True), ("2028-01-29", False)), WHY)
    calendar = load_calendar(session)
    assert calendar.is_workday(date(2028, 1, 29))
    assert not calendar.known(2028)
    import_schedule(session, WHO, schedule(("2028-01-01", True), year=2028), WHY)
    assert load_calendar(session).is_workday(date(2028, 1, 29))


@pytest.mark.parametrize("day", ["2026-11-30", "2028-02-01", "2025-01-01"])
def test_days_of_another_year_are_refused(session, day):
    with pytest.raises(Invalid) as refused:
        import_schedule(session, WHO, schedule(("2027-01-01", True), (day, True)), WHY)
    assert list(refused.value.fields) == ["days.1.date"]
    assert session.scalars(select(CalendarDay)).all() == []


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ([], [""]),
        (None, [""]),
        ({}, ["year", "days"]),
        ({"year": "2027", "days": []}, ["year", "days"]),
        ({"year": True, "days": [1]}, ["year"]),
        ({"year": 2027, "days": {}}, ["days"]),
        ({"year": 2027, "days": [{}] * 200}, ["days"]),
        ({"year": 2027, "days": [1]}, ["days.0"]),
        ({"year": 2027, "days": [{}]}, ["days.0.name", "days.0.isOffDay", "days.0.date"]),
        ({"year": 2027, "days": [{"name": "元旦", "date": "20270101", "isOffDay": True}]}, ["days.0.date"]),
        ({"year": 2027, "days": [{"name": "元旦", "date": "2027-02-30", "isOffDay": True}]}, ["days.0.date"]),
        (
            {"year": 2027, "days": [{"name": " ", "date": "2027-01-01", "isOffDay": 1}]},
            ["days.0.name", "days.0.isOffDay"],
        ),
    ],
)
def test_a_wrong_shape_is_told_field_by_field(session, data, fields):
    with pytest.raises(Invalid) as refused:
        preview_schedule(session, data)
    assert list(refused.value.fields) == fields


def test_no_change_without_a_reason(session):
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(Invalid) as refused:
            import_schedule(session, WHO, NEW_YEAR, reason)
        assert list(refused.value.fields) == ["reason"]
        with pytest.raises(Invalid):
            correct_day(session, WHO, date(2026, 11, 24), True, "暴雨停工", reason)


def test_a_single_day(session):
    change = correct_day(session, WHO, date(2026, 11, 24), True, "暴雨停工", "市政府通知")
    assert (change.was_off, change.is_off, change.contradicts) == (False, True, True)
    assert load_calendar(session).add_workdays(date(2026, 11, 23), 1).date == date(2026, 11, 25)
    back = correct_day(session, WHO, date(2026, 11, 24), False, "恢复上班", "市政府通知")
    assert (back.was_off, back.is_off) == (True, False)
    assert load_calendar(session).is_workday(date(2026, 11, 24))
    entries = session.scalars(select(AuditEntry).where(AuditEntry.chain == "calendar:2026")).all()
    assert [entry.action for entry in entries] == ["correct_day", "correct_day"]
    with pytest.raises(Invalid):
        correct_day(session, WHO, date(2026, 11, 24), True, " ", "市政府通知")


def test_a_day_corrected_by_hand_is_not_overruled_in_silence(session):
    correct_day(session, WHO, date(2027, 3, 1), True, "停工", "市政府通知")
    preview = preview_schedule(session, NEW_YEAR)
    assert [change.date for change in preview.differences] == [date(2027, 3, 1)]


def test_one_select_once_a_transaction(session):
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert load_calendar(session) is load_calendar(session)
    assert len(statements) == 1
    session.commit()
    load_calendar(session)
    asked = [statement for statement in statements if "calendar_day" in statement]
    assert len(asked) == 2, "and again in the next transaction"


def test_what_is_rolled_back_is_forgotten(session):
    undone = session.begin_nested()
    import_schedule(session, WHO, NEW_YEAR, WHY)
    assert load_calendar(session).known(2027)
    undone.rollback()
    assert not load_calendar(session).known(2027)
