"""Words of data sharing: what can be asked, why, and which facts an answer may bring."""

import datetime as dt
from enum import StrEnum

LEASE = dt.timedelta(seconds=60)
"""Longer than any look-up may take."""
MOST_TRIES = {"prefill": 2, "verification": 6}
"""Tries before a person is told that there is no answer; nobody waits for it."""
GIVE_UP_AFTER = dt.timedelta(hours=24)


class Subject(StrEnum):
    REGISTRATION = "registration"
    QUALIFICATIONS = "qualifications"
    TAX = "tax"
    SOCIAL_SECURITY = "social_security"


SUBJECT_NAMES = {
    Subject.REGISTRATION: "企业登记信息",
    Subject.QUALIFICATIONS: "资质认定",
    Subject.TAX: "纳税信用和缴税情况",
    Subject.SOCIAL_SECURITY: "社会保险参保情况",
}


class Purpose(StrEnum):
    PREFILL = "prefill"
    VERIFICATION = "verification"


PURPOSE_NAMES = {Purpose.PREFILL: "申报时预先填写", Purpose.VERIFICATION: "核验申报内容"}


class LookupState(StrEnum):
    """waiting → found | unknown | failed."""

    WAITING = "waiting"
    FOUND = "found"
    UNKNOWN = "unknown"
    FAILED = "failed"


LOOKUP_STATE_NAMES = {
    LookupState.WAITING: "查询中",
    LookupState.FOUND: "已查到",
    LookupState.UNKNOWN: "没有记录",
    LookupState.FAILED: "没有查成",
}

RECORD = ("name", "legal_representative", "address", "founded_on")
"""Facts that are columns of the enterprise; every other one is a fact of its profile (`catalogue.vocabulary`)."""
RECORD_NAMES = {
    "name": "企业名称",
    "legal_representative": "法定代表人",
    "address": "住所",
    "founded_on": "成立日期",
    "tax_arrears": "欠税",
}
FACTS: dict[Subject, tuple[str, ...]] = {
    Subject.REGISTRATION: (*RECORD, "registered_capital", "legal_form", "credit_status"),
    Subject.QUALIFICATIONS: ("qualifications",),
    Subject.TAX: ("tax_credit", "tax_arrears"),
    Subject.SOCIAL_SECURITY: ("insured_staff", "social_insurance"),
}
"""What an answer may say; anything else in it is dropped."""
