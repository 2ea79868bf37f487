"""Pages of duties and reports: the department's list, one duty with its history, the office's desk."""

import datetime as dt
import re

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.catalogue.rules import REQUIRED_FIELDS
from redemption.documents.models import Document
from redemption.documents.views import send_document
from redemption.identity import organising
from redemption.identity.models import Department
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.reporting import months as calendar_months
from redemption.reporting import queries, recurring, rules, service, showing
from redemption.reporting.calendar_views import blueprint as calendar_blueprint
from redemption.reporting.models import Duty, Report
from redemption.reporting.office_views import blueprint as office_blueprint
from redemption.reporting.schemas import ConsultationSchema, EvidenceSchema, ReasonSchema, ReturnSchema
from redemption.web.access import actor, allow
from redemption.web.files import send_stored
from redemption.web.forms import empty_form, submitted
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("reporting", __name__)


# --- the department ----------------------------------------------------------------------------------------


@blueprint.get("/workbench/duties")
@blueprint.get("/editor/duties")
@allow("officer", "policy_maker")
def duties() -> Response:
    """My department's duties: what is open first, the most urgent on top."""
    state, kind = request.args.get("state", "open"), request.args.get("kind", "")
    scope = "cases" if request.args.get("scope") == "cases" else "own"
    query = queries.filtered(queries.scoped(queries.visible_to(actor()), scope), state=state, kind=kind)
    if state in {"open", "overdue"}:
        rows, following = list(db().scalars(query.order_by(Duty.due_at, Duty.id).limit(200))), None
    else:
        rows, following = page(db(), query, Duty.id, cursor=cursor_argument())
    return render(
        "reporting/duties.html",
        duties=showing.views(db(), rows, actor().role),
        counts=queries.counts(db(), actor(), scope),
        state=state,
        scope=scope,
        next_cursor=following,
        base=request.path,
        reports=queries.newest_reports(db(), [row.id for row in rows]),
        department=db().get_one(Department, actor().department_id),
    )


@blueprint.get("/workbench/duties/calendar")
@blueprint.get("/editor/duties/calendar")
@allow("officer", "policy_maker")
def duties_calendar() -> Response:
    """The same duties by the day on which they are due: two months, and what was due before and is still open."""
    first = _month_named(request.args.get("month", "")) or clock.today().replace(day=1)
    last = (first + dt.timedelta(days=63)).replace(day=1)
    query = queries.visible_to(actor())
    if actor().role is Role.POLICY_MAKER:
        query = queries.scoped(query, "own")
    begin = clock.start_of_day(first)
    shown = query.where(
        Duty.due_at > begin, Duty.due_at <= clock.start_of_day(last), Duty.closed_at.is_(None)
    )
    rows = list(db().scalars(shown.order_by(Duty.due_at, Duty.id).limit(500)))
    by_day: dict[dt.date, list[showing.DutyView]] = {}
    for view in showing.views(db(), rows, actor().role):
        by_day.setdefault(view.due.date, []).append(view)
    today = clock.today()
    before = query.where(queries.open_now(), Duty.due_at <= begin).order_by(Duty.due_at, Duty.id).limit(100)
    return render(
        "reporting/calendar.html",
        months=calendar_months.months(db(), first, 2),
        by_day=by_day,
        before=showing.views(db(), db().scalars(before), actor().role) if first <= today else [],
        base=request.path.removesuffix("/calendar"),
        today=today,
        earlier=(first - dt.timedelta(days=40)).replace(day=1),
        later=last,
    )


@blueprint.get("/editor/duties/consultation")
@allow("policy_maker")
def consultation_form() -> Response:
    return render("reporting/consultation.html", form=empty_form())


@blueprint.post("/editor/duties/consultation")
@allow("policy_maker")
def consultation() -> Answer:
    """公开征集意见 has ended: the 30 days of article 6 begin."""
    form = submitted(ConsultationSchema())
    if form.ok:
        with form.catching():
            recurring.consultation_ended(db(), actor(), form.data["title"], form.data["ended_on"])
    if not form.ok:
        return render("reporting/consultation.html", status=422, form=form)
    flash("已登记。请在30日内公开意见征集情况说明，到期前会提醒您。", "success")
    return redirect("/editor/duties", 303)


@blueprint.post("/editor/duties/auto-report")
@allow("policy_maker")
def auto_report() -> Answer:
    """The department lets its reports go by themselves once they are made, or takes that back."""
    found = organising.allow_auto_report(db(), actor(), request.form.get("allowed") == "yes")
    if found.auto_report:
        flash("已允许自动报送：今后政策发布，材料生成后直接报送公开办。", "success")
    else:
        flash("已改为确认后报送：今后材料生成后，由本部门核对并确认。", "success")
    return redirect("/editor/duties", 303)


@blueprint.get("/duties/<number>")
@allow("officer", "policy_maker", "office")
def duty(number: str) -> Response:
    return _duty_page(queries.by_number(db(), actor(), number))


@blueprint.post("/duties/<number>/reports/<int:no>/send")
@allow("officer", "policy_maker")
def send(number: str, no: int) -> Answer:
    report, owed = queries.report(db(), actor(), number, no)
    form = empty_form()
    with form.catching():
        service.send_report(db(), actor(), report.id)
    if not form.ok:
        return _duty_page(owed, status=409, problem=form.errors[""][0])
    flash("已报送。公开办签收或退回后会通知您。", "success")
    return redirect(f"/duties/{number}", 303)


@blueprint.post("/duties/<number>/done")
@allow("officer", "policy_maker")
def done(number: str) -> Answer:
    owed = queries.by_number(db(), actor(), number)
    form = submitted(EvidenceSchema())
    if form.ok:
        with form.catching():
            service.fulfil_by_hand(db(), actor(), owed, form.data["evidence"])
    if not form.ok:
        return _duty_page(owed, status=422, form=form)
    flash("已登记完成。", "success")
    return redirect(f"/duties/{number}", 303)


@blueprint.get("/duties/<number>/reports/<int:no>/package.zip")
@allow("officer", "policy_maker", "office")
def package(number: str, no: int) -> Response:
    report, owed = queries.report(db(), actor(), number, no)
    return send_stored(report.package_sha256, f"{owed.title}-{no}.zip", "application/zip")


@blueprint.get("/duties/<number>/reports/<int:no>/letter.pdf")
@allow("officer", "policy_maker", "office")
def letter(number: str, no: int) -> Response:
    report, _ = queries.report(db(), actor(), number, no)
    document = db().get(Document, report.document_id) if report.document_id else None
    if document is None:
        raise NotFound("报送函正在生成，请稍后再试。")
    return send_document(document)


# --- the office --------------------------------------------------------------------------------------------


@blueprint.get("/office")
@allow("office")
def office() -> Response:
    """Incoming reports to sign, then what is overdue."""
    waiting = db().execute(queries.incoming(actor()).order_by(Report.sent_at).limit(100)).all()
    late = db().scalars(
        queries.filtered(queries.visible_to(actor()), state="overdue").order_by(Duty.due_at).limit(50)
    )
    return render(
        "office/desk.html",
        waiting=[(report, *showing.views(db(), [owed])) for report, owed, _ in waiting],
        overdue=showing.views(db(), late),
        counts=queries.counts(db(), actor()),
    )


@blueprint.get("/office/duties")
@allow("office")
def ledger() -> Response:
    """台账: every duty owed to this office, by state, kind and department."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    department, month = request.args.get("department", ""), _month_named(request.args.get("month", ""))
    first, last = _days_asked()
    query = queries.filtered(queries.visible_to(actor()), state=state, kind=kind)
    if department:
        query = query.where(Duty.department_id.in_(queries.departments_with_code(department)))
    if month:
        query = query.where(Duty.event_date >= month, Duty.event_date < _month_after(month))
    if first and last:
        query = query.where(Duty.event_date.between(first, last))
    rows, following = page(db(), query, Duty.id, cursor=cursor_argument())
    return render(
        "office/ledger.html",
        duties=showing.views(db(), rows),
        counts=queries.counts(db(), actor()),
        state=state,
        kind=kind,
        department=department,
        month=f"{month:%Y-%m}" if month else "",
        months=[(f"{one:%Y-%m}", f"{one.year}年{one.month}月") for one in _months_to_choose(month)],
        first=first,
        last=last,
        kinds=rules.KINDS,
        departments=queries.owing_departments(db(), actor()),
        next_cursor=following,
    )


def _month_named(text: str) -> dt.date | None:
    """The first day of the month asked for as `2026-11`; None for anything else."""
    return dt.date.fromisoformat(f"{text}-01") if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) else None


def _month_after(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=32)).replace(day=1)


def _months_to_choose(asked: dt.date | None, count: int = 24) -> list[dt.date]:
    """The coming month, whose duties begin with it, and those before it, the newest first; and the one asked for."""
    found = [_month_after(clock.today().replace(day=1))]
    while len(found) < count:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return sorted({*found, *([asked] if asked else [])}, reverse=True)


def _days_asked() -> tuple[dt.date | None, dt.date | None]:
    """`?first=&last=` as the board links with its own period; nothing if they are no days."""
    try:
        first, last = (dt.date.fromisoformat(request.args.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return None, None
    return first, last


@blueprint.get("/office/reports/<number>/<int:no>")
@allow("office")
def office_report(number: str, no: int) -> Response:
    return _report_page(number, no)


@blueprint.post("/office/reports/<number>/<int:no>/sign")
@allow("office")
def sign(number: str, no: int) -> Answer:
    report, _ = queries.report(db(), actor(), number, no)
    form = empty_form()
    with form.catching():
        service.sign(db(), actor(), report.id)
    if not form.ok:
        return _report_page(number, no, status=409, form=form)
    flash("已签收，并已告知报送部门。", "success")
    return redirect("/office", 303)


@blueprint.post("/office/reports/<number>/<int:no>/return")
@allow("office")
def send_back(number: str, no: int) -> Answer:
    report, _ = queries.report(db(), actor(), number, no)
    form = submitted(ReturnSchema())
    if form.ok:
        with form.catching():
            service.return_report(db(), actor(), report.id, form.data["reason"])
    if not form.ok:
        return _report_page(number, no, status=422, form=form)
    flash("已退回。部门须在3个工作日内重新报送，已列入台账。", "success")
    return redirect("/office", 303)


@blueprint.post("/duties/<number>/exempt")
@allow("office")
def exempt(number: str) -> Answer:
    owed = queries.by_number(db(), actor(), number)
    form = submitted(ReasonSchema())
    if form.ok:
        with form.catching():
            service.exempt(db(), actor(), owed, form.data["reason"])
    if not form.ok:
        return _duty_page(owed, status=422, form=form)
    flash("已豁免，理由已记入台账。", "success")
    return redirect(f"/duties/{number}", 303)


# --- parts -------------------------------------------------------------------------------------------------


def _duty_page(owed: Duty, status: int = 200, problem: str = "", form: object = None) -> Response:
    mine = actor().role is not Role.OFFICE
    reports = [r for r in queries.reports(db(), owed.id) if mine or r.sent_at is not None]
    return render(
        "reporting/duty.html",
        status=status,
        view=showing.views(db(), [owed])[0],
        reports=reports,
        timeline=showing.timeline(db(), queries.history(db(), owed.id)),
        filing=recurring.filing_list(db(), owed) if owed.kind == rules.Kind.MONTHLY_FILING else None,
        mine=mine,
        problem=problem,
        form=form or empty_form(),
    )


def _report_page(number: str, no: int, status: int = 200, form: object = None) -> Response:
    report, owed = queries.report(db(), actor(), number, no)
    return render(
        "office/report.html",
        status=status,
        report=report,
        view=showing.views(db(), [owed])[0],
        content=report.content,
        order=REQUIRED_FIELDS,
        parcel=service.parcel_of(db(), report.id),
        parcel_names=rules.PARCEL_STATE_NAMES,
        form=form or empty_form(),
    )


blueprints = [blueprint, calendar_blueprint, office_blueprint]
