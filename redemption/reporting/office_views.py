"""How an office's own system is reached, for administrators; and pushing a report again, for the office too."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from marshmallow import fields, missing
from werkzeug.wrappers import Response as Answer

from redemption.kernel.errors import Invalid
from redemption.reporting import connecting, queries, service
from redemption.reporting.port import Finding, OfficeAdapter, known_adapters, office_adapter
from redemption.reporting.rules import PARCEL_STATE_NAMES
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import box, db, settings

blueprint = Blueprint("office-system", __name__)

DEFAULT = "http"


@blueprint.get("/admin/offices/<int:office_id>/system")
@allow("administrator")
def system(office_id: int) -> Answer:
    return _page(office_id, empty_form())


@blueprint.post("/admin/offices/<int:office_id>/system")
@allow("administrator")
def connect(office_id: int) -> Answer:
    """Take the settings; reports that are not signed yet go there too."""
    form = empty_form(request.form.to_dict())
    connecting.standing(db(), office_id)
    with form.catching():
        adapter = form.values.get("adapter") or DEFAULT
        options = _typed(office_adapter(adapter), form.values)
        connecting.connect(db(), box(), actor(), office_id, adapter=adapter, options=options)
    if not form.ok:
        return _page(office_id, form, status=422)
    flash("对接已保存。可以点“立即检查”确认连通。", "success")
    return redirect(f"/admin/offices/{office_id}/system", 303)


@blueprint.post("/admin/offices/<int:office_id>/system/stop")
@allow("administrator")
def stop(office_id: int) -> Answer:
    connecting.disconnect(db(), actor(), office_id)
    flash("对接已停用，报送仍在公开办工作台签收。", "success")
    return redirect(f"/admin/offices/{office_id}/system", 303)


@blueprint.post("/admin/offices/<int:office_id>/system/check")
@allow("administrator")
def check(office_id: int) -> Answer:
    """Look at settings, reach and keys now."""
    connection = connecting.standing(db(), office_id).connection
    findings = [Finding("配置", False, "还没有填写对接参数。")]
    if connection is not None:
        try:
            made = connecting.make_adapter(db(), box(), connection)
            findings = made.check()
            made.close()
        except Invalid as error:
            findings = [Finding("配置", False, error.message)]
    return _page(office_id, empty_form(), findings=findings)


@blueprint.post("/admin/offices/<int:office_id>/system/keys")
@allow("administrator")
def new_key(office_id: int) -> Answer:
    """A new signing key, shown once."""
    form, secret = empty_form(), ""
    connecting.standing(db(), office_id)
    with form.catching():
        _, secret = connecting.add_key(db(), box(), actor(), office_id, request.form.get("scheme", "v1"))
    return _page(office_id, form, secret=secret, status=200 if form.ok else 422)


@blueprint.post("/admin/offices/<int:office_id>/system/keys/<key_id>/retire")
@allow("administrator")
def retire_key(office_id: int, key_id: str) -> Answer:
    form = empty_form()
    with form.catching():
        connecting.retire_key(db(), actor(), office_id, key_id)
    if not form.ok:
        return _page(office_id, form, status=422)
    flash("密钥已停用。", "success")
    return redirect(f"/admin/offices/{office_id}/system", 303)


@blueprint.post("/admin/offices/<int:office_id>/system/redrive")
@allow("administrator")
def redrive(office_id: int) -> Answer:
    """Push everything again that has not arrived."""
    connecting.standing(db(), office_id)
    count = service.redrive(db(), actor(), office_id)
    flash(
        f"{count} 份材料已重新推送，几秒后刷新可看到结果。" if count else "没有需要重新推送的材料。",
        "success",
    )
    return redirect(f"/admin/offices/{office_id}/system", 303)


@blueprint.post("/office/reports/<number>/<int:no>/push")
@allow("office")
def push(number: str, no: int) -> Answer:
    """The office lets one report go to its own system again."""
    report, duty = queries.report(db(), actor(), number, no)
    service.redrive(db(), actor(), duty.office_id or 0, report.id)
    flash("已重新推送，几秒后刷新可看到结果。", "success")
    return redirect(f"/office/reports/{number}/{no}", 303)


def _page(office_id: int, form: Form, status: int = 200, **more: Any) -> Answer:
    found = connecting.standing(db(), office_id)
    code = found.connection.adapter if found.connection else form.values.get("adapter") or DEFAULT
    adapter = known_adapters().get(code)
    values = dict(found.connection.options) if found.connection else {}
    return render(
        "reporting/office_system.html",
        status=status,
        standing=found,
        callback=f"{settings().base_url}/api/v1/offices/{connecting.office_code(db(), office_id)}/events",
        adapter=adapter,
        fields=_fields(adapter) if adapter else [],
        waiting=connecting.held_parcels(db(), office_id),
        names=PARCEL_STATE_NAMES,
        form=form,
        values={**values, **form.values},
        **{"findings": [], "secret": "", **more},
    )


def _fields(adapter: type[OfficeAdapter]) -> list[dict[str, Any]]:
    """What to ask for, from the adapter's own schema."""
    return [
        {
            "name": name,
            "label": field.metadata.get("description", name),
            "secret": name in adapter.secret_options,
            "flag": isinstance(field, fields.Boolean),
            "required": field.required,
            "default": "" if field.load_default is missing else field.load_default,
        }
        for name, field in adapter.Options().fields.items()
    ]


def _typed(adapter: type[OfficeAdapter], values: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in _fields(adapter):
        text = str(values.get(field["name"], "")).strip()
        if field["flag"]:
            made[field["name"]] = text == "1"
        elif text:
            made[field["name"]] = text
    return made
