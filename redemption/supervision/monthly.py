"""The monthly report: what the office hands in as it is, from figures that stand on the board too."""

from typing import Any

from sqlalchemy.orm import Session

from redemption.identity.models import Office
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.supervision import queries
from redemption.supervision.rules import PROBLEM_NAMES, REPORTED, Period, advice, share


def gather(session: Session, office_id: int | None, period: Period) -> dict[str, Any]:
    """Everything `pdf/monthly.html` prints."""
    office = session.get_one(Office, office_id)
    actor = Actor(0, "", Role.OFFICE, office_id=office.id, jurisdiction_id=office.jurisdiction_id)
    owed = queries.owed_to(actor)
    policies = queries.funnel(session, period, jurisdiction_id=office.jurisdiction_id)
    departments = queries.by_department(session, owed, period)
    total = queries.whole(session, owed, period)
    problems = queries.problems(session, period, office.jurisdiction_id, limit=5)
    return {
        "office": office.name,
        "period": period,
        "made_on": clock.today(),
        "total": total,
        "departments": departments,
        "kinds": queries.by_kind(session, owed, period),
        "policies": policies,
        "new_items": sum(one.items for one in policies),
        "traffic": queries.traffic(session, period, office.jurisdiction_id),
        "by_policy": queries.traffic_by_policy(session, period, office.jurisdiction_id),
        "missed": [
            (duty.title, name, clock.last_day(duty.due_at), duty.fulfilled_at)
            for duty, name in queries.missed(session, owed, period)
        ],
        "problems": [(PROBLEM_NAMES[one.kind], one.item, one.what, one.count) for one in problems],
        "advice": advice(problems),
        "reported": REPORTED,
        "share": share,
    }
