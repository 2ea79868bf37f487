"""拟兑现公示 over JSON: what the page shows, a page at a time."""

import dataclasses

import pytest
from sqlalchemy import event, select

from redemption.applications.models import Submission
from redemption.disbursement.models import Publicity
from redemption.identity.models import Enterprise
from redemption.kernel import clock
from tests.disbursement.test_payment import approved


@pytest.fixture
def nobody(api_of):
    return api_of("")


def notices(nobody, query: str = "") -> dict:
    answer = nobody.get(f"/api/v1/publicity{query}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_what_runs_is_shown_and_nothing_private(nobody, make):
    stage = make(publicity_days=5)
    application = approved(stage)
    publicity = stage.session.scalar(select(Publicity))
    answer = nobody.get("/api/v1/publicity")
    (notice,) = answer.get_json()["items"]
    enterprise = stage.session.get_one(Enterprise, application.enterprise_id)
    submission = stage.session.get_one(Submission, application.submission_id)
    assert notice["number"] == application.number
    assert notice["enterprise"] == enterprise.name
    assert float(notice["amount"]) == 100000
    assert notice["last_day"] == clock.last_day(publicity.ends_at).isoformat()
    assert set(notice) == {
        "number", "enterprise", "item", "item_code", "amount", "department", "department_phone", "status",
        "last_day", "provisional",
    }  # fmt: skip
    for private in (enterprise.uscc, submission.common.get("contact_phone"), "6222020200012345678"):
        assert not private or private not in answer.text


def test_what_is_over_is_gone_and_what_is_doubted_has_no_last_day(nobody, make):
    stage = make(publicity_days=5)
    application = approved(stage)
    application.status = "objection_review"
    stage.session.flush()
    (notice,) = notices(nobody)["items"]
    assert (notice["status"], notice["last_day"]) == ("objection_review", None)
    application.status = "approved"
    stage.session.flush()
    assert notices(nobody)["items"] == []


def test_pages_search_and_one_statement(nobody, make):
    stage = make(publicity_days=5)
    numbers = set()
    for _ in range(3):
        application = approved(stage)
        application.single = False  # so that the enterprise may have the next one beside it
        stage.session.flush()
        numbers.add(application.number)
    first = notices(nobody, "?limit=2")
    second = notices(nobody, f"?limit=2&cursor={first['next_cursor']}")
    assert len(first["items"]) == 2
    assert {one["number"] for one in first["items"] + second["items"]} == numbers
    assert second["next_cursor"] is None
    assert notices(nobody, "?q=海洋渔业")["items"] == []
    assert len(notices(nobody, f"?q={first['items'][0]['item']}")["items"]) == 3
    statements = []

    def note(connection, cursor, statement, *_):
        if "FROM publicity" in statement:
            statements.append(statement)

    engine = stage.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        notices(nobody)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) == 1


@pytest.mark.parametrize(
    "query", ["?limit=0", "?colour=red", "?cursor=x", "?cursor=WzFd", "?cursor=WyJ4IiwxXQ"]
)
def test_wrong_questions_are_refused(nobody, query):
    answer = nobody.get(f"/api/v1/publicity{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_objections_from_one_address_are_limited(app, browser_of):
    """The form needs no account; a department must not be flooded."""
    parts = app.extensions["redemption"]
    parts["settings"] = dataclasses.replace(parts["settings"], objection_limit="2 per hour")
    nobody = browser_of("")
    statuses = [nobody.post("/publicity/no-such/objection", {"name": "甲"}).status_code for _ in range(4)]
    assert statuses == [404, 404, 429, 429]
    assert nobody.get("/publicity").status_code == 200
