"""From the board down to the case: what the office of the place may read, and nobody of another place."""

import datetime as dt

import pytest
import time_machine

from redemption.applications import service as applications
from redemption.applications.rules import Action
from redemption.identity.models import Person, Post
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.policies.models import Policy
from redemption.reporting import clocks
from redemption.reporting import service as reporting
from redemption.supervision import queries
from tests.applications.cases import COMMON, Stage, make_stage


@pytest.fixture
def stage(session, world, storage) -> Stage:
    return make_stage(session, world, storage)


@pytest.fixture
def case(session, stage):
    application = stage.case()
    applications.move(
        session,
        stage.officer,
        application,
        Action.ACCEPT,
        reason="联系人 13900000001 已确认，账号 6222020200012345678",
    )
    clocks.follow_application(session, application.id)
    session.flush()
    return application


def walked(browser, address, *links):
    """The page at an address, which must hold each of the links."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    for link in links:
        assert f'href="{link}"' in answer.text, (address, link)
    return answer.text


def test_each_step_leads_to_the_next(session, world, stage, case, browser_of):
    policy = session.get(Policy, stage.item.policy_id)
    report = reporting.open_report_duty(session, policy.id, policy.current_version_id)
    office = browser_of("gongkai")
    department = world.departments["QC-JX"].code
    this_year = f"?first={clock.today():%Y}-01-01&last={clock.today():%Y}-12-31"
    month = f"{clock.today():%Y-%m}"
    walked(
        office,
        f"/office/board{this_year}",
        f"/office/duties?department={department}{this_year.replace('?', '&amp;').replace('&last', '&amp;last')}",
        f"/office/duties?month={month}",
        f"/office/policies/{policy.number}",
    )
    walked(office, f"/office/duties?department={department}", f"/duties/{report.number}")
    assert "没有符合条件的职责" in office.get("/office/duties?month=2001-01").text
    walked(office, f"/duties/{report.number}", f"/office/policies/{policy.number}")
    walked(
        office,
        f"/office/policies/{policy.number}",
        f"/office/items/{stage.item.code}",
        f"/duties/{report.number}",
    )
    walked(office, f"/office/items/{stage.item.code}", f"/office/applications/{case.number}")
    walked(office, f"/office/items/{stage.item.code}?state=accepted", f"/office/applications/{case.number}")
    duty = session.scalars(queries.duties_about(world.actors["gongkai"], f"application:{case.id}")).first()
    walked(office, f"/office/applications/{case.number}", f"/duties/{duty.number}")
    walked(office, f"/duties/{duty.number}", f"/office/applications/{case.number}")


def test_the_case_shows_nothing_personal(case, browser_of):
    text = browser_of("gongkai").get(f"/office/applications/{case.number}").text
    for secret in (
        COMMON["contact_name"],
        COMMON["contact_phone"],
        COMMON["bank_account"],
        "6222020200012345678",
    ):
        assert secret not in text
    assert "139****0001" in text
    assert "清川市经济和信息化局 " in text
    assert "已受理" in text


def test_another_office_finds_nothing(session, world, stage, case, browser_of):
    district = next(office for code, office in world.offices.items() if code != "990100")
    policy = session.get(Policy, stage.item.policy_id)
    person = Person(login="elsewhere", name="外办", password_hash="", created_at=clock.now(), consent={})
    session.add(person)
    session.flush()
    post = Post(
        person_id=person.id, role="office", grade="member", began_at=clock.now(), office_id=district.id
    )
    session.add(post)
    session.flush()
    world.people["elsewhere"] = person
    world.actors["elsewhere"] = Actor(
        person.id, "外办", Role.OFFICE, district.name, post_id=post.id, office_id=district.id,
        jurisdiction_id=district.jurisdiction_id,
    )  # fmt: skip
    other = browser_of("elsewhere")
    for address in (
        f"/office/policies/{policy.number}",
        f"/office/items/{stage.item.code}",
        f"/office/applications/{case.number}",
    ):
        assert other.get(address).status_code == 404, address
        assert browser_of("shenpi").get(address).status_code == 403, address
    assert policy.number not in other.get("/office/board").text


def test_a_case_of_a_city_item_that_a_district_decides_is_the_districts_too(session, world, stage, case):
    place = next(d for d in world.departments.values() if d.jurisdiction_id != world.city.id)
    office = next((o for o in world.offices.values() if o.jurisdiction_id == place.jurisdiction_id), None)
    if office is None:
        pytest.fail("the world has an office in every district with departments")
    case.department_id = place.id
    session.flush()
    actor = Actor(0, "", Role.OFFICE, office_id=office.id, jurisdiction_id=office.jurisdiction_id)
    assert queries.case(session, actor, case.number).application.id == case.id
    assert queries.case(session, world.actors["gongkai"], case.number).application.id == case.id


def test_overdue_is_seen(session, world, stage, case, browser_of):
    with time_machine.travel(clock.now() + dt.timedelta(days=60), tick=False):
        assert "已超期" in browser_of("gongkai").get(f"/office/items/{stage.item.code}").text
