"""Selects over ratings. What handlers see never says who rated: no name, no case number, no enterprise."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import String, func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item, ItemVersion
from redemption.evaluation.models import Rating, RatingFollowUp
from redemption.evaluation.rules import BAD, FollowUpState
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound

LEAST = 3
"""Fewer ratings of one item than this are not listed apart: they would say whose they are."""


@dataclass(frozen=True)
class Anonymous:
    """A rating as its department sees it."""

    stars: int
    reasons: Sequence[str]
    comment: str
    month: str
    """2026年11月: the day would point to the case."""


@dataclass(frozen=True)
class Figures:
    """Ratings of a department counted; the share of good ones is None while nobody rated."""

    rated: int
    over: int
    by_stars: dict[int, int] = field(default_factory=dict)

    @property
    def unrated(self) -> int:
        """Over and not rated: they stay unrated, never good by default."""
        return max(self.over - self.rated, 0)

    @property
    def good_share(self) -> float | None:
        """Of those who rated, how many were at least 基本满意; between 0 and 1."""
        if not self.rated:
            return None
        good = sum(count for stars, count in self.by_stars.items() if stars not in {int(b) for b in BAD})
        return good / self.rated


def rating_of(session: Session, application_id: int, occasion: str) -> Rating | None:
    """What was rated on this occasion; None: unrated."""
    return session.scalar(
        select(Rating).where(Rating.application_id == application_id, Rating.occasion == occasion)
    )


def figures(session: Session, department_id: int) -> Figures:
    """Ratings after the end, of one department."""
    rows = session.execute(
        select(Rating.stars, func.count())
        .join(Application, Application.id == Rating.application_id)
        .where(Application.department_id == department_id)
        .group_by(Rating.stars)
    ).all()
    by_stars: dict[int, int] = {stars: count for stars, count in rows}  # noqa: C416
    over = session.scalar(
        select(func.count()).where(
            Application.department_id == department_id, Application.over_at.is_not(None)
        )
    )
    rated = session.scalar(
        select(func.count(func.distinct(Rating.application_id)))
        .join(Application, Application.id == Rating.application_id)
        .where(Application.department_id == department_id)
    )
    return Figures(rated or 0, over or 0, by_stars)


def anonymous(session: Session, department_id: int, limit: int = 100) -> list[tuple[str, list[Anonymous]]]:
    """(item, its ratings) for the department; items with too few are put together as 其他事项."""
    rows = session.execute(
        select(ItemVersion.name, Rating.stars, Rating.reasons, Rating.comment, Rating.rated_at)
        .join(Application, Application.id == Rating.application_id)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Application.department_id == department_id)
        .order_by(Rating.stars, func.md5(Rating.id.cast(String)))
        .limit(limit)
    ).all()
    grouped: dict[str, list[Anonymous]] = {}
    for name, stars, reasons, comment, at in rows:
        one = Anonymous(stars, reasons, comment, f"{at.year}年{at.month}月")
        grouped.setdefault(name, []).append(one)
    few = [one for found in grouped.values() if len(found) < LEAST for one in found]
    listed = [(name, found) for name, found in grouped.items() if len(found) >= LEAST]
    return [*listed, ("其他事项", few)] if few else listed


def follow_ups(session: Session, actor: Actor, *, closed: bool = False) -> list[RatingFollowUp]:
    """The bad ratings that a department has to look into, the most urgent first."""
    query = select(RatingFollowUp).where(RatingFollowUp.department_id == (actor.department_id or 0))
    done = RatingFollowUp.state == FollowUpState.CLOSED.value
    query = query.where(done if closed else ~done)
    return list(session.scalars(query.order_by(RatingFollowUp.due_at.nulls_last(), RatingFollowUp.id)))


def follow_up(session: Session, actor: Actor, number: str) -> tuple[RatingFollowUp, Rating]:
    """One follow-up of the acting person's department, with the rating (without who gave it). NotFound."""
    row = session.execute(
        select(RatingFollowUp, Rating)
        .join(Rating, Rating.id == RatingFollowUp.rating_id)
        .where(RatingFollowUp.number == number, RatingFollowUp.department_id == (actor.department_id or 0))
    ).one_or_none()
    if row is None or actor.role is not Role.OFFICER:
        raise NotFound("没有找到这条差评整改记录。")
    return row[0], row[1]


def open_follow_ups(session: Session, department_id: int | None = None) -> list[RatingFollowUp]:
    """Every follow-up that is not closed (of one department), held until the transaction ends."""
    query = select(RatingFollowUp).where(RatingFollowUp.state != FollowUpState.CLOSED.value)
    if department_id is not None:
        query = query.where(RatingFollowUp.department_id == department_id)
    return list(session.scalars(query.order_by(RatingFollowUp.id).with_for_update(skip_locked=True)))
