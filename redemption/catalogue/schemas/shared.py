"""Small schemas that policies and items share."""

from marshmallow import Schema, fields, validate

from redemption.catalogue.schemas.kinds import Words


class NewItemSchema(Schema):
    name = Words(200, required=True, error_messages={"required": "请填写事项名称。"})


class ReasonSchema(Schema):
    reason = Words(500, load_default="")


class ItemAmendmentSchema(ReasonSchema):
    correction = fields.Boolean(
        load_default=False, metadata={"description": "只是更正笔误、错漏；公开显示的说明前加“更正”"}
    )


class PagingSchema(Schema):
    cursor = fields.String()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class FindingSchema(Schema):
    code = fields.String()
    message = fields.String()
    field = fields.String(allow_none=True)
    span = fields.List(fields.Integer(), allow_none=True)


class VersionFormSchema(Schema):
    version = fields.Integer(required=True)


class ReasonFormSchema(ReasonSchema):
    version = fields.Integer()


class SynonymWordSchema(Schema):
    word = Words(60, required=True, error_messages={"required": "请填写标题用语。"})


class SynonymSchema(SynonymWordSchema):
    field = fields.String(required=True, error_messages={"required": "请选择栏目。"})
    move = fields.Boolean(load_default=False)
