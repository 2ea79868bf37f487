"""Forms of the administrator."""

from marshmallow import Schema, fields, validate

from redemption.identity.contact import DAY, EMAIL, phone, short
from redemption.identity.organising import LEVEL_NAMES
from redemption.identity.rules import ROLE_NAMES, Role

STAFF = [role for role in ROLE_NAMES if role is not Role.SYSTEM]
_CODE = validate.Regexp(r"[0-9A-Za-z][0-9A-Za-z-]{1,23}", error="代码为2至24位字母、数字或连字符。")


def _name(label: str) -> fields.String:
    return fields.String(required=True, validate=short(80), error_messages={"required": f"请填写{label}。"})


def _code() -> fields.String:
    return fields.String(required=True, validate=_CODE, error_messages={"required": "请填写代码。"})


def _where() -> fields.Integer:
    return fields.Integer(
        required=True,
        error_messages={"required": "请选择所属辖区。", "invalid": "请选择所属辖区。"},
    )


class JurisdictionSchema(Schema):
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{6,12}", error="辖区代码为6至12位数字，例如：110108。"),
        error_messages={"required": "请填写行政区划代码。"},
    )
    name = _name("名称")
    short_name = fields.String(
        required=True, validate=short(4), error_messages={"required": "请填写简称，用在文书字号里。"}
    )
    level = fields.String(
        required=True,
        validate=validate.OneOf([str(level) for level in LEVEL_NAMES], error="请选择层级。"),
        error_messages={"required": "请选择层级。"},
    )
    parent_id = fields.Integer(load_default=None, error_messages={"invalid": "请选择上级辖区。"})


class OfficeSchema(Schema):
    jurisdiction_id = _where()
    name = _name("名称")
    phone = fields.String(load_default="", validate=short(40))


def _step_days() -> fields.Integer:
    said = "请填写 1 到 60 之间的工作日数；不填按系统默认。"
    return fields.Integer(
        load_default=None, validate=validate.Range(1, 60, error=said), error_messages={"invalid": said}
    )


class DepartmentSchema(Schema):
    code = _code()
    jurisdiction_id = _where()
    name = _name("名称")
    short_name = fields.String(
        required=True, validate=short(8), error_messages={"required": "请填写简称，用在文书字号里。"}
    )
    phone = fields.String(load_default="", validate=short(40))
    address = fields.String(load_default="", validate=short(120))
    contact_email = fields.Email(load_default="", validate=short(120), error_messages=EMAIL)
    two_person = fields.Boolean(load_default=False, truthy={"1"})
    rating_open, rating_mending, rating_calling_back = (_step_days() for _ in range(3))


class CentreSchema(Schema):
    code = _code()
    jurisdiction_id = _where()
    name = _name("名称")
    address = fields.String(load_default="", validate=short(120))
    phone = fields.String(load_default="", validate=short(40))


PLACES: dict[str, type[Schema]] = {
    "jurisdiction": JurisdictionSchema,
    "office": OfficeSchema,
    "department": DepartmentSchema,
    "centre": CentreSchema,
}


class PostSchema(Schema):
    role = fields.String(
        required=True,
        validate=validate.OneOf([str(role) for role in STAFF], error="请选择角色。"),
        error_messages={"required": "请选择角色。"},
    )
    place = fields.String(load_default="", validate=short(40))
    grade = fields.String(
        load_default="member",
        validate=validate.OneOf(["member", "head", "owner", "filer", "reader"], error="请选择级别。"),
    )


class AccountSchema(PostSchema):
    login = fields.String(
        required=True,
        validate=validate.Regexp(r"\S{3,120}", error="登录名为3至120个字符，不含空格。"),
        error_messages={"required": "请填写登录名。"},
    )
    name = _name("姓名")
    phone = fields.String(load_default="", validate=phone)
    email = fields.Email(load_default="", validate=short(120), error_messages=EMAIL)


class ReasonSchema(Schema):
    reason = fields.String(
        required=True, validate=short(200), error_messages={"required": "请填写原因，会记入审计。"}
    )


class SuccessorSchema(Schema):
    successor = fields.String(
        required=True, validate=short(40), error_messages={"required": "请填写承接部门的代码。"}
    )


class TemplateSchema(Schema):
    subject = fields.String(load_default="", validate=short(60))
    body = fields.String(load_default="", validate=short(1000))


class ScheduleSchema(Schema):
    text = fields.String(
        required=True, validate=short(100_000), error_messages={"required": "请粘贴放假安排（JSON）。"}
    )
    reason = fields.String(
        required=True,
        validate=short(500),
        error_messages={"required": "请填写依据，例如：国办发明电〔2026〕7号。"},
    )
    confirm = fields.Boolean(load_default=False, truthy={"1"})


class DaySchema(Schema):
    day = fields.Date(required=True, error_messages={"required": "请填写日期。", **DAY})
    off = fields.Boolean(
        required=True, truthy={"1"}, falsy={"0"}, error_messages={"required": "请选择放假还是上班。"}
    )
    name = fields.String(
        required=True, validate=short(40), error_messages={"required": "请填写名称，例如：春节调休。"}
    )
    reason = fields.String(required=True, validate=short(500), error_messages={"required": "请填写依据。"})
