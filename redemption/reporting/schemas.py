"""Forms and JSON of duties and reports."""

from marshmallow import Schema, fields, validate

from redemption.reporting.rules import DutyState, Kind


class ReasonSchema(Schema):
    reason = fields.String(
        required=True, validate=validate.Length(max=500), error_messages={"required": "请写明理由。"}
    )


class ReturnSchema(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500, error="请不要超过500个字。"),
        error_messages={"required": "请写明退回的原因和需要修改的内容，部门将据此修改。"},
    )


class EvidenceSchema(Schema):
    evidence = fields.String(
        required=True,
        validate=validate.Length(max=500, error="请不要超过500个字。"),
        error_messages={"required": "请写明完成情况，例如：报送日期、接收人、公开链接。"},
    )


class DutyQuerySchema(Schema):
    state = fields.String(validate=validate.OneOf(["open", "overdue", "done", "late", "exempted"]))
    kind = fields.String(validate=validate.OneOf([kind.value for kind in Kind]))
    cursor = fields.String(metadata={"description": "上一页给出的游标"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class ReportSchema(Schema):
    no = fields.Integer(metadata={"description": "1 为首次报送，2 起为补充报送"})
    state = fields.String()
    assembled_at = fields.AwareDateTime(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    signed_at = fields.AwareDateTime(allow_none=True)
    signed_by = fields.String(attribute="signed_by_name")
    returned_at = fields.AwareDateTime(allow_none=True)
    return_reason = fields.String()
    package_sha256 = fields.String()
    package_size = fields.Integer(metadata={"description": "字节"})


class DutySchema(Schema):
    number = fields.String()
    kind = fields.String(validate=validate.OneOf([kind.value for kind in Kind]))
    kind_name = fields.String()
    article = fields.String(metadata={"description": "依据的条款"})
    title = fields.String()
    department = fields.String(metadata={"description": "承担部门代码"})
    state = fields.String(validate=validate.OneOf([state.value for state in DutyState]))
    event_date = fields.Date()
    due_date = fields.Date(metadata={"description": "到期日，当日24:00止"})
    provisional = fields.Boolean(metadata={"description": "涉及尚未公布放假安排的年度，为暂定日期"})
    entered_late = fields.Boolean()
    fulfilled_at = fields.AwareDateTime(allow_none=True)
    late = fields.Boolean()
    closed_at = fields.AwareDateTime(allow_none=True)
    close_reason = fields.String()


class DutyDetailSchema(DutySchema):
    reports = fields.List(fields.Nested(ReportSchema))


class DutyPageSchema(Schema):
    items = fields.List(fields.Nested(DutySchema))
    next = fields.String(allow_none=True, metadata={"description": "下一页的游标，没有则为空"})


class ScheduleSchema(Schema):
    schedule = fields.String(load_default="")
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500, error="请不要超过500个字。"),
        error_messages={"required": "请填写原因或依据，例如：国办发明电〔2026〕7号。"},
    )
    confirmed = fields.String(load_default="")


class DaySchema(Schema):
    day = fields.Date(
        required=True,
        error_messages={"required": "请选择日期。", "invalid": "请按 2027-01-01 的格式填写日期。"},
    )
    is_off_day = fields.Boolean(required=True, error_messages={"required": "请选择放假还是上班。"})
    name = fields.String(
        required=True,
        validate=validate.Length(max=40, error="请不要超过40个字。"),
        error_messages={"required": "请填写这一天的名称，例如：春节。"},
    )
    reason = fields.String(
        required=True,
        data_key="why",
        validate=validate.Length(max=500, error="请不要超过500个字。"),
        error_messages={"required": "请填写原因或依据。"},
    )
    confirmed = fields.String(load_default="")


class ConsultationSchema(Schema):
    title = fields.String(
        required=True,
        validate=validate.Length(max=100, error="请不要超过100个字。"),
        error_messages={"required": "请填写征集意见的文件名称。"},
    )
    ended_on = fields.Date(
        required=True,
        error_messages={"required": "请选择征集结束的日期。", "invalid": "请按 2026-11-01 的格式填写日期。"},
    )


class StepSchema(Schema):
    """One reminder or escalation of the schedule: `after` workdays, at a time of day."""

    next_morning = fields.String(load_default="")
    last_morning = fields.String(load_default="")
    last_afternoon = fields.String(load_default="")
    overdue_head_days = fields.Integer(load_default=1, validate=validate.Range(1, 30, error="请填写1至30。"))
    overdue_office_days = fields.Integer(
        load_default=2, validate=validate.Range(1, 30, error="请填写1至30。")
    )
    overdue_board_days = fields.Integer(load_default=3, validate=validate.Range(1, 30, error="请填写1至30。"))
