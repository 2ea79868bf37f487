"""The JSON of matching: how items stand for an enterprise, and what departments offer it."""

from marshmallow import Schema, fields, validate

from redemption.matching.rules import OfferState, Verdict


class MatchingQuerySchema(Schema):
    """查询匹配结果。"""

    limit = fields.Integer(
        load_default=20, validate=validate.Range(1, 100), metadata={"description": "每一组最多列出多少项"}
    )


class MatchReasonSchema(Schema):
    """一个条件和比对结果。"""

    asked = fields.String(metadata={"description": "条件"})
    outcome = fields.Boolean(allow_none=True, metadata={"description": "是否符合；null 为不能判断"})
    said = fields.String(metadata={"description": "比对说明"})
    missing = fields.List(fields.String(), metadata={"description": "尚缺的数据"})
    manual = fields.Boolean(metadata={"description": "由审批部门判断"})


class MatchSchema(Schema):
    """一个事项的匹配结果。"""

    code = fields.String(attribute="row.code")
    name = fields.String(attribute="row.name")
    summary = fields.String(attribute="row.summary")
    mode = fields.String(attribute="row.mode")
    department = fields.String(attribute="row.department")
    document_number = fields.String(attribute="row.document_number")
    closes_on = fields.Date(attribute="row.closes_on", allow_none=True)
    verdict = fields.Enum(Verdict, by_value=True, attribute="explanation.verdict")
    reasons = fields.List(fields.Nested(MatchReasonSchema), attribute="explanation.reasons")
    missing = fields.List(fields.String(), attribute="explanation.missing")


class MatchCountsSchema(Schema):
    """各组的事项总数。"""

    fits = fields.Integer()
    likely = fields.Integer()
    lacking = fields.Integer()
    fails = fields.Integer()


class MatchWantedSchema(Schema):
    """建议补充的一项数据。"""

    label = fields.String()
    items = fields.Integer(metadata={"description": "所列事项中有几项等它"})


class MatchingSchema(Schema):
    """政策匹配结果；仅供参考，以审批部门审核为准。"""

    fits = fields.List(fields.Nested(MatchSchema), metadata={"description": "符合条件"})
    likely = fields.List(
        fields.Nested(MatchSchema),
        metadata={"description": "可能符合：能比对的都符合，其余由部门判断"},
    )
    lacking = fields.List(fields.Nested(MatchSchema), metadata={"description": "补充信息后可以判断"})
    fails = fields.List(fields.Nested(MatchSchema), metadata={"description": "暂不符合"})
    counts = fields.Nested(MatchCountsSchema)
    missing = fields.List(fields.Nested(MatchWantedSchema))


class OfferSchema(Schema):
    """一条免申即享通知。"""

    id = fields.String(attribute="public_id")
    item = fields.String()
    item_code = fields.String()
    summary = fields.String()
    state = fields.String(validate=validate.OneOf([state.value for state in OfferState]))
    offered_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    submission = fields.String(allow_none=True, metadata={"description": "确认后生成的申报单编号"})
    failure = fields.String(metadata={"description": "没有生成申报单的原因"})


class OfferListSchema(Schema):
    """本企业的免申即享通知，待确认的在前。"""

    items = fields.List(fields.Nested(OfferSchema))


class OfferItemSchema(Schema):
    """本部门的一个免申即享事项。"""

    code = fields.String()
    name = fields.String()
    summary = fields.String()
    conditions = fields.Dict(metadata={"description": "据以算出名单的条件"})
    offered = fields.Integer(metadata={"description": "已通知、待企业确认的"})
    accepted = fields.Integer(metadata={"description": "企业已确认的"})
    declined = fields.Integer(metadata={"description": "企业放弃的"})
    withdrawn = fields.Integer(metadata={"description": "部门撤回的，或确认后没有生成申报件的"})


class OfferItemListSchema(Schema):
    items = fields.List(fields.Nested(OfferItemSchema))


class CandidatesQuerySchema(Schema):
    after = fields.Integer(
        load_default=0, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class CandidateSchema(Schema):
    """名单上的一家企业。"""

    uscc = fields.String()
    name = fields.String()
    offer = fields.String(metadata={"description": "最近一次通知的状态；空：尚未通知"})
    offer_id = fields.String(allow_none=True, metadata={"description": "最近一次通知；撤回时用"})
    may_be_offered = fields.Boolean(metadata={"description": "现在可以确认；放弃、撤回的可以再次确认"})
    reasons = fields.List(fields.Nested(MatchReasonSchema))


class CandidateListSchema(Schema):
    items = fields.List(fields.Nested(CandidateSchema))
    next = fields.Integer(allow_none=True, metadata={"description": "下一页的 after；空：没有下一页"})


class ConfirmSchema(Schema):
    uscc = fields.List(
        fields.String(validate=validate.Length(max=18)),
        required=True,
        validate=validate.Length(max=5000, error="一次最多确认 5000 家企业，请分批确认。"),
        metadata={"description": "确认的企业，统一社会信用代码"},
        error_messages={"required": "请给出要确认的企业。"},
    )


class ConfirmedSchema(Schema):
    offered = fields.Integer(metadata={"description": "新通知了几家"})


class FittingEnterpriseSchema(Schema):
    """符合一个事项条件的一家企业。"""

    uscc = fields.String()
    name = fields.String()
    verdict = fields.Enum(Verdict, by_value=True)
    reasons = fields.List(fields.Nested(MatchReasonSchema))


class FittingEnterprisesSchema(Schema):
    fits = fields.Integer(metadata={"description": "符合条件的企业数"})
    likely = fields.Integer(metadata={"description": "可能符合（其余条件由部门判断）的企业数"})
    items = fields.List(fields.Nested(FittingEnterpriseSchema))
    next = fields.Integer(allow_none=True, metadata={"description": "下一页的 after；空：没有下一页"})
