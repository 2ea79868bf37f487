"""Outside experts: asked and revoked in the workbench, answering by their link alone."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.applications import queries as applications
from redemption.applications.forms import shown
from redemption.applications.models import Application
from redemption.applications.needs import entries_of
from redemption.decisions import experts, service
from redemption.decisions.models import ExpertInvitation
from redemption.decisions.schemas import ExpertSchema, OpinionData
from redemption.decisions.views.case_page import case_page
from redemption.identity.queries import department_by_id
from redemption.web.access import actor, allow, public
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db, settings

blueprint = Blueprint("experts", __name__)


@blueprint.post("/workbench/applications/<number>/experts")
@allow("officer")
def invite(number: str) -> Response:
    """Ask an expert; the link is shown on the page that follows, this once."""
    form, code = submitted(ExpertSchema()), ""
    if form.ok:
        with form.catching():
            application = service.lock_case(db(), actor(), number)
            _, code = experts.invite(db(), actor(), application, **form.data)
    if not form.ok:
        return case_page(number, "experts", form, status=422)
    return case_page(number, "", empty_form(), link=f"{settings().base_url}/opinion/{code}")


@blueprint.post("/workbench/applications/<number>/experts/<int:invitation_id>/revocation")
@allow("officer")
def revoke(number: str, invitation_id: int) -> Response:
    """The link ends now."""
    application = service.lock_case(db(), actor(), number)
    experts.revoke(db(), actor(), application, invitation_id)
    flash("链接已撤回，不能再打开。", "success")
    return redirect(f"/workbench/applications/{number}#experts", 303)


@blueprint.get("/opinion/<code>")
@public
def cover(code: str) -> Response:
    """What the link is about. Looking at the case itself takes a click, so that it can be written down."""
    invitation, application = experts.opened(db(), code)
    return _page(code, invitation, application, "expert/cover.html")


@blueprint.post("/opinion/<code>")
@public
def look(code: str) -> Response:
    """Show the case, and write down that it was looked at."""
    invitation, application = experts.opened(db(), code, lock=True)
    experts.note_opening(db(), invitation, request.remote_addr or "")
    return _page(code, invitation, application)


@blueprint.post("/opinion/<code>/answer")
@public
def answer(code: str) -> Response:
    """Take the opinion."""
    form = submitted(OpinionData())
    invitation, application = experts.opened(db(), code)
    if form.ok:
        with form.catching():
            experts.answer(db(), code, form.data["result"], form.data["text"])
    if not form.ok:
        return _page(code, invitation, application, form=form, status=422)
    return _private(render("expert/done.html", department=department_by_id(db(), invitation.department_id)))


def _page(
    code: str,
    invitation: ExpertInvitation,
    application: Application,
    template: str = "expert/case.html",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    case = applications.case_by_id(db(), application.id)
    return _private(
        render(
            template,
            status=status,
            code=code,
            invitation=invitation,
            case=case,
            department=department_by_id(db(), invitation.department_id),
            fields=[
                (str(field["label"]), _masked(value))
                for field, value in shown(case.version.form, application.data)
            ],
            entries=entries_of(case.version.fields),
            form=form or empty_form(),
        )
    )


def _masked(value: Any) -> list[str]:
    """A declared value as lines, without personal numbers."""
    if isinstance(value, list | tuple):
        return [
            experts.masked("，".join(map(str, line.values())) if isinstance(line, dict) else line)
            for line in value
        ]
    return [experts.masked(value)]


def _private(answer: Response) -> Response:
    """A page that the link alone opens is kept nowhere and tells nobody where it is."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
