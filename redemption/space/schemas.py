"""Forms of the enterprise's space."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from redemption.catalogue.vocabulary import ATTRIBUTES, Attribute, Kind
from redemption.identity.contact import DAY, EMAIL, phone, short
from redemption.kernel import clock

_INDUSTRY = re.compile(r"[A-T]([0-9]{2,4})?")
_MOST = Decimal(10) ** 14

NOT_HERE = ("jurisdiction", "founded_on")
"""Attributes that are columns of the enterprise: they stand with the registration data."""


def not_in_future(day: Any) -> None:
    if day > clock.today():
        raise ValidationError("成立日期不能晚于今天，请对照营业执照核对。")


VERSION: dict[str, Any] = {
    "required": "页面信息不完整，请刷新后再保存。",
    "invalid": "页面信息不完整，请刷新后再保存。",
}


class ContactSchema(Schema):
    version = fields.Integer(required=True, error_messages=VERSION)
    contact_name = fields.String(
        required=True, validate=short(50), error_messages={"required": "请填写联系人姓名。"}
    )
    contact_phone = fields.String(
        required=True, validate=phone, error_messages={"required": "请填写联系电话。"}
    )
    contact_email = fields.Email(load_default="", validate=short(120), error_messages=EMAIL)
    address = fields.String(load_default="", validate=short(200))
    legal_representative = fields.String(load_default="", validate=short(50))
    founded_on = fields.Date(load_default=None, validate=not_in_future, error_messages=DAY)


class AccountSchema(Schema):
    version = fields.Integer(required=True, error_messages=VERSION)
    bank_name = fields.String(
        required=True,
        validate=short(120),
        error_messages={"required": "请填写开户银行，例如：清川银行望湖支行。"},
    )
    bank_account = fields.String(
        required=True, validate=short(60), error_messages={"required": "请填写银行账号。"}
    )


class LookSchema(Schema):
    purpose = fields.String(
        required=True, validate=short(200), error_messages={"required": "请写明查看完整账号的用途。"}
    )


class ReadSchema(Schema):
    message = fields.List(fields.Integer(), load_default=list)


class Figure(fields.Field):
    """A number as people type it (23,600,000); stored as a JSON number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | float:
        text = str(value).replace(",", "").replace("，", "").replace(" ", "").strip()
        try:
            number = Decimal(text)
        except ArithmeticError:
            raise ValidationError("请填写数字，例如：1200000。") from None
        if not number.is_finite() or abs(number) > _MOST:
            raise ValidationError("这个数太大了，请核对单位。")
        return int(number) if number == number.to_integral_value() else float(number)


def _attribute_field(attribute: Attribute) -> fields.Field:
    if attribute.kind in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT):
        return Figure(load_default=None)
    if attribute.kind is Kind.FLAG:
        return fields.Boolean(load_default=None, truthy={"1"}, falsy={"0"})
    if attribute.kind is Kind.CHOICE:
        return fields.String(
            load_default=None, validate=validate.OneOf(list(attribute.choices), error="请从列表中选择。")
        )
    if attribute.kind is Kind.INDUSTRY:
        return fields.String(
            load_default=None,
            validate=validate.Regexp(_INDUSTRY, error="请填写国民经济行业代码，例如：I6513。"),
        )
    if attribute.kind is Kind.DATE:
        return fields.Date(load_default=None, error_messages=DAY)
    return fields.List(fields.String(validate=validate.OneOf(list(attribute.choices))), load_default=list)


def asked() -> list[Attribute]:
    """Facts an enterprise states itself, in the order of the vocabulary; its credit status is not hers to say."""
    return [one for one in ATTRIBUTES.values() if one.name not in (*NOT_HERE, "credit_status")]


FactsSchema = Schema.from_dict(
    {
        "version": fields.Integer(required=True, error_messages=VERSION),
        **{one.name: _attribute_field(one) for one in asked()},
        **{
            f"until_{code}": fields.Date(load_default=None, error_messages=DAY)
            for code in ATTRIBUTES["qualifications"].choices
        },
    },
    name="FactsSchema",
)


def facts_of(data: dict[str, Any]) -> dict[str, Any]:
    """Loaded values as they are kept in the profile: qualifications with their last day."""
    facts = {one.name: data.get(one.name) for one in asked() if one.name != "qualifications"}
    held = []
    for code in data.get("qualifications") or []:
        until = data.get(f"until_{code}")
        held.append({"code": code, **({"valid_until": until.isoformat()} if until else {})})
    facts["qualifications"] = held or None
    return facts
