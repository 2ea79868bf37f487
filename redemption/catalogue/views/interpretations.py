"""The editor: 政策解读, written beside a draft and published with it (articles 14 and 19)."""

from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from redemption.catalogue import schemas
from redemption.catalogue.views.documents import document_of
from redemption.kernel.errors import Conflict, NotFound
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Interpretation
from redemption.policies.rules import PolicyState
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("editor-interpretations", __name__)


def _shown(number: str, interpretation_id: int | None = None) -> dict[str, Any]:
    """What each page here is about. NotFound where there is no such row, Conflict where it cannot be changed."""
    policy = policies.seen_by(db(), actor(), number)
    found: Interpretation | None = None
    if interpretation_id is not None:
        rows = {row.id: row for row in policies.interpretations(db(), policy.id)}
        found = rows.get(interpretation_id)
        if found is None:
            raise NotFound("没有找到这篇解读，它可能已经被撤回。")
        if found.published_at is not None:
            raise Conflict("解读已经发布，不能再改。如有变化，请另外发布一篇。", code="already_published")
    elif policy.state == PolicyState.REPEALED:
        raise Conflict("政策文件已经废止，不能再发布它的解读。", code="policy_repealed")
    return {
        "policy": policy,
        "draft": policies.working_version(db(), policy),
        "interpretation": found,
        "waits": policy_service.waits(db(), policy),
    }


def _words(form: Form) -> tuple[str, str, str]:
    """Title, text and the name of the file it came from. Invalid at `text` or `file`."""
    document, kept = document_of(form.data["text"])
    return (
        form.data["title"] or document.properties.get("title", ""),
        document.text,
        kept.get("source_name", ""),
    )


@blueprint.get("/editor/policies/<number>/interpret")
@allow("policy_maker")
def new(number: str) -> Response:
    return render("editor/policy_interpret.html", form=empty_form(), **_shown(number))


@blueprint.post("/editor/policies/<number>/interpret")
@allow("policy_maker")
def create(number: str) -> Response:
    shown = _shown(number)
    form = submitted(schemas.InterpretationFormSchema())
    if form.ok:
        with form.catching():
            title, text, name = _words(form)
            policy_service.interpret(db(), actor(), number, title, text, source_name=name)
    if not form.ok:
        return render("editor/policy_interpret.html", status=422, form=form, **shown)
    flash(
        "解读已保存，随政策文件同时发布。" if shown["waits"] else "解读已发布，与政策文件一起展示。",
        "success",
    )
    return redirect(f"/editor/policies/{number}#interpretations", 303)


@blueprint.get("/editor/policies/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
def one(number: str, interpretation_id: int) -> Response:
    shown = _shown(number, interpretation_id)
    values = {"title": shown["interpretation"].title, "text": shown["interpretation"].text}
    return render("editor/policy_interpret.html", form=empty_form(values), **shown)


@blueprint.post("/editor/policies/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
def rewrite(number: str, interpretation_id: int) -> Response:
    shown = _shown(number, interpretation_id)
    form = submitted(schemas.InterpretationFormSchema())
    if form.ok:
        with form.catching():
            title, text, _ = _words(form)
            policy_service.rewrite(db(), actor(), number, interpretation_id, title, text)
    if not form.ok:
        return render("editor/policy_interpret.html", status=422, form=form, **shown)
    flash("解读已保存，随政策文件同时发布。", "success")
    return redirect(f"/editor/policies/{number}#interpretations", 303)


@blueprint.post("/editor/policies/<number>/interpretations/<int:interpretation_id>/withdraw")
@allow("policy_maker")
def withdraw(number: str, interpretation_id: int) -> Response:
    policy_service.withdraw(db(), actor(), number, interpretation_id)
    flash("已撤回这篇解读。", "success")
    return redirect(f"/editor/policies/{number}#interpretations", 303)
