"""The two addresses of a sign-in by OpenID Connect: out to the provider, and back."""

import datetime as dt
from dataclasses import asdict

from flask import Blueprint, current_app, redirect, request, session
from werkzeug.wrappers import Response as Answer

from redemption.identity import oidc
from redemption.identity.views import inside
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.web.access import public
from redemption.web.pages import render
from redemption.web.session import db, settings

blueprint = Blueprint("identity-oidc", __name__)

CONFIRM_WITHIN = dt.timedelta(minutes=10)


def _provider() -> oidc.Provider:
    if not settings().oidc_issuer:
        raise NotFound("本系统没有接入统一身份认证，请用账号密码登录。")
    parts = current_app.extensions["redemption"]
    if "oidc" not in parts:
        parts["oidc"] = oidc.Provider(settings())
    return parts["oidc"]


@blueprint.get("/sign-in/oidc")
@public
def begin() -> Answer:
    begun = _provider().begin()
    session["oidc"] = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": inside(request.args.get("next", "")),
    }
    return redirect(begun.address, 303)


@blueprint.get("/sign-in/oidc/callback")
@public
def callback() -> Answer:
    """What the provider vouches for, shown before it is used: reading an address never writes."""
    kept = session.pop("oidc", None)
    provider = _provider()
    if not kept or request.args.get("state") != kept["state"]:
        raise oidc.SignInFailed
    begun = oidc.Begun("", kept["state"], kept["nonce"], kept["verifier"])
    claims = provider.finish(begun, request.url)
    until = int((clock.now() + CONFIRM_WITHIN).timestamp())
    session["oidc_claims"] = {**asdict(claims), "next": kept["next"], "until": until}
    return render("identity/oidc.html", claims=claims)


@blueprint.post("/sign-in/oidc/finish")
@public
def finish() -> Answer:
    kept = session.pop("oidc_claims", None)
    provider = _provider()
    if not kept or kept.pop("until") < clock.now().timestamp():
        raise oidc.SignInFailed
    onward = inside(kept.pop("next"))
    person, post = oidc.sign_in(db(), provider.issuer, oidc.Claims(**kept))
    session.clear()
    session.permanent = True
    session.update(person=person.id, post=post.id, epoch=person.session_epoch)
    return redirect(onward or "/space", 303)
