"""Events of departments, and the forms of the workbench, as marshmallow schemas shared by HTML and JSON."""

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.decisions.rules import EventType

MOST_TEXT = 5000


def _text(label: str, most: int = MOST_TEXT) -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Length(max=most, error=f"{label}不超过 {most} 字。"),
        metadata={"description": label},
    )


def _needed(label: str, most: int = MOST_TEXT) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.And(
            validate.Length(max=most, error=f"{label}不超过 {most} 字。"),
            validate.Regexp(r"(?s).*\S", error=f"请填写{label}。"),
        ),
        error_messages={"required": f"请填写{label}。"},
        metadata={"description": label},
    )


def _amount(label: str) -> fields.Decimal:
    return fields.Decimal(
        places=2,
        allow_none=True,
        load_default=None,
        as_string=True,
        validate=validate.Range(0, 10**12, error=f"{label}应在 0 到 1 万亿元之间。"),
        error_messages={"invalid": f"{label}应为数字，单位元，例如 200000.00。"},
        metadata={"description": f"{label}（元）"},
    )


class Differing(Schema):
    """Department data beside what the enterprise declared."""

    differences = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "部门核查到的、与申报不一致的数据：字段名 → 部门的值"},
    )


class AcceptedData(Differing):
    number = _text("部门受理编号", 100)


class CorrectionEntry(Schema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(
            ["field", "common", "material", "note"], error="kind 应为 field、common、material 或 note。"
        ),
    )
    key = _needed("字段名或材料项", 200)
    message = _needed("补正要求", 1000)


class CorrectionData(Schema):
    entries = fields.List(
        fields.Nested(CorrectionEntry),
        required=True,
        validate=validate.Length(1, 100, error="请一次性列明 1 至 100 项补正要求。"),
    )
    reason = _text("再次要求补正的理由")


class RefusedData(Schema):
    reason = _needed("不予受理的理由")
    where_to_go = _text("可以去哪里办理", 1000)


class StepData(Differing):
    title = _needed("环节名称", 100)
    note = _text("说明")


class PausedData(Schema):
    procedure = _needed("特别程序名称", 100)
    reason = _needed("理由")
    expected = _text("预计时间", 100)


class ResumedData(Schema):
    note = _text("说明")


class DecidedData(Differing):
    result = fields.String(
        required=True, validate=validate.OneOf(["approve", "deny"], error="result 应为 approve 或 deny。")
    )
    amount = _amount("兑现金额")
    reasons = _text("理由")
    basis = _text("依据", 2000)
    top_up = fields.Boolean(load_default=False, metadata={"description": "就高不就低：本件只补差额"})

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("result") == "deny" and not data.get("reasons", "").strip():
            raise ValidationError("不予兑现须说明理由。", "reasons")


class PaymentData(Schema):
    result = fields.String(
        required=True, validate=validate.OneOf(["paid", "returned"], error="result 应为 paid 或 returned。")
    )
    amount = _amount("金额")
    reason = _text("退汇原因", 500)
    voucher = _text("支付凭证号", 100)

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("result") == "returned" and not data.get("reason", "").strip():
            raise ValidationError("退汇须说明原因。", "reason")


class OpinionData(Schema):
    result = fields.String(
        required=True,
        error_messages={"required": "请选择同意、附条件同意或不同意。"},
        validate=validate.OneOf(
            ["support", "oppose", "conditional"], error="result 应为 support、oppose 或 conditional。"
        ),
    )
    text = _needed("意见")


class ExpertSchema(Schema):
    """邀请专家: who is asked what, and until when."""

    name = _needed("专家姓名", 50)
    organisation = _text("单位", 100)
    question = _needed("请专家说明的问题", 1000)
    days = fields.Integer(
        load_default=7,
        error_messages={"invalid": "有效期请填写天数。"},
        metadata={"description": "链接有效的天数"},
    )


DATA: dict[EventType, type[Schema]] = {
    EventType.ACCEPTED: AcceptedData,
    EventType.CORRECTION_REQUESTED: CorrectionData,
    EventType.ACCEPTANCE_REFUSED: RefusedData,
    EventType.STEP: StepData,
    EventType.PAUSED: PausedData,
    EventType.RESUMED: ResumedData,
    EventType.DECIDED: DecidedData,
    EventType.PAYMENT: PaymentData,
    EventType.OPINION: OpinionData,
}


class EventSchema(Schema):
    """办理事件: what a department sends us."""

    id = fields.String(
        required=True,
        validate=validate.Length(1, 200, error="id 应为 1 至 200 个字符。"),
        metadata={"description": "事件编号，重发时不变；同一编号只生效一次"},
    )
    referral = fields.String(
        required=True, validate=validate.Length(1, 100), metadata={"description": "转办单号"}
    )
    sequence = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "本转办单内事件的序号，从 1 起；填写后严格按序生效"},
    )
    type = fields.Enum(EventType, by_value=True, required=True, metadata={"description": "事件类型"})
    occurred_at = fields.AwareDateTime(
        required=True,
        default_timezone=None,
        metadata={"description": "发生时间，ISO 8601，须带时区"},
    )
    data = fields.Dict(load_default=dict, metadata={"description": "事件内容，见各类型的说明"})

    @validates_schema
    def _data(self, body: dict[str, Any], **_: Any) -> None:
        event = body.get("type")
        if event is None:
            return
        schema = DATA[event]()
        try:
            body["data"] = schema.load(body.get("data") or {})
        except ValidationError as error:
            raise ValidationError({"data": error.messages}) from None
        moment = body.get("occurred_at")
        if isinstance(moment, dt.datetime) and not 2000 <= moment.year <= 2200:
            raise ValidationError("发生时间不在合理范围内。", "occurred_at")


class ReceivedSchema(Schema):
    """What became of an event."""

    id = fields.String()
    state = fields.String(metadata={"description": "applied 已生效、kept 已保存待生效"})
    message = fields.String()
