"""Signing in and out, one's own account, the elder mode."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, request, session
from werkzeug.wrappers import Response as Answer

from redemption.identity import queries, service
from redemption.identity.rules import ROLE_NAMES, Role
from redemption.identity.schemas import PageSignInSchema, PasswordSchema
from redemption.web.access import actor, actor_or_none, allow, public
from redemption.web.forms import empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db, keep_on_refusal, settings

blueprint = Blueprint("identity", __name__)

HOME = {
    Role.ENTERPRISE: "/space",
    Role.CLERK: "/desk",
    Role.OFFICER: "/workbench",
    Role.POLICY_MAKER: "/editor",
    Role.OFFICE: "/office",
    Role.ADMINISTRATOR: "/admin",
}


def inside(address: str) -> str:
    """An address of ours to go on to, or nothing: never another site's."""
    parts = urlsplit(address)
    good = (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return address if good else ""


@blueprint.get("/sign-in")
@public
def sign_in_page() -> Answer:
    who = actor_or_none()
    if who is not None:
        return redirect(HOME.get(who.role, "/"), 303)
    return render("identity/sign_in.html", form=empty_form({"next": inside(request.args.get("next", ""))}))


@blueprint.post("/sign-in")
@public
def sign_in() -> Answer:
    form = submitted(PageSignInSchema())
    form.values.pop("password", None)
    if not form.ok:
        return render("identity/sign_in.html", status=422, form=form)
    try:
        found = service.sign_in(db(), form.data["login"], form.data["password"], request.remote_addr or "")
    except (service.SignInRefused, service.AccountPaused) as error:
        keep_on_refusal()
        form.add("login", error.message)
        return render("identity/sign_in.html", status=error.status, form=form)
    post = found.posts[0]
    session.clear()
    session.permanent = True
    session.update(person=found.person.id, post=post.id, epoch=found.person.session_epoch)
    if len(found.posts) > 1:
        return redirect("/account/post", 303)
    return redirect(inside(form.data["next"]) or HOME.get(Role(post.role), "/"), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> Answer:
    session.clear()
    flash("您已安全退出。", "success")
    return redirect("/", 303)


@blueprint.get("/account")
@allow()
def account() -> Answer:
    who = actor()
    person = queries.person_by_id(db(), who.person_id)
    return render(
        "identity/account.html",
        person=person,
        role_name=ROLE_NAMES[who.role],
        posts=_named_posts(who.person_id),
        form=empty_form(),
    )


def _named_posts(person_id: int) -> list[tuple[int, str, str]]:
    person = queries.person_by_id(db(), person_id)
    found = []
    for post in queries.posts_of(db(), person_id):
        acting = service.actor_of(db(), post, person)  # type: ignore[arg-type]
        found.append((post.id, ROLE_NAMES[acting.role], acting.place))
    return found


@blueprint.get("/account/post")
@allow()
def choose_post() -> Answer:
    posts = _named_posts(actor().person_id)
    options = [(str(number), role, place) for number, role, place in posts]
    return render("identity/choose_post.html", posts=posts, options=options, current=actor().post_id)


@blueprint.post("/account/post")
@allow()
def take_post() -> Answer:
    who = actor()
    wanted = request.form.get("post", type=int)
    post = next((held for held in queries.posts_of(db(), who.person_id) if held.id == wanted), None)
    if post is None:
        return redirect("/account/post", 303)
    session["post"] = post.id
    return redirect(HOME.get(Role(post.role), "/"), 303)


@blueprint.post("/account/password")
@allow()
def change_password() -> Answer:
    form = submitted(PasswordSchema())
    form.values.clear()
    if form.ok and form.data["new"] != form.data["again"]:
        form.add("again", "两次输入的新密码不一样，请重新输入。")
    if form.ok:
        with form.catching():
            service.change_password(db(), actor(), form.data["old"], form.data["new"])
    if not form.ok:
        who = actor()
        return render(
            "identity/account.html",
            status=422,
            person=queries.person_by_id(db(), who.person_id),
            role_name=ROLE_NAMES[who.role],
            posts=_named_posts(who.person_id),
            form=form,
        )
    session.clear()
    flash("密码已更换，请用新密码重新登录。", "success")
    return redirect("/sign-in", 303)


@blueprint.post("/elder-mode")
@public
def elder_mode() -> Response:
    """The switch without JavaScript: a cookie of this browser."""
    answer = make_response(redirect(inside(request.form.get("next", "")) or "/", 303))
    answer.set_cookie(
        "elder",
        "1" if request.form.get("elder") == "1" else "0",
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings().secure_cookies,
    )
    return answer
