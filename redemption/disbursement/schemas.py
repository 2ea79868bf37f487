"""Forms of payment, and the JSON of what is shown to everybody."""

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.web.paging import LIMIT, MOST


class PaidSchema(Schema):
    voucher = fields.String(load_default="", validate=validate.Length(max=100, error="凭证号不超过 100 字。"))


class ReturnedSchema(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(1, 500, error="请写明退汇原因，不超过 500 字。"),
        error_messages={"required": "请写明银行退汇的原因，企业会看到。"},
    )


class AccountSchema(Schema):
    account_name = fields.String(
        required=True,
        validate=validate.Length(1, 100, error="请填写户名。"),
        error_messages={"required": "请填写户名，应与企业名称一致。"},
    )
    bank_name = fields.String(
        required=True,
        validate=validate.Length(1, 100, error="请填写开户银行。"),
        error_messages={"required": "请填写开户银行，具体到支行。"},
    )
    bank_account = fields.String(
        required=True,
        validate=validate.Length(1, 50, error="请填写银行账号。"),
        error_messages={"required": "请填写银行账号。"},
    )


class ObjectionSchema(Schema):
    """Lengths are checked by the service, which says how to mend them."""

    name = fields.String(load_default="")
    phone = fields.String(load_default="")
    reason = fields.String(load_default="")


class PublicityQuerySchema(Schema):
    """查询拟兑现公示。"""

    q = fields.String(
        load_default="", validate=validate.Length(max=100), metadata={"description": "企业或事项名称"}
    )
    cursor = fields.String(metadata={"description": "上一页返回的 next_cursor"})
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(1, MOST))


class NoticeSchema(Schema):
    """一项拟兑现公示，与页面所示相同。"""

    number = fields.String(metadata={"description": "申报件编号，提出异议时使用"})
    enterprise = fields.String(attribute="enterprise_name")
    item = fields.String(attribute="item_name")
    item_code = fields.String()
    amount = fields.Decimal(as_string=True, allow_none=True, metadata={"description": "拟兑现金额，单位元"})
    department = fields.String(attribute="department_name")
    department_phone = fields.String()
    status = fields.String(metadata={"description": "publicity 公示中、objection_review 异议核查中"})
    last_day = fields.Date(allow_none=True, metadata={"description": "公示期至；异议核查期间为空"})
    provisional = fields.Boolean(metadata={"description": "公示期为暂定"})


class NoticeListSchema(Schema):
    """一页公示。"""

    items = fields.List(fields.Nested(NoticeSchema))
    next_cursor = fields.String(allow_none=True)


class ResultSchema(Schema):
    """支付结果: what a payment system says about one order."""

    id = fields.String(
        required=True,
        validate=validate.Length(1, 200, error="id 应为 1 至 200 个字符。"),
        metadata={"description": "结果编号，重发时不变；同一编号只生效一次"},
    )
    order = fields.String(
        required=True, validate=validate.Length(1, 100), metadata={"description": "拨付编号"}
    )
    result = fields.String(
        required=True, validate=validate.OneOf(["paid", "returned"], error="result 应为 paid 或 returned。")
    )
    amount = fields.Decimal(
        required=True,
        as_string=True,
        error_messages={"invalid": "金额应为数字，单位元，例如 200000.00。"},
        metadata={"description": "金额（元），应与指令一致"},
    )
    occurred_at = fields.AwareDateTime(
        required=True, default_timezone=None, metadata={"description": "发生时间，ISO 8601，须带时区"}
    )
    voucher = fields.String(
        load_default="", validate=validate.Length(max=100), metadata={"description": "支付凭证号"}
    )
    reason = fields.String(
        load_default="", validate=validate.Length(max=500), metadata={"description": "退汇原因"}
    )

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("result") == "returned" and not data.get("reason", "").strip():
            raise ValidationError("退汇须说明原因。", "reason")
        amount = data.get("amount")
        if amount is not None and not 0 <= amount <= 10**13:
            raise ValidationError("金额不在合理范围内。", "amount")
        moment = data.get("occurred_at")
        if isinstance(moment, dt.datetime) and not 2000 <= moment.year <= 2200:
            raise ValidationError("发生时间不在合理范围内。", "occurred_at")


class ResultAnswer(Schema):
    """What became of a payment result."""

    id = fields.String()
    state = fields.String(metadata={"description": "applied 已生效、settled 已由人工处理"})
    message = fields.String()
