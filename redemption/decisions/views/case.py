"""What an officer does with one case. Every handler has one shape: lock the case, do one thing, say what was done.

`do` is that shape: what a service refuses comes back as sentences on the page of the case, which keeps what was
typed; what went through ends in a redirect to it.
"""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from redemption.applications import handed_in
from redemption.applications.models import Application
from redemption.applications.sharing import asking
from redemption.decisions import proposing, service
from redemption.decisions.rules import EventType
from redemption.decisions.schemas import (
    DecidedData,
    OpinionData,
    PausedData,
    RefusedData,
    ResumedData,
    StepData,
)
from redemption.decisions.views.case_page import case_page, own_referral
from redemption.identity.rules import Actor
from redemption.kernel.db import Json
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.files import send_stored
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.session import db

blueprint = Blueprint("workbench-case", __name__)

FORMS: dict[str, tuple[EventType, type[Schema] | None, str]] = {
    "accept": (EventType.ACCEPTED, None, "已受理，受理通知书已生成并告知企业。"),
    "refuse": (EventType.ACCEPTANCE_REFUSED, RefusedData, "已作出不予受理，通知书已生成并告知企业。"),
    "step": (EventType.STEP, StepData, "办理进展已记录。"),
    "pause": (EventType.PAUSED, PausedData, "特别程序已开始，办理时限暂停计算，已书面告知企业。"),
    "resume": (EventType.RESUMED, ResumedData, "特别程序已结束，办理时限继续计算。"),
    "decide": (EventType.DECIDED, DecidedData, "决定已作出。"),
    "opinion": (EventType.OPINION, OpinionData, "会办意见已提交。"),
}

Doing = Callable[[Actor, Application], str]
"""Does one thing with a locked case; returns what to tell the officer."""


@blueprint.get("/workbench/applications/<number>")
@allow("officer")
def case(number: str) -> Response:
    """One case of the officer's own department."""
    return case_page(number, "", empty_form())


@blueprint.post("/workbench/applications/<number>/<action>")
@allow("officer")
def act(number: str, action: str) -> Response:
    """Do one of the things of `FORMS`."""
    if action not in FORMS:
        raise NotFound
    event, schema, said = FORMS[action]
    form = submitted(schema()) if schema else empty_form()

    def doing(who: Actor, application: Application) -> str:
        if event is EventType.DECIDED:
            proposed = proposing.decide(db(), who, application, form.data)
            return "决定已提交，等待另一位同事复核。" if proposed else said
        referral = own_referral(who, application)
        service.act(db(), who, application, event, form.data, referral=referral)
        return said

    return do(number, action, form, doing)


@blueprint.post("/workbench/applications/<number>/correction")
@allow("officer")
def correction(number: str) -> Response:
    """Everything that is missing, in one notice."""
    form = empty_form(request.form.to_dict())
    data: Json = {"entries": _entries(form), "reason": request.form.get("reason", "").strip()}

    def doing(who: Actor, application: Application) -> str:
        service.act(db(), who, application, EventType.CORRECTION_REQUESTED, data)
        return "补正通知已发给企业；企业补正期间不计入办理时限。"

    return do(number, "correction", form, doing)


@blueprint.post("/workbench/applications/<number>/proposal")
@allow("officer")
def second(number: str) -> Response:
    """A second person confirms a proposed decision, or gives it back."""

    def doing(who: Actor, application: Application) -> str:
        if request.form.get("action") == "confirm":
            proposing.confirm(db(), who, application)
            return "复核通过，决定已作出。"
        proposing.give_back(db(), who, application, request.form.get("note", ""))
        return "已退回，可以重新作出决定。"

    return do(number, "proposal", typed(), doing)


@blueprint.post("/workbench/applications/<number>/assignee")
@allow("officer")
def take_over(number: str) -> Response:
    """The officer takes a case, gives it to a colleague, or back to the department."""

    def doing(who: Actor, application: Application) -> str:
        name = service.assign(db(), who, application, request.form.get("assignee", ""))
        return f"这件案件由{name}办理。" if name else "已退回部门待办。"

    return do(number, "assignee", typed(), doing)


@blueprint.post("/workbench/applications/<number>/revocation")
@allow("officer")
def revoke(number: str) -> Response:
    """Take an approval back."""

    def doing(who: Actor, application: Application) -> str:
        service.revoke(db(), who, application, request.form.get("reason", ""))
        return "已撤销，企业已收到通知；已拨付的资金进入追回。"

    return do(number, "revocation", typed(), doing)


@blueprint.post("/workbench/applications/<number>/objection")
@allow("officer")
def objection(number: str) -> Response:
    """An objection is unfounded: publicity goes on for what is left of it."""

    def doing(who: Actor, application: Application) -> str:
        service.dismiss_objection(db(), who, application, request.form.get("reason", ""))
        return "异议不成立，公示继续。"

    return do(number, "objection", typed(), doing)


@blueprint.post("/workbench/applications/<number>/lookups")
@allow("officer")
def verify(number: str) -> Response:
    """Ask the registries again about the enterprise of this case."""

    def doing(who: Actor, application: Application) -> str:
        service.must_decide(who, application)
        asking.verify(db(), application.id, who)
        return "正在查询，几秒后刷新页面查看结果；查询已记录，企业可以看到。"

    return do(number, "lookups", typed(), doing)


@blueprint.get("/workbench/applications/<number>/materials/<public_id>")
@allow("officer")
def material(number: str, public_id: str) -> Response:
    """A file of a case of the officer's own department."""
    application = service.lock_case(db(), actor(), number, lock=False)
    found = handed_in.material(db(), application.submission_id, public_id)
    if found.application_id not in (None, application.id) or not found.sha256:
        raise NotFound("没有找到这份材料。")
    return send_stored(found.sha256, found.name, found.media_type, inline=True)


def do(number: str, name: str, form: Form, doing: Doing) -> Response:
    """Lock the case, do one thing, and go back to its page; `name` is the form shown again when it is refused."""
    who: Actor = actor()
    said = ""
    if form.ok:
        with form.catching():
            said = doing(who, service.lock_case(db(), who, number))
    if not form.ok:
        return case_page(number, name, form, status=422)
    flash(said, "success")
    return redirect(f"/workbench/applications/{number}", 303)


def typed() -> Form:
    """What was posted, as it was typed."""
    return empty_form(request.form.to_dict())


def _entries(form: Form) -> list[Json]:
    """What the composer says is missing; words typed without a tick mean the tick: nothing may be dropped."""
    entries: list[Json] = []
    written = [
        name.removeprefix("message.")
        for name, words in request.form.items()
        if name.startswith("message.") and words.strip()
    ]
    for name in dict.fromkeys([*request.form.getlist("entry"), *written]):
        kind, _, key = name.partition(".")
        message = request.form.get(f"message.{name}", "").strip()
        if not message:
            form.add(f"message.{name}", "请写明这一项需要怎样补正。")
        entries.append({"kind": kind, "key": key, "message": message})
    note = request.form.get("note", "").strip()
    if note:
        entries.append({"kind": "note", "key": "n1", "message": note})
    if not entries:
        form.add("entries", "请勾选需要补正的内容，或在“其他要求”中写明。")
    return entries
