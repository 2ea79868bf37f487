"""Forms of payment."""

from marshmallow import Schema, fields, validate


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
