"""申报表: the form of an item, made by the department that makes the policy; tried out before anybody sees it.

Every page works without JavaScript. The form lies in the item's draft version, so a published form is never changed:
a change is the next version, and applications stay on the one they were made on (law 5).
"""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.applications import form_making, form_settings, forms
from redemption.applications.needs import entries_of
from redemption.applications.views import posted
from redemption.catalogue import queries as catalogue
from redemption.catalogue import service as catalogue_service
from redemption.catalogue.form_shape import COLUMN_TYPES, MOST_COLUMNS, TYPE_NAMES, numeric_paths
from redemption.catalogue.models import ItemVersion
from redemption.catalogue.service import Owned
from redemption.kernel.errors import NotFound
from redemption.policies import queries as policies
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("form-editor", __name__)

SPARE_COLUMNS = 2


@blueprint.get("/editor/items/<code>/form")
@allow("policy_maker")
def overview(code: str) -> Answer:
    return _overview(_owned(code), empty_form())


@blueprint.post("/editor/items/<code>/form")
@allow("policy_maker")
def add(code: str) -> Answer:
    owned, form = _owned(code), _typed()
    name = ""
    with form.catching():
        made, name = form_making.add_field(
            owned.draft.form, form.values.get("label", ""), form.values.get("type", "")
        )
        _save(owned, made)
    if not form.ok:
        return _overview(_again(code), form, 422)
    return redirect(f"/editor/items/{code}/form/fields/{name}", 303)


@blueprint.get("/editor/items/<code>/form/fields/<name>")
@allow("policy_maker")
def field(code: str, name: str) -> Answer:
    owned = _owned(code)
    return _field(
        owned, name, empty_form(form_settings.boxes_of(form_making.field_named(owned.draft.form, name)))
    )


@blueprint.post("/editor/items/<code>/form/fields/<name>")
@allow("policy_maker")
def change(code: str, name: str) -> Answer:
    owned, form = _owned(code), _typed()
    with form.catching():
        keys = [entry.key for entry in entries_of(owned.draft.fields)]
        _save(owned, form_making.change_field(owned.draft.form, name, form.values, materials=keys))
    if not form.ok:
        return _field(_again(code), name, _with_columns(form), 422)
    if request.form.get("action") == "stay":
        return redirect(f"/editor/items/{code}/form/fields/{name}", 303)
    flash("已保存。", "success")
    return redirect(f"/editor/items/{code}/form", 303)


@blueprint.post("/editor/items/<code>/form/fields/<name>/move")
@allow("policy_maker")
def move(code: str, name: str) -> Answer:
    owned = _owned(code)
    step = -1 if request.form.get("to") == "up" else 1
    _save(owned, form_making.move_field(owned.draft.form, name, step))
    return redirect(f"/editor/items/{code}/form#f-{name}", 303)


@blueprint.post("/editor/items/<code>/form/fields/<name>/remove")
@allow("policy_maker")
def remove(code: str, name: str) -> Answer:
    owned, form = _owned(code), _typed()
    with form.catching():
        _save(owned, form_making.remove_field(owned.draft.form, name))
    if not form.ok:
        return _overview(_again(code), form, 409)
    flash("已删除这一项。", "success")
    return redirect(f"/editor/items/{code}/form", 303)


@blueprint.post("/editor/items/<code>/form/rules")
@allow("policy_maker")
def add_rule(code: str) -> Answer:
    owned, form = _owned(code), _typed()
    form.values["parts"] = request.form.getlist("parts")
    with form.catching():
        _save(
            owned,
            form_making.add_sum(
                owned.draft.form,
                form.values["parts"],
                form.values.get("total", ""),
                form.values.get("message", ""),
            ),
        )
    if not form.ok:
        return _overview(_again(code), form, 422)
    flash("合计校验已加上。", "success")
    return redirect(f"/editor/items/{code}/form#rules", 303)


@blueprint.post("/editor/items/<code>/form/rules/<int:at>/remove")
@allow("policy_maker")
def remove_rule(code: str, at: int) -> Answer:
    owned = _owned(code)
    _save(owned, form_making.remove_rule(owned.draft.form, at))
    return redirect(f"/editor/items/{code}/form#rules", 303)


@blueprint.get("/editor/items/<code>/form/preview")
@allow("policy_maker")
def preview(code: str) -> Answer:
    return _preview(_owned(code), {}, {}, tried=False)


@blueprint.post("/editor/items/<code>/form/preview")
@allow("policy_maker")
def try_out(code: str) -> Answer:
    """Trial values through the very schema that an application goes through; nothing is stored."""
    owned = _owned(code)
    version = _version(owned)
    values = posted.collect(version.form, request.form)
    loaded = forms.load(version.form, values)
    partial = request.form.get("action") == "more_rows"
    errors = {} if partial else posted.errors(loaded.errors)
    return _preview(owned, values, errors, tried=not partial)


# --- parts -----------------------------------------------------------------------------------------------


def _owned(code: str) -> Owned:
    return catalogue_service.owned_for_reading(db(), actor(), code)


def _again(code: str) -> Owned:
    # nothing half-saved may be seen by the queries that build the page
    db().rollback()
    return _owned(code)


def _typed() -> Form:
    return Form(values={name: request.form[name] for name in request.form if name != "csrf_token"})


def _save(owned: Owned, made: dict[str, Any]) -> None:
    seen = request.form.get("version", type=int)
    catalogue_service.save_item(db(), actor(), owned.item.code, {"form": made}, version=seen)


def _with_columns(form: Form) -> Form:
    """What was typed into the rows of columns, as rows again."""
    rows = []
    for at in range(MOST_COLUMNS):
        if f"columns.{at}.label" in form.values:
            box = f"columns.{at}."
            rows.append(
                {n: form.values.get(f"{box}{n}", "") for n in ("name", "label", "type", "unit", "choices")}
            )
            rows[-1]["required"] = f"{box}required" in form.values
    form.values["columns"] = rows
    return form


def _common(owned: Owned) -> dict[str, Any]:
    may_change = policies.may_change(owned.policy, actor())
    return {
        "item": owned.item,
        "draft": owned.draft,
        "base": f"/editor/items/{owned.item.code}/form",
        "may_change": owned.is_draft and may_change,
        "owns": may_change,
        "version": owned.item.version,
    }


def _overview(owned: Owned, form: Form, status: int = 200) -> Answer:
    declared = owned.draft.form.get("fields") or []
    texts = {entry.key: entry.text for entry in entries_of(owned.draft.fields)}
    shown = []
    for raw, whole in zip(declared, forms.fields_of(owned.draft.form), strict=True):
        said = form_settings.told(owned.draft.form, raw)
        if raw.get("material"):
            said.append(f"对应材料：{texts.get(raw['material'], '（清单里已没有这一项）')}")
        shown.append((whole, said))
    paths = numeric_paths(owned.draft.form)
    return render(
        "applications/form_overview.html",
        status=status,
        **_common(owned),
        shown=shown,
        types=TYPE_NAMES,
        rules=[_rule_words(rule, dict(paths)) for rule in owned.draft.form.get("rules") or []],
        paths=paths,
        versions=catalogue.published_versions(db(), owned.item.id),
        form=form,
    )


def _field(owned: Owned, name: str, form: Form, status: int = 200) -> Answer:
    raw = form_making.field_named(owned.draft.form, name)
    columns = list(form.values.get("columns") or [])
    spare = 0 if status != 200 else SPARE_COLUMNS
    columns += [{"type": "text"} for _ in range(min(spare, MOST_COLUMNS - len(columns)))]
    return render(
        "applications/form_field.html",
        status=status,
        **_common(owned),
        field=raw,
        kind=form.values.get("type") or raw["type"],
        types=list(TYPE_NAMES.items()),
        needs=_needs(owned.draft.form, name),
        columns=columns,
        column_types=[(kind, TYPE_NAMES[kind]) for kind in COLUMN_TYPES],
        ways=list(form_settings.WAYS.items()),
        paths=[path for path in numeric_paths(owned.draft.form) if path[0].split(".")[0] != name],
        materials=[(entry.key, entry.text) for entry in entries_of(owned.draft.fields)],
        form=form,
    )


def _needs(form: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """When a field must be filled in, as one box: always, never, or with an answer to another question."""
    made = [(form_settings.ALWAYS, "必填"), (form_settings.NEVER, "选填")]
    for other in forms.fields_of(form):
        if other["name"] == name or other.get("computed"):
            continue
        if other["type"] == "declaration":
            made.append((f"if|{other['name']}|True", f"勾选了“{other['label']}”时必填"))
        for code, word in other.get("choices") or ():
            made.append((f"if|{other['name']}|{code}", f"“{other['label']}”选“{word}”时必填"))
    return made


def _rule_words(rule: dict[str, Any], words: dict[str, str]) -> tuple[str, str]:
    parts = " + ".join(words.get(path, path) for path in rule.get("parts") or [])
    return f"{parts} = {words.get(str(rule.get('total')), str(rule.get('total')))}", rule.get("message") or ""


def _version(owned: Owned) -> ItemVersion:
    """The version that is looked at: the one asked for by number, else the one worked on. NotFound."""
    no = request.values.get("no", type=int)
    if no is None or no == owned.draft.no:
        return owned.draft
    for version in catalogue.published_versions(db(), owned.item.id):
        if version.no == no:
            return version
    raise NotFound("没有找到这个版本的申报表。")


def _preview(owned: Owned, values: dict[str, Any], errors: dict[str, list[str]], *, tried: bool) -> Answer:
    version = _version(owned)
    loaded = forms.load(version.form, values, partial=True)
    amount = forms.amount_of(version.form, loaded.data)
    return render(
        "applications/form_preview.html",
        status=422 if errors else 200,
        **_common(owned),
        looked_at=version,
        fields=forms.fields_of(version.form),
        values=posted.boxes(version.form, values),
        computed=posted.computed(version.form, values),
        read=forms.shown(version.form, loaded.data) if tried and not errors else [],
        amount=amount,
        errors=errors,
        labels=posted.labels(version.form),
        blank_rows=10 if request.form.get("action") == "more_rows" else posted.BLANK_ROWS,
        grid_limit=posted.GRID_LIMIT,
        tried=tried,
        materials={entry.key: entry for entry in entries_of(version.fields)},
    )
