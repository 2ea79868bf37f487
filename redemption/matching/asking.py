"""One test put to one enterprise: true, false, or unknown where the profile says nothing usable. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from redemption.catalogue.vocabulary import Attribute, Kind, is_number

Outcome = bool | None


@dataclass(frozen=True)
class Facts:
    """What is known of one enterprise. A key that is missing, null or of the wrong shape is not known."""

    jurisdiction_id: int | None
    founded_on: dt.date | None
    profile: Mapping[str, Any]


@dataclass(frozen=True)
class Test:
    """A leaf with everything resolved that does not depend on the enterprise.

    `value`: a number; a set of words (choices, codes, prefixes); for places the ids (jurisdiction) or the words
    (elsewhere); for dates the last (`on_or_before`) or first (`on_or_after`) day that passes. `op` is normalised:
    ages become days. `attribute` is None for what only a person can judge or nobody can compute.
    """

    index: int
    leaf: Mapping[str, Any]
    attribute: Attribute | None = None
    op: str = ""
    value: Any = None
    day: dt.date = dt.date.min
    manual: bool = False

    @cached_property
    def ask(self) -> Callable[[Facts], Outcome]:
        """The test as a function of what is known of an enterprise."""
        return _asker(self)


def _asker(test: Test) -> Callable[[Facts], Outcome]:
    if test.attribute is None:
        return lambda facts: None
    decide = _DECIDE[test.attribute.kind](test)
    name = test.attribute.name
    if name == "founded_on":
        return lambda facts: None if facts.founded_on is None else decide(facts.founded_on)
    if name == "jurisdiction":
        return lambda facts: None if facts.jurisdiction_id is None else decide(facts.jurisdiction_id)

    def ask(facts: Facts) -> Outcome:
        value = facts.profile.get(name)
        return None if value is None else decide(value)

    return ask


def _number(test: Test) -> Callable[[Any], Outcome]:
    compare = _COMPARE[test.op]
    limit = test.value
    return lambda value: compare(value, limit) if is_number(value) else None


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda a, b: a >= b,
    "more_than": lambda a, b: a > b,
    "at_most": lambda a, b: a <= b,
    "less_than": lambda a, b: a < b,
    "equals": lambda a, b: a == b,
}


def _date(test: Test) -> Callable[[Any], Outcome]:
    limit = test.value
    if test.op == "on_or_before":
        return lambda value: value <= limit
    return lambda value: value >= limit


def _flag(test: Test) -> Callable[[Any], Outcome]:
    return lambda value: value is test.value if isinstance(value, bool) else None


def _member(test: Test) -> Callable[[Any], Outcome]:
    allowed, wanted = frozenset(test.value), test.op in ("in", "within")
    shape = int if test.attribute and test.attribute.name == "jurisdiction" else str
    return lambda value: (value in allowed) is wanted if isinstance(value, shape) else None


def _industry(test: Test) -> Callable[[Any], Outcome]:
    """A code that is less exact than the condition leaves it open: C may be C39, or not; what begins with no
    section letter is no code."""
    prefixes, wanted = test.value, test.op == "under"

    def decide(value: Any) -> Outcome:
        if not isinstance(value, str) or not "A" <= value < "U":
            return None
        if value.startswith(prefixes):
            return wanted
        return None if any(prefix.startswith(value) for prefix in prefixes) else not wanted

    return decide


def _qualified(test: Test) -> Callable[[Any], Outcome]:
    codes, day = test.value, test.day.isoformat()

    def decide(value: Any) -> Outcome:
        if not isinstance(value, list):
            return None
        held = {one.get("code") for one in value if isinstance(one, Mapping) and _valid(one, day)}
        if test.op == "holds_all":
            return all(code in held for code in codes)
        return any(code in held for code in codes) is (test.op == "holds_any")

    return decide


def _valid(qualification: Mapping[str, Any], day: str) -> bool:
    until = qualification.get("valid_until")
    return until is None or (isinstance(until, str) and until >= day)


_DECIDE: dict[Kind, Callable[[Test], Callable[[Any], Outcome]]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.PERCENT: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _member,
    Kind.FLAG: _flag,
    Kind.PLACE: _member,
    Kind.INDUSTRY: _industry,
    Kind.QUALIFICATIONS: _qualified,
}
