"""Duties and reports: opening, fulfilling, sending, signing, returning, exempting.

Every verb takes a Session and the acting person, adds to the caller's transaction, and never commits. The department
that owes and the office that it is owed to are the only ones who may touch a duty; for anybody else it does not exist.
"""

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role, system_actor
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.numbering import CODE_ALPHABET
from redemption.messages import service as messages
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting import queries, rules
from redemption.reporting.models import Duty, DutyEvent, Report
from redemption.reporting.rules import KINDS, Kind, ReportState

SYSTEM = system_actor("duties")


# --- opening -----------------------------------------------------------------------------------------------


def open_report_duty(session: Session, policy_id: int, version_id: int) -> Duty:
    """The duty of article 25 for a published version: 3 workdays from the true publication date.

    The drafting department owes it for a document in the government's name (第三条), the lead department for a joint
    one. A version that is published later (an amendment, a corrected publication date) is reported again. Called twice
    it gives the same duty.
    """
    policy = session.get_one(Policy, policy_id)
    version = session.get_one(PolicyVersion, version_id)
    published = version.published_at or clock.now()
    event = version.publication_date or clock.day_of(published)
    duty = open_duty(
        session,
        Kind.REPORT,
        subject=f"policy:{policy.id}",
        round_=version.no,
        title=f"报送《{version.title}》",
        department_id=policy.owner_department_id,
        event=event,
        entered_late=event < clock.day_of(published),
        data={
            "policy_number": policy.number,
            "version_id": version.id,
            "amended": version.no > 1,
            "missing": ["确认报送"],
        },
    )
    if queries.latest_report(session, duty.id) is None:
        _new_report(session, duty, version.id)
    return duty


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
    office = queries.office_of_level(session, owner.jurisdiction_id) if KINDS[kind].to_office else None
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
        {"due": rules.due_day(due_at).isoformat(), "entered_late": entered_late},
    )
    if KINDS[kind].to_office and office is None:
        _tell_administrators(session, duty)
    if not quiet:
        _tell_opened(session, duty)
    return duty


def supplement(session: Session, item_id: int, version_id: int) -> Report | None:
    """An item was published: a report that has not gone yet takes it in, one that has is followed by a supplement."""
    policy_id = queries.policy_of_item(session, item_id)
    duty = queries.latest_report_duty(session, policy_id) if policy_id else None
    report = queries.latest_report(session, duty.id) if duty else None
    if duty is None or report is None or duty.closed_at is not None:
        return None
    policy_version_id = (
        queries.policy_version_of_item_version(session, version_id) or report.policy_version_id
    )
    if report.state in {ReportState.ASSEMBLING.value, ReportState.READY.value}:
        report.state = ReportState.ASSEMBLING.value
        report.policy_version_id = max(report.policy_version_id, policy_version_id)
        _ask_assembly(session, report)
        return report
    return _new_report(session, duty, policy_version_id, no=report.no + 1)


# --- what the department does ------------------------------------------------------------------------------


def send_report(session: Session, actor: Actor, report_id: int) -> Report:
    """报送: it fulfils the duty, in time or late, and it never waits for a complete catalogue.

    Raises:
        NotFound: another department's. Conflict: not assembled yet, sent already, or no office at that level.
    """
    report, duty = _locked_report(session, report_id)
    if (
        actor.role not in {Role.OFFICER, Role.POLICY_MAKER, Role.SYSTEM}
        or actor.department_id != duty.department_id
    ):
        raise NotFound("没有找到这份报送材料。")
    if report.state == ReportState.ASSEMBLING.value:
        raise Conflict(
            "报送材料正在生成，通常不超过一分钟，请稍后刷新页面再确认报送。", code="report_assembling"
        )
    if report.state != ReportState.READY.value:
        raise Conflict("这份材料已经报送，不需要再次报送。", code="report_sent")
    if duty.office_id is None:
        raise Conflict(
            "同级政务公开领导小组办公室尚未在系统中设立，暂时不能报送。已通知系统管理员。", code="no_office"
        )
    now = clock.now()
    report.state, report.sent_at, report.sent_by = ReportState.SENT.value, now, actor.ref
    if duty.fulfilled_at is None:
        fulfil(session, actor, duty, {"report": report.no})
    else:
        note(session, duty, actor, "supplement_sent", {"report": report.no})
    _audit(session, duty, actor, "send_report", {"no": report.no, "package": report.package_sha256})
    late = f"（应于{clock.due_text(rules.due_day(duty.due_at))}前报送，已逾期）" if duty.late else ""
    messages.tell(
        session,
        template="office_report_received",
        once=f"report:{report.id}:sent",
        office_id=duty.office_id,
        link=f"/office/reports/{duty.number}/{report.no}",
        data={
            "department_name": session.get_one(Department, duty.department_id).name,
            "title": duty.title,
            "sent_at": clock.moment_text(now),
            "late": late,
        },
    )
    return report


def fulfil(session: Session, actor: Actor, duty: Duty, evidence: Json, at: dt.datetime | None = None) -> None:
    """The duty is done; late stays late. `at` when it happened, by default now; a done duty stays as it is."""
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        return
    duty.fulfilled_at = at or clock.now()
    duty.late = duty.fulfilled_at >= duty.due_at
    duty.next_step_at = None
    note(session, duty, actor, "fulfilled", {"late": duty.late, **evidence})
    _audit(session, duty, actor, "fulfil_duty", {"duty": duty.number, "late": duty.late, **evidence})


def fulfil_subject(
    session: Session,
    kind: Kind,
    subject: str,
    *,
    at: dt.datetime | None = None,
    evidence: Json | None = None,
    actor: Actor = SYSTEM,
) -> None:
    """Everything of one kind that is owed about a subject is done."""
    for duty in queries.open_about(session, kind, subject):
        fulfil(session, actor, duty, evidence or {}, at)


def close_others(session: Session, kind: Kind, subject: str, department_id: int, reason: str) -> None:
    """What other departments owed about a subject falls away: it is this department's now."""
    for duty in queries.open_about(session, kind, subject):
        if duty.department_id != department_id:
            close(session, SYSTEM, duty, reason)


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


# --- what the office does ----------------------------------------------------------------------------------


def sign(session: Session, actor: Actor, report_id: int) -> Report:
    """签收: the office acknowledges. NotFound for another office's, Conflict unless it was sent."""
    report, duty = _offices_report(session, actor, report_id)
    now = clock.now()
    report.state, report.signed_at = ReportState.SIGNED.value, now
    report.signed_by, report.signed_by_name = actor.ref, actor.name
    note(session, duty, actor, "signed", {"report": report.no})
    _audit(session, duty, actor, "sign_report", {"no": report.no, "package": report.package_sha256})
    messages.tell(
        session,
        template="report_signed",
        once=f"report:{report.id}:signed",
        department_id=duty.department_id,
        link=f"/duties/{duty.number}",
        data={
            "office_name": actor.place or "政务公开办",
            "title": duty.title,
            "signed_at": clock.moment_text(now),
        },
    )
    return report


def return_report(session: Session, actor: Actor, report_id: int, reason: str) -> Duty:
    """退回, with a reason. The duty that was fulfilled stays so; sending it again is a duty of its own.

    Raises:
        Invalid: no reason. NotFound, Conflict: as `sign`.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid.field("reason", "请写明退回的原因和需要修改的内容，部门将据此修改。")
    report, duty = _offices_report(session, actor, report_id)
    report.state, report.returned_at, report.return_reason = (
        ReportState.RETURNED.value,
        clock.now(),
        reason[:500],
    )
    note(session, duty, actor, "returned", {"report": report.no, "reason": report.return_reason})
    _audit(session, duty, actor, "return_report", {"no": report.no, "reason": report.return_reason})
    again = open_duty(
        session,
        Kind.REPORT_AGAIN,
        subject=duty.subject,
        round_=report.id,
        title=duty.title.replace("报送", "重新报送", 1) if duty.kind == Kind.REPORT else duty.title,
        department_id=duty.department_id,
        event=clock.today(),
        data={**duty.data, "returned_from": duty.number, "reason": report.return_reason},
        quiet=True,
    )
    if queries.latest_report(session, again.id) is None:
        newest = queries.current_policy_version(session, duty.subject) or report.policy_version_id
        _new_report(session, again, newest)
    messages.tell(
        session,
        template="report_returned",
        once=f"report:{report.id}:returned",
        department_id=duty.department_id,
        link=f"/duties/{again.number}",
        data={
            "office_name": actor.place or "政务公开办",
            "title": duty.title,
            "reason": report.return_reason,
            "due": clock.due_text(rules.due_day(again.due_at)),
        },
    )
    return again


def exempt(session: Session, actor: Actor, duty: Duty, reason: str) -> None:
    """豁免: only by the office it is owed to, with a reason.

    Raises:
        NotFound: another office's. Invalid: no reason. Conflict: it is over already.
    """
    if actor.role is not Role.OFFICE or actor.office_id != duty.office_id:
        raise NotFound("没有找到这项职责。")
    if not reason.strip():
        raise Invalid.field("reason", "请写明豁免的理由，理由将记入台账。")
    if duty.fulfilled_at is not None or duty.closed_at is not None:
        raise Conflict("这项职责已经了结，不能豁免。", code="duty_over")
    close(session, actor, duty, reason.strip()[:500], "exempted")


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
        said = {"before": rules.due_day(before).isoformat(), "due": rules.due_day(due_at).isoformat()}
        note(session, duty, SYSTEM, "recomputed", said)
    duty.next_step_at = min((step.at for step in plan if step.code not in duty.steps_done), default=None)
    if tell:
        messages.tell(
            session,
            template="duty_recomputed",
            once=f"duty:{duty.id}:recomputed:{due_at.isoformat()}",
            department_id=duty.department_id,
            link=duty.link or f"/duties/{duty.number}",
            data={
                "title": duty.title,
                "before": clock.due_text(rules.due_day(before)),
                "due": clock.due_text(rules.due_day(due_at)),
            },
        )


def close(session: Session, actor: Actor, duty: Duty, reason: str, what: str = "closed") -> None:
    """End a duty unfulfilled: exempted, or its ground fell away (an application withdrawn)."""
    if duty.fulfilled_at is None and duty.closed_at is None:
        duty.closed_at, duty.close_reason, duty.next_step_at = clock.now(), reason, None
        note(session, duty, actor, what, {"reason": reason})
        _audit(session, duty, actor, what, {"duty": duty.number, "reason": reason})


# --- parts -------------------------------------------------------------------------------------------------


def note(session: Session, duty: Duty, actor: Actor, what: str, data: Json | None = None) -> None:
    """One line of a duty's history."""
    session.add(DutyEvent(duty_id=duty.id, at=clock.now(), what=what, actor=actor.ref, data=data or {}))


def _new_report(session: Session, duty: Duty, version_id: int, no: int = 1) -> Report:
    report = Report(duty_id=duty.id, no=no, policy_version_id=version_id, state=ReportState.ASSEMBLING.value)
    session.add(report)
    session.flush()
    _ask_assembly(session, report)
    return report


def _ask_assembly(session: Session, report: Report) -> None:
    outbox.publish(session, "report.assemble", report.id, report_id=report.id)


def _locked_report(session: Session, report_id: int) -> tuple[Report, Duty]:
    report = session.scalar(select(Report).where(Report.id == report_id).with_for_update())
    if report is None:
        raise NotFound("没有找到这份报送材料。")
    return report, session.scalars(select(Duty).where(Duty.id == report.duty_id).with_for_update()).one()


def _offices_report(session: Session, actor: Actor, report_id: int) -> tuple[Report, Duty]:
    report, duty = _locked_report(session, report_id)
    if actor.role is not Role.OFFICE or actor.office_id != duty.office_id or report.sent_at is None:
        raise NotFound("没有找到这份报送材料。")
    if report.state != ReportState.SENT.value:
        raise Conflict("这份材料已经处理过，请刷新页面查看最新情况。", code="report_settled")
    return report, duty


def _tell_opened(session: Session, duty: Duty) -> None:
    rule = KINDS[Kind(duty.kind)]
    messages.tell(
        session,
        template="duty_opened",
        once=f"duty:{duty.id}:opened",
        department_id=duty.department_id,
        link=duty.link or f"/duties/{duty.number}",
        data={
            "title": duty.title,
            "ground": rule.ground,
            "due": clock.due_text(rules.due_day(duty.due_at)),
            "missing": "、".join(duty.data.get("missing") or [rule.evidence]),
        },
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


def _audit(session: Session, duty: Duty, actor: Actor, action: str, data: dict[str, Any]) -> None:
    audit.record(session, duty.subject, actor.ref, action, data)


def _number(now: dt.datetime) -> str:
    return f"ZZ-{clock.local(now):%y}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(8))}"
