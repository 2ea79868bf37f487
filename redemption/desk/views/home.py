"""/desk: what a clerk begins with, the end-of-day list, the hand-over between shifts."""

import datetime as dt

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as Answer

from redemption.desk import queries, service
from redemption.kernel import clock
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("desk", __name__)


class NoteSchema(Schema):
    note = fields.String(load_default="", validate=validate.Length(max=1000, error="请不要超过1000个字。"))


@blueprint.get("/desk")
@allow("clerk")
def home() -> Answer:
    """One search box for number, bar code, USCC or name; today's cases; what waits."""
    who, typed = actor(), request.args.get("q", "").strip()
    found = queries.found(db(), who, typed) if typed else None
    if found is not None and len(found) == 1 and typed.upper().startswith(found[0].number):
        return redirect(f"/desk/cases/{found[0].number}", 303)
    return render(
        "desk/home.html",
        q=typed,
        found=found,
        today=queries.entered(db(), who, clock.today(), mine=True),
        waiting=queries.waiting(db(), who),
        matters=[(one, service.due_info(one, db())) for one, _ in queries.matters(db(), who)],
        handovers=[row for row in queries.handovers(db(), who, 5) if row[0].to_person_id is None],
    )


@blueprint.get("/desk/day")
@allow("clerk")
def day_list() -> Answer:
    """End-of-day list, to print and sign."""
    who = actor()
    day = _day(request.args.get("date", ""))
    mine = request.args.get("of", "mine") != "centre"
    return render(
        "desk/day.html", day=day, mine=mine, rows=queries.entered(db(), who, day, mine=mine), now=clock.now()
    )


def _day(typed: str) -> dt.date:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return clock.today()


@blueprint.get("/desk/handover")
@allow("clerk")
def handover_page() -> Answer:
    return _handover(empty_form())


def _handover(form: Form, status: int = 200) -> Answer:
    who = actor()
    return render(
        "desk/handover.html",
        status=status,
        form=form,
        figures=service.figures(db(), who),
        rows=queries.handovers(db(), who),
    )


@blueprint.post("/desk/handover")
@allow("clerk")
def hand_over() -> Answer:
    form = submitted(NoteSchema())
    if not form.ok:
        return _handover(form, 422)
    service.hand_over(db(), actor(), form.data["note"])
    flash("已交班。接班人员登录后可在这里接收。", "success")
    return redirect("/desk/handover", 303)


@blueprint.post("/desk/handover/<int:number>/take")
@allow("clerk")
def take_over(number: int) -> Answer:
    form = empty_form()
    with form.catching():
        service.take_over(db(), actor(), number)
    if not form.ok:
        return _handover(form, 409)
    flash("已接班。", "success")
    return redirect("/desk/handover", 303)
