"""One document of each kind with everything it may say."""

CASE = {
    "application_number": "990100-261122-000001-11-01",
    "enterprise_name": "清川青禾智能科技有限公司",
    "uscc": "91110108551385082Q",
    "item_name": "首次贷款贴息",
    "phone": "0990-5550101",
}
HANDED_IN = {
    "submission_number": "990100-261122-000457-38",
    "enterprise_name": "清川青禾智能科技有限公司",
    "uscc": "91110108551385082Q",
    "received_at": "2026-11-20T01:00:00+00:00",
    "applications": [{"number": "990100-261122-000457-38-01", "item_name": "首次贷款贴息", "department_name": "清川市科学技术局"}],
    "materials": [{"name": "营业执照", "count": 1, "form": "复印件"}],
}  # fmt: skip
SAMPLES = {
    "receipt": {**HANDED_IN, "next_steps": "审批部门将在5个工作日内告知是否受理。"},
    "slip": {**HANDED_IN, "clerk_name": "苏晓棠", "centre_name": "清川市政务服务中心"},
    "acceptance": {**CASE, "received_at": "2026-11-20T01:00:00+00:00", "accepted_at": "2026-11-22", "due": "2026-12-20"},
    "refusal": {**CASE, "reasons": "不在支持范围。", "where_to_go": "请向望湖区发展和改革局申报。"},
    "correction": {**CASE, "entries": [{"label": "营业执照", "message": "请上传清晰的扫描件"}], "due": "2026-12-01", "round": 1},
    "special_procedure": {**CASE, "procedure": "专家评审", "reason": "涉及技术判断", "begins_at": "2026-11-22"},
    "decision": {**CASE, "result": "approve", "amount": "200000.00", "decided_at": "2026-11-22", "reasons": "符合条件。"},
    "payment": {**CASE, "amount": "200000.00", "account_name": "青禾", "bank_name": "清川银行", "account_masked": "****1234"},
    "report": {
        "policy_title": "清川市促进科技创新若干措施",
        "document_number": "清科发〔2026〕3号",
        "publication_date": "2026-11-20",
        "office_name": "清川市政务公开领导小组办公室",
        "item_count": 3,
        "attachments": ["政策原文", "兑现标准表"],
        "due": "2026-11-25",
    },
}  # fmt: skip
