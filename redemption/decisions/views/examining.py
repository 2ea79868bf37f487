"""The check list of materials, notes among colleagues, the department's phrases."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.applications.models import Application
from redemption.decisions import examining, ranking
from redemption.decisions.views.case import do, typed
from redemption.identity.rules import Actor
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("workbench-examining", __name__)


@blueprint.post("/workbench/applications/<number>/checks")
@allow("officer")
def check(number: str) -> Response:
    """Keep what was found of each line of the list."""
    found = {
        name.removeprefix("check."): (verdict, request.form.get(f"note.{name.removeprefix('check.')}", ""))
        for name, verdict in request.form.items()
        if name.startswith("check.") and verdict
    }

    def doing(who: Actor, application: Application) -> str:
        count = examining.check_materials(db(), who, application, found)
        lacking = sum(verdict == "lacking" for verdict, _ in found.values())
        more = "；不符合的已带入补正通知，核对后发出。" if lacking else "。"
        return f"已保存 {count} 项材料的核对结果{more}"

    return do(number, "checks", typed(), doing)


@blueprint.post("/workbench/applications/<number>/score")
@allow("officer")
def score(number: str) -> Response:
    """The points of the review, for items whose money goes by ranking."""

    def doing(who: Actor, application: Application) -> str:
        points = ranking.score(db(), who, application, request.form.get("points", ""))
        return f"评审得分 {points} 已保存。"

    return do(number, "score", typed(), doing)


@blueprint.post("/workbench/applications/<number>/notes")
@allow("officer")
def note(number: str) -> Response:
    """Write to the colleagues, or ask one of them."""

    def doing(who: Actor, application: Application) -> str:
        made = examining.write_note(
            db(), who, application, request.form.get("text", ""), request.form.get("colleague", "")
        )
        return f"已请{made.asked_name}提意见，对方会收到消息。" if made.asked_name else "内部意见已保存。"

    return do(number, "notes", typed(), doing)


@blueprint.get("/workbench/phrases")
@allow("officer")
def phrases() -> Response:
    """The department's phrases for correction notices."""
    known = examining.phrases_of(db(), actor().department_id or 0)
    return _phrases(empty_form({"phrases": "\n".join(known)}))


@blueprint.post("/workbench/phrases")
@allow("officer")
def save_phrases() -> Response:
    """Replace them."""
    form, count = typed(), 0
    with form.catching():
        count = examining.save_phrases(db(), actor(), request.form.get("phrases", "").splitlines())
    if not form.ok:
        return _phrases(form, status=422)
    flash(f"已保存 {count} 条常用语。" if count else "已恢复系统自带的常用语。", "success")
    return redirect("/workbench/phrases", 303)


def _phrases(form: Form, status: int = 200) -> Response:
    return render("workbench/phrases.html", status=status, form=form)
