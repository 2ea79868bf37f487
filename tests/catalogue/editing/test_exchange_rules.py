"""Money rules and computed conditions of a department's own catalogue in and out."""

import pytest

from redemption.catalogue import queries, service
from redemption.catalogue.exchange.columns import BY_KEY, Unreadable, read_cell, words, written
from redemption.catalogue.exchange.sheet import read_json
from redemption.identity.rules import Role
from redemption.kernel.errors import Invalid

MONEY, COMPUTED = BY_KEY["money_rules"], BY_KEY["computed_conditions"]
STAFF = {"all": [{"attribute": "staff", "op": "at_least", "value": 30}]}


@pytest.fixture
def maker(world):
    return world.actor(Role.POLICY_MAKER, department="QC-JX")


@pytest.mark.parametrize(
    ("cell", "rules"),
    [
        (None, {}),
        ("", {}),
        ({}, {}),
        ("预算总额：500万元", {"budget": "5000000.00"}),
        ("单件上限: ２０万\n名额：30 个", {"cap": "200000.00", "quota": 30}),
        ("分配次序：按评审排名，择优", {"order": "ranking"}),
        ("同组代码：rent\n重复享受：同组事项就高不就低", {"group": "rent", "group_rule": "higher"}),
        ("信用要求：有严重失信记录的不予兑现", {"exclude_bad_credit": True}),
        ({"cap": "10万", "exclude_bad_credit": False}, {"cap": "100000.00"}),
    ],
)
def test_money_rules_are_read_from_words_and_from_json(cell, rules) -> None:
    assert read_cell(MONEY, cell) == rules
    assert read_cell(MONEY, written(MONEY, rules)) == rules


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("最高：20万", "每行请以这些词开头"),
        ("预算总额：若干", "金额"),
        ("名额：许多", "整数"),
        ("单件上限：20万\n每家企业每年上限：10万", "大于每年最高金额"),
        ("重复享受：同组事项不重复享受", "不重复享受组的代码"),
        ("分配次序：抽签", "看不懂"),
        ({"colour": "red"}, "没有"),
    ],
)
def test_money_rules_that_cannot_be_taken_say_what_to_write(cell, said) -> None:
    with pytest.raises(Unreadable, match=said):
        read_cell(MONEY, cell)


@pytest.mark.parametrize(
    "cell",
    ["{", '{"all": 1}', {"all": [{"attribute": "no_such_thing", "op": "is", "value": True}]}, [1]],
)
def test_conditions_that_do_not_compute_are_refused(cell) -> None:
    with pytest.raises(Unreadable):
        read_cell(COMPUTED, cell)


def test_conditions_are_compared_in_words() -> None:
    assert read_cell(COMPUTED, written(COMPUTED, STAFF)) == STAFF
    assert "30" in words(COMPUTED, STAFF)
    assert "staff" not in words(COMPUTED, STAFF)


def _row(**more):
    return {"source_id": "A-1", "policy_title": "关于导入的通知", "name": "导入补贴", **more}


def _import(session, maker, row, take=()):
    kept = service.keep_import(session, maker, read_json({"items": [row]}), "目录.json")
    plan = service.preview_import(session, maker, kept)
    service.apply_import(session, maker, kept.key, take=take)
    session.expire_all()
    [item] = session.scalars(queries.of_department(maker.department_id))
    return plan[0], queries.working_version(session, item)


def test_they_come_with_a_row_and_a_persons_change_is_not_overwritten(session, maker) -> None:
    _, draft = _import(session, maker, _row(money_rules={"cap": "5万"}, computed_conditions=STAFF))
    assert draft.money_rules == {"cap": "50000.00"}
    assert draft.conditions == STAFF
    item = session.scalars(queries.of_department(maker.department_id)).one()
    service.save_item(session, maker, item.code, {"money_rules": {"cap": "60000.00"}})
    plan, draft = _import(session, maker, _row(money_rules={"cap": "8万"}, computed_conditions=STAFF))
    assert [each.key for each in plan.conflicts] == ["money_rules"]
    assert draft.money_rules == {"cap": "60000.00"}
    plan, draft = _import(session, maker, _row(money_rules={"cap": "9万"}), take=[("A-1", "money_rules")])
    assert draft.money_rules == {"cap": "90000.00"}
    assert draft.conditions == STAFF, "a column that is absent says nothing"


def test_a_row_with_wrong_rules_keeps_everything_out(session, maker) -> None:
    with pytest.raises(Invalid) as refused:
        service.keep_import(session, maker, read_json({"items": [_row(money_rules={"cap": "-1"})]}), "x")
    assert set(refused.value.fields) == {"rows.0.money_rules"}
