"""Forms and JSON of questions and answers."""

from marshmallow import Schema, fields, validate

from redemption.consultation.rules import LONGEST, State


def _short(limit: int) -> validate.Length:
    return validate.Length(max=limit, error=f"请不要超过{limit}个字。")


class AskSchema(Schema):
    text = fields.String(
        required=True,
        validate=_short(LONGEST),
        error_messages={"required": "请写下您的问题，说清是哪项政策、哪个环节，便于准确答复。"},
    )
    item = fields.String(load_default="", metadata={"description": "事项代码"})
    policy = fields.String(load_default="", metadata={"description": "政策编号"})


class PassOnSchema(Schema):
    department = fields.String(required=True, error_messages={"required": "请选择负责解答的政策制定部门。"})


class AnswerSchema(Schema):
    answer = fields.String(
        required=True,
        validate=_short(4000),
        error_messages={"required": "请填写答复，语言简明、结论明确，并说明下一步怎么办。"},
    )
    source = fields.String(
        required=True,
        validate=_short(200),
        error_messages={"required": "请写明依据，例如：《若干措施》第三条。"},
    )
    public_text = fields.String(load_default="", validate=_short(LONGEST))


class CloseSchema(Schema):
    reason = fields.String(
        required=True,
        validate=_short(500),
        error_messages={"required": "请写明原因，并告诉提问人可以到哪里咨询。"},
    )


class WriteSchema(AnswerSchema):
    text = fields.String(
        required=True,
        validate=_short(LONGEST),
        error_messages={"required": "请填写问题，从企业的角度问，一次只问一件事。"},
    )
    policy = fields.String(required=True, error_messages={"required": "请选择政策文件。"})
    item = fields.String(load_default="")


class SearchSchema(Schema):
    q = fields.String(load_default="", validate=_short(200))
    item = fields.String(load_default="", metadata={"description": "事项代码"})
    limit = fields.Integer(load_default=30, validate=validate.Range(1, 100))


class QuestionSchema(Schema):
    number = fields.String()
    question = fields.String()
    answer = fields.String()
    source = fields.String(metadata={"description": "答复的依据"})
    item = fields.String(metadata={"description": "事项名称"})
    policy = fields.String(metadata={"description": "政策文件名称"})
    department = fields.String(metadata={"description": "解答部门"})
    published_at = fields.AwareDateTime(allow_none=True)


class AskedSchema(Schema):
    number = fields.String()
    state = fields.String(validate=validate.OneOf([state.value for state in State]))
    asked_at = fields.AwareDateTime()


class QuestionListSchema(Schema):
    items = fields.List(fields.Nested(QuestionSchema))
