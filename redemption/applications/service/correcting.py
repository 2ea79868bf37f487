"""补正: everything that is missing in one notice; only what was asked is open; what was there before is kept."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from redemption.applications import clocks, enterprise_part, forms, handed_in, queries
from redemption.applications.clocks import Terms
from redemption.applications.models import Application, ApplicationEvent, Correction, Material
from redemption.applications.needs import entries_of
from redemption.applications.queries import Case
from redemption.applications.rules import MACHINE, Action, Status
from redemption.applications.service.access import must_file
from redemption.applications.service.moving import step
from redemption.applications.service.saving import over_cap
from redemption.applications.service.starting import account_context
from redemption.identity.rules import Actor
from redemption.kernel import clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid
from redemption.kernel.secrets import SecretBox

KINDS = ("field", "common", "material", "note")
NOTE_LIMIT = 2000
MOST_ENTRIES = 100


def ask_correction(
    session: Session,
    actor: Actor,
    application: Application,
    entries: Sequence[Mapping[str, Any]],
    reason: str = "",
    at: dt.datetime | None = None,
) -> Correction:
    """One notice of everything that is missing (一次性告知).

    Before acceptance it asks for a correction, after it for a supplement. A second round needs a reason.

    Args:
        entries: `{"kind": "field"|"common"|"material"|"note", "key", "message"}`; what names no field or list entry of
            the item is answered in words or with a file (`note`, or a material under its own key).

    Raises:
        Invalid: no entries, an entry without words, or no reason where one is needed.
        IllegalTransition: nothing can be asked in this state.
    """
    case = queries.case_by_id(session, application.id, lock=True)
    accepted = case.application.status == Status.ACCEPTED.value
    action = Action.ASK_SUPPLEMENT if accepted else Action.ASK_CORRECTION
    MACHINE.next(Status(str(case.application.status)), action)
    asked = _entries(case, entries)
    earlier = queries.corrections(session, application.id)
    if (earlier or accepted) and not reason.strip():
        raise Invalid.field(
            "reason",
            "补正应当一次性告知。确需再次要求的，请写明理由。"
            if earlier
            else "受理后要求补充材料的，请写明理由。",
        )
    now = clock.now()
    # told late by a department's system: the applicant's days run from when they can know
    due = clocks.correction_due(max(at or now, now), Terms.of(case.version), load_calendar(session))
    assert due.at is not None
    correction = Correction(
        application_id=application.id,
        round=len(earlier) + 1,
        stage=str(case.application.status),
        entries=asked,
        reason=reason.strip(),
        asked_at=at or now,
        due_at=due.at,
        due_provisional=due.provisional,
    )
    session.add(correction)
    session.flush()
    event = step(
        session,
        actor,
        case,
        action,
        at=at,
        reason=reason,
        data={"correction_id": correction.id, "round": correction.round},
        correction=correction,
    )
    correction.document_id = event.document_id
    session.flush()
    return correction


def save_answer(
    session: Session, actor: Actor, number: str, values: Mapping[str, Any], *, correction_id: int
) -> Correction:
    """Keep an answer while it is being written (a draft that saves itself)."""
    must_file(actor)
    _, correction = _open(session, actor, number, correction_id)
    asked = {_name(entry) for entry in correction.entries}
    typed = {name: value for name, value in values.items() if name in asked}
    # an account is not kept in clear, not even in a draft
    typed.pop("common.bank_account", None)
    correction.draft = typed
    session.flush()
    return correction


def answer_correction(
    session: Session,
    actor: Actor,
    number: str,
    values: Mapping[str, Any],
    *,
    correction_id: int,
    box: SecretBox,
) -> ApplicationEvent:
    """Hand the answer in. Every entry of the notice must be answered; nothing else can be changed.

    Args:
        values: `field.<name>`, `common.<name>`, `note.<key>`: answers; materials were uploaded for this round before.

    Raises:
        Invalid: with the entries that are not answered, or not well, by the same names.
        Conflict: `correction_closed`: it was answered already, or its time is over.
    """
    must_file(actor)
    case, correction = _open(session, actor, number, correction_id)
    handed = [
        m
        for m in handed_in.materials_of_submission(session, case.submission.id)
        if m.application_id == case.application.id and m.round == correction.round
    ]
    asked = {_name(entry): entry for entry in correction.entries}
    strange = [name for name in values if name not in asked]
    if strange:
        raise Invalid(fields=dict.fromkeys(strange, "补正通知没有要求修改这一项。"))
    errors = _unanswered(asked, values, handed)
    fields = _answered_fields(case, asked, values, errors)
    common = _answered_common(case, asked, values, errors)
    if errors:
        raise Invalid("还有补正事项没有完成，请按提示补齐后再提交。", fields=errors)
    correction.before = _before(session, case, asked, handed)
    _apply(case, fields, common, box)
    notes = {name: str(value).strip() for name, value in values.items() if name.startswith("note.")}
    correction.answered_at = clock.now()
    correction.draft = {"notes": notes} if notes else {}
    before_acceptance = correction.stage == Status.RECEIVED.value
    action = Action.RESUBMIT if before_acceptance else Action.RESUBMIT_SUPPLEMENT
    event = step(
        session,
        actor,
        case,
        action,
        data={"correction_id": correction.id, "round": correction.round, "notes": notes},
    )
    outbox.publish(
        session,
        "application.resubmitted",
        case.application.number,
        application_id=case.application.id,
        correction_id=correction.id,
    )
    return event


def answer_round(session: Session, application_id: int) -> int:
    """The round for which materials may be uploaded now. Conflict where nothing was asked."""
    correction = queries.open_correction(session, application_id)
    if correction is None:
        raise Conflict("现在没有需要补正的内容。", code="correction_closed")
    return correction.round


def _open(session: Session, actor: Actor, number: str, correction_id: int) -> tuple[Case, Correction]:
    case = queries.case(session, actor, number, lock=True)
    correction = queries.open_correction(session, case.application.id)
    if correction is None or correction.id != correction_id:
        raise Conflict("这次补正已经提交或已经结束，请刷新页面查看最新状态。", code="correction_closed")
    if clock.now() >= correction.due_at and not correction.due_provisional:
        raise Conflict("补正期限已过，不能再提交。在申报期限内您可以重新申报。", code="correction_overdue")
    return case, correction


def _entries(case: Case, entries: Sequence[Mapping[str, Any]]) -> list[Json]:
    if not entries:
        raise Invalid.field("entries", "请至少列出一项需要补正的内容。")
    if len(entries) > MOST_ENTRIES:
        raise Invalid.field("entries", f"一次最多列出{MOST_ENTRIES}项。")
    labels = {
        "field": {d["name"]: d["label"] for d in forms.fields_of(case.version.form)},
        "common": enterprise_part.LABELS,
        "material": {entry.key: entry.text for entry in entries_of(case.version.fields)},
    }
    made: list[Json] = []
    for place, raw in enumerate(entries, start=1):
        kind, key = str(raw.get("kind") or "note"), str(raw.get("key") or "")[:80]
        message = str(raw.get("message") or "").strip()
        if not message:
            raise Invalid.field(f"entries.{place - 1}.message", "请写明需要补正什么、怎样补正。")
        known = labels.get(kind, {})
        if kind == "material":
            key = key or f"x{place}"
        elif kind not in KINDS or key not in known:
            # a department may ask for what our form does not have: then it is answered in words
            kind, key = "note", key or f"n{place}"
        label = known.get(key) or str(raw.get("label") or "补充说明")
        made.append({"kind": kind, "key": key, "label": label[:200], "message": message[:1000]})
    names = [_name(entry) for entry in made]
    if len(set(names)) != len(names):
        raise Invalid.field("entries", "同一项内容列了两次，请合并成一条。")
    return made


def _name(entry: Mapping[str, Any]) -> str:
    return f"{entry['kind']}.{entry['key']}"


def _unanswered(
    asked: Mapping[str, Json], values: Mapping[str, Any], handed: Sequence[Material]
) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    uploaded = {material.entry for material in handed}
    for name, entry in asked.items():
        if entry["kind"] == "material":
            if entry["key"] not in uploaded:
                errors[name] = ["请上传补正后的材料。"]
        elif not values.get(name) or (isinstance(values[name], str) and not values[name].strip()):
            errors[name] = [f"请填写补正后的{entry['label']}。"]
        elif entry["kind"] == "note" and len(str(values[name])) > NOTE_LIMIT:
            errors[name] = [f"请不要超过{NOTE_LIMIT}个字。"]
    return errors


def _answered_fields(
    case: Case, asked: Mapping[str, Json], values: Mapping[str, Any], errors: dict[str, list[str]]
) -> Json:
    names = {entry["key"] for entry in asked.values() if entry["kind"] == "field"}
    if not names:
        return {}
    whole = {**case.application.data, **{n: values.get(f"field.{n}") for n in names}}
    loaded = forms.load(case.version.form, whole)
    for field, said in loaded.errors.items():
        # what was accepted before and was not asked for does not stop the answer
        if field.split(".")[0] in names:
            errors.setdefault(f"field.{field}", said)
    for field, sentences in over_cap(case.version, loaded.data).items():
        if field in names:
            errors.setdefault(f"field.{field}", sentences)
    computed = {d["name"] for d in forms.fields_of(case.version.form) if d.get("computed")}
    return {name: value for name, value in loaded.data.items() if name in names | computed}


def _answered_common(
    case: Case, asked: Mapping[str, Json], values: Mapping[str, Any], errors: dict[str, list[str]]
) -> Json:
    names = {entry["key"] for entry in asked.values() if entry["kind"] == "common"}
    if not names:
        return {}
    sent = {name: values.get(f"common.{name}") for name in names}
    loaded = enterprise_part.load(sent, pays_money=False, has_account=False, partial=True)
    for field, said in loaded.errors.items():
        errors.setdefault(f"common.{field}", said)
    return loaded.data


def _before(session: Session, case: Case, asked: Mapping[str, Json], handed: Sequence[Material]) -> Json:
    fields = {e["key"] for e in asked.values() if e["kind"] == "field"}
    if fields:
        fields |= {d["name"] for d in forms.fields_of(case.version.form) if d.get("computed")}
    common = {e["key"] for e in asked.values() if e["kind"] == "common"}
    shared = handed_in.answers_of(session, case.application)
    replaced = {m.entry for m in handed}
    standing = [
        (m.entry if m.application_id else shared.get(m.entry, ""), m)
        for m in handed_in.materials_of(session, case.application)
    ]
    return {
        "data": {name: case.application.data.get(name) for name in fields},
        "common": {name: case.submission.common.get(name) for name in common},
        "materials": {
            m.public_id: {"entry": key, "name": m.name, "sha256": m.sha256}
            for key, m in standing
            if key in replaced
        },
    }


def _apply(case: Case, fields: Json, common: Json, box: SecretBox) -> None:
    if fields:
        case.application.data = {**case.application.data, **fields}
        case.application.amount_requested = forms.amount_of(case.version.form, case.application.data)
    if common:
        account = common.get("bank_account")
        if account:
            case.submission.bank_account = box.seal(account, account_context(case.submission))
            common = {**common, "bank_account": enterprise_part.masked(account)}
        case.submission.common = {**case.submission.common, **common}
