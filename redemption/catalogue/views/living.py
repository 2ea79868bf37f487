"""The editor: what happens to policies and items after they were published."""

from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from redemption.catalogue import schemas, service
from redemption.catalogue.rules import ITEM_MACHINE, ItemAction, ItemState
from redemption.catalogue.service import Owned
from redemption.catalogue.views.documents import document_of
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("editor-living", __name__)

WHAT_FOLLOWS = {
    ItemAction.SUSPEND: "暂停期间企业不能提交新的申报，已经提交的照常办理。恢复申报随时可以操作。",
    ItemAction.RESUME: "恢复后企业可以继续申报。",
    ItemAction.CLOSE: "截止后企业不能提交新的申报，已经提交的照常办理。开始新的一批时可以重新开放或修订。",
    ItemAction.REOPEN: "重新开放后企业可以申报。",
    ItemAction.REPEAL: "废止后不能恢复，已经提交的申报照常办理。",
}


# --- items -----------------------------------------------------------------------------------------------


@blueprint.get("/editor/items/<code>/state/<any(suspend,resume,close,reopen,repeal):action>")
@allow("policy_maker")
def confirm_state(code: str, action: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    return _state_page(owned, ItemAction(action), empty_form({"version": owned.item.version}))


def _state_page(owned: Owned, action: ItemAction, form: Form, status: int = 200) -> Response:
    return render(
        "editor/item_state.html",
        status=status,
        item=owned.item,
        policy=owned.policy,
        draft=owned.draft,
        action=action,
        possible=(ItemState(owned.item.state), action) in ITEM_MACHINE.table,
        follows=WHAT_FOLLOWS[action],
        needs_reason=action in (ItemAction.SUSPEND, ItemAction.CLOSE, ItemAction.REPEAL),
        form=form,
    )


@blueprint.post("/editor/items/<code>/state/<any(suspend,resume,close,reopen,repeal):action>")
@allow("policy_maker")
def change_state(code: str, action: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    form = submitted(schemas.ReasonFormSchema())
    wanted = ItemAction(action)
    if form.ok:
        with form.catching():
            reason, version = form.data["reason"], form.data.get("version")
            service.change_state(db(), actor(), code, wanted, reason, version=version)
    if not form.ok:
        db().rollback()
        return _state_page(service.owned_for_reading(db(), actor(), code), wanted, form, status=422)
    flash(f"已{wanted.label}。", "success")
    return redirect(f"/editor/items/{owned.item.code}", 303)


@blueprint.get("/editor/items/<code>/amend")
@allow("policy_maker")
def amend_item_page(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    return _amend_item(owned, empty_form())


def _amend_item(owned: Owned, form: Form, status: int = 200) -> Response:
    return render(
        "editor/item_amend.html",
        status=status,
        item=owned.item,
        policy=owned.policy,
        draft=owned.draft,
        form=form,
    )


@blueprint.post("/editor/items/<code>/amend")
@allow("policy_maker")
def amend_item(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    form = submitted(schemas.ReasonSchema())
    if form.ok:
        with form.catching():
            service.amend_item(db(), actor(), code, form.data["reason"])
    if not form.ok:
        if "change_note" in form.errors:
            form.errors["reason"] = form.errors.pop("change_note")
        return _amend_item(owned, form, status=422)
    flash("已建立修订稿，修改后发布生效；发布前公众看到的仍是原来的版本。", "success")
    return redirect(f"/editor/items/{code}", 303)


# --- policies --------------------------------------------------------------------------------------------


def _with_draft(number: str) -> dict[str, Any]:
    policy = policies.seen_by(db(), actor(), number)
    return {"policy": policy, "draft": policies.working_version(db(), policy)}


@blueprint.get("/editor/policies/<number>/amend")
@allow("policy_maker")
def amend_policy_page(number: str) -> Response:
    return render("editor/policy_amend.html", form=empty_form(), **_with_draft(number))


@blueprint.post("/editor/policies/<number>/amend")
@allow("policy_maker")
def amend_policy(number: str) -> Response:
    shown = _with_draft(number)
    form = submitted(schemas.AmendmentFormSchema())
    if form.ok:
        with form.catching():
            document, kept = document_of(form.data["text"])
            policy_service.amend(db(), actor(), number, document, form.data["change_note"], {}, **kept)
    if not form.ok:
        return render("editor/policy_amend.html", status=422, form=form, **shown)
    flash("已建立修订稿，请核对文件信息后发布；发布前公众看到的仍是原来的版本。", "success")
    return redirect(f"/editor/policies/{number}", 303)


@blueprint.get("/editor/policies/<number>/text")
@allow("policy_maker")
def text_page(number: str) -> Response:
    return render("editor/policy_text.html", form=empty_form(), **_with_draft(number))


@blueprint.post("/editor/policies/<number>/text")
@allow("policy_maker")
def replace_text(number: str) -> Response:
    shown = _with_draft(number)
    form = submitted(schemas.PolicyTextFormSchema())
    if form.ok:
        with form.catching():
            document, kept = document_of(form.data["text"])
            service.replace_text(db(), actor(), number, document, **kept)
    if not form.ok:
        return render("editor/policy_text.html", status=422, form=form, **shown)
    flash("原文已替换。事项的内容没有改变，请核对。", "success")
    return redirect(f"/editor/policies/{number}", 303)


@blueprint.get("/editor/policies/<number>/repeal")
@allow("policy_maker")
def repeal_page(number: str) -> Response:
    return render("editor/policy_repeal.html", form=empty_form(), **_with_draft(number))


@blueprint.post("/editor/policies/<number>/repeal")
@allow("policy_maker")
def repeal(number: str) -> Response:
    shown = _with_draft(number)
    form = submitted(schemas.ReasonSchema())
    if form.ok:
        with form.catching():
            service.repeal_policy(db(), actor(), number, form.data["reason"])
    if not form.ok:
        return render("editor/policy_repeal.html", status=422, form=form, **shown)
    flash("政策文件和它的事项已废止。", "success")
    return redirect(f"/editor/policies/{number}", 303)
