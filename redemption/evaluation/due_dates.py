"""Until when a step after a bad rating is done, when the calendar changes. No title says who rated, or which case."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.evaluation.models import RatingFollowUp
from redemption.evaluation.rules import FollowUpState
from redemption.evaluation.service import deadline_of, set_due, step_title
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.due_dates import Move, clock_of, touched


@clock_of(RatingFollowUp.due_at)
def follow_up_moves(session: Session, first: dt.date) -> Iterator[Move]:
    """The step that runs of every follow-up; its duty takes the day from here."""
    rows = session.execute(
        select(RatingFollowUp, Department)
        .join(Department, Department.id == RatingFollowUp.department_id)
        .where(
            RatingFollowUp.state != FollowUpState.CLOSED.value,
            touched(RatingFollowUp.due_at, RatingFollowUp.due_provisional, first),
        )
        .order_by(RatingFollowUp.id)
    )
    for follow_up, department in rows:
        due = deadline_of(session, follow_up, department)
        assert due is not None
        assert follow_up.due_at is not None
        before = clock.last_day(follow_up.due_at)
        if (due.date, due.provisional) != (before, follow_up.due_provisional):
            keep = partial(_keep, session, follow_up.id)
            yield Move(step_title(follow_up), department.name, before, due.date, keep)


def _keep(session: Session, follow_up_id: int) -> bool:
    found = session.get_one(RatingFollowUp, follow_up_id, with_for_update=True, populate_existing=True)
    before = (found.due_at, found.due_provisional)
    set_due(session, found, session.get_one(Department, found.department_id))
    session.flush()
    return (found.due_at, found.due_provisional) != before
