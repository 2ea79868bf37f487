"""One case in the workbench: everything declared, and what the officer can do with it now."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from redemption.applications import clocks
from redemption.applications import queries as applications
from redemption.applications.enterprise_part import LABELS as COMMON_LABELS
from redemption.applications.forms import shown
from redemption.applications.models import Application
from redemption.applications.needs import entries_of
from redemption.applications.rules import ACTION_NAMES, CHANNEL_NAMES, Action, Channel, Status
from redemption.applications.service import what_changed
from redemption.decisions import proposing, queries, service
from redemption.decisions.money import standing
from redemption.decisions.rules import EventType
from redemption.decisions.schemas import (
    DecidedData,
    OpinionData,
    PausedData,
    RefusedData,
    ResumedData,
    StepData,
)
from redemption.dispatch import queries as dispatch
from redemption.dispatch.models import Connection
from redemption.dispatch.port import known_adapters
from redemption.dispatch.rules import PARCEL_KIND_NAMES
from redemption.documents.models import Document
from redemption.identity.rules import Actor
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.files import send_stored
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
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
PHRASES = (
    "文件不清晰，请重新扫描后上传彩色原件。",
    "缺少公章或法定代表人签字，请补盖、补签后上传。",
    "与申报表填写的内容不一致，请核对后更正。",
    "材料已过有效期，请提供在有效期内的版本。",
    "缺少关键页，请上传完整文件。",
)


@blueprint.get("/workbench/applications/<number>")
@allow("officer")
def case(number: str) -> Response:
    """One case of the officer's own department."""
    return _page(number, "", empty_form())


@blueprint.post("/workbench/applications/<number>/<action>")
@allow("officer")
def act(number: str, action: str) -> Response:
    """Do one of the things of `FORMS`."""
    if action not in FORMS:
        raise NotFound
    kind, schema, said = FORMS[action]
    form = submitted(schema()) if schema else empty_form()
    who: Actor = actor()
    if form.ok:
        with form.catching():
            application = service.lock_case(db(), who, number)
            if kind is EventType.DECIDED:
                proposal = proposing.decide(db(), who, application, form.data)
                said = "决定已提交，等待另一位同事复核。" if proposal else said
            else:
                referral = _own_referral(who, application)
                service.act(db(), who, application, kind, form.data, referral=referral)
    if not form.ok:
        return _page(number, action, form, status=422)
    flash(said, "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.post("/workbench/applications/<number>/correction")
@allow("officer")
def correction(number: str) -> Response:
    """Everything that is missing, in one notice."""
    form = empty_form(request.form.to_dict())
    entries = []
    # words typed without a tick mean the tick: nothing an officer wrote may be dropped in silence
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
    who: Actor = actor()
    if form.ok:
        with form.catching():
            application = service.lock_case(db(), who, number)
            data = {"entries": entries, "reason": request.form.get("reason", "").strip()}
            service.act(db(), who, application, EventType.CORRECTION_REQUESTED, data)
    if not form.ok:
        return _page(number, "correction", form, status=422)
    flash("补正通知已发给企业；企业补正期间不计入办理时限。", "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.post("/workbench/applications/<number>/proposal")
@allow("officer")
def second(number: str) -> Response:
    """A second person confirms a proposed decision, or gives it back."""
    form = empty_form(request.form.to_dict())
    who: Actor = actor()
    agreed = request.form.get("action") == "confirm"
    with form.catching():
        application = service.lock_case(db(), who, number)
        if agreed:
            proposing.confirm(db(), who, application)
        else:
            proposing.give_back(db(), who, application, request.form.get("note", ""))
    if not form.ok:
        return _page(number, "proposal", form, status=422)
    flash("复核通过，决定已作出。" if agreed else "已退回，可以重新作出决定。", "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.post("/workbench/applications/<number>/assignee")
@allow("officer")
def take_over(number: str) -> Response:
    """The officer takes a case, or gives it back."""
    who: Actor = actor()
    application = service.lock_case(db(), who, number)
    mine = application.assignee_person_id == who.person_id
    application.assignee_person_id = None if mine else who.person_id
    flash("已退回部门待办。" if mine else "这件案件由您办理。", "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.post("/workbench/applications/<number>/revocation")
@allow("officer")
def revoke(number: str) -> Response:
    """Take an approval back."""
    form = empty_form(request.form.to_dict())
    who: Actor = actor()
    with form.catching():
        application = service.lock_case(db(), who, number)
        service.revoke(db(), who, application, request.form.get("reason", ""))
    if not form.ok:
        return _page(number, "revocation", form, status=422)
    flash("已撤销，企业已收到通知；已拨付的资金进入追回。", "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.post("/workbench/applications/<number>/objection")
@allow("officer")
def objection(number: str) -> Response:
    """An objection is unfounded: publicity goes on for what is left of it."""
    form = empty_form(request.form.to_dict())
    who: Actor = actor()
    with form.catching():
        application = service.lock_case(db(), who, number)
        service.dismiss_objection(db(), who, application, request.form.get("reason", ""))
    if not form.ok:
        return _page(number, "objection", form, status=422)
    flash("异议不成立，公示继续。", "success")
    return redirect(f"/workbench/applications/{number}", 303)


@blueprint.get("/workbench/applications/<number>/materials/<public_id>")
@allow("officer")
def material(number: str, public_id: str) -> Response:
    """A file of a case of the officer's own department."""
    application = service.lock_case(db(), actor(), number, lock=False)
    found = applications.material(db(), application.submission_id, public_id)
    if found.application_id not in (None, application.id) or not found.sha256:
        raise NotFound("没有找到这份材料。")
    return send_stored(found.sha256, found.name, found.media_type, inline=True)


def _page(number: str, failed: str, form: Form, status: int = 200) -> Response:
    who: Actor = actor()
    application = service.lock_case(db(), who, number, lock=False)
    found = applications.case_by_id(db(), application.id)
    events = applications.events(db(), application.id)
    referrals = dispatch.referrals_of(db(), application.id)
    parcels = dispatch.parcels_of(db(), application.id)
    corrections = applications.corrections(db(), application.id)
    own = _own_referral(who, application)
    return render(
        "workbench/case.html",
        status=status,
        case=found,
        application=application,
        due=_due(found, events),
        form=form,
        failed=failed,
        possible=_possible(application, events, who),
        fields=shown(found.version.form, application.data),
        common=[
            (COMMON_LABELS[name], found.submission.common[name])
            for name in COMMON_LABELS
            if found.submission.common.get(name)
        ],
        channel=CHANNEL_NAMES[Channel(found.submission.channel)],
        entries=entries_of(found.version.fields),
        materials=_by_entry(application),
        corrections=[(row, what_changed(found, row) if row.answered_at else []) for row in corrections],
        timeline=_timeline(events),
        documents=_documents(events),
        decision=queries.decision(db(), application.id),
        proposal=queries.open_proposal(db(), application.id),
        two=queries.needs_two(db(), application.department_id),
        money=standing(db(), application.item_id, found.version.money_rules or {}, application.id),
        objections=service.objections_of(db(), application.id),
        hops=_hops(referrals, parcels),
        opinions=[row for row in referrals if row.purpose == "opinion"],
        heard=own is not None and own.purpose == "opinion",
        own=own,
        phrases=PHRASES,
    )


def _due(found: Any, events: list[Any]) -> clocks.DueInfo | None:
    """From the events themselves: they also know why a clock stands still."""
    calendar = load_calendar(db())
    return clocks.info(clocks.due_now(events, clocks.Terms.of(found.version), calendar), calendar)


def _possible(application: Application, events: list[Any], who: Actor) -> set[str]:
    """What the page offers, by the state of the case; the service decides again."""
    if application.department_id != who.department_id:
        return {"opinion"}
    paused = clocks.is_paused(events)
    match Status(str(application.status)):
        case Status.RECEIVED:
            return {"accept", "correction", "refuse"}
        case Status.ACCEPTED:
            return {"decide", "correction", "step", "resume" if paused else "pause"}
        case Status.OBJECTION_REVIEW:
            return {"objection", "decide"}
        case Status.APPROVED | Status.DISBURSED:
            return {"revocation"}
    return set()


def _own_referral(who: Actor, application: Application) -> Any:
    for referral in dispatch.referrals_of(db(), application.id):
        if referral.department_id == who.department_id:
            return referral
    return None


def _by_entry(application: Application) -> dict[str, list[Any]]:
    shared = applications.answers_of(db(), application)
    found: dict[str, list[Any]] = {}
    for one in applications.materials_of(db(), application):
        key = one.entry if one.application_id is not None else shared.get(one.entry, one.entry)
        found.setdefault(key, []).append(one)
    return found


def _timeline(events: list[Any]) -> list[dict[str, Any]]:
    made = []
    for event in events:
        detail = event.reason or event.data.get("title") or event.data.get("procedure") or ""
        title = (
            "收到申报" if event.from_status is None else ACTION_NAMES.get(Action(event.action), event.action)
        )
        made.append(
            {"at": event.at, "title": title, "who": event.actor_name, "detail": detail, "state": "done"}
        )
    return list(reversed(made))


def _documents(events: list[Any]) -> list[Document]:
    ids = [event.document_id for event in events if event.document_id]
    return [db().get_one(Document, document_id) for document_id in dict.fromkeys(ids)]


def _hops(referrals: list[Any], parcels: list[Any]) -> list[dict[str, Any]]:
    """Each referral with its parcels and tries: where the case went, and how that was."""
    made = []
    tries: dict[int, list[Any]] = {}
    for attempt in dispatch.attempts_of(db(), [parcel.id for parcel in parcels]):
        tries.setdefault(attempt.parcel_id, []).append(attempt)
    for referral in referrals:
        connection = db().get_one(Connection, referral.connection_id)
        adapter = known_adapters().get(connection.adapter)
        made.append(
            {
                "referral": referral,
                "department": service.department_name(db(), referral.department_id),
                "adapter": adapter.title if adapter else connection.adapter,
                "local": connection.adapter == "hosted",
                "parcels": [
                    (parcel, PARCEL_KIND_NAMES.get(parcel.kind, parcel.kind), tries.get(parcel.id, []))
                    for parcel in parcels
                    if parcel.referral_id == referral.id
                ],
            }
        )
    return made
