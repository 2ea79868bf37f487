"""Registries for the administrator: where enterprises' data are looked up, how that goes, settings, a check."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.applications.port import GROUP
from redemption.applications.sharing import asking, queries
from redemption.applications.sharing.looking import make_registry
from redemption.applications.sharing.rules import SUBJECT_NAMES
from redemption.kernel import clock, plugins
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.option_fields import option_fields, options_shown, typed_options
from redemption.web.pages import render
from redemption.web.session import box, db

blueprint = Blueprint("registries", __name__)


@blueprint.get("/admin/registries")
@allow("administrator")
def registries() -> Response:
    """Every registry and how it answers."""
    return render(
        "admin/registries.html",
        rows=queries.registries(db()),
        waiting=queries.waiting_counts(db()),
        subjects=SUBJECT_NAMES,
        titles={code: found.title for code, found in plugins.known(GROUP).items()},
        now=clock.now(),
    )


@blueprint.get("/admin/registries/new")
@allow("administrator")
def new() -> Response:
    """Set up a registry."""
    return _form(empty_form({"adapter": request.args.get("adapter", "http")}), "")


@blueprint.post("/admin/registries/new")
@allow("administrator")
def create() -> Response:
    """Take the settings of a new registry."""
    form = _posted()
    code = str(form.values.get("code", "")).strip().upper()
    with form.catching():
        if any(row.code == code for row in queries.registries(db())):
            raise Invalid.field("code", "已有这个编码的数据来源，请换一个，或直接修改它。")
        _save(form, code)
    return _after(form, "", code)


@blueprint.get("/admin/registries/<code>")
@allow("administrator")
def edit(code: str) -> Response:
    """The settings of a registry."""
    found = queries.registry(db(), code)
    values = {
        **found.options,
        "adapter": found.adapter,
        "title": found.title,
        "subjects": found.subjects,
        "active": "1" if found.active else "",
    }
    return _form(empty_form(values), code)


@blueprint.post("/admin/registries/<code>")
@allow("administrator")
def save(code: str) -> Response:
    """Change the settings."""
    queries.registry(db(), code)
    form = _posted()
    with form.catching():
        _save(form, code)
    return _after(form, code, code)


@blueprint.post("/admin/registries/<code>/check")
@allow("administrator")
def check(code: str) -> Response:
    """Try the registry now, without asking about anybody."""
    found = queries.registry(db(), code)
    adapter = make_registry(box(), found)
    try:
        remarks = adapter.check()
    finally:
        adapter.close()
    if all(remark.ok for remark in remarks):
        found.failures, found.open_until = 0, None
    values = {**found.options, "adapter": found.adapter, "title": found.title, "subjects": found.subjects}
    return _form(empty_form({**values, "active": "1" if found.active else ""}), code, remarks=remarks)


def _posted() -> Form:
    return empty_form({**request.form.to_dict(), "subjects": request.form.getlist("subjects")})


def _save(form: Form, code: str) -> None:
    plugin = plugins.find(GROUP, str(form.values.get("adapter", "")))
    asking.connect(
        db(),
        box(),
        actor(),
        code=code,
        title=str(form.values.get("title", "")),
        adapter=plugin.code,
        subjects=form.values["subjects"],
        options=typed_options(plugin, form.values),
        active=form.values.get("active") == "1",
    )


def _after(form: Form, shown: str, code: str) -> Response:
    if not form.ok:
        return _form(form, shown, status=422)
    flash("已保存。可以点“立即检查”确认连通。", "success")
    return redirect(f"/admin/registries/{code}", 303)


def _form(form: Form, code: str, status: int = 200, remarks: object = ()) -> Response:
    found = queries.registry(db(), code) if code else None
    known = plugins.known(GROUP)
    plugin = known.get(str(form.values.get("adapter", ""))) or known["http"]
    return render(
        "admin/registry.html",
        status=status,
        form=form,
        registry=found,
        plugin=plugin,
        options=option_fields(plugin),
        shown=options_shown(plugin, found.options, bool(found.secrets)) if found else [],
        subjects=list(SUBJECT_NAMES.items()),
        remarks=remarks,
    )
