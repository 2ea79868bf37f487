"""Until when 办不成事 is answered, when the calendar changes."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from redemption.desk.models import Matter
from redemption.desk.rules import MatterState, follow_up_due
from redemption.identity.models import ServiceCentre
from redemption.kernel.calendar import load_calendar
from redemption.kernel.due_dates import Move, clock_of


@clock_of(Matter.due_on)
def matter_moves(session: Session, first: dt.date) -> Iterator[Move]:
    """Matters that are not closed; they are owed by the centre where they were registered."""
    calendar = load_calendar(session)
    rows = session.execute(
        select(
            Matter.id,
            Matter.number,
            Matter.registered_at,
            Matter.due_on,
            Matter.due_provisional,
            ServiceCentre.name,
        )
        .join(ServiceCentre, ServiceCentre.id == Matter.centre_id)
        .where(Matter.state != MatterState.CLOSED, or_(Matter.due_provisional, Matter.due_on >= first))
        .order_by(Matter.id)
    )
    for row in rows:
        due = follow_up_due(row.registered_at, calendar)
        if (due.date, due.provisional) != (row.due_on, row.due_provisional):
            keep = partial(_keep, session, row.id)
            yield Move(f"回复办不成事登记：{row.number}", row.name, row.due_on, due.date, keep)


def _keep(session: Session, matter_id: int) -> bool:
    matter = session.get_one(Matter, matter_id, with_for_update=True, populate_existing=True)
    due = follow_up_due(matter.registered_at, load_calendar(session))
    moved = (matter.due_on, matter.due_provisional) != (due.date, due.provisional)
    if matter.state != MatterState.CLOSED and moved:
        matter.due_on, matter.due_provisional = due.date, due.provisional
        session.flush()
        return True
    return False
