"""Submissions and applications as programs see them. The item part is checked by the item's own schema (`forms`)."""

from marshmallow import RAISE, Schema, fields, validate

from redemption.applications.enterprise_part import EnterprisePart
from redemption.applications.rules import DECLARATIONS, ITEMS_AT_MOST


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class SubmissionStartSchema(_Strict):
    """新建申报单。"""

    items = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        required=True,
        validate=validate.Length(1, ITEMS_AT_MOST, error="请列出1至20个事项编码。"),
        metadata={"description": "事项编码，一张申报单可以包含几个部门的事项"},
    )
    client_key = fields.String(
        validate=validate.Length(8, 64, error="幂等键为8至64个字符。"),
        metadata={"description": "幂等键：同一企业用同一个键重复请求，得到同一张申报单"},
    )


class SubmissionItemPartSchema(_Strict):
    """一个事项的填报内容。"""

    place = fields.Integer(required=True, validate=validate.Range(1, 99))
    version = fields.Integer(metadata={"description": "读到的版本；已被他人修改时返回 409，不覆盖"})
    data = fields.Dict(keys=fields.String(), required=True, metadata={"description": "按事项表单的字段填写"})


class SubmissionPatchSchema(_Strict):
    """修改草稿：只传要改的部分。"""

    version = fields.Integer(metadata={"description": "企业信息部分的版本"})
    common = fields.Nested(EnterprisePart)
    items = fields.List(fields.Nested(SubmissionItemPartSchema))


class SubmissionHandInSchema(_Strict):
    """提交申报。"""

    declarations = fields.List(
        fields.String(validate=validate.OneOf(list(DECLARATIONS), error="没有这一项声明。")),
        required=True,
        metadata={"description": "已阅读并同意的声明：truth 信用承诺、consent 信息使用告知"},
    )


class ApplicationMaterialSchema(Schema):
    """一份材料。"""

    id = fields.String(attribute="public_id")
    place = fields.Integer(allow_none=True, metadata={"description": "属于第几个事项；空为几个事项共用"})
    entry = fields.String(metadata={"description": "对应材料清单的哪一项"})
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    form = fields.String()
    scan = fields.String()
    round = fields.Integer()
    uploaded_at = fields.AwareDateTime()


class MaterialNeedSchema(Schema):
    """需要提交的一项材料。"""

    place = fields.Integer(metadata={"description": "0 为几个事项共用"})
    key = fields.String()
    text = fields.String()
    required = fields.Boolean()
    count = fields.Integer()


class StillToDoSchema(Schema):
    """提交前还要处理的一处。"""

    field = fields.String()
    message = fields.String()


class SubmissionLineSchema(Schema):
    """申报单里的一个事项。"""

    place = fields.Integer()
    number = fields.String()
    item = fields.String()
    name = fields.String()
    department = fields.String()
    status = fields.String(allow_none=True)
    version = fields.Integer()
    item_version = fields.Integer()
    form = fields.Dict()
    data = fields.Dict()


class SubmissionSchema(Schema):
    """申报单。"""

    number = fields.String()
    status = fields.String(metadata={"description": "draft 草稿，submitted 已提交"})
    version = fields.Integer()
    saved_at = fields.AwareDateTime()
    received_at = fields.AwareDateTime(allow_none=True)
    receipt = fields.String(allow_none=True, metadata={"description": "申报回执地址"})
    common = fields.Dict()
    items = fields.List(fields.Nested(SubmissionLineSchema))
    needs = fields.List(fields.Nested(MaterialNeedSchema))
    materials = fields.List(fields.Nested(ApplicationMaterialSchema))
    problems = fields.List(fields.Nested(StillToDoSchema))


class ApplicationsQuerySchema(_Strict):
    """翻页。"""

    cursor = fields.String()
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    status = fields.String()


class ApplicationDueSchema(Schema):
    """期限。"""

    kind = fields.String(attribute="kind_name")
    date = fields.Date(allow_none=True)
    workdays_left = fields.Integer(allow_none=True)
    overdue = fields.Boolean()
    provisional = fields.Boolean(metadata={"description": "涉及尚未公布节假日安排的年度，公布后重新计算"})
    stopped_reason = fields.String()


class ApplicationBriefSchema(Schema):
    """申报件摘要。"""

    number = fields.String()
    status = fields.String()
    status_word = fields.String()
    received_at = fields.AwareDateTime(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    over_at = fields.AwareDateTime(allow_none=True)
    amount_requested = fields.Decimal(as_string=True, allow_none=True)
    amount_approved = fields.Decimal(as_string=True, allow_none=True)


class ApplicationPageSchema(Schema):
    """一页申报件。"""

    applications = fields.List(fields.Nested(ApplicationBriefSchema))
    next = fields.String(allow_none=True)


class ApplicationStepSchema(Schema):
    """一步办理过程。"""

    action = fields.String()
    from_status = fields.String(allow_none=True)
    to_status = fields.String()
    at = fields.AwareDateTime()
    actor_name = fields.String()
    reason = fields.String()


class CorrectionAskedSchema(Schema):
    """补正通知。"""

    id = fields.Integer()
    round = fields.Integer()
    entries = fields.List(fields.Dict())
    reason = fields.String()
    asked_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)


class ApplicationCaseSchema(ApplicationBriefSchema):
    """申报件详情。"""

    submission = fields.String()
    item = fields.String()
    name = fields.String()
    department = fields.String()
    data = fields.Dict()
    differences = fields.Dict()
    due = fields.Nested(ApplicationDueSchema, allow_none=True)
    events = fields.List(fields.Nested(ApplicationStepSchema))
    corrections = fields.List(fields.Nested(CorrectionAskedSchema))
    materials = fields.List(fields.Nested(ApplicationMaterialSchema))


class CorrectionAnswerSchema(_Strict):
    """补正答复。"""

    correction = fields.Integer(required=True, metadata={"description": "补正通知的 id"})
    values = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "按通知逐项填写：field.<字段>、common.<字段>、note.<编号>"},
    )


class WithdrawalSchema(_Strict):
    """撤回。"""

    reason = fields.String(load_default="", validate=validate.Length(max=500, error="请不要超过500个字。"))


class MaterialFileSchema(Schema):
    """一个文件（multipart 字段 file）。"""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})
