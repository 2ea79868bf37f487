"""Referrals and their parcels: an application goes to its department, in order, and nothing is lost (DESIGN §2, §5).

`refer` fixes the connection: a department that moves to another system keeps its old cases where they are. What
travels is fixed in the parcel's payload; links, the account and the mapping are added at each try (`delivery`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Correction
from redemption.applications.rules import Status
from redemption.catalogue.models import ItemVersion
from redemption.dispatch import queries
from redemption.dispatch.models import Attempt, Connection, Parcel, Referral, Route
from redemption.dispatch.packing import facts_of, payload_of
from redemption.dispatch.port import Capability, known_adapters
from redemption.dispatch.rules import (
    GONE_OVER,
    HELD,
    ParcelKind,
    ParcelState,
    Purpose,
    ReferralState,
)
from redemption.identity.models import Department
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import audit, clock, numbering, outbox
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, NotFound
from redemption.messages.service import tell

DISPATCH = system_actor("dispatch")
_HOSTED_LOCK = 7_301_001


def refer(session: Session, application_id: int) -> list[Referral]:
    """Send a submitted application to its department(s); doing it again changes nothing."""
    refer_many(session, [application_id])
    return queries.referrals_of(session, application_id)


def refer_many(session: Session, application_ids: Sequence[int]) -> None:
    """`refer` for many, in as many statements as for one.

    The deciding department and the first step of hearing get it at once, later steps one after the other. What was
    withdrawn before it could be referred goes nowhere: its withdrawal may have been handled already, and found nobody
    to tell. The lock makes the two see each other, whichever comes first.
    """
    applications = session.scalars(
        select(Application)
        .where(Application.id.in_(application_ids))
        .order_by(Application.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    there = queries.referred(session, application_ids)
    fresh = [one for one in applications if one.id not in there and one.status != Status.WITHDRAWN]
    if not fresh:
        return
    now = clock.now()
    routes = queries.routes_of(session, fresh, now)
    plans = [(one, place) for one in fresh for place in _destinations(one, routes[one.id])]
    connections = queries.connections_at(session, {place.department_id for _, place in plans}, now)
    numbers = numbering.referral_numbers(session, clock.today(), len(plans))
    made = [
        Referral(
            number=number,
            application_id=application.id,
            department_id=place.department_id,
            connection_id=(connections.get(place.department_id) or _hosted(session, place.department_id)).id,
            purpose=place.purpose,
            step=place.step,
            state=ReferralState.OPEN if place.opens else ReferralState.PLANNED,
            created_at=now,
        )
        for (application, place), number in zip(plans, numbers, strict=True)
    ]
    session.add_all(made)
    session.flush()
    by_id = {application.id: application for application in fresh}
    opened = [(by_id[one.application_id], one) for one in made if one.state == ReferralState.OPEN]
    _add_parcels(session, opened, ParcelKind.SUBMISSION, {})


def send_correction(session: Session, application_id: int, correction_id: int) -> None:
    """Send what an enterprise answered to a correction after the case, to every department that has it."""
    application = session.get_one(Application, application_id)
    correction = session.get_one(Correction, correction_id)
    extra = {
        "correction": {
            "round": correction.round,
            "asked_at": correction.asked_at.isoformat(),
            "answered_at": (correction.answered_at or clock.now()).isoformat(),
            "entries": correction.entries,
        }
    }
    for referral in _live(session, application_id):
        if _has(session, referral, ParcelKind.WITHDRAWAL):
            continue  # withdrawn right after it was answered: nothing follows a withdrawal
        if not _has(session, referral, ParcelKind.CORRECTION, correction.round):
            _add_parcel(session, application, referral, ParcelKind.CORRECTION, extra)


def send_withdrawal(session: Session, application_id: int, reason: str = "") -> None:
    """Tell every department that has the case that it was withdrawn; what was never sent is not sent any more."""
    application = session.get_one(Application, application_id)
    for referral in _live(session, application_id):
        if referral.state == ReferralState.PLANNED or _nothing_left(session, referral):
            _cancel(session, referral)
            continue
        if not _has(session, referral, ParcelKind.WITHDRAWAL):
            extra = {"withdrawal": {"at": clock.now().isoformat(), "reason": reason}}
            _add_parcel(session, application, referral, ParcelKind.WITHDRAWAL, extra)


def redrive(session: Session, actor: Actor, parcel_ids: Sequence[int], reason: str = "") -> int:
    """Try dead letters and technical refusals again; a system found out of order starts with a clean slate.

    Officers redrive their own department's, administrators everybody's. Returns how many go out again.
    """
    query = (
        select(Parcel, Referral)
        .join(Referral, Referral.id == Parcel.referral_id)
        .where(Parcel.id.in_(parcel_ids), Parcel.state.in_(HELD))
        .order_by(Parcel.id)
        .with_for_update(of=[Referral, Parcel])
    )
    if actor.department_id is not None:
        query = query.where(Referral.department_id == actor.department_id)
    now, connections, count = clock.now(), set(), 0
    for parcel, referral in session.execute(query).all():
        parcel.state, parcel.next_at, parcel.first_attempt_at = ParcelState.WAITING, now, None
        parcel.attempts, parcel.lease_until, parcel.settled_at = 0, None, None
        if referral.state == ReferralState.REFUSED:
            referral.state = ReferralState.OPEN
        connections.add(parcel.connection_id)
        count += 1
        audit.record(
            session,
            f"application:{referral.application_id}",
            actor.ref,
            "redrive",
            {"referral": referral.number, "sequence": parcel.sequence, "reason": reason},
        )
        outbox.publish(session, "parcel.ready", parcel.id, parcel_id=parcel.id)
    session.execute(
        update(Connection).where(Connection.id.in_(connections)).values(open_until=None, failures=0)
    )
    return count


def take_receipt(
    session: Session, department_id: int, referral_number: str, sequence: int, number: str
) -> Parcel:
    """A pulling department has a parcel. The same receipt again changes nothing.

    Raises:
        NotFound: no such parcel of this department. Conflict: another number than the first time.
    """
    referral = queries.referral_by_number(session, referral_number, department_id)
    session.refresh(referral, with_for_update=True)
    parcel = session.scalar(
        select(Parcel).where(Parcel.referral_id == referral.id, Parcel.sequence == sequence).with_for_update()
    )
    if parcel is None:
        raise NotFound(f"转办单 {referral_number} 没有序号 {sequence}。", code="parcel_unknown")
    if number and referral.department_number and referral.department_number != number:
        raise Conflict(
            f"这件的部门编号已登记为 {referral.department_number}，不能改为 {number}。",
            code="number_differs",
        )
    if parcel.state in {ParcelState.WAITING, ParcelState.LATER}:
        settle_taken(session, parcel, referral, number)
    return parcel


def settle_taken(session: Session, parcel: Parcel, referral: Referral, number: str) -> None:
    """A parcel is at its department."""
    now = clock.now()
    parcel.state, parcel.settled_at = ParcelState.TAKEN, now
    parcel.lease_until, parcel.lease_token, parcel.last_error = None, None, ""
    if number and not referral.department_number:
        referral.department_number = number
    if referral.state in {ReferralState.OPEN, ReferralState.REFUSED}:
        referral.state, referral.taken_at = ReferralState.TAKEN, now
    if parcel.kind == ParcelKind.WITHDRAWAL:
        referral.state = ReferralState.CLOSED
    if referral.next_sequence > parcel.sequence + 1:
        _wake_next(session, parcel)


def give_opinion(
    session: Session, actor: Actor, referral: Referral, result: str, text: str, at: dt.datetime | None = None
) -> None:
    """A department that is heard says what it thinks; the next step of hearing opens when all of this one have."""
    if referral.purpose != Purpose.OPINION:
        raise Conflict("这件由您部门审批，不需要填写会办意见。", code="not_asked_for_opinion")
    referral.opinion = {
        "result": result,
        "text": text,
        "by": actor.name,
        "at": (at or clock.now()).isoformat(),
    }
    referral.state = ReferralState.CLOSED
    application = session.get_one(Application, referral.application_id)
    audit.record(
        session,
        f"application:{application.id}",
        actor.ref,
        "give_opinion",
        {"referral": referral.number, "result": result, "text": text},
    )
    session.flush()
    _open_next(session, application)


# --- making ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Destination:
    department_id: int
    purpose: str
    step: int
    opens: bool


def _destinations(application: Application, routes: Sequence[Route]) -> list[_Destination]:
    """By the item's routes, else to the item's own department.

    Whoever decides is the application's department from then on, and may see it in its workbench.
    """
    deciding = next((row for row in routes if row.purpose == Purpose.DECISION), None)
    if deciding is not None and deciding.department_id != application.department_id:
        application.department_id = deciding.department_id
    decides, step = application.department_id, deciding.step if deciding else 1
    heard = [row for row in routes if row.purpose == Purpose.OPINION and row.department_id != decides]
    first = min((row.step for row in heard), default=1)
    return [
        _Destination(decides, Purpose.DECISION.value, step, True),
        *(_Destination(row.department_id, row.purpose, row.step, row.step == first) for row in heard),
    ]


def _open_next(session: Session, application: Application) -> None:
    """Ask the next step of hearing when everybody of the one before has spoken."""
    referrals = queries.referrals_of(session, application.id)
    unheard = [row.step for row in referrals if row.purpose == Purpose.OPINION and not row.opinion]
    for referral in referrals:
        if referral.state == ReferralState.PLANNED and referral.step == min(unheard):
            referral.state = ReferralState.OPEN
            _add_parcel(session, application, referral, ParcelKind.SUBMISSION, {})


def _hosted(session: Session, department_id: int) -> Connection:
    """A department nobody connected works in the built-in workbench."""
    session.execute(select(func.pg_advisory_xact_lock(_HOSTED_LOCK, department_id % 2**31)))
    now = clock.now()
    found = queries.connection_at(session, department_id, now)
    if found is None:
        later = [one for one in queries.connections_of(session, department_id) if one.begins_at > now]
        planned = min(later, key=lambda one: one.begins_at, default=None)
        found = Connection(
            department_id=department_id,
            adapter="hosted",
            begins_at=now,
            ends_at=planned.begins_at if planned else None,
        )
        session.add(found)
        session.flush()
    return found


def _add_parcel(
    session: Session, application: Application, referral: Referral, kind: ParcelKind, extra: Json
) -> None:
    session.flush()
    session.refresh(referral, with_for_update=True)
    _add_parcels(session, [(application, referral)], kind, extra)


def _add_parcels(
    session: Session, cases: Sequence[tuple[Application, Referral]], kind: ParcelKind, extra: Json
) -> None:
    """One parcel for each referral; the referrals are locked, or nobody else can have seen them yet."""
    now = clock.now()
    facts = facts_of(session, [application for application, _ in cases])
    made = []
    for application, referral in cases:
        sequence = referral.next_sequence
        referral.next_sequence += 1
        parcel = Parcel(
            referral_id=referral.id,
            connection_id=referral.connection_id,
            sequence=sequence,
            kind=kind,
            payload=payload_of(facts[application.id], application, referral, sequence, kind) | extra,
            created_at=now,
            next_at=now,
        )
        made.append((application, referral, parcel))
    session.add_all(parcel for _, _, parcel in made)
    session.flush()
    for application, referral, parcel in made:
        connection = session.get_one(Connection, referral.connection_id)
        # one that is not installed any more must not hold up the cases of others: the courier tells about it
        adapter = known_adapters().get(connection.adapter)
        if adapter is not None and Capability.LOCAL in adapter.capabilities:
            _take_locally(session, application, referral, parcel)
        else:
            outbox.publish(session, "parcel.ready", parcel.id, parcel_id=parcel.id)


def _take_locally(session: Session, application: Application, referral: Referral, parcel: Parcel) -> None:
    """The workbench is here: nothing to call, so the parcel is there in the same transaction."""
    parcel.attempts = 1
    session.add(Attempt(parcel_id=parcel.id, at=parcel.created_at, outcome=ParcelState.TAKEN, duration_ms=0))
    settle_taken(session, parcel, referral, referral.number)
    if parcel.kind == ParcelKind.SUBMISSION:
        _tell_department(session, application, referral)


def _tell_department(session: Session, application: Application, referral: Referral) -> None:
    name = session.scalar(select(ItemVersion.name).where(ItemVersion.id == application.item_version_id))
    tell(
        session,
        template="department_case",
        once=f"referral:{referral.id}",
        department_id=referral.department_id,
        data={"application_number": application.number, "item_name": name or ""},
        link=f"/workbench/applications/{application.number}",
    )


# --- what stands already -----------------------------------------------------------------------------------


def _live(session: Session, application_id: int) -> list[Referral]:
    return list(
        session.scalars(
            select(Referral)
            .where(Referral.application_id == application_id, Referral.state != ReferralState.CLOSED)
            .order_by(Referral.id)
            .with_for_update()
        )
    )


def _has(session: Session, referral: Referral, kind: ParcelKind, round_: int | None = None) -> bool:
    query = select(Parcel.id).where(Parcel.referral_id == referral.id, Parcel.kind == kind)
    if round_ is not None:
        query = query.where(Parcel.payload["correction"]["round"].as_integer() == round_)
    return session.scalar(query.limit(1)) is not None


def _nothing_left(session: Session, referral: Referral) -> bool:
    """Whether the department cannot have anything of this case: nothing was ever tried, or it refused it all."""
    rows = session.execute(
        select(Parcel.state, Parcel.attempts, Parcel.lease_until)
        .where(Parcel.referral_id == referral.id)
        .with_for_update()
    ).all()
    return all(
        state in {ParcelState.REFUSED, ParcelState.CANCELLED} or (attempts == 0 and lease is None)
        for state, attempts, lease in rows
    )


def _cancel(session: Session, referral: Referral) -> None:
    referral.state = ReferralState.CLOSED
    session.execute(
        update(Parcel)
        .where(Parcel.referral_id == referral.id, Parcel.state.not_in(GONE_OVER))
        .values(state=ParcelState.CANCELLED, settled_at=clock.now(), lease_until=None)
    )


def _wake_next(session: Session, parcel: Parcel) -> None:
    """The next parcel of the same referral may go now."""
    session.flush()
    following = session.scalar(
        select(Parcel.id)
        .where(
            Parcel.referral_id == parcel.referral_id,
            Parcel.sequence > parcel.sequence,
            Parcel.state == ParcelState.WAITING,
        )
        .order_by(Parcel.sequence)
        .limit(1)
    )
    if following is not None:
        outbox.publish(session, "parcel.ready", following, parcel_id=following)


def department_of(session: Session, referral: Referral) -> Department:
    return session.get_one(Department, referral.department_id)
