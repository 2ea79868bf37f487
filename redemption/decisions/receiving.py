"""Events from departments' systems: once each, in their order, and an impossible one kept for a person.

The row of the event is written first: its unique (department, id) makes two deliveries of the same event wait for
each other. The referral is locked next, so that events of one case are applied one after another.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import STATUS_NAMES, Status
from redemption.decisions import service
from redemption.decisions.models import DepartmentEvent
from redemption.decisions.rules import EVENT_NAMES, EventState, EventType, Verdict, judge
from redemption.decisions.schemas import DATA, EventSchema
from redemption.dispatch.models import Parcel, Referral
from redemption.dispatch.queries import referral_by_number
from redemption.dispatch.rules import ParcelState, Purpose
from redemption.dispatch.service import settle_taken
from redemption.identity.models import Department
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import clock, outbox
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, DomainError, Invalid, NotFound
from redemption.messages.service import tell
from redemption.web.sentences import in_a_line


@dataclass(frozen=True)
class Received:
    """What became of an event."""

    event: DepartmentEvent
    repeated: bool = False

    @property
    def status(self) -> int:
        """200 in effect, 202 kept, 409 contradicting (kept for a person)."""
        return {EventState.KEPT: 202, EventState.CONFLICTING: 409}.get(EventState(self.event.state), 200)


def receive(session: Session, department: Department, body: Json) -> Received:
    """Take one event, as `EventSchema` loaded it.

    Raises:
        NotFound: not a referral of this department. Conflict `event_id_reused`: the id came before with other content.
        Invalid: its content does not do for this case, as an amount above the cap; nothing of it is kept.
    """
    referral = referral_by_number(session, body["referral"], department.id)
    event, is_new = _written(session, department, referral, body)
    if not is_new:
        return Received(event, repeated=True)
    session.refresh(referral, with_for_update=True)
    _prove_taken(session, referral, body)
    _try(session, department, referral, event, is_new=True)
    if event.state == EventState.APPLIED:
        apply_kept(session, department, referral)
    return Received(event)


def receive_unsure(session: Session, department: Department, raw: Json) -> None:
    """Take an event that was fetched from a table or folder: whatever is wrong with it is kept for a person."""
    try:
        body = EventSchema().load(raw)
        receive(session, department, body)
    except (ValidationError, NotFound, Conflict, Invalid) as error:
        said = in_a_line(error.messages) if isinstance(error, ValidationError) else error.message
        _keep_unreadable(session, department, raw, said[:2000])


def apply_kept(session: Session, department: Department, referral: Referral) -> int:
    """Apply what was kept and whose turn has come; the caller holds the referral. Returns how many."""
    applied = 0
    while True:
        session.flush()
        kept = session.scalars(
            select(DepartmentEvent)
            .where(DepartmentEvent.referral_id == referral.id, DepartmentEvent.state == EventState.KEPT)
            .order_by(DepartmentEvent.sequence.nulls_last(), DepartmentEvent.occurred_at, DepartmentEvent.id)
        ).all()
        done = 0
        for event in kept:
            _try(session, department, referral, event)
            done += event.state == EventState.APPLIED
        applied += done
        if not done:
            return applied


# --- one event -------------------------------------------------------------------------------------------


def _written(
    session: Session, department: Department, referral: Referral, body: Json
) -> tuple[DepartmentEvent, bool]:
    digest = _digest(body)
    made = session.scalar(
        insert(DepartmentEvent)
        .values(
            department_id=department.id,
            event_id=body["id"],
            referral_id=referral.id,
            referral_number=referral.number,
            sequence=body.get("sequence"),
            type=str(body["type"]),
            occurred_at=body["occurred_at"],
            data=_json(body["data"]),
            digest=digest,
            received_at=clock.now(),
            state=EventState.KEPT,
            note="",
        )
        .on_conflict_do_nothing(index_elements=["department_id", "event_id"])
        .returning(DepartmentEvent.id)
    )
    event = session.scalars(
        select(DepartmentEvent).where(
            DepartmentEvent.department_id == department.id, DepartmentEvent.event_id == body["id"]
        )
    ).one()
    if made is None and event.digest != digest:
        raise Conflict(
            f"事件编号 {body['id']} 已用于内容不同的另一事件，请换一个编号重新发送。", code="event_id_reused"
        )
    return event, made is not None


def _try(
    session: Session, department: Department, referral: Referral, event: DepartmentEvent, is_new: bool = False
) -> None:
    """Apply it, or say why not; the event's row is changed in any case. `is_new`: its sender still listens."""
    expected = referral.applied_sequence + 1
    if event.sequence is not None and event.sequence > expected:
        event.note = f"等待序号 {expected} 的事件。"
        return
    if event.sequence is not None and event.sequence < expected:
        contradicts(session, department, event, f"序号 {event.sequence} 已由另一事件使用。")
        return
    application = session.get_one(
        Application, referral.application_id, with_for_update=True, populate_existing=True
    )
    status, kind = Status(application.status or Status.RECEIVED), EventType(event.type)
    if (kind is EventType.OPINION) != (referral.purpose == Purpose.OPINION):
        contradicts(session, department, event, "这张转办单的用途与事件类型不符。")
        return
    match judge(status, kind, str(event.data.get("result", ""))):
        case Verdict.EARLY:
            event.note = f"案件当前为“{STATUS_NAMES[status]}”，轮到时自动生效。"
        case Verdict.CONTRADICTS:
            words = f"案件当前为“{STATUS_NAMES[status]}”，与“{EVENT_NAMES[kind]}”矛盾。"
            contradicts(session, department, event, words)
        case Verdict.ALREADY:
            _applied(referral, event, "此前已是这一结果，没有再次变更。")
        case Verdict.APPLY:
            _apply(session, department, referral, application, event, kind, is_new)


def _apply(
    session: Session,
    department: Department,
    referral: Referral,
    application: Application,
    event: DepartmentEvent,
    kind: EventType,
    is_new: bool,
) -> None:
    if kind is EventType.PAYMENT:
        outbox.publish(session, "payment.reported", event.id, event_id=event.id)
        _applied(referral, event, "")
        return
    data = DATA[kind]().load(event.data)
    try:
        with session.begin_nested():
            service.act(
                session,
                actor_of(department),
                application,
                kind,
                data,
                event.occurred_at,
                referral=referral,
                event_id=event.event_id,
            )
    except DomainError as error:
        if is_new and isinstance(error, Invalid):
            said = {f"data.{name}": sentences for name, sentences in error.fields.items()}
            raise Invalid(error.message, code=error.code, fields=said) from error
        session.refresh(application)
        contradicts(session, department, event, error.message)
        return
    _applied(referral, event, "")


def _applied(referral: Referral, event: DepartmentEvent, note: str) -> None:
    event.state, event.applied_at, event.note = EventState.APPLIED, clock.now(), note
    if event.sequence is not None:
        referral.applied_sequence = event.sequence
    number = str(event.data.get("number") or "")
    if number and not referral.department_number:
        referral.department_number = number


def contradicts(session: Session, department: Department, event: DepartmentEvent, note: str) -> None:
    """Keep an event that cannot take effect for a person, and tell the department."""
    event.state, event.note = EventState.CONFLICTING, note
    session.flush()
    tell(
        session,
        template="event_conflict",
        once=f"event:{event.id}",
        department_id=department.id,
        data={"referral": event.referral_number, "event": event_name(event.type), "reason": note},
        link="/workbench/conflicts",
    )


def event_name(kind: str) -> str:
    return EVENT_NAMES[EventType(kind)] if kind in list(EventType) else kind


def _prove_taken(session: Session, referral: Referral, body: Json) -> None:
    """Whoever speaks about a case has it: its submission need not be sent again if the answer was lost."""
    parcel = session.scalar(
        select(Parcel).where(Parcel.referral_id == referral.id, Parcel.sequence == 1).with_for_update()
    )
    if parcel is not None and parcel.state not in {ParcelState.TAKEN, ParcelState.CANCELLED}:
        settle_taken(session, parcel, referral, str(body["data"].get("number") or ""))


def _keep_unreadable(session: Session, department: Department, raw: Json, note: str) -> None:
    digest = _digest(raw)
    number = str(raw.get("referral") or "")[:100]
    session.execute(
        insert(DepartmentEvent)
        .values(
            department_id=department.id,
            event_id=f"{str(raw.get('id') or '')[:200]}#{digest[:12]}",
            referral_id=session.scalar(
                select(Referral.id).where(Referral.number == number, Referral.department_id == department.id)
            ),
            referral_number=number,
            sequence=None,
            type=str(raw.get("type") or "")[:50],
            occurred_at=clock.now(),
            data=_json(raw),
            digest=digest,
            received_at=clock.now(),
            state=EventState.CONFLICTING,
            note=note,
        )
        .on_conflict_do_nothing(index_elements=["department_id", "event_id"])
    )


def actor_of(department: Department) -> Actor:
    """A department's own system as the acting party."""
    return replace(
        system_actor(f"department:{department.code}", department.id),
        name=department.name,
        place=department.name,
        jurisdiction_id=department.jurisdiction_id,
    )


def _digest(body: Json) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _json(data: Any) -> Any:
    return json.loads(json.dumps(data, ensure_ascii=False, default=_text))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
