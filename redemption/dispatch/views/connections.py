"""How departments are reached: health of connections, their settings, the mapping's preview."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from redemption.dispatch import configuring, queries
from redemption.dispatch.claiming import make_adapter
from redemption.dispatch.models import Connection, Parcel, Referral
from redemption.dispatch.port import Finding, adapter_class, known_adapters
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.views.connection_page import connection_page, own
from redemption.dispatch.views.typed import begins, chosen_department, number
from redemption.identity.models import Department
from redemption.identity.queries import departments
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.option_fields import option_fields, typed_options
from redemption.web.pages import render
from redemption.web.session import box, db, storage

blueprint = Blueprint("dispatch", __name__)


@blueprint.get("/workbench/adapters")
@allow("officer", "administrator")
def adapters() -> Response:
    """Health of the own department's connection; of all of them for the administrator."""
    return render(
        "dispatch/adapters.html",
        rows=queries.health(db(), actor().department_id),
        titles={code: found.title for code, found in known_adapters().items()},
    )


@blueprint.get("/workbench/adapters/new")
@allow("administrator")
def new_connection() -> Response:
    """Connect a department: first how, then with which settings."""
    return _new(empty_form(request.args.to_dict()))


@blueprint.post("/workbench/adapters/new")
@allow("administrator")
def connect() -> Response:
    """Take the settings; from the named day on new cases go there."""
    form = empty_form(request.form.to_dict())
    made = None
    with form.catching():
        department = chosen_department(form.values.get("department", ""))
        adapter = form.values.get("adapter", "")
        made = configuring.connect(
            db(),
            box(),
            actor(),
            department.id,
            adapter=adapter,
            options=typed_options(adapter_class(adapter), form.values),
            begins_at=begins(form.values.get("begins_on", "")),
            max_parallel=number(form.values.get("max_parallel", ""), "max_parallel", 4),
        )
    if made is None:
        return _new(form, status=422)
    flash("对接已保存。可以点“立即检查”确认连通。", "success")
    return redirect(f"/workbench/adapters/{made.id}", 303)


@blueprint.get("/workbench/adapters/<int:connection_id>")
@allow("officer", "administrator")
def connection(connection_id: int) -> Response:
    """One connection: options, keys, mapping."""
    return connection_page(own(connection_id), empty_form())


@blueprint.get("/workbench/adapters/<int:connection_id>/options")
@allow("administrator")
def options(connection_id: int) -> Response:
    """The settings of a connection in use, to be changed."""
    found = own(connection_id)
    shown = {name: _typed(value) for name, value in found.options.items()}
    return _options(found, empty_form({**shown, "max_parallel": str(found.max_parallel)}))


@blueprint.post("/workbench/adapters/<int:connection_id>/options")
@allow("administrator")
def change_options(connection_id: int) -> Response:
    """Other settings from now on, also for what waits on this connection."""
    found, form = own(connection_id), empty_form(request.form.to_dict())
    with form.catching():
        configuring.reconfigure(
            db(),
            box(),
            actor(),
            found,
            options=typed_options(adapter_class(found.adapter), form.values),
            max_parallel=number(form.values.get("max_parallel", ""), "max_parallel", found.max_parallel),
        )
    if not form.ok:
        return _options(found, form, status=422)
    flash("参数已修改，等待送达的案件马上按新参数投递。", "success")
    return redirect(f"/workbench/adapters/{connection_id}", 303)


@blueprint.post("/workbench/adapters/<int:connection_id>/check")
@allow("officer", "administrator")
def check(connection_id: int) -> Response:
    """Look at settings, reach and credentials now."""
    found = own(connection_id)
    findings: list[Finding] = []
    try:
        made = make_adapter(db(), box(), storage(), found, db().get_one(Department, found.department_id))
        findings = made.check()
        made.close()
    except Exception as error:
        # a third party's adapter may raise anything: here it is a finding like any other
        said = (
            error.message
            if isinstance(error, Invalid)
            else f"对接程序出错（{type(error).__name__}）：{error}"
        )
        findings = [Finding("配置", False, said[:500])]
    return connection_page(found, empty_form(), findings=findings)


@blueprint.post("/workbench/adapters/<int:connection_id>/mapping")
@allow("officer", "administrator")
def mapping(connection_id: int) -> Response:
    """Preview a mapping table with a real case, or save it."""
    found, who = own(connection_id), actor()
    form = empty_form(request.form.to_dict())
    table: dict[str, Any] = {}
    try:
        table = json.loads(request.form.get("mapping") or "{}")
        if not isinstance(table, dict):
            raise ValueError("not an object")
    except ValueError:
        form.add("mapping", "映射表应是一个 JSON 对象，请检查括号、引号和逗号。")
    preview = None
    if form.ok:
        try:
            port_mapping.check(table)
        except Invalid as error:
            for name, sentences in error.fields.items():
                for sentence in sentences:
                    form.add("mapping", f"{name}：{sentence}")
    if form.ok:
        payload = _sample(found, request.form.get("number", "").strip())
        preview = configuring.preview(table, payload) if payload else {"data": {}, "faults": {}}
        if request.form.get("action") == "save":
            configuring.reconfigure(db(), box(), who, found, mapping=table)
            flash("映射表已保存，之后投递的案件按新表换算。", "success")
            return redirect(f"/workbench/adapters/{connection_id}", 303)
    return connection_page(found, form, preview=preview, status=200 if form.ok else 422)


def _new(form: Form, status: int = 200) -> Response:
    adapter = known_adapters().get(form.values.get("adapter", ""))
    return render(
        "dispatch/new.html",
        status=status,
        form=form,
        adapter=adapter,
        adapters=[(code, found.title) for code, found in sorted(known_adapters().items())],
        departments=[(row.code, row.name) for row in departments(db())],
        options=option_fields(adapter) if adapter else [],
    )


def _typed(value: Any) -> str:
    """An option as it stands in its box."""
    if isinstance(value, bool):
        return "1" if value else ""
    return json.dumps(value, ensure_ascii=False, indent=1) if isinstance(value, dict) else str(value)


def _options(found: Connection, form: Form, status: int = 200) -> Response:
    adapter = adapter_class(found.adapter)
    return render(
        "dispatch/options.html",
        status=status,
        connection=found,
        department=db().get_one(Department, found.department_id),
        adapter=adapter,
        form=form,
        kept=bool(found.secrets),
        options=option_fields(adapter),
    )


def _sample(found: Connection, number: str) -> dict[str, Any]:
    """The payload of a real case of this connection: the one named, else the newest."""
    query = (
        select(Parcel.payload)
        .join(Referral, Referral.id == Parcel.referral_id)
        .where(Referral.department_id == found.department_id, Parcel.kind == "submission")
        .order_by(Parcel.id.desc())
        .limit(1)
    )
    if number:
        query = query.where(Parcel.payload["application"]["number"].as_string() == number)
    return db().scalar(query) or {}
