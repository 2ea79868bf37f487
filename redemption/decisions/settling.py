"""Events that did not take effect at once: tried again when their turn comes, told about, and dealt with by a person."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.decisions.models import DepartmentEvent
from redemption.decisions.receiving import apply_kept, event_name
from redemption.decisions.rules import EventState
from redemption.dispatch.models import Referral
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Invalid, NotFound
from redemption.messages.service import tell

WAITING_LONG = dt.timedelta(hours=1)
"""An event that waits for an earlier one so long is told about: the earlier one may never have been sent."""


def sweep_kept(session: Session, limit: int = 200) -> int:
    """Try what is kept again: a case may have moved by other hands. Returns how many were applied."""
    ids = session.scalars(
        select(DepartmentEvent.referral_id)
        .where(DepartmentEvent.state == EventState.KEPT, DepartmentEvent.referral_id.is_not(None))
        .group_by(DepartmentEvent.referral_id)
        # in no order: those whose turn is far off must not keep the others from being looked at
        .order_by(func.random())
        .limit(limit)
    ).all()
    applied = 0
    for referral_id in ids:
        referral = session.scalar(
            select(Referral).where(Referral.id == referral_id).with_for_update(skip_locked=True)
        )
        if referral is not None:
            applied += apply_kept(session, session.get_one(Department, referral.department_id), referral)
    return applied


def watch_kept(session: Session) -> None:
    """Tell a department about events that wait for others of its own; each once."""
    before = clock.now() - WAITING_LONG
    waiting = (
        select(DepartmentEvent)
        .join(Referral, Referral.id == DepartmentEvent.referral_id)
        .join(Application, Application.id == Referral.application_id)
        .where(
            DepartmentEvent.state == EventState.KEPT,
            DepartmentEvent.received_at < before,
            # elsewhere the enterprise, or a period of publicity, is awaited, not the department
            Application.status.in_([Status.RECEIVED, Status.ACCEPTED]),
        )
    )
    for event in session.scalars(waiting.order_by(DepartmentEvent.id).limit(500)):
        tell(
            session,
            template="event_waiting",
            once=f"event-waiting:{event.id}",
            department_id=event.department_id,
            data={
                "referral": event.referral_number,
                "event": event_name(event.type),
                "reason": event.note,
            },
            link="/workbench/conflicts",
        )


def settle(session: Session, actor: Actor, event_id: int, note: str) -> DepartmentEvent:
    """A person dealt with an event that contradicted. NotFound for another department's."""
    event, referral = _own(session, actor, event_id)
    if not note.strip():
        raise Invalid.field("note", "请写明怎样处理的，供以后查阅。")
    event.state = EventState.SETTLED
    event.note = f"{event.note}\n{actor.name}：{note}".strip()
    if referral is not None and event.sequence == referral.applied_sequence + 1:
        # its number counts as done: those behind it must not wait for it for ever
        referral.applied_sequence = event.sequence
        apply_kept(session, session.get_one(Department, event.department_id), referral)
    return event


def release(session: Session, actor: Actor, event_id: int, note: str) -> DepartmentEvent:
    """A kept event need not wait for the numbers before it any more: the department will not send them.

    Raises:
        NotFound: another department's, or it does not wait for a number. Invalid: no reason given.
    """
    event, referral = _own(session, actor, event_id)
    if event.state != EventState.KEPT or event.sequence is None or referral is None:
        raise NotFound("这条事件不在等待前面的序号，请刷新页面。")
    if not note.strip():
        raise Invalid.field("note", "请写明为什么不再等待，例如部门已确认前面的事件不会发送。")
    before = referral.applied_sequence
    referral.applied_sequence = max(before, event.sequence - 1)
    audit.record(
        session,
        f"application:{referral.application_id}",
        actor.ref,
        "release_event",
        {"event": event.event_id, "from": before + 1, "to": event.sequence, "note": note.strip()[:500]},
    )
    apply_kept(session, session.get_one(Department, event.department_id), referral)
    return event


def _own(session: Session, actor: Actor, event_id: int) -> tuple[DepartmentEvent, Referral | None]:
    """An event and its referral, both held, in the order in which `receiving` takes them."""
    event = session.get(DepartmentEvent, event_id)
    if event is None or (actor.department_id is not None and event.department_id != actor.department_id):
        raise NotFound("没有找到这条事件。")
    referral = None
    if event.referral_id is not None:
        referral = session.get_one(Referral, event.referral_id, with_for_update=True, populate_existing=True)
    session.refresh(event, with_for_update=True)
    return event, referral
