"""Policy finds enterprise: what fits whom and why, telling those who fit.

Nothing here blocks an application: what computes is an aid, the department decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue.models import Item, ItemSearch, ItemVersion
from redemption.catalogue.rules import ItemState, Mode
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor
from redemption.kernel import clock, outbox
from redemption.matching import queries, shelf
from redemption.matching.reasons import THEIRS, YOURS, Explanation, explain
from redemption.matching.rules import Answers, Rule, Verdict, compile_rule
from redemption.messages.service import Notice, tell_many

TOLD_AT_ONCE = 500
"""Enterprises told in one transaction; the rest follow in the next."""


@dataclass(frozen=True)
class Match:
    """One item and how it stands for one enterprise. `row` is the item as lists show it."""

    row: Any
    explanation: Explanation


@dataclass
class Fitting:
    """Items for one enterprise, soonest deadline first within each group, then newest."""

    fits: list[Match] = field(default_factory=list)
    likely: list[Match] = field(default_factory=list)
    lacking: list[Match] = field(default_factory=list)
    failing: list[Match] = field(default_factory=list)
    counts: dict[Verdict, int] = field(default_factory=dict)

    @property
    def missing(self) -> list[tuple[str, int]]:
        """What to fill in first: attribute labels and how many of the shown items wait for each."""
        counted: dict[str, int] = {}
        for match in self.lacking:
            for label in match.explanation.missing:
                counted[label] = counted.get(label, 0) + 1
        return sorted(counted.items(), key=lambda one: -one[1])


def rule_of(session: Session, item: Item, version: ItemVersion) -> Rule:
    """The conditions of one version, as of today."""
    return compile_rule(version.conditions, queries.context_of(session, item.jurisdiction_id))


def assess(session: Session, enterprise: Enterprise, item: Item, version: ItemVersion) -> Explanation:
    """How one item stands for one enterprise, with a sentence for each condition."""
    return explain(rule_of(session, item, version), queries.facts(enterprise))


def fitting(
    session: Session,
    enterprise_id: int,
    *,
    limit: int = 20,
    with_failing: bool = False,
    whose: str = YOURS,
) -> Fitting:
    """The items that fit an enterprise, that may fit, and that lack data; at most `limit` of each.

    Those that do not fit are many and are read only `with_failing`; they are always counted.
    """
    enterprise = session.get_one(Enterprise, enterprise_id)
    facts = queries.facts(enterprise)
    by_verdict: dict[Verdict, dict[int, Rule]] = {verdict: {} for verdict in Verdict}
    asked: dict[int, tuple[Answers, Answers]] = {}
    for one in shelf.open_items(session):
        context = one.rule.context
        answers = asked.get(id(context))
        if answers is None:
            answers = asked[id(context)] = (context.ask(facts), context.ask(facts, manual=True))
        by_verdict[one.rule.verdict_of(*answers)][one.item_id] = one.rule
    found = Fitting(counts={verdict: len(rules) for verdict, rules in by_verdict.items()})
    groups = [(Verdict.FITS, found.fits), (Verdict.LIKELY, found.likely), (Verdict.UNKNOWN, found.lacking)]
    if with_failing:
        groups.append((Verdict.FAILS, found.failing))
    for verdict, target in groups:
        rules = by_verdict[verdict]
        for row in _rows(session, list(rules), limit):
            target.append(Match(row, explain(rules[row.item_id], facts, whose)))
    return found


@dataclass(frozen=True)
class Enterprises:
    """Who fits one item: how many for certain and how many but for what only people judge, and one page of them."""

    item: Item
    version: ItemVersion
    rule: Rule
    certain: int
    likely: int
    listed: list[tuple[Enterprise, Explanation]]
    following: int | None
    """Where the next page begins; None: there is none."""


def enterprises_fitting(
    session: Session, actor: Actor, code: str, *, after: int = 0, limit: int = 50
) -> Enterprises:
    """The enterprises that the conditions of an item in its published version name, by their ids.

    For the department that decides the item, and those that made its policy.

    Raises:
        NotFound: no such published item of theirs.
    """
    item, version = queries.item_of_department(session, actor, code)
    rule = rule_of(session, item, version)
    if rule.empty:
        return Enterprises(item, version, rule, 0, 0, [], None)
    certain, lenient = queries.how_many(session, rule)
    query = (
        select(Enterprise)
        .where(queries.condition(rule, True), Enterprise.id > after)
        .order_by(Enterprise.id)
        .limit(limit + 1)
    )
    found = list(session.scalars(query))
    listed = [(one, explain(rule, queries.facts(one), THEIRS)) for one in found[:limit]]
    following = found[limit - 1].id if len(found) > limit else None
    return Enterprises(item, version, rule, certain, lenient - certain, listed, following)


def _rows(session: Session, item_ids: list[int], limit: int) -> list[Any]:
    if not item_ids:
        return []
    table = ItemSearch
    query = (
        select(
            table.item_id, table.code, table.name, table.summary, table.state, table.mode, table.level,
            table.department, table.document_number, table.opens_on, table.closes_on, table.theme,
        )
        .where(table.item_id.in_(item_ids))
        .order_by(table.closes_on.asc().nulls_last(), table.published_at.desc(), table.item_id.desc())
        .limit(limit)
    )  # fmt: skip
    return list(session.execute(query))


# --- telling ---------------------------------------------------------------------------------------------


def announce(session: Session, item_id: int, version_id: int, after: int = 0) -> None:
    """Tell the enterprises that fit a new version, each once; the next batch is an outbox row of its own.

    Those that fit but for what only people can judge are told too, in the same careful words.
    """
    item, version = session.get_one(Item, item_id), session.get_one(ItemVersion, version_id)
    if item.state != ItemState.IN_FORCE or item.current_version_id != version_id:
        return
    rule = rule_of(session, item, version)
    if rule.empty:
        return
    query = queries.fitting(rule, manual=True).where(Enterprise.id > after).limit(TOLD_AT_ONCE)
    ids = list(session.scalars(query))
    names = _names(session, ids)
    tell_many(
        session,
        [
            Notice(
                "item_fits",
                # once for an item, whatever versions follow
                f"item_fits:{item.id}:{enterprise_id}",
                {
                    "item": version.name,
                    "enterprise": names[enterprise_id],
                    "summary": version.summary,
                    "until": _until(version),
                },
                f"/items/{item.code}",
                enterprise_id=enterprise_id,
            )
            for enterprise_id in ids
        ],
    )
    if len(ids) == TOLD_AT_ONCE:
        outbox.publish(
            session, "item.announced", item.code, item_id=item_id, version_id=version_id, after=ids[-1]
        )


def _until(version: ItemVersion) -> str:
    """What to do, and from when to when."""
    if version.mode == Mode.WITHOUT_APPLICATION:
        return "本事项免申即享，无需申报，部门确认名单后会通知您"
    begins = version.begins_on if version.begins_on and version.begins_on > clock.today() else None
    words = [f"{clock.day_text(begins)}起受理"] if begins else []
    if version.closes_on:
        words.append(f"请在{clock.day_text(version.closes_on)}前申报")
    return "，".join(words) or "常年受理"


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(ids)))
    return {row.id: row.name for row in rows}
