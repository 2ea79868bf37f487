"""Pages of matching: whether an item fits you, 政策服务包, 免申即享 for the department and for the enterprise."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from redemption.catalogue.models import Item, ItemVersion
from redemption.identity import queries as identity
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import DomainError, NotFound
from redemption.matching import offers, queries, service
from redemption.matching.reasons import spoken_of
from redemption.matching.rules import OFFER_STATE_NAMES, Verdict
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.session import db, settings

blueprint = Blueprint("matching", __name__)
PACKAGE = 50
"""Items of each group in a 政策服务包."""


def fits_panel(session: Session, item: Item, version: ItemVersion, who: Actor | None) -> Markup | str:
    """“是否适合您” on the page of an item: for a signed-in enterprise, and never in the way of applying."""
    if who is None or who.role is not Role.ENTERPRISE or who.enterprise_id is None:
        return ""
    enterprise = session.get_one(Enterprise, who.enterprise_id)
    explanation = service.assess(session, enterprise, item, version)
    if explanation.verdict is Verdict.OPEN:
        return ""
    return Markup(render_template("matching/fits.html", explanation=explanation, enterprise=enterprise))  # noqa: S704


@blueprint.record_once
def _register_panel(state: BlueprintSetupState) -> None:
    state.app.extensions.setdefault("item_panels_first", []).append(fits_panel)


# --- 政策服务包 --------------------------------------------------------------------------------------------


@blueprint.get("/packages")
@allow("clerk")
def packages() -> Response:
    """For which enterprise: the clerk looks it up by code, name or initials."""
    q = request.args.get("q", "").strip()[:100]
    return render("matching/packages.html", q=q, found=identity.find_enterprises(db(), q) if q else None)


@blueprint.get("/packages/<uscc>")
@allow("enterprise", "clerk")
def package(uscc: str) -> Response:
    """What fits one enterprise, to read or to hand over at the window."""
    return render("matching/package.html", **_package(uscc))


@blueprint.get("/packages/<uscc>.pdf")
@allow("enterprise", "clerk")
def package_pdf(uscc: str) -> Response:
    """The same on paper."""
    from redemption.documents import rendering

    values = _package(uscc)
    made = rendering.render(
        "pdf/package.html",
        identifier=f"package:{uscc}:{clock.today()}",
        base_url=settings().base_url,
        **values,
    )
    response = Response(made.content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"package-{uscc}.pdf")
    return response


def _package(uscc: str) -> dict[str, Any]:
    who: Actor = actor()
    enterprise = queries.enterprise_for(db(), who, uscc)
    return {
        "enterprise": enterprise,
        "fitting": service.fitting(db(), enterprise.id, limit=PACKAGE, whose=spoken_of(who)),
        "printed_on": clock.today(),
        "at_window": who.role is Role.CLERK,
    }


# --- who fits an item --------------------------------------------------------------------------------------


@blueprint.get("/workbench/fitting/<code>")
@allow("officer", "policy_maker")
def fitting_enterprises(code: str) -> Response:
    """The enterprises that the confirmed conditions of a published item name, with the comparison of each."""
    found = service.enterprises_fitting(db(), actor(), code, after=_after())
    following = f"/workbench/fitting/{code}?after={found.following}" if found.following else None
    return render("matching/fitting.html", found=found, next_link=following)


def _after() -> int:
    said = request.args.get("after", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0


# --- 免申即享: the department ------------------------------------------------------------------------------


@blueprint.get("/workbench/offers")
@allow("officer", "policy_maker")
def offer_items() -> Response:
    """The department's items without application."""
    return render("matching/offer_items.html", rows=offers.items_without_application(db(), actor()))


@blueprint.get("/workbench/offers/<code>")
@allow("officer", "policy_maker")
def offer_list(code: str) -> Response:
    """The computed list of one item, to confirm."""
    return _offer_list(code)


@blueprint.post("/workbench/offers/<code>")
@allow("officer", "policy_maker")
def make_offers(code: str) -> ResponseReturnValue:
    """Confirm the enterprises that were ticked."""
    try:
        made = offers.offer(db(), actor(), code, request.form.getlist("uscc"))
    except NotFound:
        raise
    except DomainError as error:
        return _offer_list(code, error.message, set(request.form.getlist("uscc")))
    flash(f"已确认 {made} 家企业，并已逐家通知。企业确认后自动生成申报件。", "success")
    return redirect(f"/workbench/offers/{code}", 303)


@blueprint.post("/workbench/offers/<code>/<public_id>/withdraw")
@allow("officer", "policy_maker")
def withdraw_offer(code: str, public_id: str) -> ResponseReturnValue:
    """Take back an offer that waits for its answer."""
    offers.withdraw(db(), actor(), code, public_id)
    flash("已撤回。企业会看到这条通知已撤回；需要时可以再次确认。", "success")
    return redirect(f"/workbench/offers/{code}", 303)


def _offer_list(code: str, error: str = "", ticked: set[str] | None = None) -> Response:
    rule, listed, following = offers.candidates(db(), actor(), code, after=_after())
    item, version = offers.item_without_application(db(), actor(), code)
    return render(
        "matching/offer_list.html",
        422 if error else 200,
        item=item,
        version=version,
        rule=rule,
        listed=listed,
        next_link=f"/workbench/offers/{code}?after={following}" if following else None,
        error=error,
        ticked=ticked,
        state_names=OFFER_STATE_NAMES,
    )


# --- 免申即享: the enterprise ------------------------------------------------------------------------------


@blueprint.get("/offers")
@allow("enterprise")
def own_offers() -> Response:
    """What departments offer this enterprise."""
    rows = queries.offers_of_enterprise(db(), actor().enterprise_id)
    return render("matching/offers.html", rows=rows, state_names=OFFER_STATE_NAMES)


@blueprint.post("/offers/<public_id>/accept")
@allow("enterprise")
def accept_offer(public_id: str) -> ResponseReturnValue:
    """One click."""
    offers.answer(db(), actor(), public_id, accept=True)
    flash("已确认。系统正在生成申报件并转部门兑现，稍后可在企业用户空间查看进度。", "success")
    return redirect("/offers", 303)


@blueprint.post("/offers/<public_id>/decline")
@allow("enterprise")
def decline_offer(public_id: str) -> ResponseReturnValue:
    """Not wanted."""
    offers.answer(db(), actor(), public_id, accept=False)
    flash("已放弃。如果需要，可以联系审批部门重新列入名单。", "info")
    return redirect("/offers", 303)
