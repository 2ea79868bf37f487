"""评审排序: points that a review gives to the cases of one item, and who stands before whom.

Points are the department's own; what they mean for money is said by `money`. A case without points may still turn out
better than any other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.catalogue.models import Item, ItemVersion
from redemption.decisions.models import ReviewScore
from redemption.decisions.service import lock_case, must_decide
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotFound

MOST = Decimal(1000)
COMPETING = tuple(
    status
    for status in Status
    if status not in (Status.ACCEPTANCE_REFUSED, Status.WITHDRAWN, Status.LAPSED, Status.REVOKED)
)
"""Cases that stand in the ranking: what was never looked at, or is void, does not."""


@dataclass(frozen=True)
class Place:
    """Where a case stands among all of its item that have points."""

    points: Decimal | None
    rank: int | None
    scored: int
    unscored: int
    """Undecided cases that have no points yet."""
    by: str = ""


def is_ranked(version: ItemVersion) -> bool:
    """Whether an item's money goes by ranking."""
    return (version.money_rules or {}).get("order") == "ranking"


def score(session: Session, actor: Actor, application: Application, typed: str) -> Decimal:
    """Give a case its points, or other ones as long as it is not decided.

    Raises:
        NotFound: not the deciding department. Conflict: not ranked, or not under review. Invalid: no such number.
    """
    must_decide(actor, application)
    if not is_ranked(session.get_one(ItemVersion, application.item_version_id)):
        raise Conflict("这个事项不按评审排序，不需要评分。", code="not_ranked")
    if application.status != Status.ACCEPTED:
        raise Conflict("审核中的案件才能评分，请刷新页面查看最新状态。", code="not_decidable")
    points = _points(typed)
    row = insert(ReviewScore).values(
        application_id=application.id,
        points=points,
        person_id=actor.person_id,
        person_name=actor.name,
        at=clock.now(),
    )
    changed = {name: row.excluded[name] for name in ("points", "person_id", "person_name", "at")}
    session.execute(row.on_conflict_do_update(index_elements=["application_id"], set_=changed))
    audit.record(session, f"application:{application.id}", actor.ref, "score", {"points": str(points)})
    return points


@dataclass(frozen=True)
class Typed:
    """Points as typed in a list, and what stood there when the list was shown."""

    points: str
    before: str


def score_all(session: Session, actor: Actor, item: Item, typed: Mapping[str, Typed]) -> int:
    """Give several cases of one item their points at once, all or none; returns how many changed.

    Args:
        typed: by the number of the case; what was left as it stood is not touched.

    Raises:
        NotFound: not a case of this item and department. Invalid: at `points.<number>`, also where a colleague gave
            other points since the list was shown.
    """
    errors: dict[str, str] = {}
    changed = {number: one for number, one in typed.items() if one.points.strip() != one.before}
    for number in sorted(changed):
        application = lock_case(session, actor, number)
        if application.item_id != item.id:
            raise NotFound("没有找到这件申报，请核对编号。")
        now = session.scalar(select(ReviewScore.points).where(ReviewScore.application_id == application.id))
        if points_text(now) != changed[number].before:
            errors[f"points.{number}"] = f"同事刚把得分改为 {points_text(now) or '空'}，请核对后重新填写。"
            continue
        try:
            score(session, actor, application, changed[number].points)
        except (Invalid, Conflict) as error:
            errors[f"points.{number}"] = error.fields["points"][0] if error.fields else error.message
    if errors:
        raise Invalid(fields=errors)
    return len(changed)


def points_text(points: Decimal | None) -> str:
    """86.5; empty for no points."""
    return "" if points is None else f"{points.normalize():f}"


def place_of(session: Session, application: Application) -> Place:
    """Where a case stands now; equal points are the same place."""
    own = session.scalar(select(ReviewScore).where(ReviewScore.application_id == application.id))
    known = (
        select(ReviewScore.points)
        .join(Application, Application.id == ReviewScore.application_id)
        .where(Application.item_id == application.item_id, Application.status.in_(COMPETING))
        .subquery()
    )
    scored = session.scalar(select(func.count()).select_from(known)) or 0
    without = (
        select(func.count())
        .select_from(Application)
        .outerjoin(ReviewScore, ReviewScore.application_id == Application.id)
        .where(
            Application.item_id == application.item_id,
            Application.status.in_([Status.RECEIVED, Status.CORRECTION_REQUESTED, Status.ACCEPTED]),
            ReviewScore.id.is_(None),
        )
    )
    rank = None
    if own is not None:
        better = select(func.count()).select_from(known).where(known.c.points > own.points)
        rank = 1 + (session.scalar(better) or 0)
    return Place(
        own.points if own else None,
        rank,
        scored,
        session.scalar(without) or 0,
        own.person_name if own else "",
    )


def _points(typed: str) -> Decimal:
    # 8e1 and 8_0 are numbers to a program, and slips of a person
    if not re.fullmatch(r"-?\d+(\.\d+)?", typed.strip()):
        raise Invalid.field("points", "请填写得分，例如 86.5。")
    points = Decimal(typed.strip())
    if not 0 <= points <= MOST or round(points, 2) != points:
        raise Invalid.field("points", f"得分应在 0 到 {MOST} 之间，最多两位小数。")
    return points
