"""Kinds of documents, what each must say, and how its number is made.

`data` of a document is plain JSON: text, numbers, lists and objects. Days are `2026-11-22`, moments ISO 8601 with a
zone, amounts decimal text (`"200000.00"`); the template writes them for people. `SPECS[kind].required` must be there,
`optional` may be; further keys are kept under the digest but not printed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TEMPLATE_VERSION = 1
"""Raised when a template's words change: documents keep the version they were issued with."""

MATERIALS = "materials"
SEAL_STANDS_IN = "本文书所示印章为电子印章接入前的代用图样，效力以核验结果为准。"
"""What every document says as long as no electronic seal is connected (DOMAIN §4)."""


class Kind(StrEnum):
    """What a document does. The first words of its number come from `SPECS`."""

    RECEIPT = "receipt"
    SLIP = "slip"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    CORRECTION = "correction"
    SPECIAL_PROCEDURE = "special_procedure"
    DECISION = "decision"
    PAYMENT = "payment"
    REPORT = "report"


@dataclass(frozen=True)
class Spec:
    """One kind: its name, its mark in the 字号, the data it needs and may have.

    `mark` is empty for receipts and slips: they are numbered after their submission, so that submissions of a
    department never wait for each other's number.
    """

    name: str
    mark: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    prefix: str = ""


_CASE = ("application_number", "enterprise_name", "uscc", "item_name")
_CASE_MORE = ("submission_number", "department_name", "phone", "address", "legal_basis")

SPECS: Mapping[Kind, Spec] = {
    # applications: [{number, item_name, department_name, due}], materials: [{name, count, form}]
    Kind.RECEIPT: Spec(
        "申报回执",
        "",
        ("submission_number", "enterprise_name", "uscc", "received_at", "applications"),
        (MATERIALS, "channel", "agent_name", "next_steps", "centre_name", "phone"),
        prefix="HZ",
    ),
    # materials: [{name, count, form, received}]; entered_at when it differs from received_at
    Kind.SLIP: Spec(
        "窗口收件凭条",
        "",
        ("submission_number", "enterprise_name", "uscc", "received_at", "applications", MATERIALS),
        ("centre_name", "clerk_name", "agent_name", "entered_at", "entered_reason", "next_steps", "phone"),
        prefix="SJ",
    ),
    # deemed: true where nobody answered in time (行政许可法 32)
    Kind.ACCEPTANCE: Spec(
        "受理通知书",
        "受",
        (*_CASE, "received_at", "accepted_at"),
        (*_CASE_MORE, "due", "due_provisional", "deemed"),
    ),
    Kind.REFUSAL: Spec(
        "不予受理通知书", "不受", (*_CASE, "reasons"), (*_CASE_MORE, "received_at", "where_to_go")
    ),
    # entries: [{label, message}]; round 2 and later carry `reason`
    Kind.CORRECTION: Spec(
        "补正通知书", "补", (*_CASE, "entries", "due"), (*_CASE_MORE, "round", "reason", "due_provisional")
    ),
    # procedure: 专家评审, 现场核查, 听证 …; the time it takes is not counted
    Kind.SPECIAL_PROCEDURE: Spec(
        "特别程序告知书", "特", (*_CASE, "procedure", "reason"), (*_CASE_MORE, "begins_at", "expected")
    ),
    # result: approve or deny; amount as decimal text
    Kind.DECISION: Spec(
        "决定书",
        "决",
        (*_CASE, "result", "decided_at"),
        (*_CASE_MORE, "amount", "reasons", "basis", "policy_title", "payment_due", "received_at", "remedies"),
    ),
    Kind.PAYMENT: Spec(
        "拨付通知",
        "拨",
        (*_CASE, "amount", "account_name", "bank_name", "account_masked"),
        (*_CASE_MORE, "payment_number", "paid_at", "ordered_at"),
    ),
    # attachments: [name]; supplement: true for 补充报送; late_reason where it was entered late
    Kind.REPORT: Spec(
        "报送函",
        "报",
        ("policy_title", "document_number", "publication_date", "office_name", "item_count", "attachments"),
        (
            "policy_number",
            "issuer",
            "supplement",
            "round",
            "no",
            "due",
            "entered_late",
            "amended",
            "items",
            "without_answers",
        ),
    ),
}

KIND_NAMES: Mapping[Kind, str] = {kind: spec.name for kind, spec in SPECS.items()}


def missing_keys(kind: Kind, data: Mapping[str, Any]) -> list[str]:
    """Required keys that are not there, or empty text."""
    return [key for key in SPECS[kind].required if data.get(key) is None or data.get(key) == ""]


def digest(kind: str, number: str, title: str, data: Mapping[str, Any], template: str, version: int) -> str:
    """sha256 over what the document says, in canonical JSON (keys sorted, no blanks, UTF-8)."""
    whole = {
        "kind": kind,
        "number": number,
        "title": title,
        "data": data,
        "template": template,
        "template_version": version,
    }
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
