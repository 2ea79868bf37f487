"""The editor: policies."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.catalogue import lint, queries, review, schemas, service
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import OVER
from redemption.catalogue.views import source
from redemption.catalogue.views.documents import document_of
from redemption.catalogue.views.posting import Done, answer, refused
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Policy, PolicyVersion
from redemption.policies.rules import PolicyState
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("editor-policies", __name__)
DATES = ("publication_date", "issue_date", "valid_from", "valid_until")
TEXTS = ("title", "document_number", "issuer")


@dataclass(frozen=True)
class ItemRow:
    """An item in a list, with what it still needs."""

    item: Item
    draft: ItemVersion
    others: tuple[str, ...] = ()
    """The names of the policy's other items that are not over."""

    @property
    def remarks(self) -> list[lint.Remark]:
        """What a person should look at before it is published."""
        return lint.remarks(lint.Draft.of(self.draft, self.others), clock.today())

    @property
    def checks(self) -> list[review.Check]:
        return review.checklist(self.draft.name, self.draft.fields, self.draft.lacking)

    @property
    def open(self) -> list[review.Check]:
        """What article 24 asks for that is neither given nor explained."""
        return [check for check in self.checks if not check.settled]

    @property
    def unpublished(self) -> bool:
        return self.draft.published_at is None


def item_rows(policy: Policy) -> list[ItemRow]:
    items = queries.items_of_policy(db(), policy.id)
    drafts = queries.working_versions(db(), [item.id for item in items])
    alive = {item.id: drafts[item.id].name for item in items if item.state not in OVER}
    return [
        ItemRow(item, drafts[item.id], tuple(name for other, name in alive.items() if other != item.id))
        for item in items
    ]


@blueprint.get("/editor")
@allow("policy_maker")
def index() -> Response:
    rows, following = page(
        db(), policies.of_department(actor().department_id), Policy.id, limit=30, cursor=cursor_argument()
    )
    ids = [row.id for row in rows]
    texts, items = policies.working_versions(db(), ids), queries.items_of_policies(db(), ids)
    drafts = queries.working_versions(db(), [item.id for group in items.values() for item in group])
    unpublished = [(row, texts[row.id]) for row in rows if texts[row.id].published_at is None]
    missing = policy_service.missing_of_each(db(), unpublished)
    listed = []
    for row in rows:
        own = [ItemRow(item, drafts[item.id]) for item in items[row.id]]
        said = todo(row, texts[row.id], own, incomplete=bool(missing.get(row.id)))
        listed.append((row, texts[row.id], own, said))
    return render("editor/index.html", rows=listed, next_cursor=following)


def todo(policy: Policy, draft: PolicyVersion, rows: list[ItemRow], *, incomplete: bool) -> str:
    """What waits for a person, in one line; empty when nothing does."""
    waiting = [row for row in rows if row.unpublished]
    lacking = [row for row in waiting if row.open]
    if policy.state == PolicyState.REPEALED:
        return ""
    if draft.published_at is None:
        words = "补全文件信息后发布" if incomplete else "核对后发布"
        return f"{words}；{len(lacking)} 个事项待补全" if lacking else words
    if waiting:
        return f"{len(waiting)} 个事项待确认发布"
    return ""


@blueprint.get("/editor/policies/new")
@allow("policy_maker")
def new() -> Response:
    return render("editor/new.html", form=empty_form({"once": uuid.uuid4().hex}))


@blueprint.post("/editor/policies/new")
@allow("policy_maker")
def create() -> Response:
    def act(data: Mapping[str, Any]) -> Done:
        # a double click, or the page sent again: the same draft
        once = f"form:{actor().department_id}:{data['once']}" if data.get("once") else None
        document, kept = document_of(data["text"])
        source = "file" if kept else "typed"
        made = service.take_in(db(), actor(), document, source=source, source_id=once, **kept)
        address, count = f"/editor/policies/{made.number}", len(queries.items_of_policy(db(), made.id))
        if count:
            return Done(f"已建立草稿，识别出 {count} 个事项，请逐项核对。", address)
        return Done("已建立草稿，没有识别出事项，原因见下。", address, "warning")

    def again(form: Form, status: int) -> Response:
        return render("editor/new.html", status=status, form=form)

    return answer(submitted(schemas.NewPolicyFormSchema()), act, again)


@blueprint.get("/editor/policies/<number>")
@allow("policy_maker")
def one(number: str) -> Response:
    policy = policies.seen_by(db(), actor(), number)
    return _page(policy, empty_form())


def _page(policy: Policy, form: Form, status: int = 200) -> Response:
    draft = policies.version_with_text(db(), policies.working_version(db(), policy).id)
    rows = item_rows(policy)
    marks = []
    for row in rows:
        span = (row.draft.extracted or {}).get("name_span")
        if span and row.draft.policy_version_id == draft.id:
            marks.append(source.Marked(span[0], span[1], row.item.code))
    marks.sort(key=lambda mark: (mark.start, mark.end))
    excerpt = source.shown(draft.text, draft.blocks, marks, request.args.get("part", type=int))
    unpublished = draft.published_at is None
    return render(
        "editor/policy.html",
        status=status,
        policy=policy,
        draft=draft,
        unpublished=unpublished,
        rows=rows,
        excerpt=excerpt,
        may_change=policies.may_change(policy, actor()),
        missing=policy_service.what_is_missing(db(), policy, draft) if unpublished else {},
        due=policy_service.deadline_of(db(), draft),
        today=clock.today(),
        departments=policies.departments_of(db(), policy),
        lead=db().get_one(Department, policy.lead_department_id),
        drafting=db().get(Department, policy.drafting_department_id or 0),
        interpretations=policies.interpretations(db(), policy.id),
        versions=policies.versions(db(), policy.id),
        form=form,
    )


@blueprint.get("/editor/policies/<number>/details")
@allow("policy_maker")
def details(number: str) -> Response:
    policy = policies.seen_by(db(), actor(), number)
    draft = policies.working_version(db(), policy)
    values: dict[str, Any] = {name: getattr(draft, name) for name in TEXTS}
    values |= {name: _iso(getattr(draft, name)) for name in DATES}
    lead = db().get_one(Department, policy.lead_department_id)
    values |= {
        "version": policy.version,
        "lead_department": lead.code,
        "in_government_name": policy.in_government_name,
        "joint_departments": [department.code for department in policies.departments_of(db(), policy)],
    }
    if policy.drafting_department_id:
        values["drafting_department"] = db().get_one(Department, policy.drafting_department_id).code
    return _details_page(policy, draft, empty_form(values))


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _details_page(policy: Policy, draft: PolicyVersion, form: Form, status: int = 200) -> Response:
    choices = policies.departments_of_jurisdiction(db(), policy.jurisdiction_id)
    return render(
        "editor/details.html",
        status=status,
        policy=policy,
        draft=draft,
        form=form,
        departments=[(department.code, department.name) for department in choices],
    )


@blueprint.post("/editor/policies/<number>/details")
@allow("policy_maker")
def save_details(number: str) -> Response:
    policies.seen_by(db(), actor(), number)

    def act(data: Mapping[str, Any]) -> Done:
        # an emptied box empties the value; an unticked one says no
        boxes: dict[str, Any] = {
            "in_government_name": False,
            "drafting_department": None,
            "joint_departments": [],
        }
        said = boxes | dict.fromkeys(DATES) | dict.fromkeys(TEXTS, "") | dict(data)
        version = said.pop("version")
        policy_service.revise(db(), actor(), number, said, version=version)
        return Done("文件信息已保存。", f"/editor/policies/{number}")

    def again(form: Form, status: int) -> Response:
        policy = policies.seen_by(db(), actor(), number)
        return _details_page(policy, policies.working_version(db(), policy), form, status)

    return answer(submitted(schemas.DetailsFormSchema()), act, again)


@blueprint.get("/editor/policies/<number>/publish")
@allow("policy_maker")
def confirm_publish(number: str) -> Response:
    policy = policies.seen_by(db(), actor(), number)
    ready = [row.item.code for row in item_rows(policy) if row.unpublished and not row.open]
    return _publish_page(policy, empty_form({"items": ready, "version": policy.version}))


def _publish_page(policy: Policy, form: Form, status: int = 200) -> Response:
    draft = policies.working_version(db(), policy)
    return render(
        "editor/publish.html",
        status=status,
        policy=policy,
        draft=draft,
        rows=[row for row in item_rows(policy) if row.unpublished],
        missing=policy_service.what_is_missing(db(), policy, draft),
        interpretations=policies.waiting_interpretations(db(), policy.id),
        due=policy_service.deadline_of(db(), draft),
        today=clock.today(),
        form=form,
    )


@blueprint.post("/editor/policies/<number>/publish")
@allow("policy_maker")
def publish(number: str) -> Response:
    policies.seen_by(db(), actor(), number)

    def act(data: Mapping[str, Any]) -> Done:
        published = service.publish_policy(db(), actor(), number, **data)
        due = policy_service.deadline_of(db(), published)
        words = f"，请在{clock.due_text(due.date)}前报送政策原文和兑现标准" if due else ""
        return Done(f"已发布{words}。", f"/editor/policies/{number}")

    def again(form: Form, status: int) -> Response:
        return _publish_page(policies.seen_by(db(), actor(), number), form, status)

    return answer(submitted(schemas.PublishPolicyFormSchema()), act, again)


@blueprint.post("/editor/policies/<number>/items")
@allow("policy_maker")
def add_item(number: str) -> Response:
    policies.seen_by(db(), actor(), number)

    def act(data: Mapping[str, Any]) -> Done:
        made = service.add_item(db(), actor(), number, data["name"])
        return Done("已添加事项，请填写各栏。", f"/editor/items/{made.code}")

    def again(form: Form, status: int) -> Response:
        return _page(policies.seen_by(db(), actor(), number), form, status)

    return answer(submitted(schemas.NewItemSchema()), act, again)


@blueprint.get("/editor/policies/<number>/delete")
@allow("policy_maker")
def confirm_delete(number: str) -> Response:
    policy = policies.seen_by(db(), actor(), number)
    draft = policies.working_version(db(), policy)
    return render("editor/policy_delete.html", policy=policy, draft=draft, rows=item_rows(policy))


@blueprint.post("/editor/policies/<number>/delete")
@allow("policy_maker")
def delete(number: str) -> Response:
    service.discard_policy(db(), actor(), number)
    flash("草稿已删除。", "success")
    return redirect("/editor", 303)


@blueprint.post("/editor/policies/<number>/merge")
@allow("policy_maker")
def merge(number: str) -> Response:
    policies.seen_by(db(), actor(), number)

    def act(data: Mapping[str, Any]) -> Done:
        made = service.merge_items(db(), actor(), number, data["items"])
        return Done("已合并，请核对各栏。", f"/editor/items/{made.code}")

    def again(form: Form, status: int) -> Response:
        return refused(form, f"/editor/policies/{number}")

    return answer(submitted(schemas.ItemCodesSchema()), act, again)
