"""What registries say: taken over while a form is filled in, and the enterprise's list of everything looked up."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.applications import queries as applications
from redemption.applications import service
from redemption.applications.models import Lookup
from redemption.applications.sharing import adopting, asking, differing, queries
from redemption.applications.sharing.rules import (
    LOOKUP_STATE_NAMES,
    PURPOSE_NAMES,
    SUBJECT_NAMES,
    LookupState,
)
from redemption.identity import profile
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import box, db

blueprint = Blueprint("lookups", __name__)


@blueprint.get("/apply/<number>/lookups")
@allow("enterprise")
def offered(number: str) -> Response:
    """What registries say about the enterprise, beside what it keeps itself."""
    return _page(number, empty_form())


@blueprint.post("/apply/<number>/lookups")
@allow("enterprise")
def ask(number: str) -> Response:
    """Ask now; the answers appear on the page, nobody waits for them."""
    form = empty_form()
    with form.catching():
        asking.prefill(db(), actor(), number)
    if not form.ok:
        return _page(number, form, status=422)
    return redirect(f"/apply/{number}/lookups", 303)


@blueprint.post("/apply/<number>/lookups/adoption")
@allow("enterprise")
def adopt(number: str) -> Response:
    """Take over what is ticked."""
    form, count = empty_form(), 0
    with form.catching():
        count = adopting.adopt(db(), actor(), number, request.form.getlist("fact"), box=box())
    if not form.ok:
        return _page(number, form, status=422)
    flash(f"已采用 {count} 项，请继续核对其余内容。", "success")
    return redirect(f"/apply/{number}", 303)


@blueprint.get("/space/profile/lookups")
@allow("enterprise")
def looked_up() -> Response:
    """Everything that was ever asked about this enterprise: who, when, for what, and what came of it."""
    enterprise = profile.own_enterprise(db(), actor())
    found, after = page(
        db(), queries.of_enterprise(enterprise.id), Lookup.id, limit=30, cursor=cursor_argument()
    )
    where = queries.circumstances(db(), found)
    return render(
        "space/lookups.html",
        rows=[(lookup, *where[lookup.id], _facts(lookup)) for lookup in found],
        subjects=SUBJECT_NAMES,
        purposes=PURPOSE_NAMES,
        states=LOOKUP_STATE_NAMES,
        next_link=f"/space/profile/lookups?cursor={after}" if after else None,
        first=not request.args.get("cursor"),
    )


def _page(number: str, form: Form, status: int = 200) -> Response:
    sheet = applications.sheet(db(), actor(), number, with_materials=False)
    service.must_be_draft(sheet)
    asked = queries.of_submission(db(), sheet.submission.id)
    return render(
        "applications/lookups.html",
        status=status,
        sheet=sheet,
        form=form,
        asked=asked,
        waiting=any(lookup.state == LookupState.WAITING for lookup, _ in asked),
        offered=adopting.offered(db(), sheet.submission.id, sheet.enterprise),
        sources=queries.registries(db(), active=True),
        subjects=SUBJECT_NAMES,
        states=LOOKUP_STATE_NAMES,
    )


def _facts(lookup: Lookup) -> list[tuple[str, str]]:
    return [
        (differing.label_of(name), differing.text_of(name, value)) for name, value in lookup.facts.items()
    ]
