"""/desk/matters: 办不成事, registered and followed up."""

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as Answer

from redemption.applications.rules import UNSERVED_REASONS
from redemption.desk import queries, service
from redemption.desk.rules import MATTER_STATES, OUTCOMES
from redemption.identity import queries as identity
from redemption.identity.contact import short
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("desk-matters", __name__)


class MatterSchema(Schema):
    visitor_name = fields.String(
        required=True, validate=short(50), error_messages={"required": "请填写来办事人的姓名。"}
    )
    visitor_phone = fields.String(
        required=True, validate=short(30), error_messages={"required": "请填写联系电话，以便回复办理结果。"}
    )
    enterprise_name = fields.String(load_default="", validate=short(120))
    item_name = fields.String(load_default="", validate=short(120))
    reason = fields.String(
        required=True,
        validate=validate.OneOf(list(UNSERVED_REASONS), error="请选择办不成的原因。"),
        error_messages={"required": "请选择办不成的原因。"},
    )
    description = fields.String(
        required=True, validate=short(1000), error_messages={"required": "请写明想办什么、卡在哪里。"}
    )


class StepSchema(Schema):
    text = fields.String(
        required=True, validate=short(1000), error_messages={"required": "请写明做了什么、当事人怎么说。"}
    )
    outcome = fields.String(
        load_default="", validate=validate.OneOf(["", *OUTCOMES], error="请从列表中选择结果。")
    )


@blueprint.get("/desk/matters")
@allow("clerk")
def matters() -> Answer:
    only_open = request.args.get("show") != "all"
    rows = queries.matters(db(), actor(), only_open=only_open)
    return render(
        "desk/matters.html",
        rows=[(one, clerk, service.due_info(one, db())) for one, clerk in rows],
        only_open=only_open,
        states=MATTER_STATES,
        reasons=UNSERVED_REASONS,
    )


@blueprint.get("/desk/matters/new")
@allow("clerk")
def new() -> Answer:
    return _new(empty_form({"item_name": request.args.get("item", "")}))


def _new(form: Form, status: int = 200) -> Answer:
    return render("desk/matter_new.html", status=status, form=form, reasons=list(UNSERVED_REASONS.items()))


@blueprint.post("/desk/matters/new")
@allow("clerk")
def register() -> Answer:
    form = submitted(MatterSchema())
    if not form.ok:
        return _new(form, 422)
    values = dict(form.data)
    known = identity.enterprise_by_uscc(db(), values["enterprise_name"])
    if known:
        values |= {"enterprise_id": known.id, "enterprise_name": known.name}
    matter = service.register_matter(db(), actor(), values)
    flash(f"已登记，编号 {matter.number}。请告知来办事人：我们会在期限内回复。", "success")
    return redirect(f"/desk/matters/{matter.number}", 303)


@blueprint.get("/desk/matters/<number>")
@allow("clerk")
def matter(number: str) -> Answer:
    return _page(number, empty_form())


def _page(number: str, form: Form, status: int = 200) -> Answer:
    found = queries.matter(db(), actor(), number)
    return render(
        "desk/matter.html",
        status=status,
        matter=found,
        due=service.due_info(found, db()),
        steps=[(service.step_moment(one), one) for one in found.steps],
        states=MATTER_STATES,
        reasons=UNSERVED_REASONS,
        outcomes=list(OUTCOMES.items()),
        outcome=OUTCOMES.get(found.outcome, ""),
        form=form,
    )


@blueprint.post("/desk/matters/<number>")
@allow("clerk")
def follow_up(number: str) -> Answer:
    form = submitted(StepSchema())
    queries.matter(db(), actor(), number)
    if form.ok:
        with form.catching():
            service.follow_up(db(), actor(), number, form.data["text"], form.data["outcome"])
    if not form.ok:
        return _page(number, form, 422)
    flash("已记录。", "success")
    return redirect(f"/desk/matters/{number}", 303)
