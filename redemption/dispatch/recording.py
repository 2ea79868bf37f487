"""Writing down what came of a try, and telling people where somebody has to act."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.dispatch import rules
from redemption.dispatch.claiming import Claim
from redemption.dispatch.models import Attempt, Connection, Parcel, Referral
from redemption.dispatch.port import Alert, Capability, Later, Outcome, Refused, Retry, Taken, adapter_class
from redemption.dispatch.rules import ParcelKind, ParcelState, ReferralState
from redemption.dispatch.service import settle_taken
from redemption.identity.models import Department, Post
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.db import Json
from redemption.messages.service import tell

_LIST_LOCK = 7_301_002
TELL_AGAIN = dt.timedelta(hours=6)
UNHEARD_AFTER = dt.timedelta(minutes=10)
"""Answers that cannot be fetched for so long are more than a passing disturbance."""


@dataclass(frozen=True)
class Try:
    """One try to hand a parcel over: how it ended and how long it took, in milliseconds."""

    held: Claim
    outcome: Outcome
    duration_ms: int


def record(session: Session, tries: Sequence[Try]) -> None:
    """Write down tries and what follows from each, in as many statements for many as for one.

    Locks referrals, then parcels, then connections, each in order of their ids, as everybody does who takes several.
    """
    ids = [one.held.parcel_id for one in tries]
    referrals = session.scalars(
        select(Referral)
        .where(Referral.id.in_(select(Parcel.referral_id).where(Parcel.id.in_(ids))))
        .order_by(Referral.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {referral.id: referral for referral in referrals}
    query = select(Parcel).where(Parcel.id.in_(ids)).order_by(Parcel.id).with_for_update()
    parcels = {one.id: one for one in session.scalars(query.execution_options(populate_existing=True))}
    locked = (
        select(Connection)
        .where(Connection.id.in_({one.held.connection_id for one in tries}))
        .order_by(Connection.id)
        .with_for_update(key_share=True)
    )
    connections = {one.id: one for one in session.scalars(locked.execution_options(populate_existing=True))}
    for one in tries:
        parcel = parcels[one.held.parcel_id]
        _record(session, one, parcel, by_id[parcel.referral_id], connections[one.held.connection_id])


def _record(session: Session, one: Try, parcel: Parcel, referral: Referral, connection: Connection) -> None:
    """
    A claim whose lease ran out and was taken by another courier changes nothing but the list of tries; only that
    the department has the parcel is true whoever learned it.
    """
    now = clock.now()
    held, outcome = one.held, one.outcome
    ours = parcel.lease_token == held.token and parcel.state == ParcelState.WAITING
    if ours:
        parcel.attempts += 1
        parcel.lease_until, parcel.lease_token = None, None
    word = "late" if not ours else ""
    if isinstance(outcome, Taken) and parcel.state == ParcelState.WAITING:
        settle_taken(session, parcel, referral, outcome.number)
        _success(connection, now)
        word = ParcelState.TAKEN
    elif ours:
        word = _settle(session, parcel, referral, connection, outcome, now)
    session.add(
        Attempt(
            parcel_id=parcel.id,
            at=now,
            outcome=word,
            status=outcome.status,
            duration_ms=one.duration_ms,
            answer=_said(outcome),
        )
    )


def _settle(
    session: Session,
    parcel: Parcel,
    referral: Referral,
    connection: Connection,
    outcome: Outcome,
    now: dt.datetime,
) -> str:
    if isinstance(outcome, Later):
        parcel.state, parcel.settled_at, parcel.last_error = ParcelState.LATER, now, ""
        if Capability.FETCHED in adapter_class(connection.adapter).capabilities:
            parcel.position = _place_in_list(session, connection)
        _success(connection, now)
        return "later"
    if isinstance(outcome, Refused):
        parcel.state, parcel.settled_at = ParcelState.REFUSED, now
        parcel.last_error = "；".join(outcome.reasons)[:2000]
        if parcel.kind == ParcelKind.SUBMISSION:
            referral.state = ReferralState.REFUSED
        _success(connection, now)
        _tell_held(session, parcel, referral, connection)
        return "refused"
    assert isinstance(outcome, Retry)
    return _again(session, parcel, referral, connection, outcome, now)


def _place_in_list(session: Session, connection: Connection) -> int:
    """The next place in the one list that a department reads, whichever of its connections a case came by.

    Given out under a lock until the commit: a reader that has seen a place has seen all before it.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LIST_LOCK, connection.department_id % 2**31)))
    session.flush()
    place = session.scalar(
        select(func.max(Connection.next_position)).where(Connection.department_id == connection.department_id)
    )
    connection.next_position = (place or 1) + 1
    return place or 1


def _again(
    session: Session,
    parcel: Parcel,
    referral: Referral,
    connection: Connection,
    outcome: Retry,
    now: dt.datetime,
) -> str:
    parcel.last_error = outcome.reason[:2000]
    parcel.next_at = now + rules.wait_after(parcel.attempts, outcome.retry_after)
    connection.failures += 1
    connection.last_failure_at, connection.last_error = now, parcel.last_error
    pause = rules.breaker_pause(connection.failures)
    if pause is not None:
        connection.open_until = now + pause
    if isinstance(outcome, Alert) or pause is not None:
        _tell_trouble(session, connection, now)
    if parcel.first_attempt_at is not None and rules.is_hopeless(parcel.first_attempt_at, now):
        parcel.state, parcel.settled_at = ParcelState.DEAD, now
        _tell_held(session, parcel, referral, connection)
        return "dead"
    return "alert" if isinstance(outcome, Alert) else "retry"


def unheard(session: Session, connection: Connection, error: str) -> None:
    """Answers could not be fetched; people learn it, once a day, when it goes on."""
    now = clock.now()
    connection.last_failure_at, connection.last_error = now, error
    if now - (connection.last_polled_at or connection.begins_at) >= UNHEARD_AFTER:
        mark = f"unheard:{connection.id}:{clock.today().isoformat()}"
        tell_trouble(session, connection, mark, error)


def _success(connection: Connection, now: dt.datetime) -> None:
    connection.failures, connection.open_until, connection.alerted_at = 0, None, None
    connection.last_success_at, connection.last_error = now, ""


def _said(outcome: Outcome) -> str:
    """What is kept of an answer: cut, and never a secret of ours, because nothing of ours is echoed into it."""
    match outcome:
        case Refused(reasons=reasons):
            text = "；".join(reasons)
        case Retry(reason=reason):
            text = reason
        case Later(note=note):
            text = note
        case _:
            text = f"部门编号 {outcome.number}" if outcome.number else "已接收"
    return f"{text}\n{outcome.answer}".strip()[:2000]


def _tell_trouble(session: Session, connection: Connection, now: dt.datetime) -> None:
    """The department's contact learns that its system does not answer, again after some hours if it goes on."""
    if connection.alerted_at is not None and now - connection.alerted_at < TELL_AGAIN:
        return
    connection.alerted_at = now
    mark = f"trouble:{connection.id}:{int(now.timestamp())}"
    said = f"投递连续 {connection.failures} 次没有成功，最近一次：{connection.last_error}"
    tell_trouble(session, connection, mark, said)


def tell_trouble(session: Session, connection: Connection, once: str, error: str) -> None:
    """The department's contact and the administrators learn what is wrong with a connection, once each."""
    _tell_both(
        session, connection.department_id, "adapter_trouble", once, {"error": error}, "/workbench/adapters"
    )


def _tell_both(session: Session, department_id: int, template: str, once: str, data: Json, link: str) -> None:
    data = {**data, "department": session.get_one(Department, department_id).name}
    tell(session, template=template, once=once, data=data, link=link, department_id=department_id)
    administrators = session.scalars(
        select(Post.person_id)
        .where(Post.role == Role.ADMINISTRATOR, Post.ended_at.is_(None))
        .distinct()
        .order_by(Post.person_id)
    )
    for person_id in administrators.all():
        tell(
            session, template=template, once=f"{once}:{person_id}", data=data, link=link, person_id=person_id
        )


def _tell_held(session: Session, parcel: Parcel, referral: Referral, connection: Connection) -> None:
    number = session.scalar(select(Application.number).where(Application.id == referral.application_id))
    data = {"application_number": number or "", "referral": referral.number, "error": parcel.last_error}
    once = f"held:{parcel.id}:{parcel.attempts}:{parcel.state}"
    _tell_both(session, connection.department_id, "parcel_dead", once, data, "/workbench/letters")
