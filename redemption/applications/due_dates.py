"""The clocks of applications when the calendar changes, their open correction with them."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from redemption.applications import clocks, queries
from redemption.applications.clocks import Terms
from redemption.applications.models import Application, Correction
from redemption.applications.service import sweeping
from redemption.catalogue.models import ItemVersion
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.due_dates import Move, clock_of, touched

CASES_AT_ONCE = 1000


@clock_of(Application.due_at, Correction.due_at)
def case_moves(session: Session, first: dt.date) -> Iterator[Move]:
    """Read in batches, so that it costs what runs and no more."""
    calendar = load_calendar(session)
    terms: dict[int, Terms] = {}
    last = 0
    while rows := session.execute(_running(first, last)).all():
        last = rows[-1].id
        events = queries.events_of(session, [row.id for row in rows])
        for row in rows:
            if row.item_version_id not in terms:
                version = session.get_one(ItemVersion, row.item_version_id)
                terms[row.item_version_id] = Terms.of(version)
            due = clocks.due_now(events[row.id], terms[row.item_version_id], calendar)
            if due is None or due.date is None or (due.at, due.provisional) == (row.due_at, row.provisional):
                continue
            yield Move(
                f"{due.name}：{row.item_name}（{row.number}）",
                row.department_name,
                clock.last_day(row.due_at),
                due.date,
                partial(sweeping.refresh, session, row.id),
            )


def _running(first: dt.date, after: int) -> Select[int, str, dt.datetime | None, bool, int, str, str]:
    """Applications with a clock that ends after `first`, or provisionally."""
    return (
        select(
            Application.id,
            Application.number,
            Application.due_at,
            Application.due_provisional.label("provisional"),
            Application.item_version_id,
            ItemVersion.name.label("item_name"),
            Department.name.label("department_name"),
        )
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Department, Department.id == Application.department_id)
        .where(
            Application.id > after,
            Application.over_at.is_(None),
            Application.due_at.is_not(None),
            touched(Application.due_at, Application.due_provisional, first),
        )
        .order_by(Application.id)
        .limit(CASES_AT_ONCE)
    )
