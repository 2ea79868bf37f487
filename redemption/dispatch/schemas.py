"""Bodies of the delivery API."""

from marshmallow import Schema, fields

from redemption.dispatch.port.payload import ReceiptPayload, ReferralPayload


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


__all__ = ["FetchQuery", "FetchedSchema", "ReceiptAnswer", "ReceiptSchema", "ReferralPayload"]
