"""JSON for departments' systems: what they say about a case (DESIGN §5)."""

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from redemption.decisions import receiving
from redemption.decisions.rules import EventState
from redemption.decisions.schemas import EventSchema, ReceivedSchema
from redemption.dispatch.claiming import signing_keys
from redemption.dispatch.port.signing import SignatureRefused, verify
from redemption.identity.queries import department as department_by_code
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotFound
from redemption.web.access import public
from redemption.web.calls import raw_body, read_body
from redemption.web.session import box, db, keep_on_refusal, settings

blueprint = Blueprint("decisions-api", __name__, url_prefix="/api/v1", description="部门对接：办理事件")

MOST_BYTES = 1024 * 1024


@blueprint.post("/departments/<code>/events")
@public
@blueprint.doc(
    security=[{"webhook": []}],
    requestBody={"required": True, "content": {"application/json": {"schema": EventSchema}}},
)
@blueprint.response(200, ReceivedSchema)
@blueprint.alt_response(202, schema=ReceivedSchema, description="已保存，轮到时自动生效")
@blueprint.alt_response(401, description="签名未通过")
@blueprint.alt_response(404, description="没有这个部门或转办单")
@blueprint.alt_response(409, description="与案件状态矛盾，已保存待人工处理；或事件编号重复而内容不同")
@blueprint.alt_response(422, description="内容有误")
def event(code: str) -> Response:
    """回传办理事件

    部门系统受理、要求补正、作出决定等，按 Standard Webhooks 签名后发送。同一 `id` 重复发送只生效一次；
    先后颠倒的事件会保存，轮到时自动生效；与终态矛盾的答复 409 并转人工处理。
    """
    raw = raw_body(MOST_BYTES)
    department = _signed(code, raw)
    body = read_body(raw, EventSchema())
    received = receiving.receive(db(), department, body)
    kept = received.event
    if kept.state == EventState.CONFLICTING:
        # the refusal itself is what has to be kept
        keep_on_refusal()
        raise Conflict(kept.note, code="contradicts_state", event=kept.event_id)
    message = {EventState.APPLIED: "已生效。", EventState.KEPT: kept.note}.get(
        EventState(kept.state), "已由人工处理。"
    )
    if received.repeated:
        message = f"此前已收到同一事件。{message}"
    answer = jsonify({"id": kept.event_id, "state": kept.state, "message": message})
    answer.status_code = received.status
    return answer


def _signed(code: str, raw: bytes) -> Any:
    """The department, if the call is genuine; an unknown code is told apart from a wrong signature by nobody."""
    try:
        department = department_by_code(db(), code)
        keys = signing_keys(db(), box(), department.id)
    except NotFound:
        raise SignatureRefused("签名校验未通过。", code="signature_wrong") from None
    verify(keys, dict(request.headers), raw, clock.now(), settings().webhook_tolerance)
    return department
