"""Ages, Kleene's three answers, verdicts, sentences."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.catalogue import checking
from redemption.matching.asking import Facts
from redemption.matching.places import Place, Places
from redemption.matching.reasons import THEIRS, explain
from redemption.matching.rules import Context, Verdict, compile_rule

PLACES = Places([Place(1, "110000", "云州市", None), Place(2, "110108", "海清区", 1)])
DAY = dt.date(2026, 11, 22)


def context(day: dt.date = DAY) -> Context:
    return Context(PLACES, "110108", day)


def facts(founded: dt.date | None = None, place: int | None = None, **profile) -> Facts:
    return Facts(place, founded, profile)


def age(n: int, unit: str = "year", op: str = "age_at_least"):
    return {"attribute": "founded_on", "op": op, "value": {"n": n, "unit": unit}}


@pytest.mark.parametrize(
    ("founded", "n", "unit", "day", "full"),
    [
        ("2025-11-22", 1, "year", "2026-11-22", True),
        ("2025-11-23", 1, "year", "2026-11-22", False),
        (
            "2024-02-29",
            1,
            "year",
            "2025-02-28",
            True,
        ),  # February of that year has no 29th: its last day counts
        ("2024-02-29", 1, "year", "2025-02-27", False),
        ("2024-02-29", 4, "year", "2028-02-28", False),
        ("2026-08-31", 6, "month", "2027-02-28", True),
        ("2026-08-31", 1, "month", "2026-09-29", False),
        ("2026-08-31", 1, "month", "2026-09-30", True),
        ("2026-01-01", 30, "day", "2026-01-31", True),
        ("2026-01-01", 31, "day", "2026-01-31", False),
        ("2026-11-22", 0, "year", "2026-11-22", True),
        ("2026-11-23", 0, "year", "2026-11-22", False),
    ],
)
def test_full_age(founded, n, unit, day, full):
    rule = compile_rule(age(n, unit), context(dt.date.fromisoformat(day)))
    assert rule.outcome(facts(dt.date.fromisoformat(founded))) is full


def _later(day: dt.date, months: int) -> dt.date:
    """The n-th anniversary by hand: forward, with the last day where the month is shorter."""
    import calendar

    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)),
    st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)),
    st.integers(0, 400),
)
def test_age_is_the_anniversary_counted_forward(founded, day, months):
    full = compile_rule(age(months, "month"), context(day)).outcome(facts(founded))
    assert full is (_later(founded, months) <= day)
    young = compile_rule(age(months, "month", "age_at_most"), context(day)).outcome(facts(founded))
    assert young is (_later(founded, months) >= day)


TRUE = {"attribute": "above_scale", "op": "is", "value": True}
FALSE = {"attribute": "above_scale", "op": "is", "value": False}
GAP = {"attribute": "revenue", "op": "at_least", "value": 1}


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ({"all": [TRUE, GAP]}, None),
        ({"all": [FALSE, GAP]}, False),
        ({"any": [TRUE, GAP]}, True),
        ({"any": [FALSE, GAP]}, None),
        ({"not": GAP}, None),
        ({"not": FALSE}, True),
        ({"all": [{"not": {"any": [FALSE, FALSE]}}, TRUE]}, True),
    ],
)
def test_gaps_decide_nothing_that_is_decided_without_them(conditions, outcome):
    assert compile_rule(conditions, context()).outcome(facts(above_scale=True)) is outcome


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ({}, Verdict.OPEN),
        (None, Verdict.OPEN),
        (TRUE, Verdict.FITS),
        (FALSE, Verdict.FAILS),
        (GAP, Verdict.UNKNOWN),
        ({"all": [TRUE, {"manual": True, "text": "管理规范"}]}, Verdict.LIKELY),
        ({"all": [GAP, {"manual": True, "text": "管理规范"}]}, Verdict.UNKNOWN),
        ({"all": [FALSE, {"manual": True, "text": "管理规范"}]}, Verdict.FAILS),
        ({"all": [TRUE, {"attribute": "no_such", "op": "is", "value": True}]}, Verdict.UNKNOWN),
        ({"all": [TRUE, {"attribute": "revenue", "op": "at_least", "value": "x"}]}, Verdict.UNKNOWN),
        ({"all": [TRUE, "nonsense"]}, Verdict.UNKNOWN),
    ],
)
def test_verdicts(conditions, verdict):
    assert compile_rule(conditions, context()).verdict(facts(above_scale=True)) is verdict


def test_reasons_are_sentences_with_what_the_profile_says():
    conditions = {
        "all": [
            age(1),
            {"attribute": "revenue", "op": "at_least", "value": 20_000_000},
            {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech", "tech_sme"]},
            {"any": [{"attribute": "staff", "op": "more_than", "value": 10}, {"attribute": "listed", "op": "is", "value": True}]},
            {"attribute": "jurisdiction", "op": "within", "value": ["here"]},
        ]
    }  # fmt: skip
    said = explain(
        compile_rule(conditions, context()),
        facts(dt.date(2026, 3, 1), 2, revenue=23_000_000, qualifications=[]),
    )
    assert said.verdict is Verdict.FAILS
    assert [(r.outcome, r.asked, r.said) for r in said.reasons] == [
        (False, "成立满1年", "您的企业：成立日期2026年3月1日，不符合"),
        (True, "上年度营业收入不低于2,000万元", "您的企业：上年度营业收入2,300万元，符合"),
        (False, "具有以下资质之一：高新技术企业、科技型中小企业", "您的企业：资质荣誉无，不符合"),
        (None, "职工人数高于10人 或 已上市", "尚缺“职工人数、已上市”，补充后可以判断"),
        (True, "注册地在本市或本区", "您的企业：注册地海清区，符合"),
    ]
    assert said.missing == ("职工人数", "已上市")


def test_a_yes_or_no_and_somebody_elses_enterprise_are_said_plainly():
    rule = compile_rule({"attribute": "listed", "op": "is", "value": True}, context())
    (reason,) = explain(rule, facts(listed=False), THEIRS).reasons
    assert reason.said == "该企业：“已上市”为否，不符合"


@pytest.mark.parametrize(
    ("conditions", "code", "path"),
    [
        ({"attribute": "shoe_size", "op": "at_least", "value": 1}, "unknown_attribute", "/attribute"),
        ({"all": [TRUE, {"attribute": "revenue", "op": "is", "value": 1}]}, "unknown_operation", "/all/1/op"),
        ({"any": [{"attribute": "revenue", "op": "at_least", "value": True}]}, "wrong_value", "/any/0/value"),
        ({"attribute": "industry", "op": "under", "value": ["Z9"]}, "wrong_value", "/value"),
        ({"attribute": "size_class", "op": "in", "value": ["huge"]}, "wrong_value", "/value"),
        ({"attribute": "founded_on", "op": "age_at_least", "value": {"n": 1, "unit": "week"}}, "wrong_value", "/value"),
        ({"attribute": "founded_on", "op": "on_or_after", "value": "2026-02-30"}, "wrong_value", "/value"),
        ({"all": []}, "condition_shape", "/all"),
        ({"all": [TRUE], "any": [TRUE]}, "condition_shape", ""),
        ({"not": 5}, "condition_shape", "/not"),
        ([], "condition_shape", ""),
        ({"manual": True}, "condition_shape", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_a_finding(conditions, code, path):
    (fault,) = checking.check(conditions)
    assert (fault.code, fault.path) == (code, path)
    assert fault.message


def test_what_can_be_computed_is_no_finding():
    assert checking.check({}) == []
    assert checking.check({"all": [TRUE, age(1), {"not": GAP}, {"manual": True, "text": "信用良好"}]}) == []


def test_deep_nesting_is_a_finding_and_does_not_overflow():
    node = TRUE
    for _ in range(3000):
        node = {"not": node}
    assert "condition_too_deep" in {fault.code for fault in checking.check(node)}
    assert compile_rule(node, context()).outcome(facts(above_scale=True)) is None
