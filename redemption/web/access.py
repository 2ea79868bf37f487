"""Who may use a route. Every route says so, or it is refused; a test reads the declarations.

    @blueprint.get("/desk")
    @allow("clerk")
    def cases(): …

Roles only open the door. Whether it is *their* case is checked in the service, which answers "not found" for what
belongs to somebody else.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from redemption.kernel.errors import DomainError, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "access_rule"
PUBLIC = "public"
ANYBODY = "signed_in"


class SignInNeeded(DomainError):
    """Nobody is signed in, and this route needs somebody."""

    default_code = "sign_in_needed"
    default_status = 401
    default_message = "请先登录后再继续。"


def public(view: View) -> View:
    """Anybody, signed in or not."""
    setattr(view, ATTRIBUTE, frozenset({PUBLIC}))
    return view


def allow(*roles: str) -> Callable[[View], View]:
    """Only these roles; without any, everybody who is signed in."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, frozenset(roles or {ANYBODY}))
        return view

    return declare


def rule_of(app: Flask, endpoint: str, method: str) -> frozenset[str] | None:
    """What a route declares; None when it declares nothing."""
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        handler = getattr(view_class, method.lower() if method != "HEAD" else "get", None)
        return getattr(handler, ATTRIBUTE, None) or getattr(view_class, ATTRIBUTE, None)
    return getattr(view, ATTRIBUTE, None)


def init(app: Flask, load_actor: Callable[[], Any]) -> None:
    """Refuse by default. `load_actor` finds who is signed in; the application injects it (web knows no slice)."""
    app.extensions["redemption"]["load_actor"] = load_actor
    app.before_request(_check)


def actor_or_none() -> Any:
    """The acting person, or None."""
    if "actor" not in g:
        g.actor = current_app.extensions["redemption"]["load_actor"]()
    return g.actor


def actor() -> Any:
    """The acting person.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    found = actor_or_none()
    if found is None:
        raise SignInNeeded
    return found


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static" or request.method == "OPTIONS":
        return None
    rule = rule_of(current_app, request.endpoint, request.method)
    if rule is None:
        raise NotAllowed("这个地址没有声明谁可以使用，因此不开放。", code="no_access_rule")
    if PUBLIC in rule:
        return None
    who = actor()
    if ANYBODY not in rule and str(who.role) not in rule:
        raise NotAllowed("这个页面属于其他岗位。请确认登录的是正确的账号。", code="wrong_role")
    return None
