"""A field's settings for reading: as the boxes of its page, and as sentences for the overview of the form."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from redemption.kernel.money import yuan_text

Json = dict[str, Any]

ALWAYS, NEVER = "yes", "no"
WAYS = {
    "": "不计算，由企业填写",
    "rate": "按比例：某个数 × 百分比",
    "each": "按数量：某个数 × 每单位金额",
    "tiers": "按档次：达到多少给多少",
    "fixed": "固定金额",
}


def boxes_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A field as the boxes of its page; `change_field` reads them back."""
    needed, rule = raw.get("required_if"), raw.get("computed") or {}
    made: dict[str, Any] = {
        name: raw.get(name) or "" for name in ("label", "type", "hint", "unit", "material")
    }
    made["need"] = (
        f"if|{needed['field']}|{needed['equals']}" if needed else ALWAYS if raw.get("required") else NEVER
    )
    made["choices"] = "\n".join(_choice_line(choice) for choice in raw.get("choices") or [])
    for name in ("integer", "is_amount"):
        made[name] = "1" if raw.get(name) else ""
    made["not_future"] = "1" if raw.get("max") == "today" else ""
    made["min"] = plain(raw.get("min"))
    made["max"] = "" if raw.get("max") == "today" else plain(raw.get("max"))
    made["max_rows"] = raw.get("max_rows") or ""
    made["columns"] = [
        {**column, "choices": "、".join(_choice_line(one) for one in column.get("choices") or [])}
        for column in raw.get("columns") or []
    ]
    way = way_of(rule)
    made |= {"way": way, "of": rule.get("of") or "", "cap": plain(rule.get("cap"))}
    made["rate"] = plain(Decimal(str(rule["rate"])) * 100) if rule.get("rate") not in (None, "") else ""
    made["unit_amount"], made["amount"] = plain(rule.get("unit_amount")), plain(rule.get("amount"))
    made["tiers"] = "\n".join(
        f"{plain(tier.get('from'))} = {plain(tier.get('amount'))}" for tier in rule.get("tiers") or []
    )
    return made


def way_of(rule: Mapping[str, Any] | None) -> str:
    """Which of `WAYS` a rule is."""
    if not rule:
        return ""
    if rule.get("tiers"):
        return "tiers"
    if rule.get("of"):
        return "rate" if rule.get("rate") not in (None, "") or not rule.get("unit_amount") else "each"
    return "fixed"


def told(form: Mapping[str, Any], raw: Mapping[str, Any]) -> list[str]:
    """What is asked of a field, in sentences for the overview."""
    said = []
    rule = raw.get("computed")
    if rule:
        said.append(_rule_told(form, rule))
    if raw.get("is_amount"):
        said.append("是申请金额")
    low, high = raw.get("min"), raw.get("max")
    if raw.get("type") == "money":
        say: Any = lambda bound: yuan_text(Decimal(str(bound)))  # noqa: E731
    else:
        say = lambda bound: "当天" if bound == "today" else f"{plain(bound)}{raw.get('unit') or ''}"  # noqa: E731
    if low not in (None, ""):
        said.append(f"不小于{say(low)}")
    if high not in (None, ""):
        said.append(f"不大于{say(high)}")
    if raw.get("integer"):
        said.append("整数")
    if raw.get("choices"):
        said.append("选项：" + "、".join(_choice_word(one) for one in raw["choices"]))
    if raw.get("columns"):
        said.append("列：" + "、".join(str(column.get("label")) for column in raw["columns"]))
    return said


def _rule_told(form: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    name, _, column = str(rule.get("of") or "").partition(".")
    field: Json = next((raw for raw in form.get("fields") or [] if raw.get("name") == name), {})
    words = str(field.get("label") or name)
    if column:
        cell: Json = next((one for one in field.get("columns") or [] if one.get("name") == column), {})
        words = f"{words}的{cell.get('label') or column}合计"
    cap = f"，最高{yuan_text(Decimal(str(rule['cap'])))}" if rule.get("cap") not in (None, "") else ""
    match way_of(rule):
        case "rate":
            return f"自动计算：{words} × {plain(Decimal(str(rule.get('rate', 1))) * 100)}%{cap}"
        case "each":
            return f"自动计算：{words} × {yuan_text(Decimal(str(rule['unit_amount'])))}{cap}"
        case "tiers":
            return f"自动计算：按{words}分{len(rule['tiers'])}档{cap}"
        case _:
            return f"自动计算：{yuan_text(Decimal(str(rule.get('amount') or 0)))}{cap}"


def plain(value: Any) -> str:
    """A number as it is typed: no exponent, no idle zeros; what is none comes back as it is."""
    if value in (None, ""):
        return ""
    try:
        text = format(Decimal(str(value)), "f")
    except InvalidOperation:
        return str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _choice_line(choice: Any) -> str:
    code, word = choice if isinstance(choice, list | tuple) else (choice, choice)
    return str(word) if str(code) == str(word) else f"{code}={word}"


def _choice_word(choice: Any) -> str:
    return str(choice[1] if isinstance(choice, list | tuple) else choice)
