"""What is sent and answered about policies."""

from marshmallow import Schema, fields

from redemption.catalogue.schemas.kinds import Day, Words
from redemption.catalogue.schemas.shared import FindingSchema


class DetailsSchema(Schema):
    """What a policy says of itself, beside its text."""

    title = Words(200, metadata={"description": "标题"})
    document_number = Words(80, metadata={"description": "文号，例如 京科发〔2026〕12号"})
    issuer = Words(300, metadata={"description": "发文机关"})
    publication_date = Day(allow_none=True, metadata={"description": "公布日期，报送期限从这一天起算"})
    issue_date = Day(allow_none=True, metadata={"description": "成文日期"})
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)
    in_government_name = fields.Boolean(metadata={"description": "以政府或政府办公厅（室）名义印发"})
    lead_department = Words(40, metadata={"description": "牵头部门代码"})
    drafting_department = Words(40, allow_none=True, metadata={"description": "起草部门代码"})
    joint_departments = fields.List(Words(40), metadata={"description": "联合发文的其他部门代码"})


class TextSchema(Schema):
    text = Words(10_000_000, required=True, error_messages={"required": "请提供政策原文。"})


class PolicyTextSchema(DetailsSchema, TextSchema):
    """A policy as text."""


class AmendmentSchema(PolicyTextSchema):
    """The next version of a policy."""

    change_note = Words(2000, required=True, error_messages={"required": "请说明修订了什么、为什么修订。"})


class ItemCodesSchema(Schema):
    items = fields.List(Words(40), load_default=list, metadata={"description": "事项编码"})


class PublishPolicySchema(Schema):
    items = fields.List(Words(40), load_default=list, metadata={"description": "同时发布的事项编码"})
    without_answers = Words(
        500, load_default="", metadata={"description": "没有简明问答的原因；一条问答也没有时必填（第三十条）"}
    )


class InterpretationSchema(Schema):
    title = Words(200, required=True, error_messages={"required": "请填写解读标题。"})
    text = Words(200_000, required=True, error_messages={"required": "请填写解读内容。"})


class InterpretationFormSchema(Schema):
    """The same as a posted form; instead of the text there may be a file beside it."""

    title = Words(200, load_default="")
    text = Words(200_000, load_default="")


class OwnInterpretationSchema(InterpretationSchema):
    """As its makers see it."""

    id = fields.Integer(metadata={"description": "修改或撤回时使用"})
    published_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "空：随政策文件同时发布（第十九条）"}
    )


class OwnPolicySchema(Schema):
    """A policy as its makers see it."""

    number = fields.String()
    state = fields.String()
    version = fields.Integer(metadata={"description": "并发控制，修改时放入 If-Match"})
    draft = fields.Boolean(metadata={"description": "是否有未发布的版本"})
    no = fields.Integer()
    title = fields.String()
    document_number = fields.String()
    issuer = fields.String()
    publication_date = fields.Date(allow_none=True)
    issue_date = fields.Date(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    in_government_name = fields.Boolean()
    published_at = fields.AwareDateTime(allow_none=True)
    report_due = fields.Date(allow_none=True, metadata={"description": "第二十五条报送期限"})
    report_due_provisional = fields.Boolean(metadata={"description": "年度安排未公布，期限为暂定"})
    findings = fields.List(fields.Nested(FindingSchema))
    missing = fields.Dict(metadata={"description": "发布前还需补全的内容"})
    items = fields.List(fields.String(), metadata={"description": "事项编码"})
    answers = fields.Integer(metadata={"description": "简明问答条数，随文件同日公开"})
    lacking = fields.Dict(metadata={"description": "发布时暂缺的内容及原因，报送公开办"})
    interpretations = fields.List(
        fields.Nested(OwnInterpretationSchema), metadata={"description": "政策解读，仅在查询单个文件时给出"}
    )
    text = fields.String(metadata={"description": "原文，仅在查询单个文件时给出"})


class OwnPoliciesSchema(Schema):
    items = fields.List(fields.Nested(OwnPolicySchema))
    next_cursor = fields.String(allow_none=True)


class DetailsFormSchema(DetailsSchema):
    """The same as a posted form."""

    version = fields.Integer(required=True)


class NewPolicyFormSchema(Schema):
    """The first page of a policy: its text, or a file beside the form."""

    text = Words(10_000_000, load_default="")
    once = Words(64, load_default="")


class PublishPolicyFormSchema(PublishPolicySchema):
    version = fields.Integer(required=True)


class PolicyTextFormSchema(Schema):
    """A new text of a policy, or a file beside the form."""

    text = Words(10_000_000, load_default="")


class AmendmentFormSchema(PolicyTextFormSchema):
    """The same, with what changed and why."""

    change_note = Words(2000, required=True, error_messages={"required": "请说明修订了什么、为什么修订。"})
