"""The inbox of a department, batches, and events that wait for a person."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.applications import clocks
from redemption.decisions import proposing, queries, service, settling
from redemption.decisions.queries import GROUPS, Filter
from redemption.decisions.rules import EVENT_NAMES, EventType
from redemption.identity.rules import Actor
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import DomainError
from redemption.web.access import actor, allow
from redemption.web.forms import empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("workbench", __name__)

BATCH = {
    "accept": ("受理", EventType.ACCEPTED),
    "approve": ("同意", EventType.DECIDED),
    "deny": ("不予兑现", EventType.DECIDED),
    "take": ("由我办理", None),
}
"""What can be done with several cases: its word, and the event it is, if any."""
MOST_IN_BATCH = 100


@blueprint.get("/workbench")
@allow("officer")
def inbox() -> Response:
    """Cases of the officer's department."""
    who: Actor = actor()
    shown = _filter()
    found = queries.inbox(db(), who.department_id or 0, who.person_id, shown)
    calendar = load_calendar(db())
    dues = {row.Application.id: clocks.info(row.Application, calendar) for row in found.rows}
    return render(
        "workbench/inbox.html",
        inbox=found,
        shown=shown,
        groups=GROUPS,
        dues=dues,
        batch=_possible(shown.group),
        link=_link,
    )


@blueprint.post("/workbench/batch")
@allow("officer")
def batch() -> Response:
    """Do the same with several cases; each one by itself, so that one that cannot does not stop the others."""
    who: Actor = actor()
    action = request.form.get("action", "")
    numbers = request.form.getlist("number")[:MOST_IN_BATCH]
    if action not in BATCH or not numbers:
        flash("请先勾选案件，再选择要做的操作。", "warning")
        return redirect("/workbench", 303)
    word, kind = BATCH[action]
    reasons = request.form.get("reasons", "").strip()
    if action == "deny" and not reasons:
        flash("批量不予兑现须先写明理由，理由写入每一件的决定书。", "warning")
        return redirect("/workbench?g=review", 303)
    done, failed = [], []
    for number in sorted(set(numbers)):
        try:
            with db().begin_nested():
                _one(who, number, action, kind, reasons)
            done.append(number)
        except DomainError as error:
            failed.append((number, error.message))
    return render(
        "workbench/batch.html",
        word=word,
        silent=action == "take",
        done=done,
        failed=failed,
        back=_group_of(action),
    )


def _one(who: Actor, number: str, action: str, kind: EventType | None, reasons: str) -> None:
    application = service.lock_case(db(), who, number)
    if action == "take":
        if application.assignee_person_id != who.person_id:
            service.assign(db(), who, application)
    elif kind is EventType.DECIDED:
        result = "deny" if action == "deny" else "approve"
        proposing.decide(db(), who, application, {"result": result, "reasons": reasons})
    elif kind is not None:
        service.act(db(), who, application, kind, {})


@blueprint.get("/workbench/conflicts")
@allow("officer", "administrator")
def conflicts() -> Response:
    """Events of the department's system that contradict a case, and those that wait for their turn."""
    return _conflicts(None)


@blueprint.post("/workbench/conflicts/<int:event_id>")
@allow("officer", "administrator")
def settle(event_id: int) -> Response:
    """A person says how an event was dealt with."""
    form = empty_form({"note": request.form.get("note", "")})
    with form.catching():
        settling.settle(db(), actor(), event_id, form.values["note"])
    if not form.ok:
        return _conflicts(event_id, form, status=422)
    flash("已登记处理结果。", "success")
    return redirect("/workbench/conflicts", 303)


@blueprint.post("/workbench/conflicts/<int:event_id>/release")
@allow("officer", "administrator")
def release(event_id: int) -> Response:
    """A kept event does not wait for earlier numbers any more."""
    form = empty_form({"note": request.form.get("note", "")})
    with form.catching():
        settling.release(db(), actor(), event_id, form.values["note"])
    if not form.ok:
        return _conflicts(event_id, form, status=422)
    flash("已放行，事件按案件现在的状态生效。", "success")
    return redirect("/workbench/conflicts", 303)


def _conflicts(at: int | None, form: Any = None, status: int = 200) -> Response:
    department_id = actor().department_id
    return render(
        "workbench/conflicts.html",
        status=status,
        conflicting=queries.conflicts(db(), department_id),
        kept=queries.conflicts(db(), department_id, kept=True),
        names=EVENT_NAMES,
        form=form or empty_form(),
        at=at,
    )


def _filter() -> Filter:
    group = request.args.get("g", "new")
    page = request.args.get("page", "1")
    return Filter(
        group=group if group in GROUPS else "new",
        words=request.args.get("q", "").strip()[:100],
        item=request.args.get("item", "")[:100],
        mine="1" in request.args.getlist("mine"),
        overdue="1" in request.args.getlist("overdue"),
        page=min(int(page), 1000) if page.isascii() and page.isdigit() and int(page) else 1,
    )


def _link(shown: Filter, **changes: Any) -> str:
    from urllib.parse import urlencode

    given = {
        "g": shown.group,
        "q": shown.words,
        "item": shown.item,
        "mine": "1" if shown.mine else "",
        "overdue": "1" if shown.overdue else "",
        "page": "",
        **changes,
    }
    return "/workbench?" + urlencode({name: value for name, value in given.items() if value})


def _possible(group: str) -> list[tuple[str, str]]:
    take = ("take", "由我办理")
    return {
        "new": [("accept", "批量受理"), take],
        "review": [("approve", "批量同意（按申请金额）"), ("deny", "批量不予兑现"), take],
        "waiting": [take],
    }.get(group, [])


def _group_of(action: str) -> str:
    return "/workbench?g=review" if action in {"approve", "deny"} else "/workbench"
