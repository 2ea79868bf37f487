"""Figures of one policy in one year, and what enterprises answered (第三十六条, 第三十七条). Plain JSON, sums only."""

import datetime as dt
from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Correction
from redemption.catalogue.models import Item
from redemption.evaluation.models import Rating
from redemption.kernel import clock
from redemption.kernel.db import Json
from redemption.supervision.asking import QUESTIONS, UNAPPLIED
from redemption.supervision.models import Answer
from redemption.supervision.queries.cases import masked
from redemption.supervision.queries.policies import APPROVED
from redemption.supervision.rules import Period

LEAST = 5
"""Sums over fewer answers are not shown: they would say who said it."""
MOST_COMMENTS = 200


def figures_of(session: Session, policy_id: int, year: int, evaluation_id: int) -> Json:
    """Applications, approvals, money, time, corrections, ratings, answers of one policy in one year. Plain JSON."""
    period = Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
    since, until = clock.start_of_day(period.first), clock.end_of_day(period.last)
    items = select(Item.id).where(Item.policy_id == policy_id)
    mine = (Application.item_id.in_(items), Application.received_at >= since, Application.received_at < until)
    days = func.extract("epoch", Application.decided_at - Application.received_at) / 86400.0
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Application.decided_at.is_not(None)),
            func.count().filter(Application.status.in_(APPROVED)),
            func.count().filter(Application.status == "disbursed"),
            func.coalesce(func.sum(Application.amount_approved).filter(Application.status.in_(APPROVED)), 0),
            func.coalesce(func.sum(Application.amount_approved).filter(Application.status == "disbursed"), 0),
            func.percentile_cont(0.5).within_group(days).filter(Application.decided_at.is_not(None)),
            func.count(func.distinct(Application.enterprise_id)),
            func.count().filter(Application.accepted_at.is_not(None)),
        ).where(Application.status.is_not(None), *mine)
    ).one()
    corrected = session.scalar(
        select(func.count(func.distinct(Correction.application_id)))
        .join(Application, Application.id == Correction.application_id)
        .where(*mine)
    )
    stars = session.execute(
        select(Rating.stars, func.count())
        .join(Application, Application.id == Rating.application_id)
        .where(*mine)
        .group_by(Rating.stars)
    ).all()
    return {
        "applications": row[0],
        "decided": row[1],
        "approved": row[2],
        "paid": row[3],
        "amount_approved": str(row[4]),
        "amount_paid": str(row[5]),
        "median_days": None if row[6] is None else f"{float(row[6]):.1f}",
        "enterprises": row[7],
        "corrected": corrected or 0,
        "stars": {str(star): count for star, count in stars},
        "accepted": row[8],
        "months": by_month(session, policy_id, year),
        "questionnaire": questionnaire(session, evaluation_id),
    }


def by_month(session: Session, policy_id: int, year: int) -> list[list[Any]]:
    """[month, applications received, decided] for the months of a year up to this one."""
    items = select(Item.id).where(Item.policy_id == policy_id)
    since, until = clock.start_of_day(dt.date(year, 1, 1)), clock.end_of_day(dt.date(year, 12, 31))

    def count(column: Any) -> dict[int, int]:
        month = func.extract("month", func.timezone("Asia/Shanghai", column))
        rows = session.execute(
            select(month, func.count())
            .where(
                Application.item_id.in_(items),
                Application.status.is_not(None),
                column >= since,
                column < until,
            )
            .group_by(month)
        )
        return {int(row[0]): row[1] for row in rows}

    received, decided = count(Application.received_at), count(Application.decided_at)
    today = clock.today()
    last = today.month if today.year == year else 12
    return [[month, received.get(month, 0), decided.get(month, 0)] for month in range(1, last + 1)]


def questionnaire(session: Session, evaluation_id: int) -> Json:
    """Answers in sums, of those who applied and of those who did not; nothing of a group below `LEAST`."""
    rows = session.execute(
        select(Answer.applied, Answer.answers).where(Answer.evaluation_id == evaluation_id)
    ).all()
    found: dict[str, Any] = {
        "answered": len(rows),
        "applied": sum(1 for applied, _ in rows if applied),
        "questions": {},
        "unapplied_questions": {},
    }
    for name, asked, applied in (("questions", QUESTIONS, True), ("unapplied_questions", UNAPPLIED, False)):
        group = [answers for did, answers in rows if did is applied]
        if len(group) >= LEAST:
            for key in asked:
                found[name][key] = dict(Counter(str(answers.get(key)) for answers in group))
    return found


def comments(session: Session, evaluation_id: int) -> list[str]:
    """What enterprises suggested, for the department: no names, nothing personal, in no order that says who."""
    rows = session.scalars(
        select(Answer.comment)
        .where(Answer.evaluation_id == evaluation_id, Answer.comment != "")
        .order_by(func.md5(Answer.comment))
        .limit(MOST_COMMENTS)
    )
    return [masked(comment) for comment in rows]
