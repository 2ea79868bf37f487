"""Figures of a department's own work, and of nobody else's."""

import datetime as dt
import io

import openpyxl
import time_machine

from redemption.decisions import service, statistics
from redemption.decisions.rules import EventType
from redemption.dispatch.service import refer
from redemption.kernel import clock
from tests.decisions.test_workbench import officer, stranger  # noqa: F401 - fixtures


def decided(session, stage, result="approve"):
    application = stage.case()
    refer(session, application.id)
    service.act(session, stage.officer, application, EventType.ACCEPTED, {})
    data = {"result": result, "amount": "150000", "reasons": "符合条件"}
    service.act(session, stage.officer, application, EventType.DECIDED, data)
    session.flush()
    return application


def test_what_was_decided_is_counted_with_its_money_and_time(session, stage):
    application = decided(session, stage)
    made = statistics.report(session, application.department_id, clock.today(), clock.today())
    whole = made.whole
    assert (whole.received, whole.decided, whole.approved, whole.denied) == (1, 1, 1, 0)
    assert whole.approved_amount == 150000
    assert whole.with_limit == whole.in_time == 1
    assert whole.median_days is not None
    assert 0 <= whole.median_days < 1
    assert [figures.received for figures in made.items] == [1]


def test_a_decision_after_its_day_is_not_in_time(session, stage):
    application = stage.accepted()
    refer(session, application.id)
    with time_machine.travel(clock.now() + dt.timedelta(days=150)):
        service.act(
            session, stage.officer, application, EventType.DECIDED, {"result": "approve", "amount": "1"}
        )
        whole = statistics.report(session, application.department_id, clock.today(), clock.today()).whole
    assert (whole.received, whole.with_limit, whole.in_time) == (0, 1, 0)
    assert whole.median_days > 140


def test_another_department_sees_its_own_only(session, stage, officer, stranger):  # noqa: F811
    application = decided(session, stage)
    assert "15万元" in officer.get("/workbench/statistics").get_data(as_text=True)
    page = stranger.get("/workbench/statistics").get_data(as_text=True)
    assert "15万元" not in page
    assert application.number not in page
    assert "这个期间没有案件" in page


def test_the_workbook_has_the_same_figures(session, stage, officer):  # noqa: F811
    decided(session, stage)
    answer = officer.get("/workbench/statistics.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last[0] == "全部事项"
    assert last[1] == 1
    assert float(last[9]) == 150000


def test_a_period_that_is_none_is_told(officer):  # noqa: F811
    assert officer.get("/workbench/statistics?from=2026-02-30").status_code == 422
    assert officer.get("/workbench/statistics?from=2026-03-01&to=2026-02-01").status_code == 422
    assert officer.get("/workbench/statistics?from=2020-01-01&to=2020-12-31").status_code == 200
