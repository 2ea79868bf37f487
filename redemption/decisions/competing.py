"""评审排名: the cases of one ranked item side by side, with the line that the quota or the budget draws.

The line follows `money`: better cases keep their share, cases with the same points share one place and keep nothing
from each other. So where the line runs through such a place, all of it is undecided (`TIED`): whichever of them the
department approves takes what is left. A case without points is on neither side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item, ItemVersion
from redemption.decisions import money, ranking
from redemption.decisions.models import Decision, ReviewScore
from redemption.decisions.money import Standing
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor
from redemption.kernel.errors import NotFound


class Side(StrEnum):
    """On which side of the line a case stands."""

    GIVEN = "given"
    """Approved: it has its share."""
    INSIDE = "inside"
    TIED = "tied"
    OUTSIDE = "outside"
    DENIED = "denied"


SIDE_NAMES = {
    Side.GIVEN: ("已同意兑现", "good", "circle-check"),
    Side.INSIDE: ("入围", "good", "circle-check"),
    Side.TIED: ("同分，待部门择定", "todo", "flag"),
    Side.OUTSIDE: ("未入围", "neutral", "minus"),
    Side.DENIED: ("不予兑现", "bad", "circle-x"),
}
"""Word, tone and icon, as `components/status.html` takes them."""


@dataclass(frozen=True)
class Competitor:
    """One case with its points. `asks`: what is kept for it, in yuan."""

    application: Application
    enterprise_name: str
    points: Decimal | None
    by: str
    asks: Decimal
    decided: str
    """approve, deny, or empty."""
    rank: int | None = None
    side: Side | None = None


@dataclass(frozen=True)
class Competition:
    """`ranked` from the most points to the fewest; `line`: how many of them stand above it, None: no limit is set."""

    item: Item
    name: str
    standing: Standing
    ranked: Sequence[Competitor]
    unscored: Sequence[Competitor]
    line: int | None

    @property
    def tied(self) -> int:
        """Cases that share the place through which the line runs."""
        return sum(one.side is Side.TIED for one in self.ranked)


def ranked_items(session: Session, actor: Actor) -> list[tuple[str, str, int]]:
    """(code, name, competing cases) of the department's items whose money goes by ranking."""
    rows = session.execute(
        select(Item.code, ItemVersion.name, func.count(Application.id))
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(
            Application,
            (Application.item_id == Item.id) & Application.status.in_(ranking.COMPETING),
        )
        .where(
            Item.department_id == (actor.department_id or 0),
            ItemVersion.money_rules["order"].as_string() == "ranking",
        )
        .group_by(Item.code, ItemVersion.name)
        .order_by(ItemVersion.name, Item.code)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def competition(session: Session, actor: Actor, code: str) -> Competition:
    """The competing cases of one item. NotFound: another department's, or not by ranking."""
    row = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Item.code == code, Item.department_id == (actor.department_id or 0))
    ).one_or_none()
    if row is None or not ranking.is_ranked(row.ItemVersion):
        raise NotFound("没有找到按评审排序的这个事项，请核对。")
    item, rules = row.Item, row.ItemVersion.money_rules or {}
    known = money.standing(session, item.id, rules)
    found = _competitors(session, item.id, Decimal(str(rules.get("cap") or 0)))
    scored = [one for one in found if one.points is not None]
    ranked, line = draw_line(scored, known.left, known.places_left)
    unscored = [one for one in found if one.points is None]
    return Competition(item, row.ItemVersion.name, known, ranked, unscored, line)


def draw_line(
    scored: Iterable[Competitor], left: Decimal | None, places_left: int | None
) -> tuple[list[Competitor], int | None]:
    """Places and sides of cases sorted by points, and after how many of them the line runs.

    Args:
        left, places_left: money and places that are not given yet; None: no such limit.
    """
    placed: list[Competitor] = []
    kept, taken, full = Decimal(0), 0, False
    line: int | None = None
    for _, same in groupby(scored, key=lambda one: one.points):
        group = list(same)
        waiting = [one for one in group if not one.decided]
        sums, count = kept + sum((one.asks for one in waiting), Decimal(0)), taken + len(waiting)
        fits = not full and _within(sums, left) and _within(count, places_left)
        some = not full and any(
            _within(kept + one.asks, left) and _within(taken + 1, places_left) for one in waiting
        )
        side = Side.INSIDE if fits else Side.TIED if some else Side.OUTSIDE
        rank = len(placed) + 1
        if side is Side.OUTSIDE and waiting and line is None:
            line = len(placed)
        placed += [_placed(one, rank, side) for one in group]
        if side is Side.TIED and line is None:
            line = len(placed)
        kept, taken, full = sums, count, full or not fits
    if left is None and places_left is None:
        return placed, None
    return placed, len(placed) if line is None else line


def _placed(one: Competitor, rank: int, side: Side) -> Competitor:
    given = {"approve": Side.GIVEN, "deny": Side.DENIED}.get(one.decided, side)
    return replace(one, rank=rank, side=given)


def _within(wanted: Any, limit: Any) -> bool:
    return limit is None or wanted <= limit


def _competitors(session: Session, item_id: int, cap: Decimal) -> list[Competitor]:
    rows = session.execute(
        select(
            Application,
            Enterprise.name.label("enterprise"),
            ReviewScore.points,
            ReviewScore.person_name,
            Decision.result,
        )
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .outerjoin(ReviewScore, ReviewScore.application_id == Application.id)
        .outerjoin(Decision, (Decision.application_id == Application.id) & Decision.revoked_at.is_(None))
        .where(Application.item_id == item_id, Application.status.in_(ranking.COMPETING))
        .order_by(ReviewScore.points.desc().nulls_last(), Application.received_at, Application.id)
    )
    return [
        Competitor(
            row.Application,
            row.enterprise,
            row.points,
            row.person_name or "",
            row.Application.amount_requested or cap,
            row.result or "",
        )
        for row in rows
    ]
