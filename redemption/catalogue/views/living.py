"""The editor: what happens to policies and items after they were published."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint
from marshmallow import Schema
from werkzeug.wrappers import Response

from redemption.catalogue import schemas, service
from redemption.catalogue.rules import ITEM_MACHINE, ItemAction, ItemState
from redemption.catalogue.service.living import REASON_NEEDED
from redemption.catalogue.views.documents import document_of
from redemption.catalogue.views.posting import Done, answer
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
    return _state_page(code, ItemAction(action), empty_form({"version": owned.item.version}))


def _state_page(code: str, action: ItemAction, form: Form, status: int = 200) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    return render(
        "editor/item_state.html",
        status=status,
        item=owned.item,
        policy=owned.policy,
        draft=owned.draft,
        action=action,
        possible=(ItemState(owned.item.state), action) in ITEM_MACHINE.table,
        follows=WHAT_FOLLOWS[action],
        needs_reason=action in REASON_NEEDED,
        form=form,
    )


@blueprint.post("/editor/items/<code>/state/<any(suspend,resume,close,reopen,repeal):action>")
@allow("policy_maker")
def change_state(code: str, action: str) -> Response:
    service.owned_for_reading(db(), actor(), code)
    wanted = ItemAction(action)

    def act(data: Mapping[str, Any]) -> Done:
        service.change_state(db(), actor(), code, wanted, data["reason"], version=data.get("version"))
        return Done(f"已{wanted.label}。", f"/editor/items/{code}")

    return answer(submitted(schemas.ReasonFormSchema()), act, partial(_state_page, code, wanted))


@blueprint.get("/editor/items/<code>/amend")
@allow("policy_maker")
def amend_item_page(code: str) -> Response:
    return _amend_item(code, empty_form())


def _amend_item(code: str, form: Form, status: int = 200) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    if "change_note" in form.errors:
        form.errors["reason"] = form.errors.pop("change_note")
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
    service.owned_for_reading(db(), actor(), code)

    def act(data: Mapping[str, Any]) -> Done:
        service.amend_item(db(), actor(), code, data["reason"], correction=data["correction"])
        words = "已建立修订稿，修改后发布生效；发布前公众看到的仍是原来的版本。"
        return Done(words, f"/editor/items/{code}")

    return answer(submitted(schemas.ItemAmendmentSchema()), act, partial(_amend_item, code))


# --- policies --------------------------------------------------------------------------------------------


def _policy_page(template: str, number: str, form: Form, status: int = 200) -> Response:
    policy = policies.seen_by(db(), actor(), number)
    draft = policies.working_version(db(), policy)
    return render(template, status=status, form=form, policy=policy, draft=draft)


def _policy_form(
    name: str, schema: type[Schema]
) -> Callable[[Callable[[str, Mapping[str, Any]], Done]], None]:
    """`/editor/policies/<number>/<name>`: the page `policy_<name>.html`, and what its form does when it is sent."""

    def register(act: Callable[[str, Mapping[str, Any]], Done]) -> None:
        show = partial(_policy_page, f"editor/policy_{name}.html")

        @blueprint.get(f"/editor/policies/<number>/{name}", endpoint=f"policy_{name}_page")
        @allow("policy_maker")
        def page(number: str) -> Response:
            return show(number, empty_form())

        @blueprint.post(f"/editor/policies/<number>/{name}", endpoint=f"policy_{name}")
        @allow("policy_maker")
        def post(number: str) -> Response:
            policies.seen_by(db(), actor(), number)
            return answer(submitted(schema()), partial(act, number), partial(show, number))

    return register


@_policy_form("amend", schemas.AmendmentFormSchema)
def amend_policy(number: str, data: Mapping[str, Any]) -> Done:
    document, kept = document_of(data["text"])
    policy_service.amend(db(), actor(), number, document, data["change_note"], {}, **kept)
    words = "已建立修订稿，请核对文件信息后发布；发布前公众看到的仍是原来的版本。"
    return Done(words, f"/editor/policies/{number}")


@_policy_form("text", schemas.PolicyTextFormSchema)
def replace_text(number: str, data: Mapping[str, Any]) -> Done:
    document, kept = document_of(data["text"])
    service.replace_text(db(), actor(), number, document, **kept)
    return Done("原文已替换。事项的内容没有改变，请核对。", f"/editor/policies/{number}")


@_policy_form("repeal", schemas.ReasonSchema)
def repeal(number: str, data: Mapping[str, Any]) -> Done:
    service.repeal_policy(db(), actor(), number, data["reason"])
    return Done("政策文件和它的事项已废止。", f"/editor/policies/{number}")
