"""在线申报: a draft as a list of tasks, one subject a page, check answers, hand in."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.applications import drafting, enterprise_part, forms, queries, service
from redemption.applications.needs import entries_of
from redemption.applications.queries import Line, Sheet
from redemption.applications.rules import DECLARATIONS
from redemption.applications.service.starting import Offer
from redemption.applications.views import posted
from redemption.applications.views.tasks import page_of, tasks_of
from redemption.documents import queries as documents
from redemption.identity import queries as identity
from redemption.kernel import clock, secrets, uow
from redemption.kernel.errors import Conflict, Invalid, Stale
from redemption.matching import service as matching
from redemption.matching.reasons import Explanation
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.problem import domain_error
from redemption.web.session import box, db

blueprint = Blueprint("apply", __name__)


@blueprint.errorhandler(Conflict)
def found_elsewhere(error: Conflict) -> Answer:
    """What the person wants is elsewhere: the receipt of what was handed in already (in another window, by a second
    press), the lists of what needs no application."""
    if error.code == "no_application_needed":
        flash(error.message, "info")
        return redirect("/offers", 303)
    if error.code != "already_submitted" or (request.method == "POST" and request.endpoint != "apply.submit"):
        return domain_error(error)
    uow.abandon(db())
    return redirect(f"/apply/{(request.view_args or {})['number']}/submitted", 303)


@blueprint.get("/apply")
@allow("enterprise")
def drafts() -> Answer:
    """What is being filled in."""
    found = queries.drafts(db(), actor().enterprise_id)
    lines = [
        (
            f"申报单 {one.number}",
            f"/apply/{one.number}",
            "in_progress",
            f"{clock.moment_text(one.saved_at)} 保存",
        )
        for one in found
    ]
    return render("applications/drafts.html", drafts=found, drafts_tasks=lines)


@blueprint.get("/apply/new")
@allow("enterprise")
def new() -> Answer:
    """Before the form: what is applied for, what is needed, whether a draft or a case of it is there already."""
    codes = request.args.getlist("item")
    offers = service.offers_of(db(), codes)
    ids = [item.id for item, _, _ in offers]
    return render(
        "applications/new.html",
        offers=offers,
        codes=[item.code for item, _, _ in offers],
        drafts=queries.drafts_of_item(db(), actor().enterprise_id, ids),
        running=queries.running(db(), actor().enterprise_id, ids),
        needs=drafting.needs_of_offers(offers),
        eligibility=_eligibility(offers),
        may_file=actor().may_file,
        # the same page sent twice starts one draft
        client_key=secrets.token(),
    )


@blueprint.post("/apply/new")
@allow("enterprise")
def start() -> Answer:
    codes = request.form.getlist("item")
    submission = service.start(
        db(), actor(), codes, box=box(), client_key=request.form.get("client_key") or None
    )
    return redirect(f"/apply/{submission.number}", 303)


@blueprint.get("/apply/<number>")
@allow("enterprise")
def tasks(number: str) -> Answer:
    """The list of tasks of a draft; what was handed in shows its number and receipt."""
    sheet = queries.sheet(db(), actor(), number)
    if not sheet.is_draft:
        return redirect(f"/apply/{number}/submitted", 303)
    return render("applications/tasks.html", sheet=sheet, tasks=tasks_of(sheet), amended=_amended(sheet))


@blueprint.get("/apply/<number>/enterprise")
@allow("enterprise")
def enterprise(number: str) -> Answer:
    sheet = _draft(number)
    return _enterprise_page(sheet, {**sheet.submission.common, **sheet.submission.typed}, {}, 200)


@blueprint.post("/apply/<number>/enterprise")
@allow("enterprise")
def save_enterprise(number: str) -> Answer:
    values = {name: request.form[name] for name in enterprise_part.LABELS if name in request.form}
    automatic = "X-Autosave" in request.headers
    try:
        sheet = service.save_common(
            db(), actor(), number, values, box=box(), version=_version(), keep_typed=automatic
        )
    except Stale as error:
        if automatic:
            raise
        sheet = _draft(number)
        return _enterprise_page(
            sheet, values, {"": [error.message], **_enterprise_meanwhile(sheet, values)}, 409
        )
    except Invalid as error:
        return _enterprise_page(_draft(number), values, error.fields, 422)
    if automatic:
        return _saved(sheet.submission.version)
    return redirect(f"/apply/{number}", 303)


@blueprint.get("/apply/<number>/items/<int:place>")
@allow("enterprise")
def item(number: str, place: int) -> Answer:
    line = _draft(number).line(place)
    values = {**line.application.data, **line.application.typed}
    return _item_page(number, line, values, {}, 200)


@blueprint.post("/apply/<number>/items/<int:place>")
@allow("enterprise")
def save_item(number: str, place: int) -> Answer:
    sheet = _draft(number)
    line = sheet.line(place)
    values = posted.collect(line.version.form, request.form)
    automatic = "X-Autosave" in request.headers
    more_rows = request.form.get("action") == "more_rows"
    try:
        service.save_item(
            db(), actor(), number, place, values, version=_version(), keep_typed=automatic or more_rows
        )
    except Stale as error:
        if automatic:
            raise
        other = posted.meanwhile(line.version.form, line.application.data, values)
        return _item_page(number, line, values, {"": [error.message], **other}, 409)
    except Invalid as error:
        return _item_page(number, line, values, posted.errors(error.fields), 422)
    if automatic:
        return _saved(line.application.version, posted.computed(line.version.form, values))
    if more_rows:
        return redirect(f"/apply/{number}/items/{place}?rows=10", 303)
    return redirect(f"/apply/{number}", 303)


@blueprint.get("/apply/<number>/items/<int:place>/amended")
@allow("enterprise")
def amended(number: str, place: int) -> Answer:
    """What changed in the item while its form was open; the person decides."""
    line = _draft(number).line(place)
    return render(
        "applications/amended.html",
        number=number,
        line=line,
        differences=drafting.amendment(db(), line),
        reason=drafting.reason_of_amendment(db(), line),
    )


@blueprint.post("/apply/<number>/items/<int:place>/amended")
@allow("enterprise")
def adopt(number: str, place: int) -> Answer:
    line = service.adopt_version(db(), actor(), number, place)
    flash(f"“{line.version.name}”已按最新内容继续，您填过的内容已保留，请核对新增的部分。", "success")
    return redirect(f"/apply/{number}/items/{place}", 303)


@blueprint.get("/apply/<number>/items/<int:place>/remove")
@allow("enterprise")
def ask_remove(number: str, place: int) -> Answer:
    return render("applications/remove_item.html", number=number, line=_draft(number).line(place))


@blueprint.post("/apply/<number>/items/<int:place>/remove")
@allow("enterprise")
def remove(number: str, place: int) -> Answer:
    service.remove_item(db(), actor(), number, place)
    return redirect(f"/apply/{number}", 303)


@blueprint.get("/apply/<number>/items/add")
@allow("enterprise")
def ask_add(number: str) -> Answer:
    typed = request.args.get("q", "").strip()
    found = drafting.items_to_add(db(), _draft(number), typed)
    return render("applications/add_item.html", number=number, found=found, q=typed)


@blueprint.post("/apply/<number>/items/add")
@allow("enterprise")
def add(number: str) -> Answer:
    service.add_item(db(), actor(), number, request.form.get("item", ""))
    flash("已加入这张申报单，共用的信息和材料只需填写一次。", "success")
    return redirect(f"/apply/{number}", 303)


@blueprint.get("/apply/<number>/check")
@allow("enterprise")
def check(number: str) -> Answer:
    return _check_page(_draft(number), {}, {}, 200)


@blueprint.post("/apply/<number>/check")
@allow("enterprise")
def submit(number: str) -> Answer:
    declared = {key: request.form.get(f"declarations.{key}", "") for key in DECLARATIONS}
    try:
        service.submit(db(), actor(), number, declared=declared)
    except Invalid as error:
        return _check_page(_draft(number), declared, error.fields, 422)
    except Conflict as error:
        if error.code == "item_amended":
            return redirect(f"/apply/{number}/items/{error.detail['places'][0]}/amended", 303)
        # where two of the same item came in the same moment, the database has given this transaction up
        uow.abandon(db())
        return _check_page(_draft(number), declared, {"": [error.message]}, 409)
    return redirect(f"/apply/{number}/submitted", 303)


@blueprint.get("/apply/<number>/submitted")
@allow("enterprise")
def submitted(number: str) -> Answer:
    sheet = queries.sheet(db(), actor(), number)
    if sheet.is_draft:
        return redirect(f"/apply/{number}", 303)
    papers = documents.about(db(), f"submission:{sheet.submission.id}")
    due = sheet.lines[0].application.due_at
    answer_by = clock.day_of(due) - dt.timedelta(days=1) if due else None
    return render("applications/submitted.html", sheet=sheet, papers=papers, answer_by=answer_by)


@blueprint.get("/apply/<number>/discard")
@allow("enterprise")
def ask_discard(number: str) -> Answer:
    return render("applications/discard.html", sheet=_draft(number))


@blueprint.post("/apply/<number>/discard")
@allow("enterprise")
def discard(number: str) -> Answer:
    service.discard(db(), actor(), number)
    flash("草稿已放弃。", "success")
    return redirect("/space", 303)


def _eligibility(offers: list[Offer]) -> list[tuple[str, Explanation]]:
    """How each item stands for this enterprise, with reasons; it never blocks, the department decides."""
    enterprise = identity.enterprise_by_id(db(), actor().enterprise_id)
    return [(version.name, matching.assess(db(), enterprise, item, version)) for item, version, _ in offers]


# --- parts of pages --------------------------------------------------------------------------------------


def _draft(number: str) -> Sheet:
    """A draft, or the sentence that says that it was handed in."""
    sheet = queries.sheet(db(), actor(), number)
    service.must_be_draft(sheet)
    return sheet


def _version() -> int | None:
    seen = request.form.get("version", "")
    return int(seen) if seen.isdigit() and len(seen) < 10 else None


def _saved(version: int, computed: dict[str, str] | None = None) -> Response:
    return jsonify(
        {"version": version, "saved_at": f"{clock.local(clock.now()):%H:%M}", "computed": computed or {}}
    )


def _enterprise_meanwhile(sheet: Sheet, values: dict[str, str]) -> dict[str, list[str]]:
    """Where somebody else saved another enterprise part; an account is compared by nobody, it is masked."""
    stored = sheet.submission.common
    return {
        name: [posted.saved_elsewhere(str(stored.get(name) or ""))]
        for name in values
        if name != "bank_account" and str(stored.get(name) or "") != values[name].strip()
    }


def _enterprise_page(
    sheet: Sheet, values: dict[str, Any], errors: dict[str, list[str]], status: int
) -> Answer:
    return render(
        "applications/enterprise.html",
        status=status,
        sheet=sheet,
        values=values,
        errors=errors,
        labels=enterprise_part.LABELS,
        version=sheet.submission.version,
    )


def _item_page(
    number: str, line: Line, values: dict[str, Any], errors: dict[str, list[str]], status: int
) -> Answer:
    more = request.args.get("rows", "")
    return render(
        "applications/item.html",
        status=status,
        number=number,
        line=line,
        fields=forms.fields_of(line.version.form),
        values=posted.boxes(line.version.form, values),
        computed=posted.computed(line.version.form, values),
        errors=errors,
        labels=posted.labels(line.version.form),
        blank_rows=int(more) if more.isdigit() and len(more) < 3 else posted.BLANK_ROWS,
        grid_limit=posted.GRID_LIMIT,
        materials={entry.key: entry for entry in entries_of(line.version.fields)},
        version=line.application.version,
    )


def _check_page(sheet: Sheet, declared: dict[str, Any], errors: dict[str, list[str]], status: int) -> Answer:
    found = errors or {k: v for k, v in service.problems(sheet).items() if status == 200}
    return render(
        "applications/check.html",
        status=status,
        sheet=sheet,
        shown=[(line, forms.shown(line.version.form, line.application.data)) for line in sheet.lines],
        labels=enterprise_part.LABELS,
        declarations=DECLARATIONS,
        declared=declared,
        errors=errors,
        problems=[(page_of(sheet, name), said[0]) for name, said in found.items()],
        amended=_amended(sheet),
    )


def _amended(sheet: Sheet) -> list[Line]:
    return [line for line in sheet.lines if line.item.current_version_id != line.application.item_version_id]
