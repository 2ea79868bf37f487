"""Money rules at approval; two at once never overspend."""

import dataclasses
import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from redemption.applications.models import Application
from redemption.applications.rules import Action
from redemption.applications.service import move
from redemption.decisions import ranking, service
from redemption.decisions.models import Decision
from redemption.decisions.receiving import actor_of
from redemption.decisions.rules import EventType
from redemption.identity.models import Department
from redemption.kernel.errors import Conflict, DomainError, Invalid, NotFound
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from tests.applications.cases import FORM, make_stage
from tests.factories import make_item, make_world


def approve(session, stage, application, amount="100000", **more):
    data = {"result": "approve", "amount": Decimal(amount), **more}
    return service.act(session, stage.officer, application, EventType.DECIDED, data)


def accepted(stage, filer=None, item=None):
    one = dataclasses.replace(stage, filer=filer or stage.filer)
    application = one.case(*([item] if item else []))
    move(stage.session, stage.officer, application, Action.ACCEPT)
    return application


def test_the_cap_of_one_application(make):
    stage = make(money_rules={"cap": "50000.00"})
    with pytest.raises(Invalid) as refused:
        approve(stage.session, stage, accepted(stage), "50000.01")
    assert refused.value.code == "above_cap"


def test_the_budget_is_the_limit(make):
    stage = make(money_rules={"budget": "150000.00"})
    approve(stage.session, stage, accepted(stage))
    second = accepted(stage, stage.other)
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, second)
    assert refused.value.code == "budget_used_up"
    assert refused.value.detail["left"] == "50000.00"
    approve(stage.session, stage, second, "50000")


def test_the_quota_is_the_limit(make):
    stage = make(money_rules={"quota": 1})
    approve(stage.session, stage, accepted(stage))
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, accepted(stage, stage.other))
    assert refused.value.code == "quota_used_up"


def test_by_ranking_better_ones_and_those_without_points_keep_their_share(make):
    stage = make(money_rules={"quota": 1, "order": "ranking"})
    session = stage.session
    first, second = accepted(stage), accepted(stage, stage.other)

    def refusal(application) -> str:
        with pytest.raises(Conflict) as refused:
            approve(session, stage, application)
        return refused.value.code

    assert refusal(first) == "score_needed"
    ranking.score(session, stage.officer, first, "80")
    assert refusal(first) == "better_first", "the other one may get more"
    ranking.score(session, stage.officer, second, "90.5")
    assert (ranking.place_of(session, first).rank, ranking.place_of(session, second).rank) == (2, 1)
    assert refusal(first) == "better_first"
    approve(session, stage, second)
    assert refusal(first) == "quota_used_up"
    for typed in ("", "NaN", "-1", "1000.01", "1.234", "很好", "8e1", "8_0", "+8"):
        with pytest.raises(Invalid):
            ranking.score(session, stage.officer, first, typed)
    with pytest.raises(Conflict):
        ranking.score(session, stage.officer, second, "1")
    stranger = dataclasses.replace(stage.officer, department_id=stage.officer.department_id + 1)
    with pytest.raises(NotFound):
        ranking.score(session, stranger, first, "99")


def test_in_order_of_receipt_an_earlier_case_keeps_its_share(make):
    stage = make(money_rules={"quota": 1, "order": "receipt"})
    first, second = accepted(stage), accepted(stage, stage.other)
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, second)
    assert refused.value.code == "earlier_first"
    assert refused.value.detail["earlier"] == [first.number]
    approve(stage.session, stage, first)


def test_a_department_that_ranks_in_its_own_system_needs_no_points_here(make):
    stage = make(money_rules={"quota": 1, "order": "ranking"})
    accepted(stage)
    later = accepted(stage, stage.other)
    department = stage.session.get_one(Department, later.department_id)
    data = {"result": "approve", "amount": Decimal("100000")}
    service.act(stage.session, actor_of(department), later, EventType.DECIDED, data)
    assert later.status in {"approved", "publicity"}


def test_the_yearly_cap_of_an_enterprise(make):
    stage = make(money_rules={"yearly_cap": "150000"})
    approve(stage.session, stage, accepted(stage))
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, accepted(stage))
    assert refused.value.code == "yearly_cap"
    approve(stage.session, stage, accepted(stage, stage.other))


def test_what_excludes_each_other_is_not_enjoyed_twice(make, world):
    stage = make(money_rules={"group": "loan", "group_rule": "exclusive"})
    twin = make_item(
        stage.session,
        world,
        name="另一补贴",
        form=FORM,
        money_rules={"group": "loan", "group_rule": "exclusive"},
    )
    approve(stage.session, stage, accepted(stage))
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, accepted(stage, item=twin))
    assert refused.value.code == "already_enjoyed"


def test_the_higher_one_is_enjoyed_by_paying_the_difference(make, world):
    rules = {"group": "loan", "group_rule": "higher"}
    stage = make(money_rules=rules)
    twin = make_item(stage.session, world, name="另一补贴", form=FORM, money_rules=rules)
    approve(stage.session, stage, accepted(stage), "60000")
    second = accepted(stage, item=twin)
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, second, "100000")
    assert refused.value.detail["payable"] == "40000.00"
    second.amount_requested = whole = Decimal("100000.00")
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, second, str(whole), top_up=True)
    assert refused.value.detail["payable"] == str(whole - 60000), (
        "with what came before, no more than the whole"
    )
    approve(stage.session, stage, second, "40000", top_up=True)


def test_bad_credit_gets_nothing(make):
    stage = make(money_rules={"exclude_bad_credit": True})
    application = accepted(stage)
    enterprise = stage.world.enterprises[0]
    enterprise.profile = {**enterprise.profile, "credit_status": "dishonest"}
    stage.session.flush()
    with pytest.raises(Conflict) as refused:
        approve(stage.session, stage, application)
    assert refused.value.code == "bad_credit"


def test_a_revoked_approval_gives_its_money_back_to_the_budget(make):
    stage = make(money_rules={"budget": "100000"})
    first = accepted(stage)
    approve(stage.session, stage, first)
    service.revoke(stage.session, stage.officer, first, "申报材料虚假。")
    approve(stage.session, stage, accepted(stage, stage.other))


@pytest.mark.chaos
def test_approvals_at_the_same_moment_never_overspend(fresh_database, tmp_path):
    """Eight threads with connections of their own; the budget is enough for three."""
    with unit_of_work(fresh_database) as session:
        stage = make_stage(
            session,
            make_world(session),
            FolderStorage(tmp_path),
            money_rules={"budget": "300000"},
        )
        ids = []
        for enterprise in stage.world.enterprises[:8]:
            filer = dataclasses.replace(stage.filer, enterprise_id=enterprise.id)
            ids.append(accepted(stage, filer).id)
        item_id = stage.item.id
    barrier = threading.Barrier(len(ids))
    results: list[str] = []

    def decide(application_id: int) -> None:
        barrier.wait()
        try:
            with unit_of_work(fresh_database) as session:
                application = session.get_one(Application, application_id, with_for_update=True)
                approve(session, stage, application)
            results.append("approved")
        except DomainError as error:
            results.append(error.code)

    threads = [threading.Thread(target=decide, args=(application_id,)) for application_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["approved"] * 3 + ["budget_used_up"] * 5
    with unit_of_work(fresh_database) as session:
        spent = session.scalar(
            select(func.sum(Decision.amount))
            .join(Application, Application.id == Decision.application_id)
            .where(Application.item_id == item_id)
        )
    assert spent == 300000
