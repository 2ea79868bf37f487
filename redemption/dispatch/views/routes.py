"""Which department decides an item's cases, and who is heard."""

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from redemption.catalogue.models import Item
from redemption.dispatch import configuring, queries
from redemption.dispatch.rules import Purpose
from redemption.dispatch.views.typed import begins, chosen_department, number
from redemption.identity.queries import departments, jurisdictions
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("dispatch-routes", __name__)


@blueprint.get("/workbench/routes")
@allow("administrator")
def routes() -> Response:
    """Which department decides, and who is heard."""
    return _page(empty_form())


@blueprint.post("/workbench/routes")
@allow("administrator")
def set_route() -> Response:
    """Send an item's cases (of one district, or all) to a department."""
    form = empty_form(request.form.to_dict())
    with form.catching():
        item = db().scalar(select(Item).where(Item.code == form.values.get("item", "").strip()))
        if item is None:
            raise Invalid.field("item", "没有这个事项编码，请从事项页面的网址中复制。")
        purpose = form.values.get("purpose") or Purpose.DECISION
        if purpose not in list(Purpose):
            raise Invalid.field("purpose", "请选择用途：审批或会办意见。")
        district = number(form.values.get("district", ""), "district", 0) or None
        if district not in {None, *(value for value, _ in _districts())}:
            raise Invalid.field("district", "请从列表中选择企业所在区。")
        configuring.set_route(
            db(),
            actor(),
            item.id,
            chosen_department(form.values.get("department", "")).id,
            purpose=purpose,
            jurisdiction_id=district,
            step=number(form.values.get("step", ""), "step", 1),
            begins_at=begins(form.values.get("begins_on", "")),
        )
    if not form.ok:
        return _page(form, status=422)
    flash("转办规则已保存，启用之后收到的申报按新规则转办。", "success")
    return redirect("/workbench/routes", 303)


@blueprint.post("/workbench/routes/<int:route_id>/end")
@allow("administrator")
def end_route(route_id: int) -> Response:
    """Take a rule out of use."""
    configuring.end_route(db(), actor(), route_id)
    flash("规则已停用，之后收到的申报不再按它转办；已转办的不受影响。", "success")
    return redirect("/workbench/routes", 303)


def _districts() -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in jurisdictions(db()) if row.parent_id is not None]


def _page(form: Form, status: int = 200) -> Response:
    return render(
        "dispatch/routes.html",
        status=status,
        form=form,
        rows=list(db().execute(queries.all_routes())),
        departments=[(row.code, row.name) for row in departments(db())],
        districts=_districts(),
    )
