"""Bodies of the delivery API."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.dispatch.port.payload import ReceiptPayload, ReferralPayload
from redemption.web.paging import LIMIT, MOST


class FetchQuery(Schema):
    after = fields.Integer(load_default=0, metadata={"description": "上次得到的游标 next；从头取为 0"})
    limit = fields.Integer(load_default=50, metadata={"description": "最多取几件，1 至 100"})


class FetchedSchema(Schema):
    referrals = fields.List(fields.Nested(ReferralPayload))
    next = fields.Integer(metadata={"description": "下次取件时的 after"})


class ReceiptSchema(ReceiptPayload):
    """回执: the department has a parcel."""


class ReceiptAnswer(Schema):
    referral = fields.String()
    sequence = fields.Integer()
    state = fields.String()


class LetterFilterSchema(Schema):
    """筛选投递失败的案件；各项同时满足。"""

    reason = fields.String(validate=validate.Length(max=100), metadata={"description": "失败原因中的几个字"})
    department = fields.String(validate=validate.Length(max=100), metadata={"description": "部门编码"})
    since = fields.Date(metadata={"description": "这一天及以后失败的，例如 2026-11-20"})


class LetterQuery(LetterFilterSchema):
    """查询投递失败的案件。"""

    cursor = fields.String(metadata={"description": "上一页返回的 next_cursor"})
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(1, MOST))


class LetterSchema(Schema):
    """一件没有送达的转办内容。"""

    id = fields.Integer(metadata={"description": "重新投递时用的编号"})
    application = fields.String()
    referral = fields.String()
    sequence = fields.Integer()
    kind = fields.String(metadata={"description": "submission correction withdrawal"})
    state = fields.String(metadata={"description": "dead 没有送达，refused 被部门系统技术退回"})
    department = fields.String(metadata={"description": "部门编码"})
    attempts = fields.Integer()
    reason = fields.String()
    failed_at = fields.AwareDateTime(allow_none=True)


class LetterListSchema(Schema):
    items = fields.List(fields.Nested(LetterSchema))
    next_cursor = fields.String(allow_none=True)


class RedriveSchema(Schema):
    """重新投递：`ids` 指定的、`filter` 筛选出的，或 `all` 全部，三者取一。"""

    ids = fields.List(fields.Integer(validate=validate.Range(1, 2**62)), validate=validate.Length(1, 1000))
    filter = fields.Nested(LetterFilterSchema)
    all = fields.Boolean()
    note = fields.String(load_default="", validate=validate.Length(max=500), metadata={"description": "说明"})

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        named = [name for name in ("ids", "filter", "all") if data.get(name)]
        if len(named) != 1:
            raise ValidationError("请在 ids、filter、all 中选一项：指定编号、筛选条件，或全部。", "ids")


class RedrivenSchema(Schema):
    redriven = fields.Integer(metadata={"description": "重新投递了几件"})


__all__ = [
    "FetchQuery",
    "FetchedSchema",
    "LetterListSchema",
    "LetterQuery",
    "ReceiptAnswer",
    "ReceiptSchema",
    "RedriveSchema",
    "RedrivenSchema",
    "ReferralPayload",
]
