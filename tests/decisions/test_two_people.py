"""双人复核: one proposes, another one confirms; nobody confirms their own."""

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import select

from redemption.decisions import proposing
from redemption.decisions.models import Proposal
from redemption.identity.models import Department, Person
from redemption.kernel.errors import Conflict, Invalid, NotFound

APPROVE = {
    "result": "approve",
    "amount": Decimal("100000"),
    "reasons": "符合条件",
    "basis": "",
    "top_up": False,
}


@pytest.fixture
def case(session, stage):
    department = session.get_one(Department, stage.officer.department_id)
    department.settings = {**department.settings, "two_person": True}
    session.flush()
    return stage.accepted()


@pytest.fixture
def colleague(session, stage):
    person = session.scalars(select(Person).where(Person.id != stage.officer.person_id)).first()
    return dataclasses.replace(stage.officer, person_id=person.id, name="复核人")


def test_one_proposes_and_another_confirms(session, stage, case, colleague):
    proposal = proposing.decide(session, stage.officer, case, APPROVE)
    assert proposal is not None
    assert case.status == "accepted"
    with pytest.raises(Conflict) as refused:
        proposing.confirm(session, stage.officer, case)
    assert refused.value.code == "same_person"
    proposing.confirm(session, colleague, case)
    assert case.status == "approved"
    assert case.amount_approved == 100000
    assert (proposal.outcome, proposal.settled_by) == ("confirmed", "复核人")


def test_given_back_it_may_be_proposed_anew(session, stage, case, colleague):
    proposing.decide(session, stage.officer, case, APPROVE)
    with pytest.raises(Conflict):
        proposing.decide(session, colleague, case, APPROVE)
    with pytest.raises(Invalid):
        proposing.give_back(session, colleague, case, " ")
    proposing.give_back(session, colleague, case, "金额有误")
    proposing.decide(session, stage.officer, case, {**APPROVE, "amount": Decimal("90000")})
    proposing.confirm(session, colleague, case)
    assert case.amount_approved == 90000
    outcomes = session.scalars(select(Proposal.outcome).order_by(Proposal.id)).all()
    assert outcomes == ["returned", "confirmed"]


def test_without_the_setting_one_is_enough(session, stage):
    application = stage.accepted()
    assert proposing.decide(session, stage.officer, application, APPROVE) is None
    assert application.status == "approved"


def test_another_departments_officer_confirms_nothing(session, stage, case):
    proposing.decide(session, stage.officer, case, APPROVE)
    stranger = dataclasses.replace(
        stage.officer, person_id=999, department_id=stage.officer.department_id + 1
    )
    with pytest.raises(NotFound):
        proposing.confirm(session, stranger, case)
