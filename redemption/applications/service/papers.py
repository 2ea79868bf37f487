"""The documents that steps of a case produce, and the messages that go with them: what each says is put together here."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from redemption.applications.clocks import Due
from redemption.applications.models import Correction
from redemption.applications.queries import Case, Sheet
from redemption.applications.rules import CHANNEL_NAMES, MATERIAL_FORM_NAMES, Action, Channel, MaterialForm
from redemption.documents import service as documents
from redemption.documents.models import Document
from redemption.documents.rules import SPECS, Kind
from redemption.identity.models import ServiceCentre
from redemption.identity.rules import Actor
from redemption.kernel import clock, money
from redemption.kernel.db import Json
from redemption.messages import service as messages

REMEDIES = "如不服本决定，可以自收到本决定书之日起60日内申请行政复议，或者自收到之日起6个月内向人民法院提起行政诉讼。"
PORTAL = "惠企政策兑现“一窗”"

_KINDS = {
    Action.ACCEPT: (Kind.ACCEPTANCE, "受理通知书"),
    Action.DEEM_ACCEPTED: (Kind.ACCEPTANCE, "受理通知书"),
    Action.REFUSE_ACCEPTANCE: (Kind.REFUSAL, "不予受理通知书"),
    Action.ASK_CORRECTION: (Kind.CORRECTION, "补正通知书"),
    Action.ASK_SUPPLEMENT: (Kind.CORRECTION, "补正通知书"),
    Action.PAUSE: (Kind.SPECIAL_PROCEDURE, "特别程序告知书"),
    Action.APPROVE: (Kind.DECISION, "决定书"),
    Action.END_PUBLICITY: (Kind.DECISION, "决定书"),
    Action.DENY: (Kind.DECISION, "决定书"),
    Action.PAY: (Kind.PAYMENT, "拨付通知"),
}

_TEMPLATES = {
    Action.ACCEPT: "application_accepted",
    Action.DEEM_ACCEPTED: "application_accepted",
    Action.REFUSE_ACCEPTANCE: "application_refused",
    Action.ASK_CORRECTION: "correction_asked",
    Action.ASK_SUPPLEMENT: "correction_asked",
    Action.TIME_OUT: "application_lapsed",
    Action.RESUBMIT: "correction_answered",
    Action.RESUBMIT_SUPPLEMENT: "correction_answered",
    Action.OBJECT: "objection_raised",
    Action.PAUSE: "application_paused",
    Action.RESUME: "application_resumed",
    Action.PROPOSE_APPROVE: "publicity_begun",
    Action.APPROVE: "application_approved",
    Action.END_PUBLICITY: "application_approved",
    Action.DENY: "application_denied",
    Action.ORDER_PAYMENT: "payment_ordered",
    Action.PAY: "payment_paid",
    Action.RETURN_PAYMENT: "payment_returned",
    Action.WITHDRAW: "application_withdrawn",
    Action.REVOKE: "application_revoked",
}


def receipt(
    session: Session,
    actor: Actor,
    sheet: Sheet,
    dues: Mapping[int, Due | None],
    *,
    received_at: dt.datetime,
    entered_at: dt.datetime,
) -> Document:
    """申报回执, or 窗口收件凭条 for what came over the counter."""
    submission = sheet.submission
    by_window = submission.channel == Channel.WINDOW.value
    data: Json = {
        "submission_number": submission.number,
        "enterprise_name": sheet.enterprise.name,
        "uscc": sheet.enterprise.uscc,
        "received_at": received_at,
        "channel": CHANNEL_NAMES[Channel(submission.channel)],
        "agent_name": submission.counter.get("name") or submission.common.get("contact_name") or "",
        "applications": [
            {
                "number": line.application.number,
                "item_name": line.version.name,
                "department_name": line.department.name,
                "due": _day(dues.get(line.application.id)),
            }
            for line in sheet.lines
        ],
        "materials": _material_lines(sheet),
        "next_steps": _next_steps(dues.values()),
    }
    issuer, department_id = PORTAL, None
    if len({line.department.id for line in sheet.lines}) == 1:
        issuer, department_id = sheet.lines[0].department.name, sheet.lines[0].department.id
    if by_window:
        centre = session.get(ServiceCentre, submission.centre_id) if submission.centre_id else None
        issuer, department_id = (centre.name if centre else PORTAL), None
        data |= {"centre_name": issuer, "clerk_name": actor.name, "phone": centre.phone if centre else ""}
        if entered_at != received_at:
            data |= {
                "entered_at": entered_at,
                "entered_reason": submission.earlier_receipt_reason,
            }
    kind = Kind.SLIP if by_window else Kind.RECEIPT
    return documents.issue(
        session,
        actor,
        kind=kind.value,
        subject=f"submission:{submission.id}",
        title="窗口收件凭条" if by_window else "申报回执",
        data=data,
        issuer_name=issuer,
        issuer_department_id=department_id,
        issuer_centre_id=submission.centre_id if by_window else None,
        enterprise_id=sheet.enterprise.id,
        # after the submission: nobody waits for somebody else's number
        number=f"{SPECS[kind].prefix}-{submission.number}",
    )


def of_step(
    session: Session,
    actor: Actor,
    case: Case,
    action: Action,
    *,
    at: dt.datetime,
    due: Due | None,
    reason: str,
    data: Mapping[str, Any],
    correction: Correction | None = None,
) -> Document | None:
    """The document that a step needs; None where it needs none."""
    if action not in _KINDS:
        return None
    if action is Action.PAY and case.application.amount_approved is None:
        return None  # a notice of money names the sum
    kind, title = _KINDS[action]
    said = _case_data(case) | _step_data(case, action, at, due, reason, data, correction)
    return documents.issue(
        session,
        actor,
        kind=kind.value,
        subject=f"application:{case.application.id}",
        title=title,
        data=said,
        issuer_name=case.department.name,
        issuer_department_id=case.department.id,
        enterprise_id=case.enterprise.id,
    )


def tell_received(session: Session, sheet: Sheet) -> None:
    """To the enterprise and to who filed: it is in, and what happens next."""
    submission = sheet.submission
    assert submission.received_at is not None
    messages.tell(
        session,
        template="submission_received",
        once=f"submission:{submission.id}:received",
        data={
            "item": "、".join(line.version.name for line in sheet.lines),
            "number": submission.number,
            "enterprise": sheet.enterprise.name,
            "department": "、".join(dict.fromkeys(line.department.name for line in sheet.lines)),
            "day": "",
            "reason": "",
            "received_at": clock.moment_text(submission.received_at),
        },
        link=f"/apply/{submission.number}/submitted",
        enterprise_id=submission.enterprise_id,
        person_id=submission.filer_person_id,
    )


def tell_step(
    session: Session,
    case: Case,
    action: Action,
    seq: int,
    *,
    due: Due | None,
    reason: str,
    data: Mapping[str, Any],
    correction: Correction | None = None,
) -> None:
    """To the enterprise and to who filed: what happened, what to do, by when."""
    template = _TEMPLATES.get(action)
    if template is None:
        return
    application, submission = case.application, case.submission
    amount = application.amount_approved
    link = f"/applications/{application.number}"
    messages.tell(
        session,
        template=template,
        once=f"application:{application.id}:{seq}",
        data=_told(case)
        | {
            "day": _due_text(due, correction),
            "reason": reason or "详见申报详情",
            "count": str(len(correction.entries)) if correction else "",
            "procedure": str(data.get("procedure") or "特别程序"),
            "amount": money.yuan_text(amount) if amount is not None else "以决定书为准",
            "account_masked": str(submission.common.get("bank_account") or "登记的账户"),
        },
        link=f"{link}/correction" if correction and action is not Action.TIME_OUT else link,
        enterprise_id=submission.enterprise_id,
        person_id=submission.filer_person_id,
    )


def remind(session: Session, case: Case, correction: Correction) -> None:
    """A correction is due soon; told once."""
    messages.tell(
        session,
        template="correction_due_soon",
        once=f"correction:{correction.id}:reminder",
        data=_told(case) | {"day": _due_text(None, correction), "count": str(len(correction.entries))},
        link=f"/applications/{case.application.number}/correction",
        enterprise_id=case.submission.enterprise_id,
        person_id=case.submission.filer_person_id,
    )


def tell_moved(session: Session, case: Case, correction: Correction, before: dt.date) -> None:
    """The calendar moved the day by which a correction is due; told once for each time it moves."""
    messages.tell(
        session,
        template="correction_moved",
        once=f"correction:{correction.id}:due:{clock.last_day(correction.due_at)}:{clock.today()}",
        data=_told(case)
        | {
            "before": clock.due_text(before),
            "day": _due_text(None, correction),
            "count": str(len(correction.entries)),
        },
        link=f"/applications/{case.application.number}/correction",
        enterprise_id=case.submission.enterprise_id,
        person_id=case.submission.filer_person_id,
    )


def invite_rating(session: Session, case: Case) -> None:
    """After the end: one invitation; who does not answer stays unrated."""
    messages.tell(
        session,
        template="rating_invited",
        once=f"application:{case.application.id}:rating",
        data=_told(case),
        link=f"/applications/{case.application.number}/rating",
        enterprise_id=case.submission.enterprise_id,
        person_id=case.submission.filer_person_id,
    )


def _told(case: Case) -> Json:
    return {
        "item": case.version.name,
        "number": case.application.number,
        "enterprise": case.enterprise.name,
        "department": case.department.name,
        "day": "",
        "reason": "",
    }


def _case_data(case: Case) -> Json:
    basis = (case.version.fields or {}).get("legal_basis") or {}
    return {
        "application_number": case.application.number,
        "submission_number": case.submission.number,
        "enterprise_name": case.enterprise.name,
        "uscc": case.enterprise.uscc,
        "item_name": case.version.name,
        "department_name": case.department.name,
        "phone": case.department.phone,
        "address": case.department.address,
        "legal_basis": str(basis.get("text") or ""),
        "received_at": case.application.received_at,
    }


def _step_data(
    case: Case,
    action: Action,
    at: dt.datetime,
    due: Due | None,
    reason: str,
    data: Mapping[str, Any],
    correction: Correction | None,
) -> Json:
    match action:
        case Action.ACCEPT | Action.DEEM_ACCEPTED:
            return {
                "accepted_at": at,
                "due": _day(due),
                "due_provisional": bool(due and due.provisional),
                "deemed": action is Action.DEEM_ACCEPTED,
            }
        case Action.REFUSE_ACCEPTANCE:
            return {"reasons": reason, "where_to_go": str(data.get("where_to_go") or "")}
        case Action.ASK_CORRECTION | Action.ASK_SUPPLEMENT:
            assert correction is not None
            return {
                "entries": [
                    {"label": entry["label"], "message": entry["message"]} for entry in correction.entries
                ],
                "due": _day(due),
                "due_provisional": correction.due_provisional,
                "round": correction.round,
                "reason": correction.reason,
            }
        case Action.PAUSE:
            return {
                "procedure": str(data.get("procedure") or "特别程序"),
                "reason": reason,
                "begins_at": at,
                "expected": str(data.get("expected") or ""),
            }
        case Action.PAY:
            account = case.submission.common
            return {
                "amount": case.application.amount_approved,
                "account_name": str(account.get("account_name") or case.enterprise.name),
                "bank_name": str(account.get("bank_name") or "登记的开户银行"),
                "account_masked": str(account.get("bank_account") or "登记的账户"),
                "payment_number": str(data.get("payment_number") or ""),
                "paid_at": at,
            }
        case _:
            approved = action is not Action.DENY
            return {
                "result": "approve" if approved else "deny",
                "decided_at": at,
                "amount": case.application.amount_approved if approved else None,
                "reasons": reason,
                "basis": str(data.get("basis") or ""),
                "payment_due": _day(due) if approved else None,
                "remedies": REMEDIES,
            }


def _material_lines(sheet: Sheet) -> list[Json]:
    lines = []
    for need in sheet.needs():
        handed = sheet.handed_in(need)
        if handed:
            copies = Counter(MATERIAL_FORM_NAMES[MaterialForm(one.form)] for one in handed)
            # an original that was seen and its scan are one paper in two forms
            lines.append(
                {
                    "name": need.text,
                    "count": max(copies.values()),
                    "form": "、".join(copies),
                    "received": True,
                }
            )
        elif sheet.submission.channel == Channel.WINDOW.value:
            lines.append({"name": need.text, "count": 0, "form": "", "received": False})
    return lines


def _next_steps(dues: Any) -> str:
    days = [due.date for due in dues if due and due.date]
    if not days:
        return "受理部门将依次审核，结果会发送到您的企业用户空间。"
    return f"受理部门将在{clock.day_text(max(days))}前告知是否受理；需要补正的，会一次性告知。您可以凭申报编号随时查询进度。"


def _day(due: Due | None) -> dt.date | None:
    return due.date if due else None


def _due_text(due: Due | None, correction: Correction | None) -> str:
    if correction is not None:
        return clock.due_text(clock.day_of(correction.due_at) - dt.timedelta(days=1))
    if due is None or due.date is None:
        return "规定的时限"
    return clock.day_text(due.date) + ("（暂定）" if due.provisional else "")
