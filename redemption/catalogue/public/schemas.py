"""The JSON of what everybody may read."""

import marshmallow as ma
from marshmallow import validate

from redemption.catalogue.rules import MODE_NAMES, Mode
from redemption.catalogue.search import DEADLINES, MOST, SORTS
from redemption.identity.rules import Level, ObjectClass


def _level() -> ma.fields.String:
    return ma.fields.String(validate=validate.OneOf([level.value for level in Level]))


class ItemQuery(ma.Schema):
    q = ma.fields.String(
        metadata={"description": "名称、关键词、拼音首字母或文号"}, validate=validate.Length(max=200)
    )
    theme = ma.fields.List(ma.fields.String(), metadata={"description": "主题，可重复"})
    object_class = ma.fields.List(
        ma.fields.String(validate=validate.OneOf([kind.value for kind in ObjectClass])),
        metadata={"description": "适用对象（《工作办法》第二十条），可重复"},
    )
    department = ma.fields.List(ma.fields.String(), metadata={"description": "审批部门代码，可重复"})
    level = ma.fields.List(_level(), metadata={"description": "级别：city、district、street"})
    mode = ma.fields.List(
        ma.fields.String(validate=validate.OneOf([mode.value for mode in Mode])),
        metadata={
            "description": "兑现方式："
            + "、".join(f"{mode.value} {name}" for mode, name in MODE_NAMES.items())
        },
    )
    deadline = ma.fields.List(
        ma.fields.String(validate=validate.OneOf(list(DEADLINES))),
        metadata={
            "description": "申报时间：" + "、".join(f"{key} {name}" for key, name in DEADLINES.items())
        },
    )
    sort = ma.fields.String(
        validate=validate.OneOf(list(SORTS)),
        metadata={"description": "排序：" + "、".join(f"{key} {name}" for key, name in SORTS.items())},
    )
    cursor = ma.fields.String(metadata={"description": "上一页返回的 next_cursor"})
    limit = ma.fields.Integer(load_default=20, validate=validate.Range(1, MOST))


class PolicyQuery(ma.Schema):
    q = ma.fields.String(metadata={"description": "标题、文号或发文机关"}, validate=validate.Length(max=200))
    level = ma.fields.List(_level(), metadata={"description": "级别：city、district、street"})
    standing = ma.fields.String(validate=validate.OneOf(["in_force", "over"]))
    cursor = ma.fields.String()
    limit = ma.fields.Integer(load_default=20, validate=validate.Range(1, 100))


class ItemRow(ma.Schema):
    code = ma.fields.String()
    name = ma.fields.String()
    summary = ma.fields.String()
    state = ma.fields.String()
    theme = ma.fields.String()
    object_classes = ma.fields.List(ma.fields.String())
    mode = ma.fields.String()
    level = ma.fields.String()
    department = ma.fields.String()
    policy = ma.fields.String(
        attribute="policy_number", metadata={"description": "政策编号，见 /policies/{number}"}
    )
    document_number = ma.fields.String()
    opens_on = ma.fields.Date()
    closes_on = ma.fields.Date()
    valid_until = ma.fields.Date()
    published_at = ma.fields.AwareDateTime()


class ItemRows(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ItemRow))
    next_cursor = ma.fields.String(allow_none=True)
    total = ma.fields.Integer(allow_none=True, metadata={"description": "命中数；超过 1000 时为 null"})
    forgiven = ma.fields.Boolean(metadata={"description": "没有完全一致的结果，以下为相近事项"})


class PolicyRef(ma.Schema):
    number = ma.fields.String()
    title = ma.fields.String()
    document_number = ma.fields.String()


class InterpretationShape(ma.Schema):
    title = ma.fields.String()
    text = ma.fields.String()
    published_at = ma.fields.AwareDateTime()


class VersionRef(ma.Schema):
    no = ma.fields.Integer()
    published_at = ma.fields.AwareDateTime()
    change_note = ma.fields.String()


class ItemShape(ma.Schema):
    code = ma.fields.String()
    name = ma.fields.String()
    summary = ma.fields.String()
    state = ma.fields.String()
    state_reason = ma.fields.String()
    standing = ma.fields.String(
        metadata={
            "description": "今天能否申报：open、closing、upcoming、closed、suspended、expired、repealed"
        }
    )
    version = ma.fields.Integer()
    current = ma.fields.Boolean(metadata={"description": "是否现行版本；不是的，只供查阅"})
    versions = ma.fields.List(ma.fields.Nested(VersionRef))
    department = ma.fields.Dict()
    jurisdiction = ma.fields.Dict()
    theme = ma.fields.String()
    mode = ma.fields.String()
    object_classes = ma.fields.List(ma.fields.String())
    guide = ma.fields.Dict(
        attribute="fields",
        data_key="fields",
        metadata={"description": "《工作办法》第二十四条的要素与兑现标准"},
    )
    lacking = ma.fields.Dict(metadata={"description": "未列明的要素及理由"})
    values = ma.fields.Dict()
    conditions = ma.fields.Dict(metadata={"description": "可计算的条件"})
    money_rules = ma.fields.Dict()
    form = ma.fields.Dict()
    time_limit_days = ma.fields.Integer(allow_none=True)
    acceptance_days = ma.fields.Integer()
    publicity_days = ma.fields.Integer()
    payment_days = ma.fields.Integer(allow_none=True)
    opens_on = ma.fields.Date(allow_none=True)
    closes_on = ma.fields.Date(allow_none=True)
    valid_from = ma.fields.Date(allow_none=True)
    valid_until = ma.fields.Date(allow_none=True)
    policy = ma.fields.Nested(PolicyRef)
    interpretations = ma.fields.List(ma.fields.Nested(InterpretationShape))
    published_at = ma.fields.AwareDateTime()


class PolicyRow(ma.Schema):
    number = ma.fields.String()
    title = ma.fields.String()
    document_number = ma.fields.String()
    issuer = ma.fields.String()
    department = ma.fields.String()
    level = ma.fields.String()
    standing = ma.fields.String(metadata={"description": "in_force、upcoming、expired、repealed"})
    publication_date = ma.fields.Date(allow_none=True)
    valid_from = ma.fields.Date(allow_none=True)
    valid_until = ma.fields.Date(allow_none=True)


class PolicyRows(ma.Schema):
    policies = ma.fields.List(ma.fields.Nested(PolicyRow))
    next_cursor = ma.fields.String(allow_none=True)


class PolicyShape(PolicyRow):
    version = ma.fields.Integer()
    current = ma.fields.Boolean(metadata={"description": "是否现行版本；不是的，只供查阅"})
    versions = ma.fields.List(ma.fields.Nested(VersionRef))
    text = ma.fields.String()
    blocks = ma.fields.List(ma.fields.Dict())
    items = ma.fields.List(ma.fields.Dict())
    interpretations = ma.fields.List(ma.fields.Nested(InterpretationShape))
    repeal_reason = ma.fields.String()
