"""Lists and their JSON take as many statements for many rows as for few."""

import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from redemption.catalogue import service
from redemption.catalogue.models import Item
from redemption.consultation import service as consultation
from redemption.identity.models import Enterprise
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.matching import offers
from redemption.policies import service as policies
from redemption.policies.models import Policy
from tests.factories import make_item, make_policy

HIGH_TECH = {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech"]}
PUBLIC = [
    "/", "/items", "/items?q=补贴", "/items.atom", "/items.ics", "/policies", "/questions", "/questions?q=申报",
    "/api/v1/items", "/api/v1/items?q=补贴", "/api/v1/policies", "/api/v1/questions",
]  # fmt: skip
MAKER = [
    "/editor", "/editor/questions", "/editor/differences", "/editor/catalogue", "/editor/catalogue.json",
    "/workbench/offers", "/api/v1/policies/own", "/api/v1/items/own", "/api/v1/items/drafts",
    "/api/v1/catalogue/export", "/api/v1/catalogue/differences", "/api/v1/offers/items",
]  # fmt: skip
ENTERPRISE = ["/offers", "/questions/mine", "/api/v1/offers", "/api/v1/matching", "/packages/{uscc}"]
OFFICE = ["/office/questions", "/office/questions?state=published"]


@contextmanager
def selects(session):
    """The statements that read while this lasts."""
    engine, seen = session.get_bind().engine, []

    def note(connection, cursor, statement, *_):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def grow(session, world, n):
    """One more of everything that the lists show."""
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    item = make_item(
        session,
        world,
        name=f"补贴{n}",
        conditions=HIGH_TECH,
        mode="without_application",
        closes_on=clock.today() + dt.timedelta(days=n + 1),
    )
    number = session.get_one(Policy, item.policy_id).number
    said = {"answer": "可以。", "source": "第一条", "policy_number": number}
    consultation.write(session, maker, text=f"怎么申报{n}？", item_code=item.code, **said)
    consultation.ask(session, world.actors["qiye"], f"补贴{n}能不能补领？", item_code=item.code)
    draft = make_policy(
        session, world, name=f"奖励{n}", published=False, document_number=f"测试〔2026〕{n}号"
    )
    policies.interpret(session, maker, draft.number, "解读", "说明")
    code = session.scalar(select(Item.code).where(Item.policy_id == draft.id))
    service.save_item(session, maker, code, {"fields": {"target": {"text": f"第{n}类企业"}}})
    firm = session.get_one(Enterprise, world.actors["qiye"].enterprise_id)
    offers.offer(session, maker, item.code, [firm.uscc])
    session.flush()


@pytest.mark.parametrize(
    ("login", "addresses"),
    [("", PUBLIC), ("zhengce", MAKER), ("qiye", ENTERPRISE), ("gongkai", OFFICE)],
    ids=["public", "policy maker", "enterprise", "office"],
)
def test_more_rows_take_no_more_statements(login, addresses, session, world, browser_of, api_of):
    browser, program = browser_of(login), api_of(login)
    firm = session.get_one(Enterprise, world.actors["qiye"].enterprise_id)

    def measured():
        counts = {}
        for pattern in addresses:
            address = pattern.format(uscc=firm.uscc)
            client = program if address.startswith("/api/") else browser
            client.get(address)  # whatever a process reads once
            with selects(session) as seen:
                answer = client.get(address)
            assert answer.status_code == 200, address
            counts[address] = len(seen)
        return counts

    grow(session, world, 0)
    grow(session, world, 1)
    few = measured()
    for n in range(2, 7):
        grow(session, world, n)
    many = measured()
    # a list that is not full yet may look once more behind its end: fewer is fine, more is not
    assert {address: (few[address], count) for address, count in many.items() if count > few[address]} == {}
