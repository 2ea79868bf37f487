"""A document is fixed in the transaction: number, data, digest; nothing half-said."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from redemption.documents import rules, service
from redemption.identity.models import Department, Enterprise, Jurisdiction
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock
from redemption.kernel.outbox import OutboxRow

ACTOR = Actor(7, "王敏", Role.OFFICER)


@pytest.fixture
def place(session):
    city = Jurisdiction(code="990100", name="青川市", short_name="青", level="city", parent_id=None)
    session.add(city)
    session.flush()
    department = Department(code="kw", name="青川市科委", short_name="科", jurisdiction_id=city.id)
    enterprise = Enterprise(uscc="91110108551385082Q", name="测试科技有限公司", created_at=clock.now())
    session.add_all([department, enterprise])
    session.flush()
    return department, enterprise


def decision(session, place, **over):
    department, enterprise = place
    data = {
        "application_number": "990100-261122-000001-11-01",
        "enterprise_name": enterprise.name,
        "uscc": enterprise.uscc,
        "item_name": "首贷贴息",
        "result": "approve",
        "amount": Decimal("200000.00"),
        "decided_at": dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC),
    }
    return service.issue(
        session,
        ACTOR,
        kind="decision",
        subject="application:18",
        title="决定书",
        data=data | over,
        issuer_name=department.name,
        issuer_department_id=department.id,
        enterprise_id=enterprise.id,
    )


def test_numbers_count_by_department_kind_and_year(session, place):
    year = clock.today().year
    assert decision(session, place).number == f"青科决〔{year}〕1号"
    assert decision(session, place).number == f"青科决〔{year}〕2号"


def test_the_digest_covers_what_is_said_and_money_stays_exact(session, place):
    one, two = decision(session, place), decision(session, place, amount=Decimal("200000.01"))
    assert one.data["amount"] == "200000.00"
    assert one.digest == rules.digest(one.kind, one.number, one.title, one.data, one.template, 1)
    assert one.digest != two.digest
    assert one.code != two.code


def test_issue_is_in_the_audit_chain_and_asks_for_a_rendering_later(session, place):
    document = decision(session, place)
    entry = audit.entries(session, "application:18")[-1]
    assert (entry.action, entry.data["digest"]) == ("issue_document", document.digest)
    row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "document.issued")).one()
    assert row.payload == {"document_id": document.id}


@pytest.mark.parametrize("key", ["result", "uscc"])
def test_a_missing_key_is_refused_and_takes_no_number(session, place, key):
    with pytest.raises(ValueError, match=key):
        decision(session, place, **{key: ""})
    assert decision(session, place).number.endswith("〕1号")


def test_float_money_is_refused(session, place):
    with pytest.raises(ValueError, match="not fit"):
        decision(session, place, amount=0.1)


def test_receipts_are_numbered_after_their_submission_and_never_wait(session, place):
    _, enterprise = place

    def receipt():
        return service.issue(
            session,
            ACTOR,
            kind="receipt",
            subject="submission:5",
            title="申报回执",
            data={
                "submission_number": "990100-261122-000457-38",
                "enterprise_name": enterprise.name,
                "uscc": enterprise.uscc,
                "received_at": clock.now(),
                "applications": [{"number": "990100-261122-000457-38-01", "item_name": "首贷贴息"}],
            },
            issuer_name="青川市政务服务中心",
            enterprise_id=enterprise.id,
        )

    assert receipt().number == "HZ-990100-261122-000457-38"
    assert receipt().number == "HZ-990100-261122-000457-38-2"


def test_revoking_keeps_the_document(session, place):
    document = decision(session, place)
    service.revoke(session, ACTOR, document, "计算有误")
    assert document.revoked_at is not None
    assert audit.entries(session, "application:18")[-1].action == "revoke_document"
