"""Pages of people who are about to sign in: invitations, a lost password, the consent at the first use."""

from flask import Blueprint, flash, redirect, request, session
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as Answer

from redemption.identity import consent, invitations, oidc_views, queries, recovery
from redemption.identity.models import Person, Post
from redemption.identity.people import GRADE_HINTS, GRADE_NAMES
from redemption.identity.rules import Grade, Role
from redemption.identity.views import HOME, inside
from redemption.kernel.errors import DomainError, Gone, NotFound
from redemption.web.access import actor, actor_or_none, allow, public
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db, settings, signer

blueprint = Blueprint("identity-people", __name__)
blueprints = [blueprint, oidc_views.blueprint]

NEEDS_CONSENT = ("/space", "/apply", "/applications", "/offers")


class NewPasswordSchema(Schema):
    password = fields.String(
        required=True, validate=validate.Length(max=200), error_messages={"required": "请设置密码。"}
    )
    again = fields.String(
        required=True,
        validate=validate.Length(max=200),
        error_messages={"required": "请再输入一次密码。"},
    )
    consent = fields.Boolean(load_default=False, truthy={"1"})


class CodeSchema(Schema):
    code = fields.String(
        required=True, validate=validate.Length(max=60), error_messages={"required": "请输入开通码。"}
    )


class LoginSchema(Schema):
    login = fields.String(
        required=True,
        validate=validate.Length(max=200),
        error_messages={"required": "请输入登录名、手机号或电子邮箱。"},
    )


@blueprint.app_context_processor
def _ways_in() -> dict[str, bool]:
    return {"oidc_on": bool(settings().oidc_issuer)}


# --- invitations -----------------------------------------------------------------------------------------


@blueprint.get("/invitations")
@public
def enter_code() -> Answer:
    return render("identity/code.html", form=empty_form())


@blueprint.post("/invitations")
@public
def open_code() -> Answer:
    form = submitted(CodeSchema())
    if form.ok:
        try:
            invitations.invitation_by_code(db(), form.data["code"])
        except (NotFound, Gone) as error:
            form.add("code", error.message)
    if not form.ok:
        return render("identity/code.html", status=422, form=form)
    return redirect(f"/invitations/{form.data['code'].strip()}", 303)


@blueprint.get("/invitations/<code>")
@public
def invitation(code: str) -> Answer:
    return _invitation(code, empty_form())


def _invitation(code: str, form: Form, status: int = 200) -> Answer:
    found, person, enterprise = invitations.invitation_by_code(db(), code)
    who = actor_or_none()
    return render(
        "identity/invitation.html",
        status=status,
        code=code,
        invitation=found,
        person=person,
        enterprise=enterprise,
        grade=GRADE_NAMES[Grade(found.grade)],
        grade_hint=GRADE_HINTS[Grade(found.grade)],
        is_theirs=who is not None and who.person_id == person.id,
        has_account=bool(person.password_hash),
        consent_text=consent.TEXT,
        form=form,
    )


@blueprint.post("/invitations/<code>")
@public
def accept(code: str) -> Answer:
    """Somebody new sets a password; somebody who is signed in just accepts."""
    who = actor_or_none()
    if who is not None:
        post = invitations.accept_signed_in(db(), who, code)
        session["post"] = post.id
        return redirect("/space", 303)
    form, person = submitted(NewPasswordSchema()), None
    form.values.clear()
    if form.ok and form.data["password"] != form.data["again"]:
        form.add("again", "两次输入的密码不一样，请重新输入。")
    if form.ok and not form.data["consent"]:
        form.add("consent", "请阅读并同意个人信息使用说明；不同意的，可以到窗口办理。")
    if form.ok:
        with form.catching():
            person = invitations.accept_with_password(db(), code, form.data["password"])
            consent.give(db(), person)
    if not form.ok or person is None:
        return _invitation(code, form, 422)
    _begin(person, queries.posts_of(db(), person.id)[-1])
    flash("账号已开通，您已登录。", "success")
    return redirect("/space", 303)


def _begin(person: Person, post: Post) -> None:
    """A fresh browser session for somebody who just proved who they are."""
    session.clear()
    session.permanent = True
    session.update(person=person.id, post=post.id, epoch=person.session_epoch)


# --- a lost password -------------------------------------------------------------------------------------


@blueprint.get("/recover")
@public
def recover_page() -> Answer:
    return render("identity/recover.html", form=empty_form(), sent=False)


@blueprint.post("/recover")
@public
def recover() -> Answer:
    form = submitted(LoginSchema())
    if not form.ok:
        return render("identity/recover.html", status=422, form=form, sent=False)
    recovery.ask(db(), form.data["login"])
    return render("identity/recover.html", form=form, sent=True)


@blueprint.get("/recover/<token>")
@public
def new_password_page(token: str) -> Answer:
    person = recovery.person_of(db(), token, signer())
    return render("identity/new_password.html", form=empty_form(), token=token, person=person)


@blueprint.post("/recover/<token>")
@public
def set_new_password(token: str) -> Answer:
    form = submitted(NewPasswordSchema())
    form.values.clear()
    if form.ok and form.data["password"] != form.data["again"]:
        form.add("again", "两次输入的密码不一样，请重新输入。")
    person = recovery.person_of(db(), token, signer())
    if form.ok:
        with form.catching():
            recovery.reset(db(), token, signer(), form.data["password"])
    if not form.ok:
        return render("identity/new_password.html", status=422, form=form, token=token, person=person)
    session.clear()
    flash("新密码已设置，请用新密码登录。其他地方的登录都已退出。", "success")
    return redirect("/sign-in", 303)


# --- consent ---------------------------------------------------------------------------------------------


@blueprint.before_app_request
def _ask_for_consent() -> Answer | None:
    """An enterprise's person agrees once to the words in force, before the first page that holds data."""
    if request.method != "GET" or "person" not in session or not request.path.startswith(NEEDS_CONSENT):
        return None
    try:
        who = actor_or_none()
    except DomainError:
        return None
    if who is None or who.role is not Role.ENTERPRISE:
        return None
    person = queries.person_by_id(db(), who.person_id)
    if person is None or consent.is_given(person):
        return None
    return redirect(f"/account/consent?next={request.path}", 303)


@blueprint.get("/account/consent")
@allow("enterprise")
def consent_page() -> Answer:
    person = queries.person_by_id(db(), actor().person_id)
    return render(
        "identity/consent.html",
        text=consent.TEXT,
        version=consent.VERSION,
        given=person is not None and consent.is_given(person),
        person=person,
        next=inside(request.args.get("next", "")),
        form=empty_form(),
    )


@blueprint.post("/account/consent")
@allow("enterprise")
def give_consent() -> Answer:
    person = queries.person_by_id(db(), actor().person_id)
    if person is None:
        raise NotFound
    if request.form.get("answer") == "withdraw":
        consent.withdraw(db(), actor())
        flash("已撤回同意。需要在线办理时，可以随时重新同意。", "success")
        return redirect("/account", 303)
    consent.give(db(), person)
    return redirect(inside(request.form.get("next", "")) or HOME[Role.ENTERPRISE], 303)
