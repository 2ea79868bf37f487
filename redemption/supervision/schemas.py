"""Forms and JSON of supervision."""

from marshmallow import Schema, fields, validate

from redemption.supervision.asking import QUESTIONS, UNAPPLIED
from redemption.supervision.rules import ExportKind


class ExportSchema(Schema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf([kind.value for kind in ExportKind if kind is not ExportKind.EVALUATION]),
        error_messages={"required": "请选择要导出什么。"},
    )
    first = fields.Date(
        required=True,
        error_messages={"required": "请选择开始日期。", "invalid": "请按 2026-01-01 的格式填写日期。"},
    )
    last = fields.Date(
        required=True,
        error_messages={"required": "请选择结束日期。", "invalid": "请按 2026-01-31 的格式填写日期。"},
    )


class BeginSchema(Schema):
    policy = fields.String(required=True, error_messages={"required": "请选择政策文件。"})
    year = fields.Integer(
        required=True, error_messages={"required": "请填写年度。", "invalid": "年度应是四位数字。"}
    )


class FindingsSchema(Schema):
    findings = fields.String(
        required=True,
        validate=validate.Length(max=4000, error="请不要超过4000个字。"),
        error_messages={"required": "请填写取得的成效和存在的问题。"},
    )
    measures = fields.String(
        required=True,
        validate=validate.Length(max=4000, error="请不要超过4000个字。"),
        error_messages={"required": "请填写打算怎样改进政策或办理。"},
    )
    action = fields.String(load_default="")
    confirmed = fields.String(load_default="")


class OutcomeSchema(Schema):
    outcome = fields.String(
        required=True,
        validate=validate.Length(max=4000, error="请不要超过4000个字。"),
        error_messages={"required": "请填写评价结果的运用情况，例如修改了哪些条款、简化了哪些材料。"},
    )


QuestionnaireSchema = Schema.from_dict(
    {
        "comment": fields.String(
            load_default="", validate=validate.Length(max=500, error="请不要超过500个字。")
        ),
        **{key: fields.String(validate=validate.Length(max=20)) for key in (*QUESTIONS, *UNAPPLIED)},
    },
    name="QuestionnaireSchema",
)
"""Answers to either questionnaire; which questions have to be answered is the service's to say."""


class MonthSchema(Schema):
    month = fields.String()
    received = fields.Integer()
    decided = fields.Integer()


class FiguresSchema(Schema):
    as_of = fields.Date()
    policies = fields.Integer(metadata={"description": "在施行的惠企政策文件"})
    items = fields.Integer(metadata={"description": "可申报的事项"})
    applications = fields.Integer(metadata={"description": "本年收到的申报件"})
    decided = fields.Integer(metadata={"description": "本年作出决定的申报件"})
    approved = fields.Integer()
    paid = fields.Integer(metadata={"description": "本年已拨付的申报件"})
    amount_paid = fields.Decimal(as_string=True, metadata={"description": "本年已拨付金额，元"})
    settled = fields.Integer(metadata={"description": "本年到点的办理环节（受理、决定、拨付）"})
    in_time = fields.Integer(metadata={"description": "其中按期完成的"})
    months = fields.List(fields.Nested(MonthSchema))
