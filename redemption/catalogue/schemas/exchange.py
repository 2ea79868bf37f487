"""What is sent and answered about whole catalogues."""

from marshmallow import Schema, fields

from redemption.catalogue.schemas.kinds import Words


class CatalogueSchema(Schema):
    """A catalogue; its rows are checked one by one, so that every fault is named."""

    name = Words(200)
    items = fields.List(fields.Raw(), required=True, error_messages={"required": "请在 items 中列出事项。"})


class ChoiceOfFileSchema(Schema):
    source_id = Words(100, required=True)
    field = Words(40, required=True)


class ApplyImportSchema(Schema):
    fingerprint = fields.String(metadata={"description": "查询差异时得到的指纹；期间有变化则返回 409"})
    take = fields.List(fields.Nested(ChoiceOfFileSchema), load_default=list)


class RowDifferenceSchema(Schema):
    key = fields.String()
    label = fields.String()
    kind = fields.String(metadata={"description": "update 更新；conflict 与人工修改冲突"})
    mine = fields.String()
    theirs = fields.String()


class RowPlanSchema(Schema):
    source_id = fields.String()
    name = fields.String()
    kind = fields.String()
    code = fields.String()
    policy = fields.String()
    message = fields.String()
    differences = fields.List(fields.Nested(RowDifferenceSchema))


class ImportSchema(Schema):
    key = fields.String()
    name = fields.String()
    applied_at = fields.AwareDateTime(allow_none=True)
    counts = fields.Dict()
    fingerprint = fields.String()
    rows = fields.List(fields.Nested(RowPlanSchema))


class ExportSchema(Schema):
    items = fields.List(fields.Dict())


class ItemDifferenceSchema(Schema):
    item = fields.String()
    field = fields.String()
    label = fields.String()
    extracted = fields.String()
    confirmed = fields.String()
    heading = fields.String(metadata={"description": "核对后的文字在原文中所属的标题"})


class DifferencesSchema(Schema):
    items = fields.List(fields.Nested(ItemDifferenceSchema))
    next_cursor = fields.String(allow_none=True)
