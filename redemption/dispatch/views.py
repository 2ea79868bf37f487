"""How departments are reached: health of connections, dead letters, settings, keys, the mapping's preview."""

import datetime as dt
import json
from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from redemption.catalogue.models import Item
from redemption.dispatch import configuring, queries, service
from redemption.dispatch.claiming import make_adapter
from redemption.dispatch.models import Connection, Parcel, Referral
from redemption.dispatch.port import Capability, Finding, adapter_class, known_adapters
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.rules import PARCEL_KIND_NAMES, Purpose
from redemption.identity.models import Department
from redemption.identity.queries import departments, jurisdictions, live_keys
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import Invalid, NotFound
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.option_fields import option_fields, options_shown, typed_options
from redemption.web.pages import render
from redemption.web.session import box, db, storage

blueprint = Blueprint("dispatch", __name__)
MOST_LETTERS = 200


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
        department = _department(form.values.get("department", ""))
        adapter = form.values.get("adapter", "")
        made = configuring.connect(
            db(),
            box(),
            actor(),
            department.id,
            adapter=adapter,
            options=typed_options(adapter_class(adapter), form.values),
            begins_at=_begins(form.values.get("begins_on", "")),
            max_parallel=_number(form.values.get("max_parallel", ""), "max_parallel", 4),
        )
    if made is None:
        return _new(form, status=422)
    flash("对接已保存。可以点“立即检查”确认连通。", "success")
    return redirect(f"/workbench/adapters/{made.id}", 303)


@blueprint.get("/workbench/routes")
@allow("administrator")
def routes() -> Response:
    """Which department decides, and who is heard."""
    return _routes(empty_form())


@blueprint.post("/workbench/routes")
@allow("administrator")
def set_route() -> Response:
    """Send an item's cases (of one district, or all) to a department."""
    form = empty_form(request.form.to_dict())
    with form.catching():
        item = db().scalar(select(Item).where(Item.code == form.values.get("item", "").strip()))
        if item is None:
            raise Invalid.field("item", "没有这个事项编码，请从事项页面的网址中复制。")
        configuring.set_route(
            db(),
            actor(),
            item.id,
            _department(form.values.get("department", "")).id,
            purpose=Purpose(form.values.get("purpose") or Purpose.DECISION),
            jurisdiction_id=_number(form.values.get("district", ""), "district", 0) or None,
            step=_number(form.values.get("step", ""), "step", 1),
        )
    if not form.ok:
        return _routes(form, status=422)
    flash("转办规则已保存，之后收到的申报按新规则转办。", "success")
    return redirect("/workbench/routes", 303)


@blueprint.get("/workbench/adapters/<int:connection_id>")
@allow("officer", "administrator")
def connection(connection_id: int) -> Response:
    """One connection: options, keys, mapping."""
    return _connection(_own(connection_id), empty_form())


@blueprint.post("/workbench/adapters/<int:connection_id>/check")
@allow("officer", "administrator")
def check(connection_id: int) -> Response:
    """Look at settings, reach and credentials now."""
    found = _own(connection_id)
    findings: list[Finding] = []
    try:
        made = make_adapter(db(), box(), storage(), found, db().get_one(Department, found.department_id))
        findings = made.check()
        made.close()
    except Invalid as error:
        findings = [Finding("配置", False, error.message)]
    return _connection(found, empty_form(), findings=findings)


@blueprint.post("/workbench/adapters/<int:connection_id>/mapping")
@allow("officer", "administrator")
def mapping(connection_id: int) -> Response:
    """Preview a mapping table with a real case, or save it."""
    found, who = _own(connection_id), actor()
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
    return _connection(found, form, preview=preview, status=200 if form.ok else 422)


@blueprint.post("/workbench/adapters/<int:connection_id>/keys")
@allow("officer", "administrator")
def new_key(connection_id: int) -> Response:
    """A new signing key, shown once."""
    found, form, secret = _own(connection_id), empty_form(), ""
    _must_head()
    with form.catching():
        _, secret = configuring.add_key(
            db(), box(), actor(), found.department_id, scheme=request.form.get("scheme", "v1")
        )
    return _connection(found, form, secret=secret, status=200 if form.ok else 422)


@blueprint.post("/workbench/adapters/<int:connection_id>/keys/<key_id>/retire")
@allow("officer", "administrator")
def retire_key(connection_id: int, key_id: str) -> Response:
    """Take an old key out of use."""
    found, form = _own(connection_id), empty_form()
    _must_head()
    with form.catching():
        configuring.retire_key(db(), actor(), found.department_id, key_id)
    if not form.ok:
        return _connection(found, form, status=422)
    flash("密钥已停用。", "success")
    return redirect(f"/workbench/adapters/{connection_id}", 303)


@blueprint.get("/workbench/letters")
@allow("officer", "administrator")
def letters() -> Response:
    """Dead letters and technical refusals, with what to do."""
    words = request.args.get("q", "").strip()[:100]
    rows = list(db().execute(queries.letters(actor().department_id, words).limit(MOST_LETTERS)))
    return render("dispatch/letters.html", rows=rows, words=words, kinds=PARCEL_KIND_NAMES)


@blueprint.post("/workbench/letters")
@allow("officer", "administrator")
def redrive() -> Response:
    """Send again: those ticked, those of the filter, or all."""
    who: Actor = actor()
    if request.form.get("scope") == "picked":
        ids = [int(value) for value in request.form.getlist("parcel") if value.isascii() and value.isdigit()]
    else:
        words = request.form.get("q", "").strip()[:100]
        ids = [row.Parcel.id for row in db().execute(queries.letters(who.department_id, words))]
    count = service.redrive(db(), who, ids, request.form.get("reason", ""))
    if count:
        flash(f"{count} 件已重新投递，几秒后可在案件的投递记录中看到结果。", "success")
    else:
        flash("请先勾选要重新投递的案件。", "warning")
    return redirect("/workbench/letters", 303)


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


def _routes(form: Form, status: int = 200) -> Response:
    return render(
        "dispatch/routes.html",
        status=status,
        form=form,
        rows=list(db().execute(queries.all_routes())),
        departments=[(row.code, row.name) for row in departments(db())],
        districts=[(row.id, row.name) for row in jurisdictions(db()) if row.parent_id is not None],
    )


def _department(code: str) -> Department:
    found = db().scalar(select(Department).where(Department.code == code.strip()))
    if found is None:
        raise Invalid.field("department", "请选择部门。")
    return found


def _begins(text: str) -> dt.datetime | None:
    if not text.strip():
        return None
    try:
        return clock.start_of_day(dt.date.fromisoformat(text.strip()))
    except ValueError:
        raise Invalid.field("begins_on", "请按 2026-12-01 的格式填写日期。") from None


def _number(text: str, name: str, default: int) -> int:
    plain = text.strip()
    if not plain:
        return default
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise Invalid.field(name, "请填写整数。")
    return int(plain)


def _connection(found: Connection, form: Form, status: int = 200, **more: Any) -> Response:
    department = db().get_one(Department, found.department_id)
    adapter = adapter_class(found.adapter)
    values = {"mapping": json.dumps(found.mapping, ensure_ascii=False, indent=1) if found.mapping else ""}
    return render(
        "dispatch/connection.html",
        status=status,
        connection=found,
        department=department,
        adapter=adapter,
        local=Capability.LOCAL in adapter.capabilities,
        options=options_shown(adapter, found.options, bool(found.secrets)),
        keys=live_keys(db(), department.id),
        form=form,
        values={**values, **form.values},
        roots=port_mapping.ROOTS,
        **{"preview": None, "findings": [], "secret": "", **more},
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


def _own(connection_id: int) -> Connection:
    found = db().get(Connection, connection_id)
    department_id = actor().department_id
    if found is None or (department_id is not None and found.department_id != department_id):
        raise NotFound("没有找到这个对接。")
    return found


def _must_head() -> None:
    """Keys are for administrators and heads of the department."""
    who: Actor = actor()
    if who.role is Role.OFFICER and who.grade != "head":
        raise NotFound("密钥由部门负责人或系统管理员管理。")
