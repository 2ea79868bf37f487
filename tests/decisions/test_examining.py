"""Inside one department: the check list of materials, notes among colleagues, phrases, assignment, batches."""

import re

import pytest
from sqlalchemy import select

from redemption.decisions.models import CaseNote, MaterialCheck
from redemption.dispatch.service import refer
from redemption.identity.accounts import open_account
from redemption.identity.models import Person
from redemption.messages.models import Message
from tests.decisions.test_workbench import officer, referred, stranger  # noqa: F401 - fixtures


@pytest.fixture
def case(session, stage):
    application = referred(session, stage)
    return application, f"/workbench/applications/{application.number}"


@pytest.fixture
def colleague(session, world):
    """Another officer of the same department."""
    open_account(
        session,
        login="tongshi",
        name="甄可靠",
        role="officer",
        place="QC-JX",
        grade="member",
        password="a-long-password-2026",
    )
    return session.scalars(select(Person).where(Person.login == "tongshi")).one()


def entry_of(page):
    return re.findall(r'name="check\.([^"]+)"', page)


def test_what_is_lacking_is_carried_into_the_correction(session, stage, officer, stranger, case):  # noqa: F811
    application, here = case
    (entry, *_) = entry_of(officer.get(here).get_data(as_text=True))
    assert officer.post(f"{here}/checks", {}).status_code == 422
    silent = officer.post(f"{here}/checks", {f"check.{entry}": "lacking"})
    assert silent.status_code == 422
    assert "请写明需要怎样补正" in silent.get_data(as_text=True)
    assert (
        officer.post(
            f"{here}/checks", {f"check.{entry}": "lacking", f"note.{entry}": "合同缺第二页。"}
        ).status_code
        == 303
    )
    page = officer.get(here).get_data(as_text=True)
    assert f'name="message.material.{entry}" maxlength="1000" value="合同缺第二页。"' in page
    session.refresh(application)
    assert application.status == "received", "nothing is sent by a check"
    assert stranger.post(f"{here}/checks", {f"check.{entry}": "ok"}).status_code == 404
    assert officer.post(f"{here}/checks", {f"check.{entry}": "ok"}).status_code == 303
    (kept,) = session.scalars(select(MaterialCheck).execution_options(populate_existing=True))
    assert (kept.verdict, kept.note) == ("ok", "")
    assert "合同缺第二页" not in officer.get(here).get_data(as_text=True)


def test_notes_stay_in_the_department(session, stage, officer, browser_of, case, colleague):  # noqa: F811
    application, here = case
    assert officer.post(f"{here}/notes", {"text": ""}).status_code == 422
    assert officer.post(f"{here}/notes", {"text": "请看金额", "colleague": "qiye"}).status_code == 422
    assert officer.post(f"{here}/notes", {"text": "请看金额", "colleague": "tongshi"}).status_code == 303
    told = session.scalars(select(Message).where(Message.template == "colleague_asked")).one()
    assert told.person_id == colleague.id
    assert "请看金额" in officer.get(here).get_data(as_text=True)
    enterprise = browser_of("qiye").get(f"/applications/{application.number}").get_data(as_text=True)
    assert "请看金额" not in enterprise
    assert session.scalars(select(CaseNote)).one().department_id == application.department_id


def test_a_case_is_given_to_a_colleague_and_taken_over(session, officer, stranger, case, colleague):  # noqa: F811
    application, here = case
    assert officer.post(f"{here}/assignee", {"assignee": "tongshi"}).status_code == 303
    session.refresh(application)
    assert application.assignee_person_id == colleague.id
    assert "接手办理" in officer.get(here).get_data(as_text=True)
    assert officer.post(f"{here}/assignee", {"assignee": "keji"}).status_code == 422
    assert stranger.post(f"{here}/assignee").status_code == 404
    officer.post(f"{here}/assignee")
    session.refresh(application)
    assert application.assignee_person_id not in (None, colleague.id)
    officer.post(f"{here}/assignee", {"assignee": "-"})
    session.refresh(application)
    assert application.assignee_person_id is None


def test_the_department_writes_its_own_phrases(officer, stranger, case):  # noqa: F811
    _, here = case
    assert "请重新扫描后上传彩色原件" in officer.get("/workbench/phrases").get_data(as_text=True)
    assert (
        officer.post("/workbench/phrases", {"phrases": "请补充纳税证明。\n\n请补充纳税证明。"}).status_code
        == 303
    )
    assert '<option value="请补充纳税证明。">' in officer.get(here).get_data(as_text=True)
    assert "请补充纳税证明" not in stranger.get("/workbench/phrases").get_data(as_text=True)
    assert officer.post("/workbench/phrases", {"phrases": "长" * 201}).status_code == 422
    officer.post("/workbench/phrases", {"phrases": ""})
    assert "请重新扫描后上传彩色原件" in officer.get("/workbench/phrases").get_data(as_text=True)


def test_batches_take_over_and_deny(session, stage, officer):  # noqa: F811
    application = stage.accepted()
    refer(session, application.id)
    session.flush()
    data = {"action": "take", "number": application.number}
    assert "1 件已完成。" in officer.post("/workbench/batch", data).get_data(as_text=True)
    session.refresh(application)
    taken = application.assignee_person_id
    assert taken is not None
    officer.post("/workbench/batch", data)
    session.refresh(application)
    assert application.assignee_person_id == taken, "taking twice gives nothing back"
    bare = officer.post("/workbench/batch", {"action": "deny", "number": application.number})
    assert bare.status_code == 303
    session.refresh(application)
    assert application.status == "accepted"
    officer.post(
        "/workbench/batch", {"action": "deny", "number": application.number, "reasons": "不符合条件二"}
    )
    session.refresh(application)
    assert application.status == "denied"
