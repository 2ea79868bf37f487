"""The editor: one item beside its source."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.catalogue import (
    form_shape,
    lint,
    money,
    proposals,
    queries,
    review,
    schemas,
    service,
    vocabulary,
)
from redemption.catalogue.rules import (
    FIELD_NAMES,
    ITEM_MACHINE,
    LIST_FIELDS,
    MATERIAL_FORMS,
    MODE_NAMES,
    REQUIRED_FIELDS,
    TEXT_FIELDS,
    ItemState,
)
from redemption.catalogue.service import Owned
from redemption.catalogue.service.living import BY_PERSON
from redemption.catalogue.views import form_rows, source, typed
from redemption.catalogue.views.posting import Done, answer, refused
from redemption.identity.models import Department
from redemption.identity.rules import OBJECT_CLASS_NAMES
from redemption.kernel import clock
from redemption.policies import queries as policies
from redemption.policies.rules import PolicyState
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("editor-items", __name__)

COMPARISONS = list(dict.fromkeys(word for words in vocabulary.OPERATIONS.values() for word in words.values()))
"""Each word once: which comparison it means depends on what is compared."""


@blueprint.get("/editor/items/<code>")
@allow("policy_maker")
def one(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    department = db().get_one(Department, owned.item.department_id)
    return _page(owned, empty_form(typed.values_of(owned.draft, department.code)))


def _page(owned: Owned, form: Form, status: int = 200, rows: list[dict[str, Any]] | None = None) -> Response:
    draft = owned.draft
    version = policies.version_with_text(db(), draft.policy_version_id)
    marks = source.marks_of((draft.extracted or {}).get("name_span"), draft.fields, len(version.text))
    excerpt = source.shown(version.text, version.blocks, marks, request.args.get("part", type=int))
    choices = policies.departments_of_jurisdiction(db(), owned.policy.jurisdiction_id)
    return render(
        "editor/item.html",
        status=status,
        item=owned.item,
        policy=owned.policy,
        policy_version=version,
        draft=draft,
        may_change=owned.is_draft and policies.may_change(owned.policy, actor()),
        owns=policies.may_change(owned.policy, actor()),
        is_draft=owned.is_draft,
        actions=[
            action for action in BY_PERSON if (ItemState(owned.item.state), action) in ITEM_MACHINE.table
        ],
        excerpt=excerpt,
        marked={mark.field for mark in marks},
        checks=review.checklist(draft.name, draft.fields, draft.lacking),
        states={name: review.state_of(draft.fields.get(name)) for name in (*TEXT_FIELDS, *LIST_FIELDS)},
        remarks=_remarks(owned),
        differences=review.differences(draft.name, draft.fields, draft.extracted or {}),
        materials=typed.materials_of(draft) if rows is None else rows,
        departments=[(department.code, department.name) for department in choices],
        text_fields=TEXT_FIELDS,
        list_fields=LIST_FIELDS,
        required_fields=REQUIRED_FIELDS,
        names=FIELD_NAMES,
        modes=[(str(mode), word) for mode, word in MODE_NAMES.items()],
        classes=[(str(kind), word) for kind, word in OBJECT_CLASS_NAMES.items()],
        material_forms=list(MATERIAL_FORMS.items()),
        units=proposals.units(draft.conditions, draft.values.get("conditions")),
        attributes=[(known.name, known.label) for known in vocabulary.ATTRIBUTES.values()],
        comparisons=COMPARISONS,
        money=money.lines(draft.money_rules),
        questions=form_rows.rows_of(draft.form, form.values if rows is not None else None),
        question_types=list(form_shape.TYPE_NAMES.items()),
        form=form,
    )


def _remarks(owned: Owned) -> list[lint.Remark]:
    others = queries.names_beside(db(), owned.item)
    return lint.remarks(lint.Draft.of(owned.draft, others), clock.today())


@blueprint.post("/editor/items/<code>")
@allow("policy_maker")
def save(code: str) -> Response:
    form = typed.item_form(request.form, service.owned_for_reading(db(), actor(), code).draft)
    version = request.form.get("version", type=int)

    def act(data: Mapping[str, Any]) -> Done:
        service.save_item(db(), actor(), code, data, version=version)
        if request.form.get("action") == "publish":
            return Done("", f"/editor/items/{code}/publish")
        return Done("已保存。", f"/editor/items/{code}")

    def again(form: Form, status: int) -> Response:
        owned = service.owned_for_reading(db(), actor(), code)
        return _page(owned, form, status, rows=typed.materials_of(owned.draft, form.values))

    return answer(form, act, again)


@blueprint.get("/editor/items/<code>/publish")
@allow("policy_maker")
def confirm_publish(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    values = {"version": owned.item.version} | {
        f"lacking.{name}": why for name, why in owned.draft.lacking.items()
    }
    return _publish_page(owned, empty_form(values))


def _publish_page(owned: Owned, form: Form, status: int = 200) -> Response:
    return render(
        "editor/item_publish.html",
        status=status,
        item=owned.item,
        policy=owned.policy,
        draft=owned.draft,
        title=policies.working_version(db(), owned.policy).title or owned.policy.number,
        checks=review.checklist(owned.draft.name, owned.draft.fields, owned.draft.lacking),
        remarks=_remarks(owned),
        names=FIELD_NAMES,
        form=form,
    )


@blueprint.post("/editor/items/<code>/publish")
@allow("policy_maker")
def publish(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    form = typed.item_form(request.form, owned.draft)
    said = request.form.get("version", type=int)

    def act(data: Mapping[str, Any]) -> Done:
        version = said
        if data.get("lacking") and owned.is_draft:
            reasons = {"lacking": data["lacking"]}
            version = service.save_item(db(), actor(), code, reasons, version=version).version
        if owned.policy.state == PolicyState.DRAFT:
            words = "原因已保存。事项与政策文件同时发布，请在这里勾选。"
            return Done(words, f"/editor/policies/{owned.policy.number}/publish")
        service.publish_item(db(), actor(), code, version=version)
        words = "事项已发布，公众可以在兑现专栏查到。"
        return Done(words, f"/editor/policies/{owned.policy.number}")

    def again(form: Form, status: int) -> Response:
        return _publish_page(service.owned_for_reading(db(), actor(), code), form, status)

    return answer(form, act, again)


@blueprint.get("/editor/items/<code>/delete")
@allow("policy_maker")
def confirm_delete(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    return render("editor/item_delete.html", item=owned.item, policy=owned.policy, draft=owned.draft)


@blueprint.post("/editor/items/<code>/delete")
@allow("policy_maker")
def delete(code: str) -> Response:
    owned = service.owned_for_reading(db(), actor(), code)
    form = submitted(schemas.VersionFormSchema())
    number = owned.policy.number
    service.discard_item(db(), actor(), code, version=form.data.get("version"))
    flash("草稿已删除。", "success")
    return redirect(f"/editor/policies/{number}", 303)


@blueprint.post("/editor/items/<code>/split")
@allow("policy_maker")
def split(code: str) -> Response:
    service.owned_for_reading(db(), actor(), code)

    def act(data: Mapping[str, Any]) -> Done:
        made = service.split_item(db(), actor(), code, data["name"])
        return Done("已拆出一个事项，内容与原事项相同，请分别删改。", f"/editor/items/{made.code}")

    def again(form: Form, status: int) -> Response:
        return refused(form, f"/editor/items/{code}")

    return answer(submitted(schemas.NewItemSchema()), act, again)
