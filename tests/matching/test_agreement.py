"""Python and SQL give the same answer for every condition and every profile, gaps and nonsense included."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from redemption.catalogue import vocabulary
from redemption.catalogue.vocabulary import ATTRIBUTES, OPERATIONS, Kind
from redemption.identity.models import Enterprise
from redemption.kernel import clock
from redemption.matching import queries
from redemption.matching.rules import Context, compile_rule

DAY = dt.date(2026, 3, 31)
# few attributes and few values, so that a condition often meets a value, and often exactly its limit
ASKED = ("founded_on", "industry", "jurisdiction", "qualifications", "revenue", "rd_share", "size_class",
         "tax_region", "above_scale")  # fmt: skip
NUMBERS = st.sampled_from([0, 1, 2, 0.1, 0.2, 6.5, 19_999_999.99, 20_000_000, 20_000_000.0, 2**53 + 1])
DAYS = st.one_of(
    st.sampled_from([dt.date(2026, 3, 31), dt.date(2025, 3, 31), dt.date(2026, 2, 28), dt.date(2024, 2, 29)]),
    st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
)
CODES = st.sampled_from(["C", "C3", "C39", "C391", "C3911", "I65", "I", "C40"])
INDUSTRIES = st.sampled_from(["C", "C39", "C391", "C3911", "I65", "I6513", "C40"])
NONSENSE = st.sampled_from([None, "", "x", 5, True, [], {}, [1], {"a": 1}, "C 39", [None], [[{"code": 3}]]])
PLACE_NAMES = st.sampled_from(["110000", "110108", "云州市", "海清区", "here", "外省市"])


def value_for(attribute: vocabulary.Attribute, op: str) -> st.SearchStrategy[Any]:
    kind = attribute.kind
    if kind is Kind.DATE:
        if op.startswith("age"):
            return st.fixed_dictionaries(
                {
                    "n": st.sampled_from([0, 1, 2, 3, 12, 30, 365]),
                    "unit": st.sampled_from(["year", "month", "day"]),
                }
            )
        return DAYS.map(dt.date.isoformat)
    if kind is Kind.FLAG:
        return st.booleans()
    if kind is Kind.PLACE:
        return st.lists(PLACE_NAMES, min_size=1, max_size=3)
    if kind is Kind.INDUSTRY:
        return st.lists(INDUSTRIES, min_size=1, max_size=3)
    if kind in (Kind.CHOICE, Kind.QUALIFICATIONS):
        few = sorted(attribute.choices)[:4]
        return st.lists(st.sampled_from(few), min_size=1, max_size=3)
    return NUMBERS


@st.composite
def leaf(draw) -> dict[str, Any]:
    attribute = ATTRIBUTES[draw(st.sampled_from(ASKED))]
    op = draw(st.sampled_from(sorted(OPERATIONS[attribute.kind])))
    made: dict[str, Any] = {"attribute": attribute.name, "op": op, "value": draw(value_for(attribute, op))}
    if draw(st.integers(0, 5)) == 0:
        made["as_of"] = draw(DAYS).isoformat()
    return made


BROKEN = st.sampled_from(
    [
        {"attribute": "no_such_thing", "op": "at_least", "value": 1},
        {"attribute": "revenue", "op": "no_such_op", "value": 1},
        {"attribute": "revenue", "op": "at_least", "value": "viel"},
        {"manual": True, "text": "信用良好"},
        {"all": []},
        {"strange": 1},
    ]
)
CONDITIONS = st.recursive(
    st.one_of(leaf(), leaf(), leaf(), BROKEN),
    lambda nodes: st.one_of(
        st.fixed_dictionaries({"all": st.lists(nodes, min_size=1, max_size=4)}),
        st.fixed_dictionaries({"any": st.lists(nodes, min_size=1, max_size=4)}),
        st.fixed_dictionaries({"not": nodes}),
    ),
    max_leaves=5,
)


def known_value(attribute: vocabulary.Attribute) -> st.SearchStrategy[Any]:
    kind = attribute.kind
    if kind is Kind.QUALIFICATIONS:
        until = st.one_of(st.none(), DAYS.map(dt.date.isoformat), st.sampled_from([5, "", "9999"]))
        one = st.fixed_dictionaries(
            {"code": st.sampled_from(sorted(attribute.choices)[:4])}, optional={"valid_until": until}
        )
        return st.lists(st.one_of(one, st.sampled_from([None, 3, "x"])), max_size=3)
    if kind is Kind.FLAG:
        return st.booleans()
    if kind is Kind.INDUSTRY:
        return CODES
    if kind is Kind.PLACE:
        return PLACE_NAMES
    if kind is Kind.CHOICE:
        return st.sampled_from(sorted(attribute.choices)[:4])
    return NUMBERS


PROFILES = st.fixed_dictionaries(
    {
        name: st.one_of(known_value(ATTRIBUTES[name]), known_value(ATTRIBUTES[name]), NONSENSE)
        for name in ASKED
        if name not in ("founded_on", "jurisdiction")
    }
)
ENTERPRISES = st.lists(
    st.tuples(st.one_of(st.none(), DAYS), st.sampled_from(["none", "city", "district"]), PROFILES),
    min_size=4,
    max_size=16,
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(conditions=CONDITIONS, described=ENTERPRISES, lenient=st.booleans())
def test_sql_and_python_agree(catalogue, session, conditions, described, lenient):
    where = {"none": None, "city": catalogue.city.id, "district": catalogue.district.id}
    savepoint = session.begin_nested()
    session.execute(
        insert(Enterprise),
        [
            {
                "uscc": f"T{n:017d}",
                "name": "甲",
                "jurisdiction_id": where[place],
                "founded_on": founded,
                "profile": profile,
                "created_at": clock.now(),
            }
            for n, (founded, place, profile) in enumerate(described)
        ],
    )
    context = Context(queries.places(session), "110108", DAY)
    rule = compile_rule(conditions, context)
    manual = True if lenient else None
    rows = session.execute(select(Enterprise, queries.condition(rule, manual).label("answer"))).all()
    for enterprise, answer in rows:
        assert rule.outcome(queries.facts(enterprise), manual) is answer, (conditions, enterprise.profile)
    savepoint.rollback()


LIMITS: dict[str, list[Any]] = {
    "revenue": [0, 1, 0.1, 20_000_000, 2**53 + 1],
    "rd_share": [6.5, 0.2],
    "founded_on": [{"n": n, "unit": unit} for n in (0, 1, 13, 25) for unit in ("year", "month", "day")],
    "industry": [["C39"], ["C3911"], ["I"], ["C40", "I65"]],
    "jurisdiction": [["110000"], ["海清区"], ["here"], ["外省市"], ["外省市", "110108"]],
    "tax_region": [["云州市"], ["110108"], ["外省市"]],
    "qualifications": [["high_tech"], ["high_tech", "tech_sme"]],
    "size_class": [["small"], ["micro", "small"]],
    "above_scale": [True, False],
}
VALUES: dict[str, list[Any]] = {
    "revenue": [0, 1, 0.1, 0.10, 19_999_999.99, 20_000_000, 20_000_000.0, 2**53, 2**53 + 1, "1", None, True],
    "rd_share": [6.5, 6.49, 6.51, 0.2, None, [6.5]],
    "founded_on": [DAY - dt.timedelta(days=n) for n in range(-2, 800)],
    "industry": ["C", "C3", "C39", "C391", "C3911", "C3912", "C40", "I65", "I6513", "i65", "C39x", None, 39],
    "jurisdiction": ["none", "city", "district"],
    "tax_region": ["云州市", "海清区", "110108", "外省市", "", None, 1],
    "qualifications": [
        None, [], {}, "high_tech", [{"code": "high_tech"}], [{"code": "high_tech", "valid_until": None}],
        [{"code": "high_tech", "valid_until": "2026-03-31"}], [{"code": "high_tech", "valid_until": "2026-03-30"}],
        [{"code": "tech_sme"}, {"code": "high_tech", "valid_until": "2026-04-01"}], [{"code": "tech_sme"}],
        [{"code": "high_tech", "valid_until": 5}], [None, "x", {"code": "high_tech"}],
    ],
    "size_class": ["micro", "small", "large", "", None, 3],
    "above_scale": [True, False, "true", 1, None],
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_sql_and_python_agree_at_every_limit(catalogue, session, name):
    where = {"none": None, "city": catalogue.city.id, "district": catalogue.district.id}
    for n, value in enumerate(VALUES[name]):
        over: dict[str, Any] = {"profile": {name: value}}
        if name == "founded_on":
            over = {"founded_on": value}
        elif name == "jurisdiction":
            over = {"jurisdiction_id": where[value]}
        catalogue.enterprise(f"T{n:017d}", **over)
    catalogue.enterprise("EMPTY", founded_on=None, jurisdiction_id=None)
    context = Context(queries.places(session), "110108", DAY)
    seen = set()
    for op in OPERATIONS[ATTRIBUTES[name].kind]:
        limits = LIMITS[name]
        if op.startswith("on_or"):
            limits = ["2026-03-31", "2025-03-31"]
        for limit in limits:
            rule = compile_rule({"attribute": name, "op": op, "value": limit}, context)
            for enterprise, answer in session.execute(select(Enterprise, queries.condition(rule))):
                assert rule.outcome(queries.facts(enterprise)) is answer, (op, limit, enterprise.uscc)
                seen.add(answer)
    assert seen == {True, False, None}


@pytest.mark.parametrize("place", ["云州市", "110000", "here"])
def test_a_district_lies_within_its_city(catalogue, session, place):
    own = catalogue.enterprise(jurisdiction_id=catalogue.district.id)
    context = Context(queries.places(session), "110000", DAY)
    rule = compile_rule({"attribute": "jurisdiction", "op": "within", "value": [place]}, context)
    assert rule.outcome(queries.facts(own)) is True
    assert session.scalars(queries.fitting(rule)).all() == [own.id]
