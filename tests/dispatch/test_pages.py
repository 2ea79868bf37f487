"""Pages of connections: for the own department and the administrator, and nobody else's."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import select

from redemption.dispatch import configuring, queries, service
from redemption.dispatch.models import Connection, Parcel, Route
from redemption.dispatch.rules import Purpose
from redemption.identity.models import ApiToken
from redemption.identity.rules import Role
from redemption.kernel import clock
from tests.decisions.conftest import stage

__all__ = ["stage"]


def login_of(world, role, *, department: str = "", other_than: str = "") -> str:
    return next(
        login
        for login, actor in world.actors.items()
        if actor.role is role
        and (not department or actor.place == world.departments[department].name)
        and (not other_than or actor.place != world.departments[other_than].name)
    )


@pytest.fixture
def administrator(browser_of, world):
    return browser_of(login_of(world, Role.ADMINISTRATOR))


def connection_of(session, world, code: str) -> Connection:
    found = queries.connection_at(session, world.departments[code].id, clock.now())
    assert found is not None
    return found


def test_an_administrator_connects_a_department(session, world, administrator):
    assert administrator.get("/workbench/adapters").status_code == 200
    assert administrator.get("/workbench/adapters/new").status_code == 200
    step = administrator.get("/workbench/adapters/new?department=QC-RS&adapter=http").get_data(as_text=True)
    assert "部门接口地址" in step
    wrong = administrator.post(
        "/workbench/adapters/new", {"department": "QC-RS", "adapter": "http", "endpoint": "ftp://x"}
    )
    assert wrong.status_code == 422
    done = administrator.post(
        "/workbench/adapters/new",
        {"department": "QC-RS", "adapter": "http", "endpoint": "http://127.0.0.1:9", "max_parallel": "2"},
    )
    assert done.status_code == 303
    made = connection_of(session, world, "QC-RS")
    assert (made.adapter, made.max_parallel, made.options["endpoint"]) == ("http", 2, "http://127.0.0.1:9")
    page = administrator.get(done.headers["Location"]).get_data(as_text=True)
    assert "人力资源" in page
    checked = administrator.post(f"{done.headers['Location']}/check").get_data(as_text=True)
    assert "还没有签名密钥" in checked
    shown = administrator.post(f"{done.headers['Location']}/keys", {"scheme": "v1sm3"})
    assert "whsec_" in shown.get_data(as_text=True)
    assert "whsec_" not in administrator.get(done.headers["Location"]).get_data(as_text=True)


def test_settings_of_a_connection_in_use_are_changed_and_what_waits_goes_at_once(
    session, stage, world, browser_of, administrator
):
    options = {"department": "QC-JX", "adapter": "exchange_db", "url": "postgresql://u:first@127.0.0.1/x"}
    assert administrator.post("/workbench/adapters/new", options).status_code == 303
    service.refer(session, stage.case().id)
    found, parcel = connection_of(session, world, "QC-JX"), session.scalars(select(Parcel)).one()
    found.failures, found.open_until = 9, clock.now() + dt.timedelta(minutes=9)
    parcel.next_at = clock.now() + dt.timedelta(minutes=20)
    session.flush()
    here = f"/workbench/adapters/{found.id}/options"
    page = administrator.get(here).get_data(as_text=True)
    assert "redemption_out" in page
    assert "first" not in page
    wrong = administrator.post(here, {"out_table": "zb_out", "in_columns": "{"})
    assert wrong.status_code == 422
    assert "zb_out" in wrong.get_data(as_text=True)
    assert administrator.post(here, {"out_table": "zb_out", "max_parallel": "2"}).status_code == 303
    session.expire_all()
    assert (found.options["out_table"], found.max_parallel, found.failures) == ("zb_out", 2, 0)
    assert found.secrets, "what is not typed again is kept"
    assert parcel.next_at <= clock.now()
    officer = browser_of(login_of(world, Role.OFFICER, department="QC-JX"))
    assert officer.get(here).status_code == 403
    assert officer.post(here, {"out_table": "x"}).status_code == 403


def test_a_token_for_fetching_is_shown_once_and_can_be_taken_out_of_use(
    app, session, world, browser_of, administrator
):
    made = administrator.post("/workbench/adapters/new", {"department": "QC-JX", "adapter": "pull"})
    here = made.headers["Location"]
    assert "还没有令牌" in administrator.get(here).get_data(as_text=True)
    page = administrator.post(f"{here}/tokens", {"label": "取件程序"}).get_data(as_text=True)
    token = re.search(r'<p class="code">([^<]+)</p>', page).group(1)
    assert token not in administrator.get(here).get_data(as_text=True)
    address, bearer = "/api/v1/departments/QC-JX/referrals", {"Authorization": f"Bearer {token}"}
    assert app.test_client().get(address, headers=bearer).status_code == 200
    row = session.scalars(select(ApiToken).where(ApiToken.department_id.is_not(None))).one()
    head = browser_of(login_of(world, Role.OFFICER, department="QC-JX"))
    assert head.post(f"{here}/tokens", {}).status_code == 403
    assert head.post(f"{here}/tokens/{row.id}/revoke").status_code == 403
    assert administrator.post(f"{here}/tokens/{row.id}/revoke").status_code == 303
    assert administrator.post(f"{here}/tokens/{row.id}/revoke").status_code == 404
    assert app.test_client().get(address, headers=bearer).status_code == 401


def test_an_address_with_a_password_is_kept_sealed(session, world, administrator):
    secret = "postgresql+psycopg://u:topsecret@127.0.0.1/x"
    done = administrator.post(
        "/workbench/adapters/new", {"department": "QC-RS", "adapter": "exchange_db", "url": secret}
    )
    assert done.status_code == 303
    made = connection_of(session, world, "QC-RS")
    assert "topsecret" not in json.dumps(made.options) + str(made.secrets)
    assert "topsecret" not in administrator.get(done.headers["Location"]).get_data(as_text=True)


def test_a_mapping_is_previewed_with_a_real_case_and_saved(session, stage, world, browser_of, administrator):
    administrator.post("/workbench/adapters/new", {"department": "QC-JX", "adapter": "pull"})
    application = stage.case()
    service.refer(session, application.id)
    here = f"/workbench/adapters/{connection_of(session, world, 'QC-JX').id}"
    officer = browser_of(login_of(world, Role.OFFICER, department="QC-JX"))
    table = json.dumps({"fields": [{"to": "dkje", "from": "form.loan"}]})
    shown = officer.post(f"{here}/mapping", {"mapping": table, "action": "preview"}).get_data(as_text=True)
    assert "200000" in shown
    wrong = officer.post(f"{here}/mapping", {"mapping": '{"required": ["x"]}', "action": "save"})
    assert wrong.status_code == 422
    assert officer.post(f"{here}/mapping", {"mapping": "{", "action": "save"}).status_code == 422
    assert officer.post(f"{here}/mapping", {"mapping": table, "action": "save"}).status_code == 303
    session.expire_all()
    assert connection_of(session, world, "QC-JX").mapping["fields"][0]["to"] == "dkje"
    stranger = browser_of(login_of(world, Role.OFFICER, other_than="QC-JX"))
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}/mapping", {"mapping": "{}", "action": "save"}).status_code == 404


def test_dead_letters_are_seen_and_sent_again(session, stage, world, browser_of, administrator):
    administrator.post("/workbench/adapters/new", {"department": "QC-JX", "adapter": "pull"})
    application = stage.case()
    service.refer(session, application.id)
    parcel = session.scalars(select(Parcel)).one()
    parcel.state, parcel.last_error = "dead", "部门系统没有答复"
    session.flush()
    officer = browser_of(login_of(world, Role.OFFICER, department="QC-JX"))
    stranger = browser_of(login_of(world, Role.OFFICER, other_than="QC-JX"))
    page = officer.get("/workbench/letters").get_data(as_text=True)
    assert application.number in page
    assert "送达失败" in page
    assert application.number not in stranger.get("/workbench/letters").get_data(as_text=True)
    stranger.post("/workbench/letters", {"scope": "picked", "parcel": str(parcel.id)})
    session.refresh(parcel)
    assert parcel.state == "dead"
    officer.post("/workbench/letters", {"scope": "picked", "parcel": str(parcel.id), "note": "已修复"})
    session.refresh(parcel)
    assert parcel.state == "waiting"


def test_routes_are_set_on_a_page(session, stage, world, administrator):
    assert administrator.get("/workbench/routes").status_code == 200
    assert (
        administrator.post("/workbench/routes", {"item": "no-such", "department": "QC-RS"}).status_code == 422
    )
    done = administrator.post(
        "/workbench/routes",
        {"item": stage.item.code, "department": "QC-RS", "purpose": "opinion", "step": "2"},
    )
    assert done.status_code == 303
    assert "会办意见" in administrator.get("/workbench/routes").get_data(as_text=True)
    for hostile in ({"purpose": "x"}, {"district": "999999"}, {"step": "-1"}, {"begins_on": "31.12."}):
        form = {"item": stage.item.code, "department": "QC-RS", **hostile}
        assert administrator.post("/workbench/routes", form).status_code == 422, hostile
    (route,) = session.scalars(select(Route)).all()
    assert administrator.post(f"/workbench/routes/{route.id}/end").status_code == 303
    assert administrator.post(f"/workbench/routes/{route.id}/end").status_code == 404
    assert "会办意见</td>" not in administrator.get("/workbench/routes").get_data(as_text=True)


def test_one_department_is_heard_once_however_often_it_was_entered(session, stage, world, administrator):
    for _ in range(2):
        form = {"item": stage.item.code, "department": "QC-RS", "purpose": "opinion"}
        assert administrator.post("/workbench/routes", form).status_code == 303
    referrals = service.refer(session, stage.case().id)
    assert [row.purpose for row in referrals] == ["decision", "opinion"]


def test_the_case_says_whose_opinion_is_awaited_until_it_is_there(session, stage, world, browser_of):
    heard, chief = world.departments["QC-RS"].id, world.actor(Role.ADMINISTRATOR)
    configuring.set_route(session, chief, stage.item.id, heard, purpose=Purpose.OPINION)
    case = stage.case()
    _, asked = service.refer(session, case.id)
    officer, awaited = browser_of("shenpi"), "已送达，等待该部门的意见。"
    assert awaited in officer.get(f"/workbench/applications/{case.number}").text
    service.give_opinion(session, world.actor(Role.OFFICER, department="QC-RS"), asked, "agree", "无异议")
    page = officer.get(f"/workbench/applications/{case.number}").text
    assert awaited not in page
    assert "无异议" in page


def test_a_case_that_nobody_fetches_is_told(session, stage, administrator):
    from redemption.dispatch.watching import watch
    from redemption.messages.models import Message

    administrator.post("/workbench/adapters/new", {"department": "QC-JX", "adapter": "pull"})
    service.refer(session, stage.case().id)
    parcel = session.scalars(select(Parcel)).one()
    parcel.state = "later"
    assert watch(session) == 0
    parcel.created_at = clock.now() - dt.timedelta(hours=2)
    session.flush()
    assert watch(session) == 1
    assert watch(session) == 1
    told = session.scalars(select(Message).where(Message.template == "adapter_trouble")).all()
    assert len(told) == 2, "the department and the administrator, once a day"
    assert all("清川市经济和信息化局" in message.subject for message in told)
