"""Payment systems of departments, for the administrator: settings, a check, and a new secret."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from redemption.disbursement import paying
from redemption.disbursement.models import PaymentChannel
from redemption.disbursement.port import GROUP
from redemption.identity.models import Department
from redemption.identity.queries import department, departments
from redemption.kernel import clock, plugins
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.option_fields import option_fields, typed_options
from redemption.web.pages import render
from redemption.web.session import box, db, settings

blueprint = Blueprint("payment-channels", __name__)


@blueprint.get("/admin/payments")
@allow("administrator")
def channels() -> Response:
    """Which departments send their batches where."""
    rows = db().execute(
        select(PaymentChannel, Department)
        .join(Department, Department.id == PaymentChannel.department_id)
        .order_by(Department.code)
    )
    return render(
        "admin/payments.html",
        rows=list(rows),
        titles={code: found.title for code, found in plugins.known(GROUP).items()},
        departments=[(row.code, row.name) for row in departments(db())],
        adapters=[(code, found.title) for code, found in sorted(plugins.known(GROUP).items())],
        now=clock.now(),
    )


@blueprint.get("/admin/payments/settings")
@allow("administrator")
def start() -> Response:
    """From the choice of a department and a way to the page of its settings."""
    code, adapter = request.args.get("department", ""), request.args.get("adapter", "")
    if not code:
        return redirect("/admin/payments", 303)
    place = department(db(), code)
    return redirect(f"/admin/payments/{place.code}?adapter={adapter}", 303)


@blueprint.get("/admin/payments/<code>")
@allow("administrator")
def edit(code: str) -> Response:
    """The settings of a department's payment system."""
    place = department(db(), code)
    return _form(place, _filled(place))


@blueprint.post("/admin/payments/<code>")
@allow("administrator")
def save(code: str) -> Response:
    """Take the settings."""
    place, form = department(db(), code), empty_form(request.form.to_dict())
    with form.catching():
        plugin = plugins.find(GROUP, str(form.values.get("adapter", "")))
        paying.connect(
            db(),
            box(),
            actor(),
            place.id,
            adapter=plugin.code,
            options=typed_options(plugin, form.values),
            active=form.values.get("active") == "1",
        )
    if not form.ok:
        return _form(place, form, status=422)
    flash("已保存。可以点“立即检查”确认连通。", "success")
    return redirect(f"/admin/payments/{code}", 303)


@blueprint.post("/admin/payments/<code>/check")
@allow("administrator")
def check(code: str) -> Response:
    """Try the payment system now; nothing is paid by it."""
    place = department(db(), code)
    channel = paying.channel_of(db(), place.id)
    if channel is None:
        raise NotFound("这个部门还没有连接支付系统。")
    adapter = paying.make_payments(box(), channel)
    try:
        remarks = adapter.check()
    finally:
        adapter.close()
    return _form(place, _filled(place), remarks=remarks)


def _filled(place: Department) -> Form:
    channel = paying.channel_of(db(), place.id)
    wanted = request.args.get("adapter", "")
    if channel is None or (wanted and wanted != channel.adapter):
        return empty_form({"adapter": wanted or "http", "active": "1"})
    return empty_form(
        {**channel.options, "adapter": channel.adapter, "active": "1" if channel.active else ""}
    )


def _form(place: Department, form: Form, status: int = 200, remarks: Any = ()) -> Response:
    known = plugins.known(GROUP)
    plugin = known.get(str(form.values.get("adapter", ""))) or known["http"]
    channel = paying.channel_of(db(), place.id)
    return render(
        "admin/payment.html",
        status=status,
        department=place,
        channel=channel,
        kept=channel is not None and channel.adapter == plugin.code and bool(channel.secrets),
        plugin=plugin,
        options=option_fields(plugin),
        form=form,
        remarks=remarks,
        callback=f"{settings().base_url}/api/v1/departments/{place.code}/payment-results",
    )
