"""At the window (一窗兑现): a paper submission becomes the same record in the same line as one from online.

Paper has two times: when it was received at the counter, which counts, and when it is entered. An earlier receipt
needs a reason, which stands in the audit log. The clerk is the clerk: who applies is the enterprise, who stood at the
counter is named with them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import ric

from redemption.applications import enterprise_part, forms, handed_in, queries
from redemption.applications.models import Submission
from redemption.applications.needs import asked_of
from redemption.applications.queries import Line, Sheet
from redemption.applications.rules import Channel, MaterialForm
from redemption.applications.service.materials import (
    DEFAULT_LIMITS,
    Limits,
    NewFile,
    record_checked,
    record_files,
)
from redemption.applications.service.saving import over_cap
from redemption.applications.service.starting import (
    account_context,
    add_applications,
    copy_account,
    offers_of,
)
from redemption.applications.service.submitting import receive
from redemption.identity import contact
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock, numbering
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.kernel.secrets import SecretBox, mask_id_number
from redemption.kernel.storage import Storage

NAME_LIMIT, REASON_LIMIT = 50, 500
SAME_MOMENT = dt.timedelta(minutes=15)
"""Entered within this time of receipt is entered at once: no reason is asked."""
MISSING = "missing"


@dataclass(frozen=True)
class PaperEntry:
    """What a clerk enters."""

    enterprise_id: int
    codes: Sequence[str]
    received_at: dt.datetime | None = None
    """At the counter; None: now."""
    earlier_reason: str = ""
    common: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Form data by item code."""
    checklist: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By item code: entry key → `original_seen`, `copy_kept` or `missing`."""
    files: Mapping[str, Mapping[str, Sequence[NewFile]]] = field(default_factory=dict)
    """By item code: entry key → scans or photographs; an entry with a file counts as handed in."""
    counter: Mapping[str, Any] = field(default_factory=dict)
    """Who stood there: `name`, `phone`, `relation`, `mandate_seen`."""
    id_number: str = ""
    client_key: str | None = None
    allow_missing: bool = False
    """Take it although required papers are missing, to ask for all of them in one notice."""


def enter_paper(
    session: Session,
    actor: Actor,
    entry: PaperEntry,
    *,
    box: SecretBox,
    storage: Storage | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Submission:
    """Enter a paper submission; it is received at once. The same `client_key` gives the same submission again.

    Raises:
        NotAllowed: not a clerk. Invalid: by fields `common.<name>`, `items.<code>.<name>`, `checklist.<code>.<key>`,
            `counter.<name>`, `received_at`, `earlier_reason`. Conflict: as of `submitting.submit`.
    """
    if actor.role is not Role.CLERK or actor.centre_id is None:
        raise NotAllowed("只有窗口工作人员可以录入纸质申报。")
    before = _entered_before(session, entry)
    if before is not None:
        return before
    now = clock.now()
    received_at, reason, faults = _times(entry, now)
    offers = offers_of(session, entry.codes, at=received_at)
    enterprise = session.get_one(Enterprise, entry.enterprise_id)
    submission = Submission(
        number=numbering.submission_number(session, offers[0][2], clock.day_of(now)),
        enterprise_id=enterprise.id,
        channel=Channel.WINDOW.value,
        centre_id=actor.centre_id,
        clerk_person_id=actor.person_id,
        counter={**entry.counter, "id_number": mask_id_number(entry.id_number) if entry.id_number else ""},
        common=enterprise_part.prefilled(enterprise),
        created_at=now,
        saved_at=now,
        earlier_receipt_reason=reason,
        client_key=entry.client_key or None,
    )
    session.add(submission)
    session.flush()
    copy_account(enterprise, submission, box)
    add_applications(session, submission, offers, first_place=1)
    session.flush()
    sheet = queries.sheet(session, actor, submission.number, with_materials=False)
    # everything at once: a queue is waiting behind the person at the counter
    faults |= _counter_faults(entry) | _fill_common(sheet, entry, box)
    for line in sheet.lines:
        faults |= _fill_line(session, actor, line, entry)
    if faults:
        raise Invalid("还有内容没有填好，请按提示补齐。", fields=faults)
    if storage is not None:
        for line in sheet.lines:
            for key, files in entry.files.get(line.item.code, {}).items():
                record_files(session, actor, line.application, key, files, storage=storage, limits=limits)
    if entry.id_number:
        submission.counter_id_number = box.seal(
            entry.id_number, f"submission:{submission.id}:counter_id_number"
        )
    session.flush()
    sheet.materials = handed_in.materials_of_submission(session, submission.id)
    receive(session, actor, sheet, received_at=received_at, entered_at=now, declarations={})
    return submission


def missing_entries(session: Session, actor: Actor, number: str) -> dict[str, list[dict[str, str]]]:
    """By application number: what was not there at the counter, as entries for the one notice (补正通知)."""
    sheet = queries.sheet(session, actor, number)
    found: dict[str, list[dict[str, str]]] = {}
    for line in sheet.lines:
        there = {m.entry for m in sheet.materials if m.application_id == line.application.id}
        found[line.application.number] = [
            {"kind": "material", "key": listed.key, "message": f"缺少：{listed.text}，请补交。"}
            for listed in asked_of(line.version.fields, line.version.form, line.application.data)
            if listed.required and listed.key not in there
        ]
    return found


def _entered_before(session: Session, entry: PaperEntry) -> Submission | None:
    if not entry.client_key:
        return None
    return session.scalar(
        select(Submission).where(
            Submission.enterprise_id == entry.enterprise_id, Submission.client_key == entry.client_key
        )
    )


def _times(entry: PaperEntry, now: dt.datetime) -> tuple[dt.datetime, str, dict[str, list[str]]]:
    """The moment that counts, why it is earlier than the entry, and what is wrong with either."""
    faults: dict[str, list[str]] = {}
    received_at = min(entry.received_at or now, now)
    reason = entry.earlier_reason.strip() if now - received_at > SAME_MOMENT else ""
    if entry.received_at and entry.received_at > now + SAME_MOMENT:
        faults["received_at"] = ["收件时间不能晚于现在，请核对。"]
    elif now - received_at > SAME_MOMENT and not reason:
        faults["earlier_reason"] = ["收件时间早于录入时间的，请填写原因，例如：昨日临近下班收件，今日录入。"]
    elif len(reason) > REASON_LIMIT:
        faults["earlier_reason"] = [f"请不要超过{REASON_LIMIT}个字。"]
    return received_at, reason, faults


def _counter_faults(entry: PaperEntry) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    name, phone = (str(entry.counter.get(part) or "").strip() for part in ("name", "phone"))
    if not name:
        faults["counter.name"] = ["请填写到场办理人姓名。"]
    elif len(name) > NAME_LIMIT:
        faults["counter.name"] = [f"请不要超过{NAME_LIMIT}个字。"]
    if phone and contact.PHONE.fullmatch(phone) is None:
        faults["counter.phone"] = [contact.PHONE_WANTED]
    if entry.id_number and not ric.is_valid(entry.id_number):
        faults["id_number"] = ["身份证号码有误，请对照证件核对。"]
    relation = entry.counter.get("relation")
    if relation == "agent" and not entry.counter.get("mandate_seen"):
        faults["counter.mandate_seen"] = ["委托他人办理的，请核验授权委托书后勾选。"]
    return faults


def _fill_common(sheet: Sheet, entry: PaperEntry, box: SecretBox) -> dict[str, list[str]]:
    submission = sheet.submission
    stored = {
        k: v for k, v in submission.common.items() if k in enterprise_part.LABELS and k != "bank_account"
    }
    loaded = enterprise_part.load(
        {**stored, **entry.common},
        pays_money=sheet.pays_money,
        has_account=bool(submission.bank_account),
    )
    account = loaded.data.pop("bank_account", None)
    common = {**submission.common, **loaded.data}
    if account:
        submission.bank_account = box.seal(account, account_context(submission))
        common["bank_account"] = enterprise_part.masked(account)
    submission.common = common
    return {f"common.{name}": said for name, said in loaded.errors.items()}


def _fill_line(session: Session, actor: Actor, line: Line, entry: PaperEntry) -> dict[str, list[str]]:
    code = line.item.code
    loaded = forms.load(line.version.form, entry.items.get(code, {}))
    wrong = {**loaded.errors, **over_cap(line.version, loaded.data)}
    faults = {f"items.{code}.{name}": said for name, said in wrong.items()}
    line.application.data = loaded.data
    checked = {key: form for key, form in entry.checklist.get(code, {}).items() if form and form != MISSING}
    listed = {one.key: one for one in asked_of(line.version.fields, line.version.form, loaded.data)}
    for key, form in checked.items():
        if key not in listed or form not in (MaterialForm.ORIGINAL_SEEN.value, MaterialForm.COPY_KEPT.value):
            faults[f"checklist.{code}.{key}"] = ["请选择“已核验原件”“已留存复印件”或“缺少”。"]
    for key, one in listed.items():
        there = key in checked or entry.files.get(code, {}).get(key)
        if one.required and not there and not entry.allow_missing:
            faults[f"checklist.{code}.{key}"] = [f"缺少必交材料“{one.text[:40]}”。可以收件并一次性告知补正。"]
    for key in entry.files.get(code, {}):
        if key not in listed:
            faults[f"checklist.{code}.{key}"] = ["材料清单里没有这一项。"]
    if not faults:
        record_checked(session, actor, line.application, checked)
    return faults
