"""The editor: 政策解读, written beside a draft and published with it (articles 14 and 19)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from redemption.catalogue import schemas
from redemption.catalogue.views.documents import document_of
from redemption.catalogue.views.posting import Done, answer
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


def _page(number: str, interpretation_id: int | None, form: Form, status: int = 200) -> Response:
    shown = _shown(number, interpretation_id)
    return render("editor/policy_interpret.html", status=status, form=form, **shown)


def _words(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, text and the name of the file it came from. Invalid at `text` or `file`."""
    document, kept = document_of(data["text"])
    return data["title"] or document.properties.get("title", ""), document.text, kept.get("source_name", "")


@blueprint.get("/editor/policies/<number>/interpret")
@allow("policy_maker")
def new(number: str) -> Response:
    return _page(number, None, empty_form())


@blueprint.post("/editor/policies/<number>/interpret")
@allow("policy_maker")
def create(number: str) -> Response:
    _shown(number)

    def act(data: Mapping[str, Any]) -> Done:
        title, text, name = _words(data)
        made = policy_service.interpret(db(), actor(), number, title, text, source_name=name)
        waits = made.published_at is None
        words = "解读已保存，随政策文件同时发布。" if waits else "解读已发布，与政策文件一起展示。"
        return Done(words, f"/editor/policies/{number}#interpretations")

    return answer(submitted(schemas.InterpretationFormSchema()), act, partial(_page, number, None))


@blueprint.get("/editor/policies/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
def one(number: str, interpretation_id: int) -> Response:
    found = _shown(number, interpretation_id)["interpretation"]
    return _page(number, interpretation_id, empty_form({"title": found.title, "text": found.text}))


@blueprint.post("/editor/policies/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
def rewrite(number: str, interpretation_id: int) -> Response:
    _shown(number, interpretation_id)

    def act(data: Mapping[str, Any]) -> Done:
        title, text, _ = _words(data)
        policy_service.rewrite(db(), actor(), number, interpretation_id, title, text)
        return Done("解读已保存，随政策文件同时发布。", f"/editor/policies/{number}#interpretations")

    again = partial(_page, number, interpretation_id)
    return answer(submitted(schemas.InterpretationFormSchema()), act, again)


@blueprint.post("/editor/policies/<number>/interpretations/<int:interpretation_id>/withdraw")
@allow("policy_maker")
def withdraw(number: str, interpretation_id: int) -> Response:
    policy_service.withdraw(db(), actor(), number, interpretation_id)
    flash("已撤回这篇解读。", "success")
    return redirect(f"/editor/policies/{number}#interpretations", 303)
