"""The pages and the API of duties: the department sends, the office signs or returns; nobody else finds anything."""

import datetime as dt

import pytest

from redemption.identity import organising
from redemption.kernel import audit
from redemption.kernel.errors import NotAllowed
from redemption.reporting import queries, rules, service
from tests.factories import make_item
from tests.reporting.packages import ready


@pytest.fixture
def duty(session, world, storage):
    item = make_item(session, world)
    made = service.open_report_duty(session, item.policy_id, item.current.policy_version_id)
    ready(session, storage, queries.latest_report(session, made.id))
    return made


def test_department_sends_with_one_click_and_office_signs(session, browser_of, duty):
    maker, office = browser_of("zhengce"), browser_of("gongkai")
    page = maker.get("/editor/duties").text
    assert duty.title in page
    assert "确认报送" in page
    assert maker.get(f"/duties/{duty.number}").status_code == 200
    assert office.get(f"/office/reports/{duty.number}/1").status_code == 404
    answer = maker.post(f"/duties/{duty.number}/reports/1/send")
    assert (answer.status_code, answer.location) == (303, f"/duties/{duty.number}")
    again = maker.post(f"/duties/{duty.number}/reports/1/send")
    assert again.status_code == 409
    assert "不需要再次报送" in again.text
    assert duty.title in office.get("/office").text
    assert "给予10万元" in office.get(f"/office/reports/{duty.number}/1").text
    assert office.get(f"/duties/{duty.number}/reports/1/package.zip").data[:2] == b"PK"
    assert office.get(f"/duties/{duty.number}/reports/1/letter.pdf").data[:5] == b"%PDF-"
    assert office.post(f"/office/reports/{duty.number}/1/sign").status_code == 303
    assert office.post(f"/office/reports/{duty.number}/1/sign").status_code == 409
    assert "没有待签收的报送" in office.get("/office").text
    assert duty.title in office.get("/office/duties?state=done").text


def test_office_returns_with_a_reason(browser_of, duty):
    maker, office = browser_of("zhengce"), browser_of("gongkai")
    maker.post(f"/duties/{duty.number}/reports/1/send")
    empty = office.post(f"/office/reports/{duty.number}/1/return", {"reason": " "})
    assert empty.status_code == 422
    assert "请写明退回的原因" in empty.text
    assert office.post(f"/office/reports/{duty.number}/1/return", {"reason": "缺附件"}).status_code == 303
    assert "重新报送" in maker.get("/editor/duties").text


def test_others_find_nothing(browser_of, duty):
    below = f"/duties/{duty.number}/reports/1"
    for login in ("keji", "qiye", "chuangkou", "guanli", ""):
        other = browser_of(login)
        for address in (f"/duties/{duty.number}", f"{below}/package.zip", f"{below}/letter.pdf"):
            allowed = {404} if login == "keji" else {302, 303, 401, 403}
            assert other.get(address).status_code in allowed, (login, address)
        assert other.post(f"{below}/send").status_code in {302, 303, 401, 403, 404}
        assert other.post(f"/duties/{duty.number}/exempt", {"reason": "x"}).status_code in {
            302,
            303,
            401,
            403,
        }
    assert duty.fulfilled_at is None
    assert duty.closed_at is None


def test_the_department_itself_allows_reports_to_go_by_themselves(session, world, browser_of):
    maker = browser_of("zhengce")
    assert "允许自动报送" in maker.get("/editor/duties").text
    assert maker.post("/editor/duties/auto-report", {"allowed": "yes"}).location == "/editor/duties"
    session.expire_all()
    department = world.departments["QC-JX"]
    assert department.auto_report
    assert "改为确认后报送" in maker.get("/editor/duties").text
    log = audit.entries(session, f"department:{department.id}")
    assert [(row.action, row.data) for row in log] == [("allow_auto_report", {"allowed": True})]
    for stranger in ("shenpi", "gongkai", "guanli"):
        answer = browser_of(stranger).post("/editor/duties/auto-report", {"allowed": "no"})
        assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        organising.allow_auto_report(session, world.actors["guanli"], False)
    maker.post("/editor/duties/auto-report", {"allowed": "no"})
    session.expire_all()
    assert not department.auto_report


def test_exemption_page(browser_of, duty):
    office = browser_of("gongkai")
    assert office.post(f"/duties/{duty.number}/exempt", {}).status_code == 422
    assert office.post(f"/duties/{duty.number}/exempt", {"reason": "重复登记"}).status_code == 303
    page = office.get(f"/duties/{duty.number}").text
    assert "重复登记" in page
    assert "已豁免" in page
    assert duty.title in office.get("/office/duties?state=exempted").text


def test_api_lists_and_sends(session, browser_of, duty):
    maker = browser_of("zhengce")
    listed = maker.get("/api/v1/duties?state=open").json
    assert [entry["number"] for entry in listed["items"]] == [duty.number]
    assert listed["items"][0]["article"] == "第二十五条"
    detail = maker.get(f"/api/v1/duties/{duty.number}").json
    assert detail["reports"][0]["state"] == "ready"
    assert browser_of("keji").get(f"/api/v1/duties/{duty.number}").status_code == 404
    refused = maker.get("/api/v1/duties?state=nonsense")
    assert refused.status_code == 422


def test_links_lead_only_where_the_reader_may_go(session, world, browser_of):
    service.open_duty(
        session,
        rules.Kind.YEARLY_EVALUATION,
        subject="department:1",
        title="开展年度政策评价",
        department_id=world.departments["QC-JX"].id,
        event=dt.date(2026, 1, 1),
        link="/editor/evaluations?year=2026",
        quiet=True,
    )
    assert "/editor/evaluations?year=2026" in browser_of("zhengce").get("/editor/duties").text
    seen = browser_of("shenpi").get("/workbench/duties").text
    assert "/editor/evaluations" not in seen
    assert "开展年度政策评价" in seen
