"""What travels to a department, as schemas: they check what we send and are published in the OpenAPI document."""

from typing import Any

from marshmallow import Schema, fields, validate


class EnterprisePayload(Schema):
    uscc = fields.String(required=True, metadata={"description": "统一社会信用代码"})
    name = fields.String(required=True, metadata={"description": "企业名称"})
    district = fields.String(metadata={"description": "所在区划代码"})
    address = fields.String(metadata={"description": "地址"})
    legal_representative = fields.String(metadata={"description": "法定代表人"})
    contact_name = fields.String(metadata={"description": "联系人"})
    contact_phone = fields.String(metadata={"description": "联系电话"})
    contact_email = fields.String(metadata={"description": "联系邮箱"})
    bank_name = fields.String(metadata={"description": "开户银行"})
    bank_account = fields.String(
        metadata={"description": "收款账号；未开通账号传输的部门收到的是掩码（仅末四位）"}
    )


class ApplicationPayload(Schema):
    number = fields.String(required=True, metadata={"description": "申报件编号"})
    submission = fields.String(required=True, metadata={"description": "申报单编号"})
    received_at = fields.String(required=True, metadata={"description": "收件时间（ISO 8601，UTC）"})
    channel = fields.String(metadata={"description": "online 网上、window 窗口、computed 免申即享"})
    amount_requested = fields.String(
        allow_none=True, metadata={"description": "申请金额（元），未填写时为空"}
    )


class ItemPayload(Schema):
    code = fields.String(required=True, metadata={"description": "事项编码"})
    name = fields.String(required=True, metadata={"description": "事项名称"})
    version = fields.Integer(required=True, metadata={"description": "申报时所依据的事项版本"})


class MaterialPayload(Schema):
    id = fields.String(required=True, metadata={"description": "材料编号"})
    entry = fields.String(required=True, metadata={"description": "对应材料清单中的哪一项"})
    title = fields.String(metadata={"description": "清单中的材料名称"})
    name = fields.String(required=True, metadata={"description": "文件名"})
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "字节数"})
    sha256 = fields.String(metadata={"description": "文件的 SHA-256（十六进制）；下载后请核对"})
    form = fields.String(
        metadata={"description": "file 电子文件、original_seen 已核原件、copy_kept 留存复印件"}
    )
    round = fields.Integer(metadata={"description": "0 随申报提交，n 为第 n 次补正时提交"})
    url = fields.String(metadata={"description": "限时下载地址；仅电子文件有"})
    expires_at = fields.String(metadata={"description": "下载地址的失效时间"})


class CorrectionPayload(Schema):
    round = fields.Integer(required=True, metadata={"description": "第几次补正"})
    asked_at = fields.String(required=True)
    answered_at = fields.String(required=True)
    entries = fields.List(fields.Dict(), metadata={"description": "补正要求的各项"})


class WithdrawalPayload(Schema):
    at = fields.String(required=True)
    reason = fields.String()


class ReferralPayload(Schema):
    """转办单: the body of every push, and an element of the list for departments that pull."""

    version = fields.String(required=True, validate=validate.Equal("1"))
    kind = fields.String(required=True, validate=validate.OneOf(["submission", "correction", "withdrawal"]))
    key = fields.String(required=True, metadata={"description": "幂等键：转办单号.序号"})
    referral = fields.String(required=True, metadata={"description": "转办单号"})
    sequence = fields.Integer(required=True, metadata={"description": "序号，从 1 起"})
    purpose = fields.String(metadata={"description": "decision 审批、opinion 征求意见"})
    application = fields.Nested(ApplicationPayload, required=True)
    item = fields.Nested(ItemPayload, required=True)
    enterprise = fields.Nested(EnterprisePayload, required=True)
    form = fields.Dict(metadata={"description": "事项表单中申报的数据"})
    materials = fields.List(fields.Nested(MaterialPayload))
    correction = fields.Nested(CorrectionPayload)
    withdrawal = fields.Nested(WithdrawalPayload)
    data = fields.Dict(metadata={"description": "按对接配置的映射表换算后的字段；没有映射表时没有这一项"})
    data_faults = fields.Dict(
        metadata={"description": "仅取件：映射表改动后，本件换算不出的字段和原因；此时没有 data"}
    )
    callback = fields.String(metadata={"description": "办理事件回传地址"})


class ReceiptPayload(Schema):
    """What a department answers when it has a parcel."""

    number = fields.String(load_default="", metadata={"description": "部门自己的受理编号"})
    sequence = fields.Integer(load_default=1, validate=validate.Range(min=1))


def faults(payload: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a payload before it leaves; empty when nothing is."""
    return ReferralPayload().validate(payload)
