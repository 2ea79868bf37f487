"""The due dates of duties when the calendar changes."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.due_dates import Move, clock_of, copy_of_a_clock, touched
from redemption.reporting import clocks, queries, rules, service
from redemption.reporting.models import Duty
from redemption.reporting.rules import KINDS, Kind, Unit

COUNTED = [kind.value for kind, rule in KINDS.items() if rule.unit is not Unit.GIVEN]
"""Kinds whose due date is computed here; the others repeat a clock of an application or of a follow-up."""
MOST_TURNS = 1000


@clock_of(Duty.due_at)
def duty_moves(session: Session, first: dt.date) -> Iterator[Move]:
    """Open duties of every kind that is counted here."""
    calendar = load_calendar(session)
    names = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    duties = session.execute(
        select(
            Duty.id, Duty.kind, Duty.title, Duty.department_id, Duty.event_date, Duty.due_at, Duty.provisional
        )
        .where(
            queries.open_now(),
            Duty.kind.in_(COUNTED),
            # a year's last workday may move to a later day that was off
            or_(touched(Duty.due_at, Duty.provisional, first), Duty.kind == Kind.YEARLY_EVALUATION.value),
        )
        .order_by(Duty.id)
    )
    for row in duties:
        due, before = rules.due_of(Kind(row.kind), row.event_date, calendar), clock.last_day(row.due_at)
        if (due.date, due.provisional) != (before, row.provisional):
            keep = partial(_keep, session, row.id)
            yield Move(row.title, names[row.department_id], before, due.date, keep)


def _keep(session: Session, duty_id: int) -> bool:
    duty = session.get_one(Duty, duty_id, with_for_update=True, populate_existing=True)
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        return False
    due = rules.due_of(Kind(duty.kind), duty.event_date, load_calendar(session))
    due_at = clock.end_of_day(due.date)
    moved = due_at != duty.due_at
    if moved or due.provisional != duty.provisional:
        service.reschedule(session, duty, due_at, due.provisional, tell=moved)
        return True
    return False


@copy_of_a_clock(Duty.due_at)
def align_cases(session: Session) -> None:
    """The duties of applications follow their clocks."""
    for _ in range(MOST_TURNS):
        ids = clocks.unfollowed(session)
        for application_id in ids:
            clocks.follow_application(session, application_id)
        session.flush()
        if len(ids) < clocks.BATCH:
            return
