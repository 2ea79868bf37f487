"""The office's board and exports; open figures for everybody; yearly evaluations."""

import datetime as dt

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.reporting import showing
from redemption.supervision import evaluation, queries, rules, service
from redemption.supervision.drill_views import blueprint as drill_blueprint
from redemption.supervision.evaluation_views import blueprint as evaluation_blueprint
from redemption.supervision.rules import ExportKind, ExportState, Period
from redemption.supervision.schemas import ExportSchema
from redemption.web.access import actor, allow, public
from redemption.web.files import send_stored
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("supervision", __name__)


@blueprint.get("/figures")
@public
def figures() -> Response:
    """Open figures: sums only."""
    today = clock.today()
    found = queries.open_figures(db(), today)
    return render(
        "supervision/figures.html",
        figures=found,
        in_time=rules.share(found["in_time"], found["settled"]),
        months=queries.by_month_received(db(), today),
        departments=queries.by_department_open(db(), today),
        today=today,
        evaluations=evaluation.listed(db(), evaluation.Evaluation.published_at.is_not(None), limit=20),
    )


@blueprint.get("/office/board")
@allow("office")
def board() -> Response:
    """How duties are fulfilled, what became of each policy, what goes wrong often (第三十四条, 第三十九条)."""
    period = _period()
    owed, place = queries.owed_to(actor()), queries.jurisdiction_of(db(), actor())
    months = queries.by_month(db(), owed, period)
    policies = queries.funnel(db(), period, jurisdiction_id=place)
    problems = queries.problems(db(), period, place)
    return render(
        "office/board.html",
        period=period,
        total=queries.whole(db(), owed, period),
        departments=queries.by_department(db(), owed, period),
        months=months,
        months_said=rules.months(months),
        kinds=queries.by_kind(db(), owed, period),
        policies=policies,
        traffic=queries.traffic(db(), period, place),
        problems=problems,
        advice=rules.advice(problems),
        problem_names=rules.PROBLEM_NAMES,
        reported=rules.REPORTED,
        urged=showing.views(db(), queries.urged(db(), actor())),
    )


@blueprint.get("/office/exports")
@allow("office")
def exports() -> Response:
    return _exports_page(empty_form(_last_month()))


@blueprint.post("/office/exports")
@allow("office")
def export() -> Answer:
    form = submitted(ExportSchema())
    if form.ok:
        with form.catching():
            params = {name: form.data[name].isoformat() for name in ("first", "last")}
            service.request_export(db(), actor(), ExportKind(form.data["kind"]), params)
    if not form.ok:
        return _exports_page(form, status=422)
    flash("已开始导出。完成后会通知您，文件保留7天。", "success")
    return redirect("/office/exports", 303)


@blueprint.get("/office/exports/list")
@allow("office")
def exports_list() -> Response:
    """The list alone, for the page that refreshes itself while something is being made."""
    found = service.mine(db(), actor())
    return render("office/exports_list.html", exports=found, running=_running(found))


@blueprint.post("/office/exports/<number>/again")
@allow("office")
def export_again(number: str) -> Answer:
    """Make a failed or expired file again."""
    form = empty_form(_last_month())
    with form.catching():
        service.start_again(db(), actor(), number)
    if not form.ok:
        return _exports_page(form, status=409)
    flash("已重新开始。完成后会通知您。", "success")
    return redirect("/office/exports", 303)


@blueprint.get("/office/exports/<number>/file")
@allow("office")
def export_file(number: str) -> Response:
    found = service.by_number(db(), actor(), number)
    if found.state != ExportState.DONE.value:
        raise NotFound("文件还没有生成，或已过保留期。请重新导出。")
    return send_stored(found.sha256, found.name, found.media_type)


def _exports_page(form: Form, status: int = 200) -> Response:
    found = service.mine(db(), actor())
    kinds = [
        (kind.value, name) for kind, name in rules.EXPORT_NAMES.items() if kind is not ExportKind.EVALUATION
    ]
    return render(
        "office/exports.html", status=status, exports=found, running=_running(found), form=form, kinds=kinds
    )


def _running(exports: list[service.Export]) -> bool:
    return any(one.state in {ExportState.QUEUED.value, ExportState.RUNNING.value} for one in exports)


def _last_month() -> dict[str, str]:
    last = clock.today().replace(day=1) - dt.timedelta(days=1)
    return {"kind": "monthly", "first": last.replace(day=1).isoformat(), "last": last.isoformat()}


def _period() -> Period:
    """`?first=&last=`, by default this year."""
    given = Period.year_of(clock.today())
    try:
        period = Period(
            dt.date.fromisoformat(request.args.get("first", given.first.isoformat())),
            dt.date.fromisoformat(request.args.get("last", given.last.isoformat())),
        )
    except ValueError:
        return given
    return period if period.first <= period.last else given


blueprints = [blueprint, drill_blueprint, evaluation_blueprint]
