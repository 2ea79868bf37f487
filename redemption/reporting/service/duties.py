"""Duties: opening, fulfilling, moving, exempting, closing.

The department that owes and the office that it is owed to are the only ones who may touch a duty; for anybody else it
does not exist.
"""

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor, Role, system_actor
from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.numbering import CODE_ALPHABET
from redemption.messages import service as messages
from redemption.reporting import queries, rules
from redemption.reporting.models import Duty, DutyEvent
from redemption.reporting.rules import KINDS, Kind

SYSTEM = system_actor("duties")


def open_duty(
    session: Session,
    kind: Kind,
    *,
    subject: str,
    title: str,
    department_id: int,
    event: dt.date,
    round_: int = 1,
    due_at: dt.datetime | None = None,
    provisional: bool = False,
    entered_late: bool = False,
    link: str = "",
    data: Json | None = None,
    quiet: bool = False,
) -> Duty:
    """Open a duty, or find it open already: (kind, subject, round) is one duty for ever.

    Args:
        due_at: only for kinds whose due date comes from elsewhere; otherwise counted from `event`.
        quiet: no message, for clocks that the department sees in its inbox anyway.
    """
    calendar = load_calendar(session)
    if due_at is None:
        deadline = rules.due_of(kind, event, calendar)
        due_at, provisional = clock.end_of_day(deadline.date), deadline.provisional
    owner = queries.acting_department(session, department_id)
    office = queries.office_of_level(session, owner.jurisdiction_id)
    now = clock.now()
    first = rules.plan(event, due_at, now, calendar, queries.steps(session, kind))
    made = session.scalar(
        insert(Duty)
        .values(
            number=_number(now),
            kind=kind.value,
            subject=subject,
            round=round_,
            title=title,
            department_id=owner.id,
            office_id=office.id if office else None,
            event_date=event,
            due_at=due_at,
            provisional=provisional,
            opened_at=now,
            entered_late=entered_late,
            next_step_at=min(step.at for step in first),
            steps_done=[],
            late=False,
            close_reason="",
            exempted=False,
            link=link,
            data=data or {},
        )
        .on_conflict_do_nothing(index_elements=["kind", "subject", "round"])
        .returning(Duty.id)
    )
    if made is None:
        found = select(Duty).where(Duty.kind == kind.value, Duty.subject == subject, Duty.round == round_)
        return session.scalars(found).one()
    duty = session.get_one(Duty, made)
    note(
        session,
        duty,
        SYSTEM,
        "opened",
        {"due": clock.last_day(due_at).isoformat(), "entered_late": entered_late},
    )
    if office is None:
        _tell_administrators(session, duty)
    if not quiet:
        ground = KINDS[kind].ground
        tell_department(session, duty, "duty_opened", f"duty:{duty.id}:opened", ground=ground)
    return duty


def fulfil(session: Session, actor: Actor, duty: Duty, evidence: Json, at: dt.datetime | None = None) -> None:
    """The duty is done; late stays late. `at` when it happened, by default now; a done duty stays as it is.

    What was overdue once is late, even if the machine's clock was set back since.
    """
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        return
    duty.fulfilled_at = at or clock.now()
    duty.late = duty.fulfilled_at >= duty.due_at or (at is None and duty.overdue_at is not None)
    duty.next_step_at = None
    note(session, duty, actor, "fulfilled", {"late": duty.late, **evidence})
    record(session, duty, actor, "fulfil_duty", {"duty": duty.number, "late": duty.late, **evidence})


def fulfil_subject(
    session: Session,
    kind: Kind,
    subject: str,
    *,
    at: dt.datetime | None = None,
    evidence: Json | None = None,
    actor: Actor = SYSTEM,
    round_: int | None = None,
) -> None:
    """Everything of one kind that is owed about a subject is done; `round_`: of that round (a year) only."""
    for duty in queries.open_about(session, kind, subject):
        if round_ is not None and duty.round != round_:
            continue
        fulfil(session, actor, duty, evidence or {}, at)


def fulfil_by_hand(session: Session, actor: Actor, duty: Duty, evidence: str) -> None:
    """A person of the department says what was done: a link, a receipt's number, to whom it was sent.

    Raises:
        Conflict: this kind is fulfilled by what happens, or it is over. Invalid: no evidence given.
    """
    if not KINDS[Kind(duty.kind)].by_hand:
        raise Conflict("这项职责在办理完成后自动登记，不需要手工确认。", code="not_by_hand")
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        raise Conflict("这项职责已经了结，请刷新页面查看。", code="duty_over")
    if not evidence.strip():
        raise Invalid.field("evidence", "请写明完成情况，例如：报送日期、接收人、公开链接。")
    fulfil(session, actor, duty, {"evidence": evidence.strip()[:500]})


def reschedule(
    session: Session,
    duty: Duty,
    due_at: dt.datetime,
    provisional: bool,
    *,
    data: Json | None = None,
    tell: bool = False,
) -> None:
    """Another due date for an open duty, with the old one in its history. Overdue stays only if it still is.

    Reminders are planned anew; those that belonged to the old due day may speak again for the new one.
    """
    before, now = duty.due_at, clock.now()
    duty.due_at, duty.provisional = due_at, provisional
    if data is not None:
        duty.data = data
    plan = rules.plan(
        duty.event_date,
        due_at,
        duty.opened_at,
        load_calendar(session),
        queries.steps(session, Kind(duty.kind)),
    )
    if due_at != before:
        duty.steps_done = [step.code for step in plan if step.code in duty.steps_done and step.at <= now]
        duty.overdue_at = duty.overdue_at if due_at <= now else None
        said = {"before": clock.last_day(before).isoformat(), "due": clock.last_day(due_at).isoformat()}
        note(session, duty, SYSTEM, "recomputed", said)
    duty.next_step_at = min((step.at for step in plan if step.code not in duty.steps_done), default=None)
    if tell:
        once = f"duty:{duty.id}:recomputed:{due_at.isoformat()}"
        tell_department(session, duty, "duty_recomputed", once, before=clock.due_text(clock.last_day(before)))


def exempt(session: Session, actor: Actor, duty: Duty, reason: str) -> None:
    """豁免: only by the office that watches over it, with a reason.

    Raises:
        NotFound: another office's. Invalid: no reason. Conflict: it is over already.
    """
    if actor.role is not Role.OFFICE or actor.office_id != duty.office_id:
        raise NotFound("没有找到这项职责。")
    if not reason.strip():
        raise Invalid.field("reason", "请写明豁免的理由，理由将记入台账。")
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        raise Conflict("这项职责已经了结，不能豁免。", code="duty_over")
    duty.exempted = True
    close(session, actor, duty, reason.strip()[:500], "exempted")


def close(session: Session, actor: Actor, duty: Duty, reason: str, what: str = "closed") -> None:
    """End a duty unfulfilled: exempted, or its ground fell away (an application withdrawn)."""
    if duty.fulfilled_at is None and duty.closed_at is None:
        duty.closed_at, duty.close_reason, duty.next_step_at = clock.now(), reason, None
        note(session, duty, actor, what, {"reason": reason})
        record(session, duty, actor, what, {"duty": duty.number, "reason": reason})


def close_others(session: Session, kind: Kind, subject: str, department_id: int, reason: str) -> None:
    """What other departments owed about a subject falls away: it is this department's now."""
    for duty in queries.open_about(session, kind, subject):
        if duty.department_id != department_id:
            close(session, SYSTEM, duty, reason)


def note(session: Session, duty: Duty, actor: Actor, what: str, data: Json | None = None) -> None:
    """One line of a duty's history."""
    session.add(DutyEvent(duty_id=duty.id, at=clock.now(), what=what, actor=actor.ref, data=data or {}))


def tell_department(session: Session, duty: Duty, template: str, once: str, **words: str) -> None:
    """Write to the department that owes a duty: what, by when, what is missing, and `words` of the occasion."""
    said = {
        "title": duty.title,
        "due": clock.due_text(clock.last_day(duty.due_at)),
        "missing": "、".join(duty.data.get("missing") or [KINDS[Kind(duty.kind)].evidence]),
        **words,
    }
    messages.tell(
        session,
        template=template,
        once=once,
        department_id=duty.department_id,
        link=duty.link or f"/duties/{duty.number}",
        data=said,
    )


def _tell_administrators(session: Session, duty: Duty) -> None:
    for person_id in queries.administrators(session):
        messages.tell(
            session,
            template="office_missing",
            once=f"duty:{duty.id}:no_office:{person_id}",
            person_id=person_id,
            link="/admin",
            data={"title": duty.title},
        )


def record(session: Session, duty: Duty, actor: Actor, action: str, data: dict[str, Any]) -> None:
    """One entry in the audit chain of what the duty is about."""
    audit.record(session, duty.subject, actor.ref, action, data)


def _number(now: dt.datetime) -> str:
    return f"ZZ-{clock.local(now):%y}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(8))}"
