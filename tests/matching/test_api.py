"""Matching over JSON: the enterprise's own, with reasons; nobody else's."""

import pytest
from sqlalchemy import event, select

from redemption.identity.models import Enterprise
from redemption.kernel.outbox import OutboxRow
from redemption.matching import offers
from tests.factories import make_item

HIGH_TECH = {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech"]}
NEVER = {"attribute": "revenue", "op": "at_least", "value": 10**15}
FLOOR = {"attribute": "floor_area", "op": "at_least", "value": 10}


def told(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_what_fits_what_does_not_and_what_lacks_data(api_of, session, world):
    for name, conditions in (("高企奖励", HIGH_TECH), ("千万亿", NEVER), ("要面积的", FLOOR)):
        make_item(session, world, name=name, conditions=conditions)
    make_item(session, world, name="没有条件的")
    found = told(api_of("qiye").get("/api/v1/matching"))
    assert [one["name"] for one in found["fits"]] == ["高企奖励"]
    assert [one["name"] for one in found["lacking"]] == ["要面积的"]
    assert [one["name"] for one in found["fails"]] == ["千万亿"]
    assert found["counts"] == {"fits": 1, "likely": 0, "lacking": 1, "fails": 1}
    (reason,) = found["fails"][0]["reasons"]
    assert reason["outcome"] is False
    assert "不符合" in reason["said"]
    assert found["lacking"][0]["missing"] == ["经营面积"]
    assert found["missing"] == [{"label": "经营面积", "items": 1}]
    assert found["fits"][0]["reasons"][0]["outcome"] is True
    assert found["fits"][0]["verdict"] == "fits"


def test_it_is_about_the_enterprise_that_asks(api_of, session, world):
    make_item(session, world, name="高企奖励", conditions=HIGH_TECH)
    other = session.get_one(Enterprise, world.actors["qiye2"].enterprise_id)
    other.profile = {**other.profile, "qualifications": []}
    session.flush()
    assert told(api_of("qiye").get("/api/v1/matching"))["counts"]["fits"] == 1
    assert told(api_of("qiye2").get("/api/v1/matching"))["counts"] == {
        "fits": 0, "likely": 0, "lacking": 0, "fails": 1,
    }  # fmt: skip


def test_more_items_take_no_more_statements(api_of, session, world):
    counted: list[str] = []
    program, engine = api_of("qiye"), session.get_bind().engine

    def ask(limit: int) -> tuple[dict, int]:
        counted.clear()
        found = told(program.get(f"/api/v1/matching?limit={limit}"))
        return found, len(counted)

    def note(connection, cursor, statement, *_):
        if statement.startswith("SELECT"):
            counted.append(statement)

    make_item(session, world, name="高企奖励", conditions=HIGH_TECH)
    ask(20)
    event.listen(engine, "before_cursor_execute", note)
    try:
        _, few = ask(20)
        for n in range(6):
            make_item(session, world, name=f"奖励{n}", conditions=HIGH_TECH)
        ask(20)  # reads the new conditions, once in this process
        found, many = ask(20)
        short, _ = ask(2)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(found["fits"]) == 7
    assert many == few
    assert len(short["fits"]) == 2
    assert short["counts"]["fits"] == 7


@pytest.mark.parametrize("address", ["matching", "offers"])
@pytest.mark.parametrize(
    ("login", "status"), [("", 401), ("shenpi", 403), ("chuangkou", 403), ("guanli", 403)]
)
def test_it_is_for_enterprises(api_of, address, login, status):
    assert api_of(login).get(f"/api/v1/{address}").status_code == status


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "uscc=91110108551385082Q"])
def test_wrong_questions_are_refused(api_of, query):
    answer = api_of("qiye").get(f"/api/v1/matching?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_offers_are_the_enterprises_own(api_of, session, world):
    item = make_item(session, world, mode="without_application", conditions=HIGH_TECH, name="稳岗返还")
    firm = session.get_one(Enterprise, world.actors["qiye"].enterprise_id)
    officer = next(
        world.actors[login]
        for login in ("shenpi", "keji")
        if world.actors[login].department_id == item.department_id
    )
    assert offers.offer(session, officer, item.code, [firm.uscc]) == 1
    (offered,) = told(api_of("qiye").get("/api/v1/offers"))["items"]
    assert (offered["item"], offered["item_code"], offered["state"]) == ("稳岗返还", item.code, "offered")
    assert offered["submission"] is None
    assert told(api_of("qiye2").get("/api/v1/offers"))["items"] == []
    offers.answer(session, world.actors["qiye"], offered["id"], accept=False)
    session.flush()
    (answered,) = told(api_of("qiye").get("/api/v1/offers"))["items"]
    assert answered["state"] == "declined"
    assert answered["answered_at"]


@pytest.fixture
def offered(session, world):
    """An item without application, and the enterprises that its conditions name."""
    item = make_item(session, world, name="稳岗返还", conditions=HIGH_TECH, mode="without_application")
    return item, session.get_one(Enterprise, world.actors["qiye"].enterprise_id)


def test_an_offer_is_confirmed_by_the_department_and_by_the_enterprise(api_of, session, offered):
    item, firm = offered
    department, enterprise = api_of("zhengce"), api_of("qiye")
    (listed,) = told(department.get("/api/v1/offers/items"))["items"]
    assert (listed["code"], listed["offered"]) == (item.code, 0)
    found = told(department.get(f"/api/v1/offers/items/{item.code}"))["items"]
    (one,) = [row for row in found if row["uscc"] == firm.uscc]
    assert (one["offer"], one["reasons"][0]["outcome"]) == ("", True)
    assert told(department.post(f"/api/v1/offers/items/{item.code}", {"uscc": [firm.uscc]})) == {"offered": 1}
    assert told(department.post(f"/api/v1/offers/items/{item.code}", {"uscc": [firm.uscc]})) == {"offered": 0}
    (mine,) = told(enterprise.get("/api/v1/offers"))["items"]
    accepted = told(enterprise.post(f"/api/v1/offers/{mine['id']}/accept"))
    assert (accepted["state"], accepted["item"]) == ("accepted", "稳岗返还")
    assert told(enterprise.post(f"/api/v1/offers/{mine['id']}/accept"))["state"] == "accepted"
    assert enterprise.post(f"/api/v1/offers/{mine['id']}/decline").status_code == 409
    rang = session.scalars(select(OutboxRow).where(OutboxRow.topic == "offer.accepted")).all()
    assert len(rang) == 1


def test_declining_over_json(api_of, offered, session):
    item, firm = offered
    api_of("zhengce").post(f"/api/v1/offers/items/{item.code}", {"uscc": [firm.uscc]})
    (mine,) = told(api_of("qiye").get("/api/v1/offers"))["items"]
    assert told(api_of("qiye").post(f"/api/v1/offers/{mine['id']}/decline"))["state"] == "declined"
    assert session.scalars(select(OutboxRow).where(OutboxRow.topic == "offer.accepted")).all() == []


def test_offers_are_nobody_elses_business(api_of, offered, session, world):
    item, firm = offered
    api_of("zhengce").post(f"/api/v1/offers/items/{item.code}", {"uscc": [firm.uscc]})
    (mine,) = told(api_of("qiye").get("/api/v1/offers"))["items"]
    assert api_of("qiye2").post(f"/api/v1/offers/{mine['id']}/accept").status_code == 404
    assert api_of("zhengce").post(f"/api/v1/offers/{mine['id']}/accept").status_code == 403
    assert api_of("keji").get(f"/api/v1/offers/items/{item.code}").status_code == 404
    assert api_of("keji").post(f"/api/v1/offers/items/{item.code}", {"uscc": [firm.uscc]}).status_code == 404
    assert api_of("qiye").get("/api/v1/offers/items").status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"uscc": []}, {"uscc": ["91110108551385082Q"]}, {"uscc": "x"}, {"more": 1}]
)
def test_a_list_that_cannot_be_confirmed_is_refused_at_its_field(api_of, offered, body):
    refused = api_of("zhengce").post(f"/api/v1/offers/items/{offered[0].code}", body)
    assert refused.status_code == 422


def test_a_package_at_the_window_and_nobody_elses(api_of, session, world):
    make_item(session, world, name="高企奖励", conditions=HIGH_TECH)
    firm = session.get_one(Enterprise, world.actors["qiye"].enterprise_id)
    address = f"/api/v1/matching/{firm.uscc}"
    assert [one["name"] for one in told(api_of("chuangkou").get(address))["fits"]] == ["高企奖励"]
    assert told(api_of("qiye").get(address))["counts"]["fits"] == 1
    assert api_of("qiye2").get(address).status_code == 404
    assert api_of("chuangkou").get("/api/v1/matching/91110108551385082Q").status_code == 404


def test_who_fits_an_item(api_of, browser_of, session, world):
    conditions = {"all": [HIGH_TECH, {"manual": True, "text": "技术水平领先"}]}
    item = make_item(session, world, name="领先奖励", conditions=conditions)
    firm = session.get_one(Enterprise, world.actors["qiye"].enterprise_id)
    found = told(api_of("zhengce").get(f"/api/v1/matching/items/{item.code}"))
    assert found["fits"] == 0
    assert found["likely"] == len(found["items"]) > 0
    (one,) = [row for row in found["items"] if row["uscc"] == firm.uscc]
    assert one["verdict"] == "likely"
    first = told(api_of("shenpi").get(f"/api/v1/matching/items/{item.code}?limit=1"))
    assert len(first["items"]) == 1
    rest = told(api_of("shenpi").get(f"/api/v1/matching/items/{item.code}?after={first['next']}"))
    assert [row["uscc"] for row in (*first["items"], *rest["items"])] == [
        row["uscc"] for row in found["items"]
    ]
    page = browser_of("zhengce").get(f"/workbench/fitting/{item.code}").get_data(as_text=True)
    assert firm.uscc in page
    assert "技术水平领先" in page


def test_who_fits_is_for_those_who_made_or_decide_the_item(api_of, browser_of, session, world):
    item = make_item(session, world, name="高企奖励", conditions=HIGH_TECH)
    assert api_of("keji").get(f"/api/v1/matching/items/{item.code}").status_code == 404
    assert browser_of("keji").get(f"/workbench/fitting/{item.code}").status_code == 404
    assert api_of("qiye").get(f"/api/v1/matching/items/{item.code}").status_code == 403
    assert browser_of("zhengce").get("/workbench/fitting/SX00").status_code == 404


def test_an_item_without_conditions_names_nobody(browser_of, session, world):
    item = make_item(session, world, name="没有条件的")
    page = browser_of("zhengce").get(f"/workbench/fitting/{item.code}?after=x").get_data(as_text=True)
    assert "还没有可计算的条件" in page
