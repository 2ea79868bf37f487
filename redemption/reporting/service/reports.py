"""Reports of article 25: opened by publication, sent by the department, signed or returned by the office."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock, outbox
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.messages import service as messages
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting import queries
from redemption.reporting.models import Duty, Report
from redemption.reporting.rules import Kind, ReportState
from redemption.reporting.service.duties import fulfil, note, open_duty, record, tell_department
from redemption.reporting.service.handover import cancel_parcel, queue_parcel


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


def assemble_again(session: Session, duty: Duty) -> None:
    """Who owes it, or to whom it is owed, is another: what has not gone yet is made anew in the right names.

    Where the department allowed it, it goes by itself once it is made.
    """
    report = queries.latest_report(session, duty.id)
    if report is not None and report.state == ReportState.READY.value:
        report.state = ReportState.ASSEMBLING.value
        _ask_assembly(session, report)


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
    record(session, duty, actor, "send_report", {"no": report.no, "package": report.package_sha256})
    queue_parcel(session, report, duty.office_id)
    late = f"（应于{clock.due_text(clock.last_day(duty.due_at))}前报送，已逾期）" if duty.late else ""
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


def sign(session: Session, actor: Actor, report_id: int, *, at: dt.datetime | None = None) -> Report:
    """签收: the office acknowledges, by a person at the desk or by its own system (`at` when it says it did).

    Raises:
        NotFound: another office's. Conflict: unless it was sent.
    """
    report, duty = _offices_report(session, actor, report_id)
    now = at or clock.now()
    report.state, report.signed_at = ReportState.SIGNED.value, now
    report.signed_by, report.signed_by_name = actor.ref, actor.name
    _dealt_with(session, actor, report)
    note(session, duty, actor, "signed", {"report": report.no})
    record(session, duty, actor, "sign_report", {"no": report.no, "package": report.package_sha256})
    tell_department(
        session,
        duty,
        "report_signed",
        f"report:{report.id}:signed",
        office_name=actor.place or "政务公开办",
        signed_at=clock.moment_text(now),
    )
    return report


def return_report(
    session: Session, actor: Actor, report_id: int, reason: str, *, at: dt.datetime | None = None
) -> Duty:
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
        at or clock.now(),
        reason[:500],
    )
    _dealt_with(session, actor, report)
    note(session, duty, actor, "returned", {"report": report.no, "reason": report.return_reason})
    record(session, duty, actor, "return_report", {"no": report.no, "reason": report.return_reason})
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
    tell_department(
        session,
        again,
        "report_returned",
        f"report:{report.id}:returned",
        office_name=actor.place or "政务公开办",
        title=duty.title,
        reason=report.return_reason,
    )
    return again


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


def _dealt_with(session: Session, actor: Actor, report: Report) -> None:
    if actor.role is Role.OFFICE:
        cancel_parcel(session, report, "公开办已在工作台处理，不再推送。")


def _offices_report(session: Session, actor: Actor, report_id: int) -> tuple[Report, Duty]:
    report, duty = _locked_report(session, report_id)
    desk = actor.role in {Role.OFFICE, Role.SYSTEM} and actor.office_id is not None
    if not desk or actor.office_id != duty.office_id or report.sent_at is None:
        raise NotFound("没有找到这份报送材料。")
    if report.state != ReportState.SENT.value:
        raise Conflict("这份材料已经处理过，请刷新页面查看最新情况。", code="report_settled")
    return report, duty
