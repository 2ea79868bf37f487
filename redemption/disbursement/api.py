"""拟兑现公示 over JSON, for everybody; and what a payment system says about the orders it was sent."""

from typing import Any

from flask import Response, jsonify, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.applications.rules import Status
from redemption.disbursement import paying, queries
from redemption.disbursement import results as taking
from redemption.disbursement.models import PaymentChannel
from redemption.disbursement.rules import ResultState
from redemption.disbursement.schemas import (
    NoticeListSchema,
    PublicityQuerySchema,
    ResultAnswer,
    ResultSchema,
)
from redemption.dispatch.port.signing import SCHEMES, SignatureRefused, SigningKey, verify
from redemption.identity.queries import department as department_by_code
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotFound
from redemption.web import paging
from redemption.web.access import public
from redemption.web.calls import raw_body, read_body
from redemption.web.session import box, db, keep_on_refusal, settings

blueprint = Blueprint("publicity-api", __name__, url_prefix="/api/v1/publicity", description="拟兑现公示")
results = Blueprint("payments-api", __name__, url_prefix="/api/v1", description="支付系统：支付结果")
blueprints = [blueprint, results]
MOST_BYTES = 256 * 1024


@blueprint.route("")
class Notices(MethodView):
    @public
    @blueprint.arguments(PublicityQuerySchema, location="query", unknown=RAISE)
    @blueprint.response(200, NoticeListSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """查询正在公示的拟兑现企业、事项和金额"""
        after = paging.decode(args["cursor"]) if args.get("cursor") else None
        words = args["q"].replace("\x00", "").strip()
        rows, following = queries.notices_page(db(), words, after=after, limit=args["limit"])
        return {
            "items": [_notice(row) for row in rows],
            "next_cursor": paging.encode(following) if following else None,
        }


def _notice(row: Any) -> dict[str, Any]:
    under_review = row.status == Status.OBJECTION_REVIEW
    return {
        **row._mapping,
        "last_day": None if under_review else clock.last_day(row.Publicity.ends_at),
        "provisional": row.Publicity.provisional,
    }


@results.post("/departments/<code>/payment-results")
@public
@results.doc(
    security=[{"webhook": []}],
    requestBody={"required": True, "content": {"application/json": {"schema": ResultSchema}}},
)
@results.response(200, ResultAnswer)
@results.alt_response(401, description="签名未通过")
@results.alt_response(404, description="没有送往贵系统的这笔款项")
@results.alt_response(409, description="金额不符或与款项状态矛盾，已保存待人工处理；或编号重复而内容不同")
@results.alt_response(422, description="内容有误")
def payment_result(code: str) -> Response:
    """回传支付结果

    支付系统逐笔告知到账或退汇，按 Standard Webhooks 签名（密钥为该支付系统的密钥）。同一 `id` 重复发送只生效一次；
    金额与指令不符的不生效，答复 409 并转人工处理。
    """
    raw = raw_body(MOST_BYTES)
    channel = _signed(code, raw)
    found = taking.take_result(db(), channel, read_body(raw, ResultSchema()))
    if found.state == ResultState.REFUSED:
        # the refusal itself is what has to be kept
        keep_on_refusal()
        raise Conflict(found.note, code="result_refused", result=found.result_id)
    message = "已生效。" if found.state == ResultState.APPLIED else "已由人工处理。"
    return jsonify({"id": found.result_id, "state": found.state, "message": message})


def _signed(code: str, raw: bytes) -> PaymentChannel:
    """The channel, if the call is genuine; who has none is told apart from a wrong signature by nobody."""
    try:
        channel = paying.channel_of(db(), department_by_code(db(), code).id)
    except NotFound:
        channel = None
    secret = paying.open_secrets(box(), channel).get("secret", "") if channel is not None else ""
    if channel is None or not secret:
        raise SignatureRefused("签名校验未通过。", code="signature_wrong")
    keys = tuple(SigningKey("payments", scheme, secret) for scheme in SCHEMES)
    verify(keys, dict(request.headers), raw, clock.now(), settings().webhook_tolerance)
    return channel
