"""Parties get the document; anybody who holds it can check it; nobody else learns anything."""

import pytest

from redemption.documents import rendering, service
from redemption.documents.models import Document
from redemption.identity.rules import Role
from tests.documents.samples import SAMPLES


@pytest.fixture
def document(session, world):
    enterprise = world.actors["qiye"].enterprise_id
    return service.issue(
        session,
        world.actors["keji"],
        kind="decision",
        subject="application:1",
        title="决定书",
        data=SAMPLES["decision"],
        issuer_name="清川市科学技术局",
        issuer_department_id=world.actors["keji"].department_id,
        enterprise_id=enterprise,
    )


def test_parties_get_the_same_bytes_before_and_after_they_are_kept(session, storage, browser_of, document):
    mine = browser_of("qiye")
    before = mine.get(f"/documents/{document.number}.pdf")
    assert before.status_code == 200
    assert before.data[:5] == b"%PDF-"
    rendering.keep(session, storage, document, rendering.pdf(document, "http://localhost"))
    assert len(document.pdf_sha256) == 64
    assert mine.get(f"/documents/{document.number}.pdf").data == before.data
    assert browser_of("keji").get(f"/documents/{document.number}.pdf").data == before.data


@pytest.mark.parametrize("login", ["qiye2", "shenpi", "chuangkou", "gongkai", "guanli"])
def test_everybody_elses_document_does_not_exist(browser_of, document, login):
    assert browser_of(login).get(f"/documents/{document.number}.pdf").status_code == 404


def test_without_signing_in_the_code_is_the_only_way(browser_of, document):
    nobody = browser_of("")
    assert nobody.get(f"/documents/{document.number}.pdf").status_code in {302, 303, 401}
    page = nobody.get(f"/verify/{document.code}").text
    assert "真实有效" in page
    assert document.number in page
    assert "200,000.00元" in page
    assert "0990-5550101" not in page


def test_typed_codes_forgive_what_does_not_matter_and_say_what_does(browser_of, document):
    nobody = browser_of("")
    typed = document.code.replace("-", " ").lower()
    assert nobody.get("/verify", query_string={"code": typed}).location == f"/verify/{document.code}"
    short = nobody.get("/verify?code=ABC")
    assert short.status_code == 422
    assert "16位" in short.text
    unknown = nobody.get("/verify/3333-3333-3333-3333")
    assert unknown.status_code == 404
    assert "没有找到这个核验码" in unknown.text


def test_a_revoked_or_changed_document_is_called_that(session, browser_of, document):
    service.revoke(session, _system(), document, "有误")
    session.flush()
    assert "作废" in browser_of("").get(f"/verify/{document.code}").text
    document.revoked_at = None
    document.data = {**document.data, "amount": "900000.00"}
    session.flush()
    assert "与出具时的摘要不一致" in browser_of("").get(f"/verify/{document.code}").text


def test_too_many_tries_are_slowed(browser_of):
    nobody = browser_of("")
    answers = [nobody.get("/verify/3333-3333-3333-3333").status_code for _ in range(40)]
    assert answers[0] in {404, 429}
    assert answers[-1] == 429


def _system():
    from redemption.identity.rules import Actor

    return Actor(0, "系统", Role.SYSTEM, system="test")


def test_the_number_is_unique(session, document):
    assert session.query(Document).filter(Document.number == document.number).count() == 1
