"""What fits an enterprise, who is told, 免申即享 from list to application."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from redemption.identity.rules import Actor, Grade, Role
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.kernel.outbox import OutboxRow
from redemption.matching import offers, service
from redemption.matching.models import Offer
from redemption.matching.rules import Verdict
from redemption.messages.models import Message

TECH = {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech"]}
RICH = {"attribute": "revenue", "op": "at_least", "value": 20_000_000}
MANUAL = {"manual": True, "text": "管理规范"}


@pytest.fixture
def firm(catalogue):
    return catalogue.enterprise(profile={"qualifications": [{"code": "high_tech"}]})


def officer(catalogue, **over) -> Actor:
    values = {"department_id": catalogue.department.id, "jurisdiction_id": catalogue.city.id} | over
    return Actor(1, "王敏", Role.OFFICER, **values)


def filer(firm, grade: str = Grade.FILER) -> Actor:
    return Actor(2, "李雷", Role.ENTERPRISE, grade=grade, enterprise_id=firm.id, post_id=7)


def test_fitting_sorts_items_by_verdict(catalogue, session, firm):
    catalogue.item("符合", conditions=TECH)
    catalogue.item("可能", conditions={"all": [TECH, MANUAL]})
    catalogue.item("缺数据", conditions={"all": [TECH, RICH]})
    catalogue.item("不符合", conditions={"not": TECH})
    catalogue.item("没有条件")
    catalogue.item("未开放", conditions=TECH, state="suspended")
    found = service.fitting(session, firm.id)
    assert [m.row.name for m in found.fits] == ["符合"]
    assert [m.row.name for m in found.likely] == ["可能"]
    assert [m.row.name for m in found.lacking] == ["缺数据"]
    assert found.counts[Verdict.FAILS] == 1
    assert found.missing == [("上年度营业收入", 1)]


def test_fitting_sees_a_new_version_and_a_changed_profile(catalogue, session, firm):
    item = catalogue.item("补贴", conditions=TECH)
    assert len(service.fitting(session, firm.id).fits) == 1
    catalogue.amend(item, conditions={"not": TECH})
    assert service.fitting(session, firm.id).fits == []
    firm.profile = {"qualifications": []}
    session.flush()
    assert len(service.fitting(session, firm.id).fits) == 1


def test_those_who_fit_are_told_once(catalogue, session, firm):
    other = catalogue.enterprise("91110108551385083A", profile={"qualifications": []})
    item = catalogue.item("高企奖励", conditions={"all": [TECH, MANUAL]})
    for _ in range(2):
        service.announce(session, item.id, item.current_version_id)
    told = session.execute(select(Message.enterprise_id, Message.subject, Message.link)).all()
    assert told == [(firm.id, "有一项政策可能适合您：高企奖励", f"/items/{item.code}")]
    assert other.id not in {row.enterprise_id for row in told}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "常年受理"),
        ({"closes_on": dt.date(2099, 3, 1)}, "请在2099年3月1日前申报"),
        ({"valid_from": dt.date(2099, 1, 1), "closes_on": dt.date(2099, 3, 1)}, "2099年1月1日起受理，请在2099年3月1日前申报"),
        ({"mode": "without_application"}, "无需申报"),
    ],
)  # fmt: skip
def test_who_is_told_is_told_what_to_do_and_when(catalogue, session, firm, over, words):
    item = catalogue.item("高企奖励", conditions=TECH, **over)
    service.announce(session, item.id, item.current_version_id)
    assert words in session.scalars(select(Message.body)).one()


def test_many_are_told_batch_by_batch(catalogue, session, monkeypatch):
    monkeypatch.setattr(service, "TOLD_AT_ONCE", 2)
    for n in range(5):
        catalogue.enterprise(f"T{n:017d}", profile={"qualifications": [{"code": "high_tech"}]})
    item = catalogue.item("高企奖励", conditions=TECH)
    payload = {"item_id": item.id, "version_id": item.current_version_id, "after": 0}
    for _ in range(10):
        service.announce(session, **payload)
        session.flush()
        row = session.scalar(select(OutboxRow).where(OutboxRow.topic == "item.announced"))
        if row is None:
            break
        payload = row.payload
        session.delete(row)
    assert session.scalar(select(func.count()).select_from(Message)) == 5


@pytest.mark.parametrize("over", [{"state": "suspended"}, {"conditions": {}}])
def test_nobody_is_told_of_what_is_not_open_or_says_nothing(catalogue, session, firm, over):
    item = catalogue.item("高企奖励", **{"conditions": TECH} | over)
    service.announce(session, item.id, item.current_version_id)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.fixture
def gift(catalogue):
    form = {"fields": [{"name": "revenue", "label": "营业收入", "type": "money"}]}
    return catalogue.item("稳岗返还", mode="without_application", conditions=TECH, form=form)


def test_list_offer_and_one_click(catalogue, session, firm, gift):
    firm.profile = {**firm.profile, "revenue": 5}
    catalogue.enterprise("91110108551385083A", profile={"qualifications": []})
    _, listed, following = offers.candidates(session, officer(catalogue), gift.code)
    assert [(one.enterprise.id, one.state) for one in listed] == [(firm.id, "")]
    assert following is None
    assert offers.offer(session, officer(catalogue), gift.code, [firm.uscc]) == 1
    assert offers.offer(session, officer(catalogue), gift.code, [firm.uscc]) == 0
    made = session.scalars(select(Offer)).one()
    assert made.data == {"revenue": 5}
    assert session.scalars(select(Message.subject)).all() == ["免申即享，请确认：稳岗返还"]
    assert offers.candidates(session, officer(catalogue), gift.code)[1][0].state == "offered"
    for _ in range(2):
        offers.answer(session, filer(firm), made.public_id, accept=True)
    session.flush()
    rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "offer.accepted")).all()
    assert [row.payload for row in rows] == [{"offer_id": made.id, "person_id": 2, "post_id": 7}]
    with pytest.raises(Conflict):
        offers.answer(session, filer(firm), made.public_id, accept=False)


def test_only_the_own_department_and_the_own_enterprise(catalogue, session, firm, gift):
    stranger = officer(catalogue, department_id=catalogue.district_department.id)
    with pytest.raises(NotFound):
        offers.candidates(session, stranger, gift.code)
    with pytest.raises(NotFound):
        offers.offer(session, stranger, gift.code, [firm.uscc])
    ordinary = catalogue.item("要申请的", conditions=TECH)
    with pytest.raises(NotFound):
        offers.offer(session, officer(catalogue), ordinary.code, [firm.uscc])
    offers.offer(session, officer(catalogue), gift.code, [firm.uscc])
    made = session.scalars(select(Offer)).one()
    other = catalogue.enterprise("91110108551385083A")
    with pytest.raises(NotFound):
        offers.answer(session, filer(other), made.public_id, accept=True)
    with pytest.raises(NotAllowed):
        offers.answer(session, filer(firm, Grade.READER), made.public_id, accept=True)


def test_nobody_is_offered_who_does_not_fit(catalogue, session, gift):
    other = catalogue.enterprise("91110108551385083A", profile={"qualifications": []})
    for chosen in ([other.uscc], ["nobody"], []):
        with pytest.raises(Invalid):
            offers.offer(session, officer(catalogue), gift.code, chosen)
    empty = catalogue.item("没有条件的", mode="without_application")
    with pytest.raises(Invalid):
        offers.offer(session, officer(catalogue), empty.code, [other.uscc])


def test_an_offer_of_an_item_that_ended_cannot_be_accepted(catalogue, session, firm, gift):
    offers.offer(session, officer(catalogue), gift.code, [firm.uscc])
    gift.state = "expired"
    session.flush()
    with pytest.raises(Conflict):
        offers.answer(session, filer(firm), session.scalars(select(Offer)).one().public_id, accept=True)


def test_who_declined_or_was_withdrawn_may_be_listed_again(catalogue, session, firm, gift):
    def offered() -> Offer:
        assert offers.offer(session, officer(catalogue), gift.code, [firm.uscc]) == 1
        session.flush()
        return session.scalars(select(Offer).order_by(Offer.id.desc())).first()

    def candidate() -> offers.Candidate:
        return offers.candidates(session, officer(catalogue), gift.code)[1][0]

    offers.answer(session, filer(firm), offered().public_id, accept=False)
    assert (candidate().state, candidate().may_be_offered) == ("declined", True)
    again = offered()
    assert (candidate().state, candidate().may_be_offered) == ("offered", False)
    assert offers.withdraw(session, officer(catalogue), gift.code, again.public_id).state == "withdrawn"
    with pytest.raises(Conflict):
        offers.answer(session, filer(firm), again.public_id, accept=True)
    offers.answer(session, filer(firm), (taken := offered()).public_id, accept=True)
    with pytest.raises(Conflict):
        offers.withdraw(session, officer(catalogue), gift.code, taken.public_id)
    stranger = officer(catalogue, department_id=catalogue.district_department.id)
    with pytest.raises(NotFound):
        offers.withdraw(session, stranger, gift.code, taken.public_id)
    assert offers.offer(session, officer(catalogue), gift.code, [firm.uscc]) == 0
    catalogue.amend(gift)  # a new batch
    assert (candidate().state, candidate().may_be_offered) == ("accepted", True)
    assert offers.offer(session, officer(catalogue), gift.code, [firm.uscc]) == 1
