"""The workbench: what an officer sees and does, and what another department does not see."""

import re

import pytest
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.dispatch.service import refer
from redemption.identity.rules import Role


@pytest.fixture
def officer(browser_of, world):
    """A browser signed in as an officer of the department of the stage's item."""
    login = next(
        login
        for login, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.place == world.departments["QC-JX"].name
    )
    return browser_of(login)


@pytest.fixture
def stranger(browser_of, world):
    login = next(
        login
        for login, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.place != world.departments["QC-JX"].name
    )
    return browser_of(login)


def referred(session: Session, stage) -> Application:
    application = stage.case()
    refer(session, application.id)
    session.flush()
    return application


def test_a_case_goes_from_the_inbox_to_a_decision(session, stage, officer):
    application = referred(session, stage)
    inbox = officer.get("/workbench").get_data(as_text=True)
    assert application.number in inbox
    here = f"/workbench/applications/{application.number}"
    page = officer.get(here).get_data(as_text=True)
    assert "清川银行" in page
    assert "6222020200012345678" not in page
    assert officer.post(f"{here}/accept").status_code == 303
    session.refresh(application)
    assert application.status == "accepted"
    refused = officer.post(f"{here}/decide", {"result": "deny", "reasons": ""})
    assert refused.status_code == 422
    assert "不予兑现须说明理由" in refused.get_data(as_text=True)
    assert officer.post(f"{here}/decide", {"result": "approve", "amount": "100000"}).status_code == 303
    session.refresh(application)
    assert application.status == "approved"
    assert application.amount_approved == 100000
    page = officer.get(here).get_data(as_text=True)
    assert "决定书" in page


def test_a_correction_is_composed_from_fields_and_materials(session, stage, officer):
    application = referred(session, stage)
    here = f"/workbench/applications/{application.number}"
    empty = officer.post(f"{here}/correction", {"entry": "field.bank"})
    assert empty.status_code == 422
    assert "请写明这一项需要怎样补正" in empty.get_data(as_text=True)
    done = officer.post(
        f"{here}/correction", {"entry": "field.bank", "message.field.bank": "请写明具体支行。"}
    )
    assert done.status_code == 303
    session.refresh(application)
    assert application.status == "correction_requested"
    assert "请写明具体支行" in officer.get(here).get_data(as_text=True)


def test_words_without_a_tick_are_not_dropped(session, stage, officer):
    application = referred(session, stage)
    here = f"/workbench/applications/{application.number}"
    officer.post(f"{here}/correction", {"message.field.loan": "请按合同金额填写。"})
    assert "请按合同金额填写" in officer.get(here).get_data(as_text=True)
    session.refresh(application)
    assert application.status == "correction_requested"


def test_another_department_finds_nothing(session, stage, stranger):
    application = referred(session, stage)
    here = f"/workbench/applications/{application.number}"
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}/accept").status_code == 404
    assert application.number not in stranger.get("/workbench").get_data(as_text=True)
    session.refresh(application)
    assert application.status == "received"


def test_materials_open_for_the_department_alone(session, stage, officer, stranger):
    application = referred(session, stage)
    page = officer.get(f"/workbench/applications/{application.number}").get_data(as_text=True)
    link = re.search(r'href="(/workbench/applications/[^"]+/materials/[^"]+)"', page)
    assert link is not None
    assert officer.get(link[1]).status_code == 200
    assert stranger.get(link[1]).status_code == 404


def test_a_batch_does_each_case_by_itself(session, stage, officer):
    application = referred(session, stage)
    answer = officer.post("/workbench/batch", {"action": "accept", "number": [application.number, "no-such"]})
    text = answer.get_data(as_text=True)
    assert "1 件已完成" in text
    assert "1 件没有完成" in text
    session.refresh(application)
    assert application.status == "accepted"


def test_every_page_of_the_workbench_opens_empty(officer):
    for address in (
        "/workbench",
        "/workbench?g=review&q=青禾&mine=1&overdue=1",
        "/workbench/payments",
        "/workbench/payments?g=returned",
        "/workbench/adapters",
        "/workbench/letters",
        "/workbench/conflicts",
        "/publicity",
        "/publicity?q=不存在",
    ):
        assert officer.get(address).status_code == 200, address
