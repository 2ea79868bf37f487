"""What is sent and answered about items."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from redemption.catalogue import form_shape
from redemption.catalogue.form_shape import MOST_FIELDS, ROWS_LIMIT, TYPES
from redemption.catalogue.rules import LIST_FIELDS, MATERIAL_FORMS, MODE_NAMES, REQUIRED_FIELDS, TEXT_FIELDS
from redemption.catalogue.schemas.kinds import Amount, Count, Day, Words
from redemption.catalogue.schemas.shared import FindingSchema
from redemption.identity.rules import OBJECT_CLASS_NAMES

MOST_ENTRIES = 300


class TextChangeSchema(Schema):
    text = Words(allow_none=True)
    external = fields.Boolean(metadata={"description": "原文写明详见附件或另行规定"})
    spans = fields.List(
        fields.List(fields.Integer(strict=True, validate=validate.Range(0)), validate=validate.Length(2, 2)),
        validate=validate.Length(max=200),
        metadata={"description": "在原文中的起止位置"},
    )


class EntrySchema(Schema):
    key = Words(20)
    text = Words(4000, required=True)
    required = fields.Boolean(metadata={"description": "材料：是否必交"})
    form = fields.String(validate=validate.OneOf(list(MATERIAL_FORMS), error="请选择原件、复印件或均可。"))
    count = fields.Integer(validate=validate.Range(1, 99, error="份数应为 1 到 99。"))
    note = Words(500)
    valid_months = fields.Integer(
        validate=validate.Range(1, 120, error="月数应为 1 到 120。"),
        metadata={"description": "材料：交过以后几个月内可以沿用"},
    )


class ListChangeSchema(Schema):
    entries = fields.List(
        fields.Nested(EntrySchema), validate=validate.Length(max=MOST_ENTRIES, error="条目过多，请合并。")
    )
    external = fields.Boolean()


_CHANGES: dict[str, fields.Field[Any]] = {name: fields.Nested(TextChangeSchema) for name in TEXT_FIELDS}
_CHANGES |= {name: fields.Nested(ListChangeSchema) for name in LIST_FIELDS}
FieldChangesSchema = Schema.from_dict(_CHANGES, name="FieldChangesSchema")
LackingSchema = Schema.from_dict({name: Words(500) for name in REQUIRED_FIELDS}, name="LackingSchema")


class MoneyRulesSchema(Schema):
    """Rules of the item's money (checked under a lock at approval, shown to the public)."""

    budget = Amount(metadata={"description": "预算总额，元"})
    quota = Count(10_000_000, metadata={"description": "名额"})
    order = fields.String(validate=validate.OneOf(["receipt", "ranking"], error="请选择额满即止或择优排序。"))
    cap = Amount(metadata={"description": "每件最高金额，元"})
    yearly_cap = Amount(metadata={"description": "每家企业每年最高金额，元"})
    group = Words(60, metadata={"description": "不重复享受组的代码"})
    group_rule = fields.String(
        validate=validate.OneOf(["exclusive", "higher"], error="请选择不重复享受或就高。")
    )
    exclude_bad_credit = fields.Boolean()

    @post_load
    def consistent(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        cap, yearly, budget = (
            Decimal(data[name]) if data.get(name) else None for name in ("cap", "yearly_cap", "budget")
        )
        if cap and yearly and cap > yearly:
            raise ValidationError("每件最高金额大于每年最高金额，请核对。", "yearly_cap")
        if cap and budget and cap > budget:
            raise ValidationError("每件最高金额大于预算总额，请核对。", "budget")
        if data.get("group_rule") and not data.get("group"):
            raise ValidationError("请填写不重复享受组的代码，同组事项填写相同的代码。", "group")
        return data


class ChoiceSchema(Schema):
    value = Words(200, required=True)
    label = Words(200)


class FormFieldSchema(Schema):
    """One question of the item's own part of the form."""

    name = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,39}\Z", error="字段代码用小写字母、数字和下划线。"),
    )
    label = Words(60, required=True)
    type = fields.String(
        required=True,
        validate=validate.OneOf(
            list(TYPES),
            error="没有这种类型。",
        ),
    )
    required = fields.Boolean(load_default=False)
    hint = Words(300)
    choices = fields.List(fields.Raw())
    min = fields.Raw(allow_none=True)
    max = fields.Raw(allow_none=True)
    unit = Words(20)
    integer = fields.Boolean()
    is_amount = fields.Boolean(metadata={"description": "这一项是申请金额"})
    required_if = fields.Dict(keys=fields.String())
    computed = fields.Dict(keys=fields.String())
    columns = fields.List(fields.Dict(keys=fields.String()))
    max_rows = fields.Integer(validate=validate.Range(1, ROWS_LIMIT))
    max_length = fields.Integer(validate=validate.Range(1, 5000))
    material = Words(20, metadata={"description": "附件：对应申报材料的 key"})


class FormSchema(Schema):
    fields_ = fields.List(
        fields.Nested(FormFieldSchema),
        data_key="fields",
        attribute="fields",
        validate=validate.Length(max=MOST_FIELDS),
    )
    rules = fields.List(
        fields.Dict(keys=fields.String()),
        validate=validate.Length(max=20),
        metadata={"description": "字段之间的规则：sum_equals，parts 相加等于 total"},
    )

    @post_load
    def usable(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        faults = form_shape.check_definition(data)
        if faults:
            raise ValidationError(faults, "fields")
        return data


class ItemChangesSchema(Schema):
    """What may be changed in a draft item; what is left out stays as it is."""

    name = Words(200)
    summary = Words(300, metadata={"description": "一句话说明给什么"})
    department = Words(40, metadata={"description": "审批部门代码"})
    theme = Words(40)
    mode = fields.String(
        validate=validate.OneOf([str(mode) for mode in MODE_NAMES], error="请选择兑现方式。")
    )
    object_classes = fields.List(
        fields.String(
            validate=validate.OneOf([str(kind) for kind in OBJECT_CLASS_NAMES], error="没有这个类别。")
        )
    )
    fields_ = fields.Nested(FieldChangesSchema, data_key="fields", attribute="fields")
    lacking = fields.Nested(LackingSchema, metadata={"description": "暂缺栏目的原因，报送公开办"})
    time_limit_days = Count(allow_none=True)
    acceptance_days = Count(60)
    deemed_acceptance = fields.Boolean()
    correction_days = Count(365)
    publicity_days = Count(90)
    payment_days = Count(allow_none=True)
    opens_on = Day(allow_none=True)
    closes_on = Day(allow_none=True)
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)
    form = fields.Nested(FormSchema)
    money_rules = fields.Nested(MoneyRulesSchema)
    conditions = fields.Dict(keys=fields.String())
    change_note = Words(2000)


class CheckSchema(Schema):
    field = fields.String()
    label = fields.String()
    state = fields.String()
    reason = fields.String()
    settled = fields.Boolean()


class RemarkSchema(Schema):
    """发布前请人留意的一处。"""

    code = fields.String()
    field = fields.String()
    message = fields.String()


class OwnItemSchema(Schema):
    """An item as its makers see it."""

    code = fields.String()
    state = fields.String()
    policy = fields.String()
    department = fields.String()
    version = fields.Integer(metadata={"description": "并发控制，修改时放入 If-Match"})
    draft = fields.Boolean(metadata={"description": "是否有未发布的版本"})
    no = fields.Integer()
    name = fields.String()
    summary = fields.String()
    mode = fields.String()
    theme = fields.String()
    object_classes = fields.List(fields.String())
    fields_ = fields.Dict(attribute="fields", data_key="fields")
    extracted = fields.Dict()
    values_ = fields.Dict(attribute="values", data_key="values")
    conditions = fields.Dict()
    lacking = fields.Dict()
    form = fields.Dict()
    money_rules = fields.Dict()
    time_limit_days = fields.Integer(allow_none=True)
    acceptance_days = fields.Integer()
    deemed_acceptance = fields.Boolean()
    correction_days = fields.Integer()
    publicity_days = fields.Integer()
    payment_days = fields.Integer(allow_none=True)
    opens_on = fields.Date(allow_none=True)
    closes_on = fields.Date(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    checklist = fields.List(fields.Nested(CheckSchema))
    findings = fields.List(fields.Nested(FindingSchema), metadata={"description": "自动识别时的发现"})
    remarks = fields.List(
        fields.Nested(RemarkSchema), metadata={"description": "按现在的内容，发布前请留意的"}
    )


class OwnItemsSchema(Schema):
    items = fields.List(fields.Nested(OwnItemSchema))
    next_cursor = fields.String(allow_none=True)
