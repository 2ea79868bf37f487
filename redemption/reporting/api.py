"""Duties over JSON, for the department that owes them and the office they are owed to."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.reporting import queries, service, showing
from redemption.reporting.models import Duty
from redemption.reporting.office_api import blueprint as office_blueprint
from redemption.reporting.schemas import (
    DutyDetailSchema,
    DutyPageSchema,
    DutyQuerySchema,
    ReportSchema,
    ReturnSchema,
)
from redemption.web.access import actor, allow
from redemption.web.paging import page
from redemption.web.session import db

blueprint = Blueprint("reporting-api", __name__, url_prefix="/api/v1/duties", description="法定职责与报送")


@blueprint.route("")
class Duties(MethodView):
    @allow("officer", "policy_maker", "office")
    @blueprint.arguments(DutyQuerySchema, location="query", unknown=RAISE)
    @blueprint.response(200, DutyPageSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """本部门承担的、或向本公开办承担的法定职责"""
        query = queries.filtered(
            queries.visible_to(actor()), state=args.get("state", ""), kind=args.get("kind", "")
        )
        rows, following = page(db(), query, Duty.id, limit=args["limit"], cursor=args.get("cursor"))
        return {"items": [_plain(view) for view in showing.views(db(), rows)], "next": following}


@blueprint.route("/<number>")
class OneDuty(MethodView):
    @allow("officer", "policy_maker", "office")
    @blueprint.response(200, DutyDetailSchema)
    def get(self, number: str) -> dict[str, Any]:
        """一项职责及其报送情况"""
        duty = queries.by_number(db(), actor(), number)
        reports = [r for r in queries.reports(db(), duty.id) if actor().role != "office" or r.sent_at]
        return {**_plain(showing.views(db(), [duty])[0]), "reports": reports}


@blueprint.route("/<number>/reports/<int:no>/send")
class SendReport(MethodView):
    @allow("officer", "policy_maker")
    @blueprint.response(200, ReportSchema)
    def post(self, number: str, no: int) -> Any:
        """确认报送（第二十五条）"""
        report, _ = queries.report(db(), actor(), number, no)
        return service.send_report(db(), actor(), report.id)


@blueprint.route("/<number>/reports/<int:no>/sign")
class SignReport(MethodView):
    @allow("office")
    @blueprint.response(200, ReportSchema)
    def post(self, number: str, no: int) -> Any:
        """签收报送"""
        report, _ = queries.report(db(), actor(), number, no)
        return service.sign(db(), actor(), report.id)


@blueprint.route("/<number>/reports/<int:no>/return")
class ReturnReport(MethodView):
    @allow("office")
    @blueprint.arguments(ReturnSchema)
    @blueprint.response(200, ReportSchema)
    def post(self, args: dict[str, Any], number: str, no: int) -> Any:
        """退回报送并说明原因"""
        report, _ = queries.report(db(), actor(), number, no)
        service.return_report(db(), actor(), report.id, args["reason"])
        return report


def _plain(view: showing.DutyView) -> dict[str, Any]:
    duty = view.duty
    return {
        "number": duty.number,
        "kind": duty.kind,
        "kind_name": view.rule.name,
        "article": view.rule.article,
        "title": duty.title,
        "department": view.department.code,
        "state": view.state.value,
        "event_date": duty.event_date,
        "due_date": view.due.date,
        "provisional": duty.provisional,
        "entered_late": duty.entered_late,
        "fulfilled_at": duty.fulfilled_at,
        "late": duty.late,
        "closed_at": duty.closed_at,
        "close_reason": duty.close_reason,
    }


blueprints = [blueprint, office_blueprint]
