"""The calendar of workdays: year view, import with its effect shown before it is applied, single days."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Invalid
from redemption.reporting import months, recalculation, service, showing
from redemption.reporting.recalculation import Change
from redemption.reporting.schemas import DaySchema, ScheduleSchema, StepSchema
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("calendar", __name__)

FILE_LIMIT = 200_000


@blueprint.get("/office/calendar")
@allow("office", "administrator")
def calendar() -> Response:
    return _page(empty_form())


@blueprint.post("/office/calendar/schedule")
@allow("office", "administrator")
def schedule() -> Answer:
    """First the effect, then, with the same form sent again, the change."""
    form = submitted(ScheduleSchema())
    file = request.files.get("file")
    if file and file.filename:
        form.values["schedule"] = file.read(FILE_LIMIT + 1).decode("utf-8", "replace")
        form.data["schedule"] = form.values["schedule"]
        form.errors.pop("schedule", None)
    return _change(
        form, lambda: Change(form.data["reason"], schedule=recalculation.read_schedule(_pasted(form)))
    )


@blueprint.post("/office/calendar/day")
@allow("office", "administrator")
def day() -> Answer:
    form = submitted(DaySchema())
    return _change(
        form,
        lambda: Change(
            form.data["reason"],
            day=form.data["day"],
            is_off_day=form.data["is_off_day"],
            name=form.data["name"],
        ),
    )


@blueprint.get("/admin/reminders")
@allow("administrator")
def reminders() -> Response:
    """When duties remind and escalate."""
    return render("reporting/reminders.html", form=empty_form(service.steps_now(db())))


@blueprint.post("/admin/reminders")
@allow("administrator")
def set_reminders() -> Answer:
    form = submitted(StepSchema())
    if form.ok:
        with form.catching():
            service.set_steps(db(), actor(), form.data)
    if not form.ok:
        return render("reporting/reminders.html", status=422, form=form)
    flash("提醒时间已更新，从下一次提醒起生效。", "success")
    return redirect("/admin/reminders", 303)


def _change(form: Form, read: object) -> Answer:
    assert callable(read)
    if form.ok:
        with form.catching():
            change: Change = read()
            if request.form.get("confirmed") != "yes":
                effect = recalculation.preview(db(), actor(), change)
                return render(
                    "office/calendar_preview.html",
                    effect=effect,
                    today=clock.today(),
                    form=form,
                    action=request.path,
                    change=change,
                )
            recalculation.apply(db(), actor(), change)
    if not form.ok:
        return _page(_mapped(form), status=422)
    flash("日历已更新，受影响的期限正在重新计算，有变化的部门会收到通知。", "success")
    return redirect(f"/office/calendar?year={change.year}", 303)


def _mapped(form: Form) -> Form:
    """Mistakes inside the file (`days.3.date`) are shown at the file."""
    errors: dict[str, list[str]] = {}
    for name, sentences in form.errors.items():
        if name == "reason" and "day" in form.values:
            errors.setdefault("why", []).extend(sentences)
        elif name.startswith(("days", "year")):
            place = f"days 第 {int(name.split('.')[1]) + 1} 条：" if name.count(".") else ""
            errors.setdefault("schedule", []).extend(place + sentence for sentence in sentences)
        else:
            errors.setdefault(name, []).extend(sentences)
    return Form(form.values, form.data, errors)


def _pasted(form: Form) -> str:
    text = str(form.data.get("schedule") or "")
    if not text.strip():
        raise Invalid.field("schedule", "请选择文件，或粘贴通知全文。")
    if len(text) > FILE_LIMIT:
        raise Invalid.field("schedule", "文件太大，一年的安排不会超过 200 KB，请核对文件。")
    return text


def _page(form: Form, status: int = 200) -> Response:
    try:
        year = int(request.args.get("year", clock.today().year))
    except ValueError:
        year = clock.today().year
    year = min(max(year, 2004), 2100)
    known = load_calendar(db())
    entries: list[audit.AuditEntry] = audit.entries(db(), f"calendar:{year}")
    who = showing.names(db(), {entry.actor for entry in entries})
    return render(
        "office/calendar.html",
        status=status,
        year=year,
        months=months.year(db(), year),
        known=known.known(year),
        next_known=known.known(clock.today().year + 1),
        this_year=clock.today().year,
        may_change=recalculation.may_change(db(), actor()),
        log=[
            (
                entry.at,
                who.get(entry.actor, ""),
                entry.action,
                entry.data,
                _affected(entry.data),
                _day(entry.data.get("date")),
            )
            for entry in reversed(entries)
        ],
        form=form,
    )


def _affected(data: dict[str, Any]) -> list[tuple[str, str, dt.date | None, dt.date | None]]:
    """(what, department, due before, due now) of what a recalculation moved."""
    return [
        (one["title"], one["department"], _day(one["before"]), _day(one["after"]))
        for one in data.get("affected", [])
    ]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
