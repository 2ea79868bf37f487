"""一件申报: where it stands, who holds it, why the clock stands still; answering a correction, withdrawing."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.applications import clocks, forms, handed_in, queries, service, timeline
from redemption.applications.comparing import what_changed
from redemption.applications.models import Correction, Material
from redemption.applications.needs import entries_of
from redemption.applications.queries import Case
from redemption.applications.rules import WITHDRAWABLE, Status
from redemption.applications.service.correcting import NOTE_LIMIT
from redemption.applications.views import materials, posted
from redemption.documents import queries as documents
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, Invalid
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.session import box, db, keep_on_refusal, settings

blueprint = Blueprint("applications", __name__)


@blueprint.get("/applications/<number>")
@allow("enterprise")
def case(number: str) -> Answer:
    found = queries.case(db(), actor(), number)
    application = found.application
    events = queries.events(db(), application.id)
    calendar = load_calendar(db())
    due = clocks.info(
        clocks.due_now(events, clocks.Terms.of(found.version), calendar), calendar, clock.today()
    )
    papers = documents.about(db(), f"submission:{found.submission.id}", f"application:{application.id}")
    corrections = queries.corrections(db(), application.id)
    return render(
        "applications/case.html",
        case=found,
        due=due,
        due_words=timeline.due_words(due),
        holder=timeline.holder(str(application.status), found.department.name),
        steps=timeline.steps(
            events,
            department=found.department.name,
            pays_money=found.version.payment_days is not None,
            over=application.over_at is not None,
            due=due,
            documents={paper.id: paper.number for paper in papers},
        ),
        papers=papers,
        corrections=[row for row in corrections if row.answered_at],
        changes=what_changed(db(), found, corrections),
        correction=next((c for c in corrections if c.answered_at is None and c.closed_at is None), None),
        shown=forms.shown(found.version.form, application.data),
        differences=forms.differing(found.version.form, application.differences),
        materials=_listed(found),
        may_withdraw=Status(str(application.status)) in WITHDRAWABLE and actor().may_file,
        may_file=actor().may_file,
    )


@blueprint.get("/applications/<number>/correction")
@allow("enterprise")
def correction(number: str) -> Answer:
    found = queries.case(db(), actor(), number)
    asked = queries.open_correction(db(), found.application.id)
    if asked is None:
        flash("这件申报现在没有需要补正的内容。", "info")
        return redirect(f"/applications/{number}", 303)
    return _correction_page(found, asked, _first_values(found, asked), {}, 200)


@blueprint.post("/applications/<number>/correction")
@allow("enterprise")
def answer(number: str) -> Answer:
    found = queries.case(db(), actor(), number)
    asked = queries.open_correction(db(), found.application.id)
    given = request.form.get("correction", "")
    correction_id = int(given) if given.isdigit() and len(given) < 18 else 0
    if asked is None or asked.id != correction_id:
        raise Conflict("这次补正已经提交或已经结束，请刷新页面查看最新状态。", code="correction_closed")
    values = _values(found, asked)
    if "X-Autosave" in request.headers:
        service.save_answer(db(), actor(), number, values, correction_id=correction_id)
        return jsonify({"saved_at": f"{clock.local(clock.now()):%H:%M}"})
    errors = _uploads(number, asked)
    if not errors:
        try:
            with db().begin_nested():
                service.answer_correction(
                    db(), actor(), number, values, correction_id=correction_id, box=box()
                )
        except Invalid as error:
            errors = error.fields
    if errors:
        # files that were good are kept, and so is what was typed
        service.save_answer(db(), actor(), number, values, correction_id=correction_id)
        keep_on_refusal()
        return _correction_page(found, asked, values, errors, 422)
    flash("补正已提交，办理部门会继续审核。", "success")
    return redirect(f"/applications/{number}", 303)


@blueprint.get("/applications/<number>/withdraw")
@allow("enterprise")
def ask_withdraw(number: str) -> Answer:
    found = queries.case(db(), actor(), number)
    if Status(str(found.application.status)) not in WITHDRAWABLE:
        flash("这件申报现在不能撤回。", "info")
        return redirect(f"/applications/{number}", 303)
    return render("applications/withdraw.html", case=found, values={}, errors={})


@blueprint.post("/applications/<number>/withdraw")
@allow("enterprise")
def withdraw(number: str) -> Answer:
    reason = request.form.get("reason", "").strip()
    try:
        service.withdraw(db(), actor(), number, reason)
    except Invalid as error:
        found = queries.case(db(), actor(), number)
        return render(
            "applications/withdraw.html",
            status=422,
            case=found,
            values={"reason": reason},
            errors=error.fields,
        )
    flash("已撤回。在申报期限内您可以重新申报。", "success")
    return redirect(f"/applications/{number}", 303)


@blueprint.post("/applications/<number>/receipt")
@allow("enterprise")
def confirm_receipt(number: str) -> Answer:
    """The money is there, or it is not."""
    arrived = request.form.get("arrived") == "yes"
    try:
        service.confirm_receipt(
            db(), actor(), number, arrived=arrived, note=request.form.get("note", "").strip()
        )
    except Invalid as error:
        flash(error.message, "error")
        return redirect(f"/applications/{number}#receipt", 303)
    flash("感谢确认。" if arrived else "已转告办理部门核对，请留意电话和通知。", "success")
    return redirect(f"/applications/{number}", 303)


def _by_entry(found: Case) -> dict[str, list[Material]]:
    """What stands for each line of the list."""
    shared = handed_in.answers_of(db(), found.application)
    grouped: dict[str, list[Material]] = {}
    for material in handed_in.materials_of(db(), found.application):
        key = material.entry if material.application_id else shared.get(material.entry, material.entry)
        grouped.setdefault(key, []).append(material)
    return grouped


def _listed(found: Case) -> list[tuple[str, list[Material]]]:
    texts = {entry.key: entry.text for entry in entries_of(found.version.fields)}
    order = {key: at for at, key in enumerate(texts)}
    standing = sorted(_by_entry(found).items(), key=lambda item: order.get(item[0], len(order)))
    return [(texts.get(key, files[0].name), files) for key, files in standing]


def _values(found: Case, asked: Correction) -> dict[str, Any]:
    """Answers by the names of the notice's entries."""
    collected = posted.collect(found.version.form, request.form)
    values: dict[str, Any] = {}
    for entry in asked.entries:
        name = f"{entry['kind']}.{entry['key']}"
        if entry["kind"] == "field":
            values[name] = collected.get(entry["key"])
        elif entry["kind"] in ("common", "note"):
            values[name] = request.form.get(name, "")
    return values


def _uploads(number: str, asked: Correction) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for entry in asked.entries:
        name = f"material.{entry['key']}"
        for file in request.files.getlist(name) if entry["kind"] == "material" else ():
            if not file.filename:
                continue
            try:
                service.add_correction_material(
                    db(),
                    actor(),
                    number,
                    entry["key"],
                    materials.checked_file(file),
                    storage=materials.storage(),
                    limits=materials.limits(),
                )
            except Invalid as error:
                errors.setdefault(name, []).append(error.message)
    return errors


def _first_values(found: Case, asked: Correction) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for entry in asked.entries:
        name = f"{entry['kind']}.{entry['key']}"
        if entry["kind"] == "field":
            values[name] = found.application.data.get(entry["key"])
        elif entry["kind"] == "common" and entry["key"] != "bank_account":
            values[name] = found.submission.common.get(entry["key"], "")
    return {**values, **asked.draft}


def _correction_page(
    found: Case, asked: Correction, values: dict[str, Any], errors: dict[str, list[str]], status: int
) -> Answer:
    declared = {d["name"]: d for d in forms.fields_of(found.version.form)}
    base = f"/applications/{found.application.number}/correction"
    entries = []
    uploaded = handed_in.materials_of_submission(db(), found.submission.id)
    earlier = _by_entry(found)
    for entry in asked.entries:
        files = [
            m
            for m in uploaded
            if m.application_id == found.application.id and m.round == asked.round and m.entry == entry["key"]
        ]
        entries.append(
            {
                **entry,
                "name": f"{entry['kind']}.{entry['key']}",
                "declared": declared.get(entry["key"]) if entry["kind"] == "field" else None,
                "files": materials.rows(files, base, files=f"/applications/{found.application.number}")
                if entry["kind"] == "material"
                else [],
                "earlier": earlier.get(entry["key"], []),
                "upload_url": f"{base}/materials/{entry['key']}",
            }
        )
    named = {e["name"]: values.get(e["name"]) for e in entries if e["kind"] != "field"}
    of_form = {e["key"]: values.get(e["name"]) for e in entries if e["kind"] == "field"}
    calendar = load_calendar(db())
    due = clocks.info(
        clocks.Due(clocks.DueKind.CORRECTION, clock.last_day(asked.due_at), asked.due_provisional),
        calendar,
        clock.today(),
    )
    return render(
        "applications/correction.html",
        status=status,
        case=found,
        correction=asked,
        entries=entries,
        values={**named, **posted.boxes(found.version.form, of_form)},
        errors=_named_errors(errors),
        labels={_box(e): e["label"] for e in entries},
        due_words=timeline.due_words(due),
        accept=materials.ACCEPT,
        max_mb=settings().file_limit // 1048576,
        note_limit=NOTE_LIMIT,
        blank_rows=posted.BLANK_ROWS,
        grid_limit=posted.GRID_LIMIT,
    )


def _box(entry: dict[str, Any]) -> str:
    return posted.PREFIX + entry["key"] if entry["kind"] == "field" else str(entry["name"])


def _named_errors(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        posted.PREFIX + name.removeprefix("field.") if name.startswith("field.") else name: said
        for name, said in errors.items()
    }
