"""Outside experts: one case by one link, masked, for a few days, once."""

import dataclasses
import datetime as dt
import re

import pytest
from sqlalchemy import select

from redemption.applications import service as applications
from redemption.applications.models import Application
from redemption.applications.rules import Action
from redemption.decisions import experts
from redemption.decisions.models import ExpertInvitation
from redemption.dispatch.service import refer
from redemption.kernel import clock
from redemption.kernel.audit import AuditEntry
from redemption.messages.models import Message
from tests.decisions.test_workbench import officer, stranger  # noqa: F401 - fixtures

ASKED = {"name": "孔令则", "organisation": "清川大学", "question": "项目是否具有创新性？", "days": "7"}


@pytest.fixture
def asked(session, stage, officer):  # noqa: F811
    """(application, address of the link)."""
    application = stage.case()
    refer(session, application.id)
    applications.move(session, stage.officer, application, Action.ACCEPT)
    application.data = {
        **application.data,
        "note": "联系 13912345678，身份证 110101199003077578，账号 6222020200012345678",
    }
    session.flush()
    answer = officer.post(f"/workbench/applications/{application.number}/experts", ASKED)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"http://localhost(/opinion/[\w-]+)", page)
    assert found
    return application, found[1]


def invitation(session) -> ExpertInvitation:
    return session.scalars(select(ExpertInvitation).execution_options(populate_existing=True)).one()


def test_an_expert_reads_one_case_and_answers_once(session, asked, officer, browser_of):  # noqa: F811
    application, link = asked
    nobody = browser_of("")
    cover = nobody.get(link)
    text = cover.get_data(as_text=True)
    assert "项目是否具有创新性" in text
    assert cover.headers["Cache-Control"] == "no-store"
    assert cover.headers["Referrer-Policy"] == "no-referrer"
    assert "清川银行" not in text, "the case itself takes a click that is written down"
    page = nobody.post(link).get_data(as_text=True)
    assert "清川银行" in page
    for secret in ("13912345678", "110101199003077578", "6222020200012345678", "林知夏", "13900000001"):
        assert secret not in page
    assert invitation(session).opened == 1
    assert nobody.post(f"{link}/answer", {"result": "support", "text": ""}).status_code == 422
    done = nobody.post(f"{link}/answer", {"result": "support", "text": "技术路线可行。"})
    assert "意见已提交" in done.get_data(as_text=True)
    again = nobody.get(link)
    assert again.status_code == 410
    assert "意见已经提交" in again.get_data(as_text=True)
    assert nobody.post(f"{link}/answer", {"result": "oppose", "text": "改主意"}).status_code == 410
    case = officer.get(f"/workbench/applications/{application.number}").get_data(as_text=True)
    assert "技术路线可行" in case
    assert "改主意" not in case
    assert session.scalars(select(Message).where(Message.template == "expert_answered")).one()
    actions = set(
        session.scalars(select(AuditEntry.action).where(AuditEntry.chain == f"application:{application.id}"))
    )
    assert {"invite_expert", "expert_opened", "expert_answered"} <= actions
    assert link.rpartition("/")[2] not in invitation(session).code_digest, "the link itself is not kept"


def test_a_wrong_link_opens_nothing(session, asked, browser_of):
    application, link = asked
    nobody = browser_of("")
    for wrong in (
        f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}",
        "/opinion/x",
        f"/opinion/{application.number}",
    ):
        for answer in (
            nobody.get(wrong),
            nobody.post(wrong),
            nobody.post(f"{wrong}/answer", {"result": "support", "text": "x"}),
        ):
            text = answer.get_data(as_text=True)
            assert answer.status_code == 404
            assert "链接无效" in text
            assert "清川银行" not in text
    assert invitation(session).answered_at is None


def test_an_expired_and_a_revoked_link_say_so(session, asked, officer, browser_of):  # noqa: F811
    application, link = asked
    nobody, row = browser_of(""), invitation(session)
    until = row.expires_at
    row.expires_at = clock.now() - dt.timedelta(seconds=1)
    session.flush()
    assert nobody.get(link).status_code == 410
    assert "已过期" in nobody.post(link).get_data(as_text=True)
    row.expires_at = until
    session.flush()
    here = f"/workbench/applications/{application.number}/experts/{row.id}/revocation"
    assert officer.post(here).status_code == 303
    gone = nobody.post(f"{link}/answer", {"result": "support", "text": "晚了"})
    assert gone.status_code == 410
    assert "已撤回" in gone.get_data(as_text=True)


def test_a_decided_case_asks_no_more(session, stage, asked, browser_of):
    application, link = asked
    application.decided_at = clock.now()
    session.flush()
    assert browser_of("").get(link).status_code == 410


def test_another_department_invites_and_revokes_nobody(session, asked, stranger):  # noqa: F811
    application, _ = asked
    here = f"/workbench/applications/{application.number}/experts"
    assert stranger.post(here, ASKED).status_code == 404
    assert stranger.post(f"{here}/{invitation(session).id}/revocation").status_code == 404
    assert invitation(session).revoked_at is None


def test_an_invitation_is_revoked_from_its_own_case_only(session, asked, officer):  # noqa: F811
    application, _ = asked
    wrong = f"/workbench/applications/{application.number}/experts/{invitation(session).id + 999}/revocation"
    assert officer.post(wrong).status_code == 404


def test_too_many_openings_from_one_address_are_slowed(app, asked, browser_of):
    _, link = asked
    parts = app.extensions["redemption"]
    parts["settings"] = dataclasses.replace(parts["settings"], opinion_limit="3 per minute")
    nobody = browser_of("")
    statuses = [nobody.get(f"/opinion/guess{number}").status_code for number in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    assert "太频繁" in nobody.get(link).get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("电话13912345678。", "13912345678"),
        ("110101199003077578", "110101199003077578"),
        ("账号6222020200012345678，", "6222020200012345678"),
        ("写信到 a.b@example.org", "a.b@example.org"),
    ],
)
def test_numbers_of_people_are_masked(text, hidden):
    assert hidden not in experts.masked(text)
    assert experts.masked("投资 20000000 元，2026 年完成") == "投资 20000000 元，2026 年完成"


def test_the_form_of_an_invitation_is_checked(session, asked, officer):  # noqa: F811
    application, _ = asked
    here = f"/workbench/applications/{application.number}/experts"
    for wrong in ({**ASKED, "days": "0"}, {**ASKED, "days": "x"}, {**ASKED, "name": ""}):
        assert officer.post(here, wrong).status_code == 422
    assert session.get(Application, application.id) is not None
