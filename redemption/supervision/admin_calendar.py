"""/admin/calendar: the schedule of a year, and single corrected days."""

import json
from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response as Answer

from redemption.kernel import calendar
from redemption.kernel.errors import Conflict, Invalid
from redemption.supervision import admin_queries as queries
from redemption.supervision.admin_schemas import DaySchema, ScheduleSchema
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("admin-calendar", __name__)


@blueprint.get("/admin/calendar")
@allow("administrator")
def calendar_page() -> Answer:
    return _calendar(empty_form())


def _calendar(form: Form, *, differences: Any = None, status: int = 200) -> Answer:
    return render(
        "admin/calendar.html",
        status=status,
        form=form,
        years=queries.years(db()),
        days=queries.corrections(db()),
        differences=differences,
    )


@blueprint.post("/admin/calendar/schedule")
@allow("administrator")
def import_schedule() -> Answer:
    """A year's schedule, pasted as JSON; what would change is shown first where it contradicts."""
    form, differences, done = submitted(ScheduleSchema()), None, None
    if form.ok:
        with form.catching():
            done, differences = _import(form)
    if not form.ok or done is None:
        return _calendar(form, differences=differences, status=422)
    flash(f"{done.year}年的放假安排已录入，暂定的期限会重新计算。", "success")
    return redirect("/admin/calendar", 303)


def _import(form: Form) -> tuple[Any, Any]:
    try:
        data = json.loads(form.data["text"])
    except ValueError:
        raise Invalid.field("text", "不是有效的 JSON，请粘贴完整的内容。") from None
    try:
        return calendar.import_schedule(
            db(), actor().ref, data, form.data["reason"], confirm=form.data["confirm"]
        ), None
    except Conflict as error:
        form.add("confirm", error.message)
        return None, error.detail.get("differences")
    except Invalid as error:
        said = [sentence for sentences in error.fields.values() for sentence in sentences]
        raise Invalid(fields={"text": said or [error.message]}) from None


@blueprint.post("/admin/calendar/day")
@allow("administrator")
def correct_day() -> Answer:
    form = submitted(DaySchema())
    if form.ok:
        with form.catching():
            calendar.correct_day(
                db(),
                actor().ref,
                form.data["day"],
                form.data["off"],
                form.data["name"],
                form.data["reason"],
            )
    if not form.ok:
        return _calendar(form, status=422)
    flash("已更正这一天。", "success")
    return redirect("/admin/calendar", 303)
