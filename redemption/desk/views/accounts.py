"""/desk/accounts/new: the first account of an enterprise, after checking licence and mandate at the counter."""

from flask import Blueprint
from marshmallow import Schema, ValidationError, fields
from stdnum.cn import ric
from werkzeug.wrappers import Response as Answer

from redemption.identity import counter, invitations
from redemption.identity import queries as identity
from redemption.identity import service as identity_service
from redemption.identity.contact import EMAIL, PHONE, short
from redemption.kernel.secrets import mask_id_number
from redemption.messages.invitations import tell_invited
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import box, db, settings

blueprint = Blueprint("desk-accounts", __name__)


def _id_number(text: str) -> None:
    if not ric.is_valid(text.strip().upper()):
        raise ValidationError("身份证号码有误，请对照证件核对。")


class AccountSchema(Schema):
    uscc = fields.String(required=True, error_messages={"required": "请填写统一社会信用代码。"})
    enterprise_name = fields.String(load_default="", validate=short(120))
    name = fields.String(
        required=True, validate=short(50), error_messages={"required": "请填写账号管理员的姓名。"}
    )
    login = fields.String(
        required=True, validate=short(120), error_messages={"required": "请填写手机号，它就是登录名。"}
    )
    email = fields.Email(load_default="", validate=short(120), error_messages=EMAIL)
    id_number = fields.String(
        required=True, validate=_id_number, error_messages={"required": "请填写身份证号码。"}
    )
    licence_seen = fields.Boolean(load_default=False, truthy={"1"})
    mandate_seen = fields.Boolean(load_default=False, truthy={"1"})
    is_representative = fields.Boolean(load_default=False, truthy={"1"})


class LookSchema(Schema):
    purpose = fields.String(
        required=True,
        validate=short(200),
        error_messages={"required": "请写明查看完整证件号码的用途。"},
    )


@blueprint.get("/desk/accounts/new")
@allow("clerk")
def new() -> Answer:
    return _page(empty_form())


@blueprint.get("/desk/accounts")
@allow("clerk")
def opened() -> Answer:
    return _opened_page(empty_form())


@blueprint.post("/desk/accounts/<int:number>/look")
@allow("clerk")
def look(number: int) -> Answer:
    """The id number in clear, once; the look is in the log."""
    form, clear = submitted(LookSchema()), ""
    if form.ok:
        with form.catching():
            clear = counter.look_at_id_number(db(), actor(), number, box(), form.data["purpose"])
    return _opened_page(form, number, clear, 200 if form.ok else 422)


def _opened_page(form: Form, looked: int = 0, clear: str = "", status: int = 200) -> Answer:
    rows = counter.opened(db(), actor())
    return render("desk/accounts.html", status=status, rows=rows, form=form, looked=looked, clear=clear)


def _page(form: Form, status: int = 200) -> Answer:
    return render("desk/account_new.html", status=status, form=form)


@blueprint.post("/desk/accounts/new")
@allow("clerk")
def open_account() -> Answer:
    """The code is on the answer to this request, to be printed, and nowhere again."""
    form, invited, enterprise = submitted(AccountSchema()), None, None
    if form.ok:
        with form.catching():
            enterprise = identity.enterprise_by_uscc(db(), form.data["uscc"])
            if enterprise is None:
                if not form.data["enterprise_name"]:
                    form.add("enterprise_name", "系统里还没有这家企业，请填写营业执照上的名称。")
                enterprise = identity_service.create_enterprise(
                    db(), actor(), code=form.data["uscc"], name=form.data["enterprise_name"] or "-"
                )
    if form.ok and enterprise is not None:
        with form.catching():
            invited = invitations.open_first_account(
                db(),
                actor(),
                box(),
                enterprise=enterprise,
                name=form.data["name"],
                login=form.data["login"],
                phone=form.data["login"] if PHONE.fullmatch(form.data["login"]) else "",
                email=form.data["email"],
                id_number=form.data["id_number"].upper(),
                licence_seen=form.data["licence_seen"],
                mandate_seen=form.data["mandate_seen"],
                is_representative=form.data["is_representative"],
            )
    if not form.ok or invited is None or enterprise is None:
        return _page(form, 422)
    tell_invited(db(), invited, enterprise.name)
    return render(
        "desk/account_opened.html",
        status=201,
        invited=invited,
        enterprise=enterprise,
        id_number=mask_id_number(form.data["id_number"]),
        address=f"{settings().base_url}/invitations",
    )
