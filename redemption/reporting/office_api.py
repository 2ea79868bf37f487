"""JSON for an office's own system: the package of a report by its signed link, and what became of it."""

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from redemption.dispatch.port.signing import SignatureRefused, verify
from redemption.identity.models import Office
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotFound
from redemption.reporting import connecting, receiving
from redemption.reporting.models import Report
from redemption.reporting.outgoing import LINK_PURPOSE
from redemption.reporting.schemas import OfficeEventAnswerSchema, OfficeEventSchema
from redemption.web.access import public
from redemption.web.calls import raw_body, read_body
from redemption.web.files import send_stored
from redemption.web.session import box, db, keep_on_refusal, settings, signer

blueprint = Blueprint("office-api", __name__, url_prefix="/api/v1", description="公开办业务系统对接")

MOST_BYTES = 64 * 1024


@blueprint.get("/reports/packages/<token>")
@public
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
@blueprint.alt_response(410, description="链接已过期")
def package(token: str) -> Response:
    """下载报送材料包

    地址随报送报文给出，限时有效；下载后请用报文中的 sha256 核对。
    """
    report_id = signer().unsign(token, LINK_PURPOSE)
    report = db().get(Report, int(report_id))
    if report is None or not report.package_sha256:
        raise NotFound("没有找到这份材料。")
    return send_stored(report.package_sha256, f"report-{report.id}.zip", "application/zip")


@blueprint.post("/offices/<code>/events")
@public
@blueprint.doc(
    security=[{"webhook": []}],
    requestBody={"required": True, "content": {"application/json": {"schema": OfficeEventSchema}}},
)
@blueprint.response(200, OfficeEventAnswerSchema)
@blueprint.alt_response(401, description="签名未通过")
@blueprint.alt_response(404, description="没有报给该公开办的这份材料")
@blueprint.alt_response(
    409, description="与工作台的办理结果不一致，已保存待人工核对；或事件编号重复而内容不同"
)
@blueprint.alt_response(422, description="内容有误")
def event(code: str) -> Response:
    """回传签收或退回

    公开办自己的系统签收（`signed`）或退回（`returned`，须写明原因）报送材料，按 Standard Webhooks 签名后发送。
    同一 `id` 重复发送只生效一次。
    """
    raw = raw_body(MOST_BYTES)
    office = _signed(code, raw)
    received = receiving.receive(db(), office, code, read_body(raw, OfficeEventSchema()))
    kept = received.event
    if kept.state == receiving.CONFLICTING:
        # the refusal itself is what has to be kept
        keep_on_refusal()
        raise Conflict(kept.note, code="contradicts_state", event=kept.event_id)
    said = f"此前已收到同一事件。{kept.note}" if received.repeated else kept.note or "已生效。"
    return jsonify({"id": kept.event_id, "state": kept.state, "message": said})


def _signed(code: str, raw: bytes) -> Office:
    """The office, if the call is genuine; an unknown code looks like a wrong signature."""
    office = connecting.office_by_code(db(), code)
    if office is None:
        raise SignatureRefused("签名校验未通过。", code="signature_wrong")
    keys = connecting.signing_keys(db(), box(), office.id)
    verify(keys, dict(request.headers), raw, clock.now(), settings().webhook_tolerance)
    return office
