"""Handing in: the moment of receipt, the number, the receipt; each item becomes an application with its own clock.

Budget: at most 12 statements with the web's own, one commit (measured by a test). So everything is loaded in two
selects, and rows are written in as few flushes as they allow.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from redemption.applications import clocks, enterprise_part, forms, queries
from redemption.applications.clocks import Due, NewReceipt, Terms
from redemption.applications.models import RUNNING_SQL, Submission
from redemption.applications.queries import Line, Sheet
from redemption.applications.rules import DECLARATIONS, DECLARATIONS_VERSION, Action, Scan, Status
from redemption.applications.service import papers
from redemption.applications.service.access import must_file
from redemption.applications.service.saving import over_cap
from redemption.applications.service.starting import must_be_open
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, Stale


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
    calendar = load_calendar(session)
    dues: dict[int, Due | None] = {}
    for line in sheet.lines:
        fact = NewReceipt(received_at, entered_at)
        dues[line.application.id] = clocks.due_now([fact], Terms.of(line.version), calendar)
    document = papers.receipt(session, actor, sheet, dues, received_at=received_at, entered_at=entered_at)
    _write(
        session,
        actor,
        sheet,
        dues,
        {
            "received_at": received_at,
            "entered_at": entered_at,
            "saved_at": entered_at,
            "declarations": declarations,
            "receipt_id": document.id,
            "typed": {},
        },
    )
    _record(session, actor, sheet, document.number)
    papers.tell_received(session, sheet)


_MOMENTS = ("received_at", "entered_at", "saved_at", "now")
_RECEIVE = text(
    f"""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(:lines) AS r(
    id bigint, version int, due_at timestamptz, due_kind text, due_provisional boolean, amount numeric)
), running AS (
  SELECT other.number
    FROM given JOIN application mine ON mine.id = given.id
    JOIN application other ON other.enterprise_id = mine.enterprise_id AND other.item_id = mine.item_id
   WHERE mine.single AND other.single AND other.status IN {RUNNING_SQL}
   LIMIT 1
), sheet AS (
  UPDATE submission
     SET received_at = :received_at, entered_at = :entered_at, saved_at = :saved_at, typed = :typed,
         declarations = :declarations, receipt_id = :receipt_id, version = version + 1
   WHERE id = :id AND version = :version AND received_at IS NULL AND NOT EXISTS (SELECT FROM running)
  RETURNING id
), moved AS (
  UPDATE application a
     SET status = :status, received_at = :received_at, typed = :typed, due_at = given.due_at,
         due_kind = given.due_kind, due_provisional = given.due_provisional,
         amount_requested = given.amount, version = a.version + 1
    FROM given, sheet
   WHERE a.id = given.id AND a.version = given.version AND a.submission_id = sheet.id
  RETURNING a.id, a.number, a.item_version_id
), told AS (
  INSERT INTO application_event (application_id, seq, action, to_status, at, recorded_at, actor, actor_name,
                                 reason, data, item_version_id, document_id)
  SELECT id, 1, :action, :status, :received_at, :entered_at, :actor, :actor_name, '', :data, item_version_id, :receipt_id
    FROM moved
), rung AS (
  -- as outbox.publish does, in the same round trip
  INSERT INTO outbox (topic, key, payload, created_at, not_before, attempts)
  SELECT 'application.submitted', number, jsonb_build_object('application_id', id), :now, :now, 0 FROM moved
)
SELECT (SELECT count(*) FROM moved) AS moved, (SELECT number FROM running) AS running
"""  # noqa: S608 - what is put in is a constant of ours
).bindparams(
    *(bindparam(name, type_=JSONB) for name in ("lines", "typed", "declarations", "data")),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in _MOMENTS),
)
"""The submission, its applications and their first events in one statement: the busiest hour of a period is its last."""


def _write(
    session: Session, actor: Actor, sheet: Sheet, dues: Mapping[int, Due | None], values: dict[str, Any]
) -> None:
    submission = sheet.submission
    lines = [_line_values(line, dues[line.application.id]) for line in sheet.lines]
    data = {"channel": submission.channel}
    if submission.earlier_receipt_reason:
        data["earlier_receipt_reason"] = submission.earlier_receipt_reason
    own = {
        "id": submission.id,
        "version": submission.version,
        "status": Status.RECEIVED.value,
        "action": Action.RECEIVE.value,
        "actor": actor.ref,
        "actor_name": f"{actor.place} {actor.name}".strip(),
        "now": clock.now(),
        "lines": [_as_json(one) for one in lines],
        "data": data,
    }
    try:
        with session.no_autoflush:
            written = session.execute(_RECEIVE, {**own, **values}).one()
    except IntegrityError as error:
        if "uq_application_running" in str(error.orig):
            raise _already_running() from None
        raise
    if written.running is not None:
        # asked here, so that the sentence can name the case; the index decides where two come in the same moment
        raise _already_running(written.running)
    if written.moved != len(lines):
        # somebody saved a part of it between our reading and our writing
        raise Stale
    _know(submission, {**values, "version": submission.version + 1})
    for line, one in zip(sheet.lines, lines, strict=True):
        known = {name: one[name] for name in ("due_at", "due_kind", "due_provisional")}
        known |= {"status": Status.RECEIVED.value, "received_at": values["received_at"], "typed": {}}
        known |= {"amount_requested": one["amount"], "version": one["version"] + 1}
        _know(line.application, known)


def _line_values(line: Line, due: Due | None) -> dict[str, Any]:
    return {
        "id": line.application.id,
        "version": line.application.version,
        "due_at": due.at if due else None,
        "due_kind": due.kind.value if due else "",
        "due_provisional": bool(due and due.provisional),
        "amount": forms.amount_of(line.version.form, line.application.data),
    }


def _as_json(line: Mapping[str, Any]) -> Json:
    due, amount = line["due_at"], line["amount"]
    return {
        **line,
        "due_at": None if due is None else due.isoformat(),
        "amount": None if amount is None else str(amount),
    }


def _know(row: object, values: Mapping[str, Any]) -> None:
    """What was written beside the session, told to its objects, so that nothing is read or written again."""
    for name, value in values.items():
        set_committed_value(row, name, value)


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


def _already_running(number: str = "") -> Conflict:
    named = f"（{number}）" if number else ""
    return Conflict(
        f"同一事项已有一件申报正在办理{named}，不能重复申报。请在“企业用户空间”查看；如需重新申报，请先撤回原来的申报。",
        code="already_running",
    )
