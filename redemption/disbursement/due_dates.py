"""Until when money claimed back is due, when the calendar changes; and what repeats the clocks of applications."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import ItemVersion
from redemption.disbursement.models import PaymentOrder, Publicity
from redemption.disbursement.rules import PaymentState, clawback_due
from redemption.identity.models import Enterprise
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.due_dates import Move, clock_of, copy_of_a_clock, touched


@clock_of(PaymentOrder.clawback_due_at)
def clawback_moves(session: Session, first: dt.date) -> Iterator[Move]:
    """Payments that are claimed back: the enterprise owes them."""
    calendar = load_calendar(session)
    rows = session.execute(
        select(
            PaymentOrder, ItemVersion.name.label("item"), Application.number, Enterprise.name.label("firm")
        )
        .join(Application, Application.id == PaymentOrder.application_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .where(
            PaymentOrder.state == PaymentState.CLAWBACK,
            touched(PaymentOrder.clawback_due_at, PaymentOrder.clawback_provisional, first),
        )
        .order_by(PaymentOrder.id)
    )
    for row in rows:
        order: PaymentOrder = row.PaymentOrder
        assert order.claimed_back_at is not None
        assert order.clawback_due_at is not None
        due, before = clawback_due(order.claimed_back_at, calendar), clock.last_day(order.clawback_due_at)
        if (due.date, due.provisional) != (before, order.clawback_provisional):
            title = f"追回期限：{row.item}（{row.number}）"
            yield Move(title, row.firm, before, due.date, partial(_keep, session, order.id))


def _keep(session: Session, order_id: int) -> bool:
    order = session.get_one(PaymentOrder, order_id, with_for_update=True, populate_existing=True)
    if order.state != PaymentState.CLAWBACK or order.claimed_back_at is None:
        return False
    due = clawback_due(order.claimed_back_at, load_calendar(session))
    order.clawback_due_at, order.clawback_provisional = clock.end_of_day(due.date), due.provisional
    session.flush()
    return True


@copy_of_a_clock(Publicity.ends_at)
def align_publicity(session: Session) -> None:
    """The end that the public page shows is that of the application's clock while it runs."""
    same = Publicity.application_id == Application.id
    other = or_(Publicity.ends_at != Application.due_at, Publicity.provisional != Application.due_provisional)
    session.execute(
        update(Publicity)
        .where(same, Publicity.ended_at.is_(None), Application.due_at.is_not(None), other)
        .values(ends_at=Application.due_at, provisional=Application.due_provisional)
        .execution_options(synchronize_session="fetch")
    )


@copy_of_a_clock(PaymentOrder.due_at)
def align_orders(session: Session) -> None:
    """A payment is due when the application's clock ends."""
    session.execute(
        update(PaymentOrder)
        .where(
            PaymentOrder.application_id == Application.id,
            PaymentOrder.state == PaymentState.ORDERED,
            PaymentOrder.due_at != Application.due_at,
        )
        .values(due_at=Application.due_at)
        .execution_options(synchronize_session="fetch")
    )
