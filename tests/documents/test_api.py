"""文书核验 over JSON says what the page says and no more."""

from typing import Any

import pytest

from redemption.documents import service
from redemption.identity.rules import Actor, Role
from tests.documents.samples import SAMPLES

DECISION: Any = SAMPLES["decision"]


@pytest.fixture
def document(session, world):
    return service.issue(
        session,
        world.actors["keji"],
        kind="decision",
        subject="application:1",
        title="决定书",
        data=DECISION,
        issuer_name="清川市科学技术局",
        issuer_department_id=world.actors["keji"].department_id,
        enterprise_id=world.actors["qiye"].enterprise_id,
    )


def verified(api_of, code):
    answer = api_of("").get(f"/api/v1/verify/{code}")
    assert answer.status_code == 200, answer.text
    return answer


def test_whoever_holds_the_code_learns_what_the_document_says(api_of, document):
    answer = verified(api_of, document.code.replace("-", "").lower())
    told = answer.get_json()
    assert told["state"] == "valid"
    assert told["number"] == document.number
    assert told["issuer"] == "清川市科学技术局"
    assert told["amount"] == "200000.00"
    assert told["result"] == "予以兑现"
    assert told["facts"]["item_name"] == "首次贷款贴息"
    assert told["digest"] == document.digest
    assert "0990-5550101" not in answer.text
    assert DECISION["uscc"] not in answer.text


def test_a_revoked_or_altered_document_is_called_that(session, api_of, document):
    service.revoke(session, Actor(0, "系统", Role.SYSTEM, system="test"), document, "有误")
    session.flush()
    told = verified(api_of, document.code).get_json()
    assert told["state"] == "revoked"
    assert told["revoked_at"]
    document.revoked_at = None
    document.data = {**document.data, "amount": "900000.00"}
    session.flush()
    assert verified(api_of, document.code).get_json()["state"] == "altered"


@pytest.mark.parametrize(
    ("code", "status", "said"), [("3333-3333-3333-3333", 404, "not_found"), ("ABC", 422, "code_mistyped")]
)
def test_other_codes_are_told_apart(api_of, code, status, said):
    answer = api_of("").get(f"/api/v1/verify/{code}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == said


def test_too_many_tries_are_slowed(api_of):
    nobody = api_of("")
    answers = [nobody.get("/api/v1/verify/3333-3333-3333-3333").status_code for _ in range(40)]
    assert answers[-1] == 429
