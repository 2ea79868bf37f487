"""The only place where the status of an application changes after it was received.

    event = move(session, actor, application, Action.ACCEPT)

One call does everything that belongs to a step, in the caller's transaction: the table says what comes next, the
event row says who and why, the clocks are computed again from the events, the document is issued, the audit log
grows, an outbox row tells those downstream (`application.moved`), the enterprise and who filed are told.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from redemption.applications import clocks, queries
from redemption.applications.clocks import Due, Terms
from redemption.applications.models import Application, ApplicationEvent, Correction, Objection
from redemption.applications.queries import Case
from redemption.applications.rules import MACHINE, Action, Status, is_over
from redemption.applications.service import papers
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, Invalid
from redemption.kernel.workdays import Calendar

CLOCK_SKEW = dt.timedelta(minutes=5)
NEEDS_REASON = {
    Action.REFUSE_ACCEPTANCE: "请写明不予受理的理由，以及申请人可以去哪里办理。",
    Action.DENY: "请写明不予兑现的理由和依据。",
    Action.REVOKE: "请写明撤销的理由和依据。",
    Action.ASK_SUPPLEMENT: "受理后要求补充材料的，请写明理由。",
    Action.PAUSE: "请写明需要进行特别程序的理由。",
    Action.RETURN_PAYMENT: "请写明银行退汇的原因。",
}
_DECIDED = {Status.APPROVED, Status.DENIED, Status.ACCEPTANCE_REFUSED}
_INVITED = {Status.APPROVED, Status.DENIED, Status.ACCEPTANCE_REFUSED}
"""Whose end asks for a rating in a message of its own; a payment's message asks itself."""


@dataclass(frozen=True)
class NewFact:
    """The step that is being made, before its row exists."""

    action: str
    at: dt.datetime
    recorded_at: dt.datetime
    to_status: str
    data: Mapping[str, Any] = field(default_factory=dict)


def move(
    session: Session,
    actor: Actor,
    application: Application,
    action: Action,
    *,
    at: dt.datetime | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    document_id: int | None = None,
) -> ApplicationEvent:
    """Make one step. Locks the application until the transaction ends.

    Args:
        at: when it happened (a department's clock); None: now. A moment before the last step is put at that step.
        data: facts of the step: `procedure` of a pause, `basis` of a decision, `where_to_go` of a refusal …
        document_id: a document that was issued for this step already; None: the step issues its own.

    Raises:
        IllegalTransition: the table does not have it. Invalid: a reason is missing, or `at` lies in the future.
        Conflict: a special procedure begun twice, or ended without having begun.
    """
    case = queries.case_by_id(session, application.id, lock=True)
    return step(session, actor, case, action, at=at, reason=reason, data=data, document_id=document_id)


def step(
    session: Session,
    actor: Actor,
    case: Case,
    action: Action,
    *,
    at: dt.datetime | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    document_id: int | None = None,
    correction: Correction | None = None,
) -> ApplicationEvent:
    """`move` for a case that is loaded and locked already."""
    application = case.application
    before = Status(str(application.status))
    after = MACHINE.next(before, action)
    reason = reason.strip()
    if action in NEEDS_REASON and not reason:
        raise Invalid.field("reason", NEEDS_REASON[action])
    now, known = clock.now(), queries.events(session, application.id)
    happened, plain = _moment(at, now, known, dict(data or {}))
    _pauses_in_pairs(known, action)
    calendar = load_calendar(session)
    fact = NewFact(action.value, happened, now, after.value, plain)
    due = clocks.due_now([*known, fact], Terms.of(case.version), calendar)
    if document_id is None:
        document = papers.of_step(
            session,
            actor,
            case,
            action,
            at=happened,
            due=due,
            reason=reason,
            data=plain,
            correction=correction,
        )
        document_id = document.id if document else None
    event = ApplicationEvent(
        application_id=application.id,
        seq=(known[-1].seq if known else 0) + 1,
        action=action.value,
        from_status=before.value,
        to_status=after.value,
        at=happened,
        recorded_at=now,
        actor=actor.ref,
        actor_name=_name(actor),
        reason=reason,
        data=plain,
        item_version_id=application.item_version_id,
        document_id=document_id,
    )
    session.add(event)
    _apply(case, after, due, happened)
    session.flush()
    if before is Status.OBJECTION_REVIEW:
        _settle_objections(session, application.id, action)
    _record(session, actor, case, event)
    papers.tell_step(
        session, case, action, event.seq, due=due, reason=reason, data=plain, correction=correction
    )
    if application.over_at is not None and before is not after and after in _INVITED:
        papers.invite_rating(session, case)
    return event


def set_due(application: Application, due: Due | None) -> None:
    """Store what the clocks say, for lists and sweeps."""
    application.due_at = due.at if due else None
    application.due_kind = due.kind.value if due else ""
    application.due_provisional = bool(due and due.provisional)


def recompute(session: Session, case: Case, calendar: Calendar | None = None) -> bool:
    """Compute the clock again from the stored events (a calendar that became known); True where it moved."""
    calendar = calendar or load_calendar(session)
    due = clocks.due_now(queries.events(session, case.application.id), Terms.of(case.version), calendar)
    application = case.application
    before = (application.due_at, application.due_kind, application.due_provisional)
    set_due(application, due)
    moved = before != (application.due_at, application.due_kind, application.due_provisional)
    session.flush()
    return moved


def _apply(case: Case, after: Status, due: Due | None, at: dt.datetime) -> None:
    application = case.application
    before = Status(str(application.status))
    application.status = after.value
    set_due(application, due)
    if after is Status.ACCEPTED and application.accepted_at is None:
        application.accepted_at = at
    if after in _DECIDED and before is not after:
        application.decided_at = at
    over = is_over(after, case.version.payment_days is not None)
    application.over_at = at if over else None


def _record(session: Session, actor: Actor, case: Case, event: ApplicationEvent) -> None:
    facts = {
        "from": event.from_status,
        "to": event.to_status,
        "at": event.at.isoformat(),
        "reason": event.reason,
        "event": event.id,
        "document": event.document_id,
    }
    audit.record(session, f"application:{case.application.id}", actor.ref, event.action, facts)
    outbox.publish(
        session,
        "application.moved",
        case.application.number,
        application_id=case.application.id,
        event_id=event.id,
        action=event.action,
        to_status=event.to_status,
    )


_OUTCOMES = {Action.DISMISS_OBJECTION: "dismissed", Action.APPROVE: "dismissed", Action.DENY: "upheld"}


def _settle_objections(session: Session, application_id: int, action: Action) -> None:
    """The review ended with this step: the objections that waited for it are settled."""
    session.execute(
        update(Objection)
        .where(Objection.application_id == application_id, Objection.settled_at.is_(None))
        .values(outcome=_OUTCOMES[action], settled_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def _moment(
    at: dt.datetime | None, now: dt.datetime, known: Sequence[ApplicationEvent], data: dict[str, Any]
) -> tuple[dt.datetime, dict[str, Any]]:
    if at is None or now < at <= now + CLOCK_SKEW:
        happened = now
    elif at > now:
        raise Invalid.field("at", "发生时间不能晚于现在，请核对。")
    else:
        happened = at
    if known and happened < known[-1].at:
        # another clock: the order of steps is certain, the said moment is kept beside
        data = {**data, "said_at": happened.isoformat()}
        happened = known[-1].at
    return happened, data


def _pauses_in_pairs(known: Sequence[ApplicationEvent], action: Action) -> None:
    if action not in (Action.PAUSE, Action.RESUME):
        return
    paused = clocks.is_paused(known)
    if action is Action.PAUSE and paused:
        raise Conflict("特别程序已经开始，请先结束它。", code="already_paused")
    if action is Action.RESUME and not paused:
        raise Conflict("没有进行中的特别程序。", code="not_paused")


def _name(actor: Actor) -> str:
    # a department's own system is called like the department
    return actor.name if actor.place in {"", actor.name} else f"{actor.place} {actor.name}"
