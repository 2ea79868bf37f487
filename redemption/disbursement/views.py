"""Publicity for everybody, payments for the department, a new account for the enterprise."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from redemption.applications import service as applications
from redemption.applications.models import Application, Submission
from redemption.applications.rules import Status
from redemption.catalogue.models import ItemVersion
from redemption.disbursement import channel_views, paying, queries, results, service
from redemption.disbursement.models import PaymentBatch
from redemption.disbursement.rules import BATCH_STATE_NAMES, PAYMENT_STATE_NAMES, PaymentState
from redemption.disbursement.schemas import AccountSchema, ObjectionSchema, PaidSchema, ReturnedSchema
from redemption.disbursement.sheets import workbook
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow, public
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import box, db

blueprint = Blueprint("disbursement", __name__)
blueprints = [blueprint, channel_views.blueprint]


blueprint.app_template_global()(clock.last_day)

PAGE = 50
GROUPS = {
    "ordered": ("待拨付", [PaymentState.ORDERED]),
    "paid": ("已到账", [PaymentState.PAID]),
    "returned": ("已退汇", [PaymentState.RETURNED]),
    "clawback": ("追回", [PaymentState.CLAWBACK, PaymentState.CLAWED_BACK]),
}
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/publicity")
@public
def publicity() -> AnyResponse:
    """公示: who is to get what, for everybody."""
    words = request.args.get("q", "").strip()[:100]
    page = _page()
    rows = list(db().execute(queries.public_notices(words).offset((page - 1) * PAGE).limit(PAGE + 1)))
    return render(
        "disbursement/publicity.html", rows=rows[:PAGE], more=len(rows) > PAGE, words=words, page_no=page
    )


@blueprint.get("/publicity/<number>/objection")
@public
def objection(number: str) -> AnyResponse:
    """Object to an intended approval."""
    return _objection(_notice(number), empty_form())


@blueprint.post("/publicity/<number>/objection")
@public
def object_to(number: str) -> AnyResponse:
    """Take the objection; who objects is for the department alone."""
    notice, form = _notice(number), submitted(ObjectionSchema())
    with form.catching():
        applications.raise_objection(db(), number, **form.data)
    if not form.ok:
        return _objection(notice, form, status=422)
    return render("disbursement/objection_done.html", notice=notice)


@blueprint.get("/workbench/payments")
@allow("officer")
def payments() -> AnyResponse:
    """The department's payments."""
    return _payments(empty_form(), "")


@blueprint.post("/workbench/payments/<number>/paid")
@allow("officer")
def paid(number: str) -> AnyResponse:
    """The bank says it has arrived."""
    form, who = submitted(PaidSchema()), actor()
    if form.ok:
        with form.catching():
            service.paid(db(), who, service.order_of(db(), who, number), voucher=form.data["voucher"])
    return _after(form, number, "已登记到账，企业已收到通知。")


@blueprint.post("/workbench/payments/<number>/returned")
@allow("officer")
def returned(number: str) -> AnyResponse:
    """The bank sent it back."""
    form, who = submitted(ReturnedSchema()), actor()
    if form.ok:
        with form.catching():
            service.returned(db(), who, service.order_of(db(), who, number), form.data["reason"])
    return _after(form, number, "已登记退汇，企业已收到更正账户的通知。")


@blueprint.post("/workbench/payments/<number>/clawed-back")
@allow("officer")
def clawed_back(number: str) -> AnyResponse:
    """The money of a revoked approval is back."""
    form, who = empty_form(), actor()
    with form.catching():
        service.clawed_back(db(), who, service.order_of(db(), who, number))
    return _after(form, number, "已登记追回。", group="clawback")


@blueprint.post("/workbench/batches")
@allow("officer")
def make_batch() -> AnyResponse:
    """Put ticked payments together."""
    form, who = empty_form(), actor()
    batch = None
    with form.catching():
        orders = [service.order_of(db(), who, number).id for number in request.form.getlist("order")]
        batch = service.make_batch(db(), who, orders)
    if batch is None:
        return _payments(form, "")
    flash(f"批次 {batch.number} 已生成，共 {batch.orders} 笔，请下载清单交财务或银行。", "success")
    return redirect("/workbench/payments", 303)


@blueprint.post("/workbench/batches/<number>/dispatch")
@allow("officer")
def send_batch(number: str) -> AnyResponse:
    """Hand a batch to the payment system."""
    form = empty_form()
    with form.catching():
        paying.send(db(), actor(), number)
    if not form.ok:
        return _payments(form, "", status=422)
    flash(f"批次 {number} 已发往支付系统，到账和退汇会自动登记。", "success")
    return redirect("/workbench/payments#batches", 303)


@blueprint.post("/workbench/payment-results/<int:result_id>")
@allow("officer")
def settle_result(result_id: int) -> AnyResponse:
    """A person says how a result that did not fit was dealt with."""
    form = empty_form({"note": request.form.get("note", "")})
    with form.catching():
        results.settle(db(), actor(), result_id, form.values["note"])
    if not form.ok:
        return _payments(form, "", status=422)
    flash("已登记处理结果。", "success")
    return redirect("/workbench/payments", 303)


@blueprint.post("/workbench/batches/<number>.xlsx")
@allow("officer")
def batch_sheet(number: str) -> Response:
    """The list of a batch; posted, because every look at the accounts is written down."""
    who: Actor = actor()
    batch = db().scalar(
        select(PaymentBatch).where(
            PaymentBatch.number == number, PaymentBatch.department_id == who.department_id
        )
    )
    if batch is None:
        raise NotFound("没有找到这个批次。")
    answer = Response(workbook(db(), who, batch, box()), mimetype=SPREADSHEET)
    answer.headers["Content-Disposition"] = f'attachment; filename="{batch.number}.xlsx"'
    return answer


@blueprint.get("/applications/<number>/account")
@allow("enterprise")
def account(number: str) -> AnyResponse:
    """Another account after a 退汇."""
    return _account(_own(number), empty_form())


@blueprint.post("/applications/<number>/account")
@allow("enterprise")
def new_account(number: str) -> AnyResponse:
    """Take the new account; the payment is ordered again."""
    application, form = _own(number), submitted(AccountSchema())
    if form.ok:
        with form.catching():
            service.new_account(
                db(),
                actor(),
                application,
                box=box(),
                account=form.data["bank_account"],
                account_name=form.data["account_name"],
                bank_name=form.data["bank_name"],
            )
    if not form.ok:
        return _account(application, form, status=422)
    flash("收款账户已更正，资金将重新拨付，到账后会通知您。", "success")
    return redirect(f"/applications/{number}", 303)


def _objection(notice: Any, form: Form, status: int = 200) -> AnyResponse:
    return render("disbursement/objection.html", status=status, notice=notice, form=form)


def _notice(number: str) -> Any:
    found = db().execute(queries.public_notices().where(Application.number == number)).first()
    if found is None:
        raise NotFound("没有找到这项公示，它可能已经结束。")
    return found


def _account(application: Application, form: Form, status: int = 200) -> AnyResponse:
    submission = db().get_one(Submission, application.submission_id)
    orders = queries.orders_of(db(), application.id)
    version = db().get_one(ItemVersion, application.item_version_id)
    return render(
        "disbursement/account.html",
        status=status,
        application=application,
        version=version,
        submission=submission,
        last=orders[-1] if orders else None,
        form=form,
        values=form.values
        or {
            "account_name": submission.common.get("account_name", ""),
            "bank_name": submission.common.get("bank_name", ""),
        },
    )


def _own(number: str) -> Application:
    who: Actor = actor()
    found = db().scalar(
        select(Application).where(
            Application.number == number, Application.enterprise_id == who.enterprise_id
        )
    )
    if found is None or found.status != Status.PAYMENT_FAILED:
        raise NotFound("没有找到这件申报，或它现在不需要更正账户。")
    return found


def _payments(form: Form, at: str, status: int = 200, group: str = "") -> AnyResponse:
    who: Actor = actor()
    group = group or request.args.get("g", "ordered")
    group = group if group in GROUPS else "ordered"
    words, page = request.args.get("q", "").strip()[:100], _page()
    query = queries.payments(who.department_id or 0, [] if words else GROUPS[group][1], words)
    rows = list(db().execute(query.offset((page - 1) * PAGE).limit(PAGE + 1)))
    return render(
        "disbursement/payments.html",
        status=status,
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        page_no=page,
        group=group,
        groups=GROUPS,
        words=words,
        names=PAYMENT_STATE_NAMES,
        batches=queries.batches(db(), who.department_id or 0),
        batch_names=BATCH_STATE_NAMES,
        channel=paying.channel_of(db(), who.department_id or 0),
        unsettled=results.unsettled(db(), who.department_id or 0),
        form=form,
        at=at,
    )


def _after(form: Form, number: str, said: str, group: str = "ordered") -> AnyResponse:
    if not form.ok:
        return _payments(form, number, status=422, group=group)
    flash(said, "success")
    return redirect("/workbench/payments", 303)


def _page() -> int:
    text = request.args.get("page", "1")
    return min(int(text), 1000) if text.isascii() and text.isdigit() and int(text) else 1
