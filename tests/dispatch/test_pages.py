"""Pages of connections: for the own department and the administrator, and nobody else's."""

import json

import pytest
from sqlalchemy import select

from redemption.dispatch import queries, service
from redemption.dispatch.models import Connection, Parcel
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
    assert application.number in officer.get("/workbench/letters").get_data(as_text=True)
    assert application.number not in stranger.get("/workbench/letters").get_data(as_text=True)
    stranger.post("/workbench/letters", {"scope": "picked", "parcel": str(parcel.id)})
    session.refresh(parcel)
    assert parcel.state == "dead"
    officer.post("/workbench/letters", {"scope": "picked", "parcel": str(parcel.id), "reason": "已修复"})
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


def test_a_case_that_nobody_fetches_is_told(session, stage, administrator):
    import datetime as dt

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
    assert len(told) == 1, "once a day"
