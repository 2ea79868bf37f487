"""The JSON of 文书核验: what the document shows itself, and whether it still stands."""

from marshmallow import Schema, fields, validate


class CheckedApplicationSchema(Schema):
    """文书所列的一个申报事项。"""

    item_name = fields.String()


class CheckedDocumentSchema(Schema):
    """核验结果。"""

    state = fields.String(
        validate=validate.OneOf(["valid", "revoked", "altered"]),
        metadata={"description": "valid 真实有效、revoked 已作废、altered 内容与出具时的摘要不一致"},
    )
    kind = fields.String()
    kind_name = fields.String(metadata={"description": "文书名称"})
    number = fields.String(metadata={"description": "文号"})
    issuer = fields.String(metadata={"description": "出具单位"})
    issued_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)
    facts = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "文书载明的编号、申报主体、事项等"},
    )
    applications = fields.List(fields.Nested(CheckedApplicationSchema))
    result = fields.String(metadata={"description": "决定结果；不是决定书的为空"})
    amount = fields.String(allow_none=True, metadata={"description": "金额，单位元"})
    code = fields.String(metadata={"description": "核验码"})
    digest = fields.String(metadata={"description": "内容摘要（SHA-256）"})
    glyphs_missing = fields.String(metadata={"description": "文书中以“〓”代替的字"})
    seal = fields.String(metadata={"description": "关于印章的说明"})
