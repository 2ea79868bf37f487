"""一口申报 over the API: the same services as the pages. Another enterprise's number is not found."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.applications import clocks, forms, handed_in, queries, service
from redemption.applications.models import Application, Material
from redemption.applications.queries import Case, Sheet
from redemption.applications.rules import Status
from redemption.applications.schemas import (
    ApplicationCaseSchema,
    ApplicationMaterialSchema,
    ApplicationPageSchema,
    ApplicationsQuerySchema,
    CorrectionAnswerSchema,
    MaterialFileSchema,
    SubmissionHandInSchema,
    SubmissionPatchSchema,
    SubmissionSchema,
    SubmissionStartSchema,
    WithdrawalSchema,
)
from redemption.applications.views.materials import checked_file, limits, send_material
from redemption.documents import queries as documents
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow
from redemption.web.paging import page
from redemption.web.session import box, db, storage

submissions = Blueprint("submissions-api", __name__, url_prefix="/api/v1/submissions", description="申报单")
applications = Blueprint(
    "applications-api", __name__, url_prefix="/api/v1/applications", description="申报件"
)
blueprints = [submissions, applications]


@submissions.route("")
class SubmissionsView(MethodView):
    @allow("enterprise")
    @submissions.arguments(SubmissionStartSchema)
    @submissions.response(201, SubmissionSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """新建申报单（草稿）"""
        made = service.start(db(), actor(), data["items"], box=box(), client_key=data.get("client_key"))
        return _sheet(queries.sheet(db(), actor(), made.number))


@submissions.route("/<number>")
class SubmissionView(MethodView):
    @allow("enterprise")
    @submissions.response(200, SubmissionSchema)
    def get(self, number: str) -> dict[str, Any]:
        """查看本企业的一张申报单"""
        return _sheet(queries.sheet(db(), actor(), number))

    @allow("enterprise")
    @submissions.arguments(SubmissionPatchSchema)
    @submissions.response(200, SubmissionSchema)
    def patch(self, data: dict[str, Any], number: str) -> dict[str, Any]:
        """修改草稿的企业信息或事项内容"""
        if data.get("common"):
            try:
                service.save_common(
                    db(), actor(), number, data["common"], box=box(), version=data.get("version")
                )
            except Invalid as error:
                raise _under(error, "common") from None
        for at, part in enumerate(data.get("items") or []):
            try:
                service.save_item(
                    db(), actor(), number, part["place"], part["data"], version=part.get("version")
                )
            except Invalid as error:
                raise _under(error, f"items.{at}.data") from None
        return _sheet(queries.sheet(db(), actor(), number))

    @allow("enterprise")
    @submissions.response(204)
    def delete(self, number: str) -> None:
        """放弃草稿"""
        service.discard(db(), actor(), number)


@submissions.route("/<number>/materials/<int:place>/<key>")
class MaterialsView(MethodView):
    @allow("enterprise")
    @submissions.arguments(MaterialFileSchema, location="files")
    @submissions.response(201, ApplicationMaterialSchema)
    def post(self, files: dict[str, Any], number: str, place: int, key: str) -> Material:
        """上传一份材料（place 为 0 表示几个事项共用）"""
        return service.add_material(
            db(),
            actor(),
            number,
            key,
            checked_file(files["file"]),
            storage=storage(),
            limits=limits(),
            place=place or None,
        )


@submissions.route("/<number>/materials/<public_id>")
class MaterialView(MethodView):
    @allow("enterprise")
    def get(self, number: str, public_id: str) -> Any:
        """下载一份材料"""
        sheet = queries.sheet(db(), actor(), number, with_materials=False)
        return send_material(handed_in.material(db(), sheet.submission.id, public_id))

    @allow("enterprise")
    @submissions.response(204)
    def delete(self, number: str, public_id: str) -> None:
        """从草稿中删除一份材料"""
        service.remove_material(db(), actor(), number, public_id)


@submissions.route("/<number>/submit")
class SubmitView(MethodView):
    @allow("enterprise")
    @submissions.arguments(SubmissionHandInSchema)
    @submissions.response(200, SubmissionSchema)
    def post(self, data: dict[str, Any], number: str) -> dict[str, Any]:
        """提交申报；重复提交得到同一结果"""
        service.submit(db(), actor(), number, declared=dict.fromkeys(data["declarations"], True))
        return _sheet(queries.sheet(db(), actor(), number))


@applications.route("")
class ApplicationsView(MethodView):
    @allow("enterprise")
    @applications.arguments(ApplicationsQuerySchema, location="query", unknown=RAISE)
    @applications.response(200, ApplicationPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """列出本企业的申报件，新的在前"""
        wanted = queries.mine(actor())
        if query.get("status"):
            wanted = wanted.where(Application.status == query["status"])
        rows, following = page(db(), wanted, Application.id, limit=query["limit"], cursor=query.get("cursor"))
        return {"applications": [_brief(row) for row in rows], "next": following}


@applications.route("/<number>")
class ApplicationView(MethodView):
    @allow("enterprise")
    @applications.response(200, ApplicationCaseSchema)
    def get(self, number: str) -> dict[str, Any]:
        """查看本企业的一件申报：状态、期限、办理过程、补正"""
        return _case(queries.case(db(), actor(), number))


@applications.route("/<number>/correction")
class CorrectionView(MethodView):
    @allow("enterprise")
    @applications.arguments(CorrectionAnswerSchema)
    @applications.response(200, ApplicationCaseSchema)
    def post(self, data: dict[str, Any], number: str) -> dict[str, Any]:
        """提交补正；通知列出的每一项都要答复"""
        service.answer_correction(
            db(), actor(), number, data["values"], correction_id=data["correction"], box=box()
        )
        return _case(queries.case(db(), actor(), number))


@applications.route("/<number>/correction/materials/<key>")
class CorrectionMaterialsView(MethodView):
    @allow("enterprise")
    @applications.arguments(MaterialFileSchema, location="files")
    @applications.response(201, ApplicationMaterialSchema)
    def post(self, files: dict[str, Any], number: str, key: str) -> Material:
        """上传一份补正材料"""
        return service.add_correction_material(
            db(), actor(), number, key, checked_file(files["file"]), storage=storage(), limits=limits()
        )


@applications.route("/<number>/withdrawal")
class WithdrawalView(MethodView):
    @allow("enterprise")
    @applications.arguments(WithdrawalSchema)
    @applications.response(200, ApplicationCaseSchema)
    def post(self, data: dict[str, Any], number: str) -> dict[str, Any]:
        """撤回申报（决定作出之前）"""
        service.withdraw(db(), actor(), number, data["reason"])
        return _case(queries.case(db(), actor(), number))


def _sheet(sheet: Sheet) -> dict[str, Any]:
    submission = sheet.submission
    places = {line.application.id: line.place for line in sheet.lines}
    receipt = None
    if submission.receipt_id:
        papers = documents.about(db(), f"submission:{submission.id}")
        receipt = next((f"/documents/{p.number}.pdf" for p in papers if p.id == submission.receipt_id), None)
    problems = service.problems(sheet) if sheet.is_draft else {}
    return {
        "number": submission.number,
        "status": "draft" if sheet.is_draft else "submitted",
        "version": submission.version,
        "saved_at": submission.saved_at,
        "received_at": submission.received_at,
        "receipt": receipt,
        "common": submission.common,
        "items": [
            {
                "place": line.place,
                "number": line.application.number,
                "item": line.item.code,
                "name": line.version.name,
                "department": line.department.name,
                "status": line.application.status,
                "version": line.application.version,
                "item_version": line.version.no,
                "form": {"fields": forms.fields_of(line.version.form)},
                "data": line.application.data,
            }
            for line in sheet.lines
        ],
        "needs": [
            {
                "place": places.get(need.application_id or 0, 0),
                "key": need.key,
                "text": need.text,
                "required": need.required,
                "count": need.count,
            }
            for need in sheet.needs()
        ],
        "materials": [_material(one, places) for one in sheet.materials],
        "problems": [{"field": name, "message": said[0]} for name, said in problems.items()],
    }


def _material(one: Material, places: dict[int, int]) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ApplicationMaterialSchema().fields if hasattr(one, name)}
    return {**shown, "public_id": one.public_id, "place": places.get(one.application_id or 0)}


def _brief(one: Application) -> dict[str, Any]:
    return {
        "number": one.number,
        "status": one.status,
        "status_word": Status(str(one.status)).label,
        "received_at": one.received_at,
        "due_at": one.due_at,
        "over_at": one.over_at,
        "amount_requested": one.amount_requested,
        "amount_approved": one.amount_approved,
    }


def _case(case: Case) -> dict[str, Any]:
    application = case.application
    events, calendar = queries.events(db(), application.id), load_calendar(db())
    due = clocks.due_now(events, clocks.Terms.of(case.version), calendar)
    return {
        **_brief(application),
        "submission": case.submission.number,
        "item": case.item.code,
        "name": case.version.name,
        "department": case.department.name,
        "data": application.data,
        "differences": application.differences,
        "due": clocks.info(due, calendar, clock.today()),
        "events": events,
        "corrections": queries.corrections(db(), application.id),
        "materials": [
            _material(one, {application.id: case.line.place})
            for one in handed_in.materials_of(db(), application)
        ],
    }


def _under(error: Invalid, prefix: str) -> Invalid:
    """The same refusal with its fields where the program sent them."""
    return Invalid(
        error.message,
        code=error.code,
        fields={f"{prefix}.{name}": said for name, said in error.fields.items()},
    )
