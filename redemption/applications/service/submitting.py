"""Handing in: the moment of receipt, the number, the receipt; each item becomes an application with its own clock.

Budget: at most 12 statements with the web's own, one commit (measured by a test). So everything is loaded in two
selects, and rows are written in as few flushes as they allow.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.applications import clocks, enterprise_part, forms, queries
from redemption.applications.clocks import Due, NewReceipt, Terms
from redemption.applications.models import ApplicationEvent, Submission
from redemption.applications.queries import Line, Sheet
from redemption.applications.rules import DECLARATIONS, DECLARATIONS_VERSION, Action, Scan, Status
from redemption.applications.service import papers
from redemption.applications.service.access import must_file
from redemption.applications.service.moving import set_due
from redemption.applications.service.saving import over_cap
from redemption.applications.service.starting import must_be_open
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid


def submit(
    session: Session, actor: Actor, number: str, *, declared: Mapping[str, Any] | None = None
) -> Submission:
    """Hand a draft in. Handing in what was handed in already gives the same submission again (double click, retry).

    Args:
        declared: the declarations that were ticked, by key of `rules.DECLARATIONS`.

    Raises:
        Invalid: something is missing or wrong; `fields` are `enterprise.<name>`, `items.<place>.<name>`,
            `materials.<place or 0>.<key>` and `declarations.<key>`.
        Conflict: `item_not_open`, `period_closed`, `item_amended` (with `places`), `already_running`.
    """
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True)
    if not sheet.is_draft:
        return sheet.submission
    now = clock.now()
    for line in sheet.lines:
        must_be_open(line.item, line.version, now)
    must_be_unchanged(sheet)
    faults = problems(sheet)
    for key, (title, _) in DECLARATIONS.items():
        if not (declared or {}).get(key):
            faults[f"declarations.{key}"] = [f"请阅读并勾选“{title}”。"]
    if faults:
        raise Invalid("还有内容没有填好，请按提示补齐后再提交。", fields=faults)
    declarations = {
        "version": DECLARATIONS_VERSION,
        "declared": {key: DECLARATIONS[key][1] for key in DECLARATIONS},
        "at": now.isoformat(),
        "by": actor.ref,
    }
    receive(session, actor, sheet, received_at=now, entered_at=now, declarations=declarations)
    return sheet.submission


def problems(sheet: Sheet) -> dict[str, list[str]]:
    """Everything that keeps a draft from being handed in, by field; empty when it is complete."""
    faults: dict[str, list[str]] = {}
    submission = sheet.submission
    stored = {name: value for name, value in submission.common.items() if name in enterprise_part.LABELS}
    stored.pop("bank_account", None)
    common = enterprise_part.load(
        {**stored, **submission.typed},
        pays_money=sheet.pays_money,
        has_account=bool(submission.bank_account),
    )
    faults |= {f"enterprise.{name}": said for name, said in common.errors.items()}
    for line in sheet.lines:
        loaded = forms.load(line.version.form, {**line.application.data, **line.application.typed})
        wrong = {**loaded.errors, **over_cap(line.version, loaded.data)}
        faults |= {f"items.{line.place}.{name}": said for name, said in wrong.items()}
    faults |= _material_problems(sheet)
    return faults


def must_be_unchanged(sheet: Sheet) -> None:
    """An item that was amended while its form was open: the person is shown what changed and decides.

    Raises:
        Conflict: `item_amended`.
    """
    amended = [
        line for line in sheet.lines if line.item.current_version_id != line.application.item_version_id
    ]
    if amended:
        names = "、".join(line.version.name for line in amended)
        raise Conflict(
            f"在您填写期间，“{names}”的内容有更新。请先查看变化，再决定是否按新的内容继续。",
            code="item_amended",
            places=[line.place for line in amended],
        )


def receive(
    session: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    received_at: dt.datetime,
    entered_at: dt.datetime,
    declarations: Json,
) -> None:
    """Make a complete draft a received submission: clocks, first events, receipt, outbox, audit, messages.

    Raises:
        Conflict: `already_running`: an undecided application of the same item.
    """
    submission = sheet.submission
    calendar = load_calendar(session)
    dues: dict[int, Due | None] = {}
    for line in sheet.lines:
        fact = NewReceipt(received_at, entered_at)
        dues[line.application.id] = clocks.due_now([fact], Terms.of(line.version), calendar)
    # the receipt first: what changes after it goes out in one flush
    document = papers.receipt(session, actor, sheet, dues, received_at=received_at, entered_at=entered_at)
    submission.received_at, submission.entered_at = received_at, entered_at
    submission.declarations = declarations
    submission.receipt_id = document.id
    submission.saved_at = entered_at
    submission.typed = {}
    for line in sheet.lines:
        _receive_line(session, actor, line, submission, dues[line.application.id])
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_application_running" in str(error.orig):
            raise _already_running() from None
        raise
    _record(session, actor, sheet, document.number)
    papers.tell_received(session, sheet)


def _receive_line(
    session: Session, actor: Actor, line: Line, submission: Submission, due: Due | None
) -> None:
    application = line.application
    assert submission.received_at is not None
    assert submission.entered_at is not None
    application.status = Status.RECEIVED.value
    application.received_at = submission.received_at
    application.typed = {}
    application.amount_requested = forms.amount_of(line.version.form, application.data)
    set_due(application, due)
    data = {"channel": submission.channel}
    if submission.earlier_receipt_reason:
        data["earlier_receipt_reason"] = submission.earlier_receipt_reason
    session.add(
        ApplicationEvent(
            application_id=application.id,
            seq=1,
            action=Action.RECEIVE.value,
            from_status=None,
            to_status=Status.RECEIVED.value,
            at=submission.received_at,
            recorded_at=submission.entered_at,
            actor=actor.ref,
            actor_name=f"{actor.place} {actor.name}".strip(),
            data=data,
            item_version_id=application.item_version_id,
            document_id=submission.receipt_id,
        )
    )
    outbox.publish(session, "application.submitted", application.number, application_id=application.id)


def _record(session: Session, actor: Actor, sheet: Sheet, receipt: str) -> None:
    submission = sheet.submission
    files = [[m.entry, m.sha256 or m.form] for m in sheet.materials]
    for line in sheet.lines:
        audit.record(
            session,
            f"application:{line.application.id}",
            actor.ref,
            "receive",
            {
                "number": line.application.number,
                "received_at": submission.received_at,
                "entered_at": submission.entered_at,
                "earlier_receipt_reason": submission.earlier_receipt_reason,
                "receipt": receipt,
                "materials": files,
                "version": line.application.item_version_id,
            },
        )


def _material_problems(sheet: Sheet) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    places = {line.application.id: line.place for line in sheet.lines}
    for need in sheet.needs():
        handed = sheet.handed_in(need)
        name = f"materials.{places.get(need.application_id or 0, 0)}.{need.key}"
        if need.required and len(handed) < 1:
            faults[name] = [f"请上传“{need.text[:60]}”。"]
        if any(material.scan == Scan.WAITING.value for material in handed):
            faults[name] = [f"“{need.text[:60]}”正在进行安全检查，请稍等片刻再提交。"]
        if any(material.scan == Scan.INFECTED.value for material in handed):
            faults[name] = [f"“{need.text[:60]}”中发现病毒，请删除后重新上传。"]
    return faults


def _already_running() -> Conflict:
    return Conflict(
        "您已有同一事项的申报正在办理，不能重复申报。请在“企业用户空间”查看；如需重新申报，请先撤回原来的申报。",
        code="already_running",
    )
