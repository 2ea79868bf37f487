"""Does an enterprise fit an item? Conditions (`catalogue.vocabulary`) evaluated with three answers.

Profiles have gaps, so a condition is true, false or unknown, and `all`, `any`, `not` follow Kleene: a gap decides
nothing that is decided without it. SQL's own AND, OR and NOT do the same with NULL, which is why `matching.queries`
can compile the same conditions for all enterprises and agree with this module to the row.

    rule = compile_rule(version.conditions, Context(places, here="110108", day=clock.today()))
    rule.outcome(facts)         True, False or None
    explain(rule, facts)        the verdict with a sentence for each condition
"""

import datetime as dt
import json
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from redemption.catalogue import vocabulary
from redemption.catalogue.vocabulary import ATTRIBUTES, HERE, Attribute, Kind, is_number, parse_day

Outcome = bool | None
Answers = list[Outcome]
"""What the tests of a context answer, by their index."""


class Verdict(StrEnum):
    """How an item stands for an enterprise. `LIKELY`: all that computes is met, something is left to people."""

    FITS = "fits"
    LIKELY = "likely"
    UNKNOWN = "unknown"
    FAILS = "fails"
    OPEN = "open"
    """No condition has been confirmed as data: nothing is claimed."""


class OfferState(StrEnum):
    """免申即享: the department offers, the enterprise answers."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OFFER_STATE_NAMES = {
    OfferState.OFFERED: "待企业确认",
    OfferState.ACCEPTED: "已确认",
    OfferState.DECLINED: "已放弃",
    OfferState.WITHDRAWN: "已撤回",
}


@dataclass(frozen=True)
class Facts:
    """What is known of one enterprise. A key that is missing, null or of the wrong shape is not known."""

    jurisdiction_id: int | None
    founded_on: dt.date | None
    profile: Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A jurisdiction as conditions name it: by code or by name."""

    id: int
    code: str
    name: str
    parent_id: int | None


class Places:
    """All jurisdictions, to answer which lie within which."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = {place.id: place for place in places}
        self.mark = frozenset(self._places.values())
        """Equal for equal places: what was compiled against one set holds for an equal one."""

    def within(self, named: Sequence[str], here: str) -> list[Place]:
        """Every place that is one of the named ones or lies inside one; a name nobody has names nothing."""
        wanted = {here if name == HERE else name for name in named}
        return [
            place for place in self._places.values() if any(self._is(up, wanted) for up in self._up(place))
        ]

    def name_of(self, jurisdiction_id: int | None) -> str | None:
        place = self._places.get(jurisdiction_id or 0)
        return place.name if place else None

    def _up(self, place: Place) -> Iterator[Place]:
        seen: set[int] = set()
        at: Place | None = place
        while at is not None and at.id not in seen:
            seen.add(at.id)
            yield at
            at = self._places.get(at.parent_id or 0)

    @staticmethod
    def _is(place: Place, wanted: set[str]) -> bool:
        return place.code in wanted or place.name in wanted


@dataclass(frozen=True)
class Context:
    """What rules are compiled against: the places, the items' own jurisdiction code, the day of asking.

    Rules compiled against one context share its tests: what thousands of items ask (成立满一年) is asked once.
    """

    places: Places
    here: str
    day: dt.date
    tests: list["Test"] = field(default_factory=list, repr=False, compare=False)
    _known: dict[str, "Test"] = field(default_factory=dict, repr=False, compare=False)

    def share(self, key: str, make: Callable[[int], "Test"]) -> "Test":
        """The test of this key, made if there is none."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = make(len(self.tests))
            self.tests.append(found)
        return found

    def ask(self, facts: Facts, manual: Outcome = None) -> "Answers":
        """All tests put to one enterprise; `manual` is the answer taken for what only a person can judge."""
        return [manual if test.manual else test.ask(facts) for test in self.tests]


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


@dataclass(frozen=True)
class Node:
    """`kind`: all, any, not (children), test, or everyone (nothing is asked)."""

    kind: str
    children: tuple["Node", ...] = ()
    test: Test | None = None


@dataclass(frozen=True)
class Rule:
    """Conditions ready to be asked. `node` is what `matching.queries` compiles to SQL."""

    node: Node
    context: Context = field(repr=False)

    @cached_property
    def decide(self) -> Callable[[Answers], Outcome]:
        """The outcome from the answers to the context's tests: for one enterprise and thousands of rules."""
        return decider(self.node)

    @property
    def empty(self) -> bool:
        return self.node.kind == "everyone"

    def outcome(self, facts: Facts, manual: Outcome = None) -> Outcome:
        """True: fits; False: does not; None: cannot be said."""
        return self.decide(self.context.ask(facts, manual))

    def verdict(self, facts: Facts) -> Verdict:
        return self.verdict_of(self.context.ask(facts), self.context.ask(facts, manual=True))

    def verdict_of(self, strict: Answers, lenient: Answers) -> Verdict:
        """The verdict from answers without and with what only people can judge."""
        if self.node.kind == "everyone":
            return Verdict.OPEN
        outcome = self.decide(strict)
        if outcome is None:
            return Verdict.LIKELY if self.decide(lenient) else Verdict.UNKNOWN
        return Verdict.FITS if outcome else Verdict.FAILS


def compile_rule(conditions: Any, context: Context) -> Rule:
    """Resolve conditions; what cannot be computed stays in as unknown, it is never dropped."""
    if not isinstance(conditions, Mapping) or not conditions:
        return Rule(Node("everyone"), context)
    return Rule(_node(conditions, context, 0), context)


def _node(data: Any, context: Context, depth: int) -> Node:
    if not isinstance(data, Mapping) or depth > 20:
        return Node("test", test=context.share("?", lambda index: Test(index, {"text": "无法识别的条件"})))
    for kind in ("all", "any"):
        if isinstance(data.get(kind), list):
            if not data[kind]:
                return Node("everyone")
            return Node(kind, tuple(_node(child, context, depth + 1) for child in data[kind]))
    if "not" in data:
        return Node("not", (_node(data["not"], context, depth + 1),))
    asked = {name: data[name] for name in ("attribute", "op", "value", "as_of") if name in data}
    if data.get("manual") or not asked:
        asked = {"manual": data.get("manual"), "text": data.get("text")}
    key = json.dumps(asked, sort_keys=True, default=str)
    return Node("test", test=context.share(key, lambda index: _test(index, data, context)))


def _test(index: int, leaf: Mapping[str, Any], context: Context) -> Test:
    if leaf.get("manual"):
        return Test(index, leaf, manual=True)
    if "attribute" not in leaf or vocabulary.check(leaf):
        return Test(index, leaf)
    attribute, op, value = ATTRIBUTES[leaf["attribute"]], str(leaf["op"]), leaf["value"]
    day = parse_day(leaf.get("as_of")) or context.day
    if attribute.kind is Kind.DATE:
        op, value = _limit(op, value, day)
    elif attribute.kind is Kind.PLACE:
        inside = context.places.within(value, context.here)
        own = attribute.name == "jurisdiction"
        value = (
            frozenset(p.id for p in inside) if own else frozenset(w for p in inside for w in (p.code, p.name))
        )
    elif isinstance(value, list):
        value = tuple(dict.fromkeys(value))
    return Test(index, leaf, attribute, op, value, day)


def decider(node: Node) -> Callable[[Answers], Outcome]:
    """A node as a function of the answers, by Kleene's three values."""
    if node.kind == "everyone":
        return lambda answers: True
    if node.test is not None:
        index = node.test.index
        return lambda answers: answers[index]
    if node.kind == "not":
        inner = decider(node.children[0])
        return lambda answers: None if (answer := inner(answers)) is None else not answer
    return _joined(node, deciding=node.kind == "any")


def _joined(node: Node, deciding: bool) -> Callable[[Answers], Outcome]:
    """`all` is decided by one False, `any` by one True; a gap leaves open what nothing decides."""
    indexes = tuple(child.test.index for child in node.children if child.test is not None)
    others = tuple(decider(child) for child in node.children if child.test is None)

    def decide(answers: Answers) -> Outcome:
        result: Outcome = not deciding
        for index in indexes:
            answer = answers[index]
            if answer is deciding:
                return deciding
            if answer is None:
                result = None
        for other in others:
            answer = other(answers)
            if answer is deciding:
                return deciding
            if answer is None:
                result = None
        return result

    return decide


# --- dates -----------------------------------------------------------------------------------------------


def _limit(op: str, value: Any, day: dt.date) -> tuple[str, dt.date]:
    """Ages as days: 满一年 on a day means founded on or before a certain day."""
    if not isinstance(value, Mapping):
        return op, parse_day(value) or dt.date.max
    n, unit = int(value["n"]), str(value["unit"])
    latest = _latest_start(day, n, unit)
    if op == "age_at_least":
        return "on_or_before", latest
    # not older than n: the last day of the n-th year still counts
    return "on_or_after", _latest_start(day - dt.timedelta(days=1), n, unit) + dt.timedelta(days=1)


def _latest_start(day: dt.date, n: int, unit: str) -> dt.date:
    """The latest day whose n-th anniversary is not after `day`; a month that lacks the day ends on its last one."""
    months = {"year": 12 * n, "month": n, "day": 0}[unit]
    if unit == "day":
        return max(day, dt.date(1, 1, 1) + dt.timedelta(days=n)) - dt.timedelta(days=n)
    at = day.year * 12 + day.month - 1 - months
    if at < 12:
        return dt.date.min
    year, month = divmod(at, 12)
    last = monthrange(year, month + 1)[1]
    if day.day >= monthrange(day.year, day.month)[1]:
        return dt.date(year, month + 1, last)
    return dt.date(year, month + 1, min(day.day, last))


# --- asking ----------------------------------------------------------------------------------------------


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
