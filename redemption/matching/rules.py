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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from redemption.catalogue import checking
from redemption.catalogue.vocabulary import ATTRIBUTES, Kind, parse_day
from redemption.matching.asking import Facts, Outcome, Test
from redemption.matching.places import Places

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
    if "attribute" not in leaf or checking.check(leaf):
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
