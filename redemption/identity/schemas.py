"""Forms and JSON of accounts."""

from marshmallow import Schema, fields, validate


class SignInSchema(Schema):
    login = fields.String(
        required=True, validate=validate.Length(max=200), error_messages={"required": "请输入登录名。"}
    )
    password = fields.String(
        required=True, validate=validate.Length(max=200), error_messages={"required": "请输入密码。"}
    )


class PageSignInSchema(SignInSchema):
    next = fields.String(load_default="")


class TokenRequestSchema(SignInSchema):
    post = fields.Integer(metadata={"description": "有多个岗位时，选用的岗位编号"})
    label = fields.String(load_default="", validate=validate.Length(max=100))


class TokenSchema(Schema):
    token = fields.String(metadata={"description": "放在请求头 Authorization: Bearer 之后；只显示这一次"})
    expires_at = fields.AwareDateTime()
    role = fields.String()
    place = fields.String()


class MeSchema(Schema):
    name = fields.String()
    role = fields.String()
    grade = fields.String()
    place = fields.String()


class PasswordSchema(Schema):
    old = fields.String(required=True, error_messages={"required": "请输入当前密码。"})
    new = fields.String(required=True, error_messages={"required": "请输入新密码。"})
    again = fields.String(required=True, error_messages={"required": "请再输入一次新密码。"})
