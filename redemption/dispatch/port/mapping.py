"""The mapping table: our field names to the department's, declared and not programmed.

    {"required": ["xmmc", "ly"],
     "fields": [{"to": "xmmc", "from": "form.project_name"},
                {"to": "ly",   "constant": "惠企一窗"},
                {"to": "lx",   "from": "form.kind", "codes": {"新建": "01", "续建": "02"}, "default": "99"},
                {"to": "sjrq", "from": "application.received_at", "date": "%Y%m%d"}]}

`from` is a dotted path into the payload (`enterprise.uscc`, `form.…`). Mistakes in the table are errors when it is
saved: a required field without a rule, a rule without a source, a date format that is none. A value for which a code
list has no entry is a fault of that case, told before it is sent.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from redemption.kernel import clock
from redemption.kernel.errors import Invalid

ROOTS = {
    "enterprise": {
        "uscc", "name", "district", "address", "legal_representative", "contact_name", "contact_phone",
        "contact_email", "bank_name", "bank_account",
    },
    "application": {"number", "submission", "received_at", "channel", "amount_requested"},
    "item": {"code", "name", "version"},
    "form": None,
    "referral": None, "sequence": None, "key": None, "kind": None, "purpose": None,
    "correction": {"round", "asked_at", "answered_at"},
    "withdrawal": {"at", "reason"},
}  # fmt: skip
_RULE_KEYS = {"to", "from", "constant", "codes", "default", "date"}


class MappingFault(Invalid):
    """A case does not go through the table: a value has no code, or a required one is missing."""

    default_code = "mapping_fault"


def check(mapping: Mapping[str, Any]) -> None:
    """Invalid `mapping_invalid` with a sentence for each mistake in the table; an empty table is fine."""
    wrong: dict[str, list[str]] = {}
    unknown = set(mapping) - {"fields", "required"}
    if unknown:
        wrong["mapping"] = [f"不认识的设置：{'、'.join(sorted(unknown))}。只有 fields 和 required。"]
    rules = mapping.get("fields", [])
    required = mapping.get("required", [])
    if not isinstance(rules, list) or not isinstance(required, list):
        raise Invalid.field("mapping", "fields 和 required 都应是列表。", code="mapping_invalid")
    seen: set[str] = set()
    for at, rule in enumerate(rules):
        said = _rule_faults(rule, seen)
        if said:
            wrong[f"fields.{at}"] = said
    for name in required:
        if name not in seen:
            wrong.setdefault("required", []).append(f"必填字段“{name}”没有对应的映射，请补充。")
    if wrong:
        raise Invalid("字段映射表有误，请按提示修改。", code="mapping_invalid", fields=wrong)


def apply(mapping: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The department's fields for one payload.

    Raises:
        MappingFault: `fields` says which of the department's fields cannot be filled, and why.
    """
    made: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for rule in mapping.get("fields", []):
        try:
            made[rule["to"]] = _value(rule, payload)
        except ValueError as error:
            wrong[rule["to"]] = [str(error)]
    # corrections and withdrawals carry no more than they have: required speaks of the whole case
    if payload.get("kind", "submission") == "submission":
        for name in mapping.get("required", []):
            if made.get(name) in (None, "") and name not in wrong:
                wrong[name] = ["部门要求必填，但本件没有这项内容。"]
    if wrong:
        names = "、".join(wrong)
        raise MappingFault(f"字段映射未通过：{names}。请修改映射表或联系部门后重新投递。", fields=wrong)
    return made


def look_up(path: str, payload: Mapping[str, Any]) -> Any:
    """The value at a dotted path, None where there is none."""
    found: Any = payload
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def _value(rule: Mapping[str, Any], payload: Mapping[str, Any]) -> Any:
    if "constant" in rule:
        return rule["constant"]
    value = look_up(rule["from"], payload)
    if value in (None, ""):
        return rule.get("default")
    if "codes" in rule:
        return _coded(rule, value)
    if "date" in rule:
        return _dated(str(value), rule["date"])
    return value


def _coded(rule: Mapping[str, Any], value: Any) -> Any:
    code = rule["codes"].get(str(value), rule.get("default"))
    if code is None:
        raise ValueError(f"代码表中没有“{str(value)[:40]}”。")
    return code


def _dated(text: str, form: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}”不是日期。") from None
    return (clock.local(moment) if moment.tzinfo else moment).strftime(form)


def _rule_faults(rule: Any, seen: set[str]) -> list[str]:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("to"), str) or not rule["to"]:
        return ["每条映射都要写明 to（部门的字段名）。"]
    said = []
    unknown = set(rule) - _RULE_KEYS
    if unknown:
        said.append(f"不认识的设置：{'、'.join(sorted(map(str, unknown)))}。")
    if rule["to"] in seen:
        said.append(f"部门字段“{rule['to']}”映射了两次。")
    seen.add(rule["to"])
    if ("from" in rule) == ("constant" in rule):
        said.append("from（来源）和 constant（固定值）应当有且只有一个。")
    elif "from" in rule:
        said += _path_faults(rule["from"])
    if "codes" in rule and not (isinstance(rule["codes"], Mapping) and rule["codes"]):
        said.append('codes 应是非空的对照表，例如 {"新建": "01"}。')
    if "date" in rule:
        said += _format_faults(rule["date"])
    return said


def _path_faults(path: Any) -> list[str]:
    if not isinstance(path, str) or not path:
        return ["from 应是字段路径，例如 enterprise.uscc。"]
    root, _, rest = path.partition(".")
    if root not in ROOTS:
        return [f"没有来源“{root}”，可用：{'、'.join(ROOTS)}。"]
    allowed = ROOTS[root]
    if allowed is not None and rest not in allowed:
        return [f"“{root}”下没有“{rest}”，可用：{'、'.join(sorted(allowed))}。"]
    if root == "form" and not rest:
        return ["请写明表单字段，例如 form.project_name。"]
    return []


def _format_faults(form: Any) -> list[str]:
    if not isinstance(form, str) or "%" not in form:
        return ["date 应是日期格式，例如 %Y-%m-%d。"]
    try:
        read = dt.datetime.strptime(dt.datetime(2026, 1, 2, 3, 4, 5).strftime(form), form)  # noqa: DTZ001, DTZ007
    except ValueError:
        return [f"日期格式“{form}”不可用，请改用例如 %Y-%m-%d。"]
    return [] if read.year == 2026 else [f"日期格式“{form}”没有年份，请加上 %Y。"]
