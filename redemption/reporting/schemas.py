"""Forms and JSON of duties and reports."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

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
    state = fields.String(validate=validate.OneOf(["open", "overdue", "done", "late", "exempted", "closed"]))
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


class OfficeEventDataSchema(Schema):
    by = fields.String(
        load_default="", validate=validate.Length(max=40), metadata={"description": "经办人姓名或岗位"}
    )
    number = fields.String(
        load_default="", validate=validate.Length(max=100), metadata={"description": "公开办系统中的编号"}
    )
    reason = fields.String(
        load_default="",
        validate=validate.Length(max=500, error="退回原因请不要超过500个字。"),
        metadata={"description": "退回的原因和需要修改的内容；退回时必填"},
    )


class OfficeEventSchema(Schema):
    """What an office's system calls back."""

    id = fields.String(
        required=True,
        validate=validate.Length(1, 100, error="事件编号为1至100个字符。"),
        error_messages={"required": "请填写事件编号，重发时不变。"},
        metadata={"description": "事件编号，重发时不变"},
    )
    report = fields.String(
        required=True,
        validate=validate.Length(1, 60),
        error_messages={"required": "请填写报送报文中的 key。"},
        metadata={"description": "报送报文中的 key，例如 ZZ-26-3F7KDPX9.1"},
    )
    type = fields.String(
        required=True,
        validate=validate.OneOf(["signed", "returned"], error="type 应为 signed 或 returned。"),
        error_messages={"required": "请填写 type：signed 或 returned。"},
    )
    occurred_at = fields.AwareDateTime(
        required=True,
        error_messages={
            "required": "请填写发生时间。",
            "invalid": "时间应带时区，例如 2026-11-23T09:00:00+08:00。",
            "invalid_awareness": "时间应带时区，例如 2026-11-23T09:00:00+08:00。",
        },
    )
    data = fields.Nested(OfficeEventDataSchema, load_default=lambda: OfficeEventDataSchema().load({}))

    @validates_schema
    def _reason(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("type") == "returned" and not values.get("data", {}).get("reason", "").strip():
            raise ValidationError({"data": {"reason": ["退回时请写明原因和需要修改的内容。"]}})


class OfficeEventAnswerSchema(Schema):
    id = fields.String()
    state = fields.String(metadata={"description": "applied 已生效"})
    message = fields.String()
