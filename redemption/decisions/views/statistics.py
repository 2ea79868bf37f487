"""Figures of the officer's own department, on a page and as a workbook."""

import datetime as dt
import io
from typing import Any

from flask import Blueprint, request
from openpyxl import Workbook
from openpyxl.styles import Font
from werkzeug.wrappers import Response

from redemption.decisions import statistics
from redemption.decisions.statistics import Figures, Report
from redemption.kernel import clock
from redemption.web.access import actor, allow
from redemption.web.files import send_stream
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("workbench-statistics", __name__)
LONGEST = dt.timedelta(days=3 * 366)
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (
    "事项", "收件", "作出决定", "予以兑现", "不予兑现", "不予受理", "按期办结率",
    "办理天数（中位）", "补正率", "核定金额（元）", "已拨付金额（元）",
)  # fmt: skip


@blueprint.get("/workbench/statistics")
@allow("officer")
def page() -> Response:
    """This year so far, or the period that was asked for."""
    form, first, last = _period()
    made = statistics.report(db(), actor().department_id or 0, first, last)
    return render(
        "workbench/statistics.html", status=200 if form.ok else 422, report=made, form=form, row_of=row_of
    )


@blueprint.get("/workbench/statistics.xlsx")
@allow("officer")
def sheet() -> Response:
    """The same table as a workbook."""
    _, first, last = _period()
    made = statistics.report(db(), actor().department_id or 0, first, last)
    return send_stream(_workbook(made), f"部门统计-{first:%Y%m%d}-{last:%Y%m%d}.xlsx", SPREADSHEET)


def row_of(figures: Figures) -> tuple[Any, ...]:
    """One line of the table after its name, as text and numbers."""
    return (
        figures.received,
        figures.decided,
        figures.approved,
        figures.denied,
        figures.refused,
        _share(figures.in_time_share),
        "—" if figures.median_days is None else f"{figures.median_days:.1f}",
        _share(figures.corrected_share),
    )


def _workbook(made: Report) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "部门统计"
    sheet.append([f"{clock.day_text(made.first)}至{clock.day_text(made.last)}"])
    sheet.append(HEAD)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for figures in [*made.items, made.whole]:
        sheet.append([figures.name, *row_of(figures), figures.approved_amount, figures.paid_amount])
        sheet.cell(row=sheet.max_row, column=1).data_type = "s"
    sheet.freeze_panes = "A3"
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def _period() -> tuple[Form, dt.date, dt.date]:
    """From the address; what cannot be read is said, and the year so far is shown instead."""
    today = clock.today()
    form = empty_form({name: request.args.get(name, "") for name in ("from", "to")})
    first, last = today.replace(month=1, day=1), today
    try:
        first = dt.date.fromisoformat(form.values["from"]) if form.values["from"] else first
        last = dt.date.fromisoformat(form.values["to"]) if form.values["to"] else last
    except ValueError:
        form.add("from", "请按 2026-01-01 的格式填写日期。")
        return form, today.replace(month=1, day=1), today
    if not first <= last or last - first > LONGEST or first.year < 2000:
        form.add("from", "请填写先后正确、不超过三年的期间。")
        return form, today.replace(month=1, day=1), today
    form.values = {"from": first.isoformat(), "to": last.isoformat()}
    return form, first, last


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"
