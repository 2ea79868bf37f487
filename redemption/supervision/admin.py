"""/admin: the organisation, accounts, how the system stands, the log, wordings."""

import json
from typing import Any

import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.identity import accounts, organising
from redemption.identity import queries as identity
from redemption.identity import service as identity_service
from redemption.identity.models import Person
from redemption.identity.organising import KIND_NAMES, LEVEL_NAMES
from redemption.identity.rules import ROLE_NAMES
from redemption.kernel import audit
from redemption.kernel.errors import Conflict, NotFound
from redemption.messages import service as messages
from redemption.messages.rules import built_in
from redemption.supervision import admin_queries as queries
from redemption.supervision.admin_schemas import (
    PLACES,
    STAFF,
    AccountSchema,
    PostSchema,
    ReasonSchema,
    SuccessorSchema,
    TemplateSchema,
)
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.health import RELAY_KEY, SCHEDULE_KEY
from redemption.web.pages import render
from redemption.web.session import db, settings, signer

blueprint = Blueprint("admin", __name__)
blueprints = [blueprint]


@blueprint.get("/admin")
@allow("administrator")
def home() -> Answer:
    """How the system stands, first; then where to go."""
    return render("admin/state.html", state=queries.state(db()), parts=_parts())


def _parts() -> list[tuple[str, bool]]:
    """Queue, relay and schedule by their signs of life; the database answered this request."""
    found = {"任务队列": False, "消息中继": False, "定时任务": False}
    try:
        with redis.Redis.from_url(settings().redis_url, socket_timeout=2) as client:
            found = {
                "任务队列": bool(client.ping()),
                "消息中继": bool(client.exists(RELAY_KEY)),
                "定时任务": bool(client.exists(SCHEDULE_KEY)),
            }
    except redis.RedisError:
        pass
    return [("数据库", True), *found.items()]


# --- the organisation ------------------------------------------------------------------------------------


@blueprint.get("/admin/places")
@allow("administrator")
def places() -> Answer:
    return render("admin/places.html", places=queries.places(db()), levels=LEVEL_NAMES)


def _kind(kind: str) -> str:
    if kind not in PLACES:
        raise NotFound
    return kind


def _place_page(kind: str, form: Form, place_id: int | None = None, status: int = 200) -> Answer:
    return render(
        "admin/place.html",
        status=status,
        kind=kind,
        kind_name=KIND_NAMES[kind],
        place=organising.place(db(), kind, place_id) if place_id else None,
        heads=queries.heads(db(), place_id) if kind == "department" and place_id else [],
        form=form,
        jurisdictions=[(str(one.id), one.name) for one in identity.jurisdictions(db())],
        levels=[(str(level), word) for level, word in LEVEL_NAMES.items()],
    )


@blueprint.get("/admin/places/<kind>/new")
@allow("administrator")
def new_place(kind: str) -> Answer:
    return _place_page(_kind(kind), empty_form())


@blueprint.post("/admin/places/<kind>/new")
@allow("administrator")
def create_place(kind: str) -> Answer:
    form = submitted(PLACES[_kind(kind)]())
    if form.ok:
        with form.catching():
            organising.save_place(db(), actor(), kind, form.data)
    if not form.ok:
        return _place_page(kind, form, status=422)
    flash(f"{form.data['name']}已添加。", "success")
    return redirect("/admin/places", 303)


@blueprint.get("/admin/places/<kind>/<int:place_id>")
@allow("administrator")
def edit_place(kind: str, place_id: int) -> Answer:
    place = organising.place(db(), _kind(kind), place_id)
    values = {name: getattr(place, name, None) for name in PLACES[kind]().fields}
    if kind == "department":
        values["two_person"] = place.settings.get("two_person", False)
        days = place.settings.get("rating_days") or {}
        values |= {f"rating_{step}": days.get(step) for step in ("open", "mending", "calling_back")}
    return _place_page(kind, empty_form(values), place_id)


@blueprint.post("/admin/places/<kind>/<int:place_id>")
@allow("administrator")
def change_place(kind: str, place_id: int) -> Answer:
    place = organising.place(db(), _kind(kind), place_id)
    fixed = ("code", "jurisdiction_id", "parent_id", "level")
    form = submitted(
        PLACES[kind](exclude=[name for name in fixed if hasattr(place, name)], unknown="exclude")
    )
    if form.ok:
        with form.catching():
            organising.save_place(db(), actor(), kind, form.data, place_id)
    if not form.ok:
        return _place_page(kind, form, place_id, 422)
    flash("已保存。", "success")
    return redirect("/admin/places", 303)


@blueprint.post("/admin/places/department/<int:place_id>/dissolve")
@allow("administrator")
def dissolve(place_id: int) -> Answer:
    form = submitted(SuccessorSchema())
    organising.place(db(), "department", place_id)
    if form.ok:
        with form.catching():
            organising.dissolve(db(), actor(), place_id, form.data["successor"])
    if not form.ok:
        return _place_page("department", form, place_id, 422)
    flash("部门已撤并，未了结的职责由承接部门承担。", "success")
    return redirect("/admin/places", 303)


# --- accounts --------------------------------------------------------------------------------------------


@blueprint.get("/admin/accounts")
@allow("administrator")
def account_list() -> Answer:
    typed, role = request.args.get("q", ""), request.args.get("role", "")
    people = queries.accounts(db(), typed, role)
    return render(
        "admin/accounts.html",
        people=people,
        posts=queries.posts(db(), [person.id for person in people]),
        q=typed,
        role=role,
        roles=_roles(),
        names=ROLE_NAMES,
    )


def _roles() -> list[tuple[str, str]]:
    return [(str(role), ROLE_NAMES[role]) for role in STAFF]


def _new_account(form: Form, status: int = 200) -> Answer:
    return render(
        "admin/account_new.html", status=status, form=form, roles=_roles(), places=queries.places(db())
    )


@blueprint.get("/admin/accounts/new")
@allow("administrator")
def new_account() -> Answer:
    return _new_account(empty_form())


@blueprint.post("/admin/accounts/new")
@allow("administrator")
def open_account() -> Answer:
    """The link by which the person sets a password is on the answer to this request, and nowhere again."""
    form, person = submitted(AccountSchema()), None
    if form.ok:
        with form.catching():
            person = accounts.open_without_password(db(), actor(), **form.data)
    if not form.ok or person is None:
        return _new_account(form, 422)
    return _account_page(person, empty_form(), link=_activation_link(person), status=201)


def _activation_link(person: Person) -> str:
    token = accounts.activation_token(db(), actor(), person, signer())
    return f"{settings().base_url}/recover/{token}"


def _person(person_id: int) -> Person:
    found = queries.account(db(), person_id)
    if found is None:
        raise NotFound("没有找到这个账号。")
    return found


def _account_page(person: Person, form: Form, *, link: str = "", status: int = 200) -> Answer:
    return render(
        "admin/account.html",
        status=status,
        person=person,
        posts=queries.posts(db(), [person.id], with_ended=True).get(person.id, []),
        form=form,
        link=link,
        roles=_roles(),
        names=ROLE_NAMES,
        places=queries.places(db()),
    )


@blueprint.get("/admin/accounts/<int:person_id>")
@allow("administrator")
def account(person_id: int) -> Answer:
    return _account_page(_person(person_id), empty_form())


@blueprint.post("/admin/accounts/<int:person_id>/link")
@allow("administrator")
def give_link(person_id: int) -> Answer:
    person = _person(person_id)
    return _account_page(person, empty_form(), link=_activation_link(person))


@blueprint.post("/admin/accounts/<int:person_id>/posts")
@allow("administrator")
def add_post(person_id: int) -> Answer:
    person, form = _person(person_id), submitted(PostSchema())
    if form.ok:
        with form.catching():
            accounts.add_post(db(), actor(), person, **form.data)
    if not form.ok:
        return _account_page(person, form, status=422)
    flash("岗位已增加。", "success")
    return redirect(f"/admin/accounts/{person_id}", 303)


@blueprint.post("/admin/accounts/<int:person_id>/posts/<int:post_id>/end")
@allow("administrator")
def end_post(person_id: int, post_id: int) -> Answer:
    person = _person(person_id)
    post = identity.post(db(), post_id)
    if post is None or post.person_id != person.id or post.ended_at is not None:
        raise NotFound("没有找到这个岗位。")
    form = empty_form()
    with form.catching():
        if post.id == actor().post_id:
            raise Conflict("不能结束自己正在使用的岗位，请由另一位管理员操作。")
        identity_service.end_post(db(), actor(), post, "administrator")
    if not form.ok:
        return _account_page(person, form, status=409)
    flash("岗位已结束，用这个岗位的登录立即失效。", "success")
    return redirect(f"/admin/accounts/{person_id}", 303)


@blueprint.post("/admin/accounts/<int:person_id>/posts/<int:post_id>/head")
@allow("administrator")
def set_head(person_id: int, post_id: int) -> Answer:
    """Name the head of a department, or take that back."""
    person, form = _person(person_id), empty_form()
    head = request.form.get("head") == "1"
    with form.catching():
        accounts.set_head(db(), actor(), person, post_id, head)
    if not form.ok:
        return _account_page(person, form, status=409)
    flash("已设为部门负责人，职责逾期时先通知本人。" if head else "已不再是部门负责人。", "success")
    return redirect(f"/admin/accounts/{person_id}", 303)


@blueprint.post("/admin/accounts/<int:person_id>/close")
@allow("administrator")
def close(person_id: int) -> Answer:
    person, form = _person(person_id), submitted(ReasonSchema())
    if form.ok:
        with form.catching():
            accounts.close(db(), actor(), person, form.data["reason"])
    if not form.ok:
        return _account_page(person, form, status=422)
    flash("账号已停用，所有登录立即失效。", "success")
    return redirect(f"/admin/accounts/{person_id}", 303)


@blueprint.post("/admin/accounts/<int:person_id>/reopen")
@allow("administrator")
def reopen(person_id: int) -> Answer:
    accounts.reopen(db(), actor(), _person(person_id))
    flash("账号已恢复。", "success")
    return redirect(f"/admin/accounts/{person_id}", 303)


# --- the log ---------------------------------------------------------------------------------------------


@blueprint.get("/admin/audit")
@allow("administrator")
def audit_log() -> Answer:
    return _audit_page()


def _audit_page(verified: Any = None) -> Answer:
    typed = request.args.get("chain", "").strip()
    rows = queries.entries(db(), typed) if typed else []
    return render(
        "admin/audit.html",
        chain=typed,
        rows=[(row, who, json.dumps(row.data, ensure_ascii=False)) for row, who in rows],
        chains=queries.chains(db(), typed) if not rows else [],
        anchor=queries.state(db()).last_anchor,
        verified=verified,
    )


@blueprint.post("/admin/audit/verify")
@allow("administrator")
def verify_audit() -> Answer:
    """Read the whole log and recompute it; it changes nothing."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings().audit_key)).public_key()
    return _audit_page(audit.verify(db(), key))


# --- wordings --------------------------------------------------------------------------------------------


@blueprint.get("/admin/templates")
@allow("administrator")
def templates() -> Answer:
    return render("admin/templates.html", rows=queries.templates(db()))


@blueprint.get("/admin/templates/<code>")
@allow("administrator")
def template(code: str) -> Answer:
    own = built_in().get(code)
    if own is None:
        raise NotFound("没有这个消息模板。")
    words = messages.wording(db(), code)
    return _template_page(code, empty_form({"subject": words.subject, "body": words.body}))


def _template_page(code: str, form: Form, status: int = 200) -> Answer:
    return render("admin/template.html", status=status, own=built_in()[code], form=form)


@blueprint.post("/admin/templates/<code>")
@allow("administrator")
def save_template(code: str) -> Answer:
    form = submitted(TemplateSchema())
    if code not in built_in():
        raise NotFound("没有这个消息模板。")
    if request.form.get("action") == "restore":
        form.data = {"subject": "", "body": ""}
    if form.ok:
        with form.catching():
            messages.save_template(db(), actor(), code, form.data["subject"], form.data["body"])
    if not form.ok:
        return _template_page(code, form, 422)
    flash("已恢复系统用语。" if not form.data["subject"] else "已保存，新发出的消息使用新用语。", "success")
    return redirect("/admin/templates", 303)
