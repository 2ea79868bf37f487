"""Why an item fits, does not fit, or cannot be said: a sentence for each condition. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from redemption.catalogue import vocabulary
from redemption.identity.rules import Actor, Role
from redemption.matching.asking import Facts, Outcome, Test
from redemption.matching.rules import Answers, Node, Rule, Verdict, decider


@dataclass(frozen=True)
class Reason:
    """One condition and how it stands. `missing` names the attributes whose value would settle it."""

    asked: str
    outcome: Outcome
    said: str
    missing: tuple[str, ...] = ()
    manual: bool = False


@dataclass(frozen=True)
class Explanation:
    """The verdict with its reasons; `missing` are the labels of what should be filled in, each once."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def failing(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.outcome is False]


YOURS, THEIRS = "您的企业", "该企业"
"""How the enterprise is spoken of: to itself, and to a department or at the window."""


def spoken_of(actor: Actor) -> str:
    """您的企业 to the enterprise itself, 该企业 to anybody else."""
    return YOURS if actor.role is Role.ENTERPRISE else THEIRS


def explain(rule: Rule, facts: Facts, whose: str = YOURS) -> Explanation:
    """The verdict, and a reason for each condition that is asked for on its own."""
    if rule.empty:
        return Explanation(Verdict.OPEN)
    answers = rule.context.ask(facts)
    reasons = tuple(_reason(node, facts, answers, rule, whose) for node in _conjuncts(rule.node))
    missing = dict.fromkeys(label for reason in reasons if reason.outcome is None for label in reason.missing)
    return Explanation(rule.verdict(facts), reasons, tuple(missing))


def _conjuncts(node: Node) -> Iterator[Node]:
    if node.kind == "all":
        for child in node.children:
            yield from _conjuncts(child)
    else:
        yield node


def _reason(node: Node, facts: Facts, answers: Answers, rule: Rule, whose: str) -> Reason:
    outcome = decider(node)(answers)
    asked = _words(node)
    tests = list(_tests(node))
    manual = outcome is None and any(test.manual for test in tests)
    open_tests = [test.attribute for test in tests if answers[test.index] is None]
    unknown = tuple(dict.fromkeys(attribute.label for attribute in open_tests if attribute))
    if outcome is None:
        said = f"尚缺“{'、'.join(unknown)}”，补充后可以判断" if unknown else "由审批部门判断"
        if not unknown and not manual:
            said = "这个条件暂不能自动比对，以部门审核为准"
        return Reason(asked, outcome, said, unknown, manual)
    have = "；".join(dict.fromkeys(_have(test, facts, rule) for test in tests if test.attribute))
    word = "符合" if outcome else "不符合"
    return Reason(asked, outcome, f"{whose}：{have}，{word}" if have else word)


def _words(node: Node) -> str:
    if node.kind == "test":
        assert node.test is not None
        return vocabulary.sentence(node.test.leaf)
    parts = [_words(child) for child in node.children]
    if node.kind == "not":
        return f"不属于以下情形：{parts[0]}"
    return (" 或 " if node.kind == "any" else "，且").join(parts)


def _tests(node: Node) -> Iterator[Test]:
    if node.test is not None:
        yield node.test
    for child in node.children:
        yield from _tests(child)


def _have(test: Test, facts: Facts, rule: Rule) -> str:
    assert test.attribute is not None
    value: Any = facts.profile.get(test.attribute.name)
    if test.attribute.name == "founded_on":
        value = facts.founded_on
    elif test.attribute.name == "jurisdiction":
        value = rule.context.places.name_of(facts.jurisdiction_id)
    said = vocabulary.value_text(test.attribute, value)
    if test.attribute.kind is vocabulary.Kind.FLAG:
        return f"“{test.attribute.label}”为{said}"
    return f"{test.attribute.label}{said}"
