"""Changing the item part of a form as a department sees it: one field at a time, from boxes as they were typed.

Pure: each verb takes the form as data and gives the next one; nothing stored is touched. What cannot be is `Invalid`
with the box in `fields`. Names of fields are given here (`q1`, `q2`, …) and never shown; they stay when words change, so
that applications in flight and the department's own system keep finding their values.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from redemption.applications.form_settings import ALWAYS, NEVER, WAYS, plain
from redemption.catalogue.form_shape import (
    COLUMN_TYPES,
    MOST_COLUMNS,
    MOST_FIELDS,
    ROWS_LIMIT,
    TYPE_NAMES,
    check_definition,
    references,
)
from redemption.kernel.errors import Conflict, Fields, Invalid, NotFound
from redemption.kernel.money import parse_amount

Json = dict[str, Any]

MOST_LABEL, MOST_HINT, MOST_CHOICES = 60, 300, 60


def field_named(form: Mapping[str, Any], name: str) -> Json:
    """One declared field. NotFound."""
    for raw in form.get("fields") or []:
        if raw.get("name") == name:
            return dict(raw)
    raise NotFound("申报表里没有这一项，它可能已被删除。")


def add_field(form: Mapping[str, Any], label: str, kind: str) -> tuple[Json, str]:
    """One more field at the end; gives the form and the field's name. What the kind still lacks is asked next."""
    label, wrong = label.strip(), {}
    if not label or len(label) > MOST_LABEL:
        wrong["label"] = [f"请填写这一项的名称，不超过{MOST_LABEL}个字，例如：贷款金额。"]
    if kind not in TYPE_NAMES:
        wrong["type"] = ["请选择类型。"]
    fields = list(form.get("fields") or [])
    if len(fields) >= MOST_FIELDS:
        wrong["label"] = [f"申报表最多{MOST_FIELDS}项，请先删去不用的。"]
    if wrong:
        raise Invalid(fields=wrong)
    name = _free({str(raw.get("name")) for raw in fields}, "q")
    made: Json = {"name": name, "label": label, "type": kind, "required": kind != "table"}
    if kind in ("choice", "choices"):
        made["choices"] = [["是", "是"], ["否", "否"]]
    if kind == "table":
        made["columns"] = [{"name": "c1", "label": "名称", "type": "text", "required": True}]
    return {**form, "fields": [*fields, made]}, name


def change_field(
    form: Mapping[str, Any], name: str, typed: Mapping[str, str], *, materials: Sequence[str] = ()
) -> Json:
    """A field as its page was filled in.

    Args:
        typed: boxes by name; a box that was not ticked is not there.
        materials: keys of the item's list of materials.
    """
    before = field_named(form, name)
    wrong: Fields = {}
    made: Json = {
        kept: before[kept] for kept in ("pattern", "pattern_message", "max_length") if kept in before
    }
    kind = typed.get("type") or before["type"]
    made |= {"name": name, "label": _words(typed, "label", MOST_LABEL, wrong), "type": kind}
    if kind not in TYPE_NAMES:
        raise Invalid.field("type", "请选择类型。")
    if hint := _words(typed, "hint", MOST_HINT, wrong, needed=False):
        made["hint"] = hint
    _need(made, typed.get("need") or NEVER)
    _kind_of_field(made, typed, wrong, materials)
    if kind == "money":
        made |= _computing(typed, wrong)
        if typed.get("is_amount"):
            made["is_amount"] = True
    if made.get("computed"):
        made["required"] = False
        made.pop("required_if", None)
    if wrong:
        raise Invalid(fields=wrong)
    fields = [made if raw.get("name") == name else _only_one_amount(raw, made) for raw in form["fields"]]
    return _usable({**form, "fields": fields})


def move_field(form: Mapping[str, Any], name: str, step: int) -> Json:
    """One place up (-1) or down (1); at the end it stays."""
    fields = list(form.get("fields") or [])
    at = next(i for i, raw in enumerate(fields) if raw.get("name") == field_named(form, name)["name"])
    to = min(max(at + step, 0), len(fields) - 1)
    fields.insert(to, fields.pop(at))
    return {**form, "fields": fields}


def remove_field(form: Mapping[str, Any], name: str) -> Json:
    """Without a field. Conflict where another field or a rule stands on it."""
    field_named(form, name)
    used = references(form, name)
    if used:
        raise Conflict(f"“{'”“'.join(used)}”用到了这一项，请先修改那里，再删除。", code="field_in_use")
    return {**form, "fields": [raw for raw in form["fields"] if raw.get("name") != name]}


def add_sum(form: Mapping[str, Any], parts: Sequence[str], total: str, message: str) -> Json:
    """The rule that parts add up to a total."""
    wrong: Fields = {}
    if not parts:
        wrong["parts"] = ["请勾选要相加的数，至少一个。"]
    if not total:
        wrong["total"] = ["请选择合计应等于哪一项。"]
    elif total in parts:
        wrong["total"] = ["合计不能同时是相加的一部分。"]
    if wrong:
        raise Invalid(fields=wrong)
    rule: Json = {"kind": "sum_equals", "parts": list(parts), "total": total}
    if message.strip():
        rule["message"] = message.strip()[:200]
    return _usable({**form, "rules": [*(form.get("rules") or []), rule]})


def remove_rule(form: Mapping[str, Any], at: int) -> Json:
    """Without the rule at a place."""
    rules = list(form.get("rules") or [])
    if not 0 <= at < len(rules):
        raise NotFound("没有找到这条规则，它可能已被删除。")
    return {**form, "rules": [*rules[:at], *rules[at + 1 :]]}


# --- parts of a field ------------------------------------------------------------------------------------


def _need(made: Json, need: str) -> None:
    made["required"] = need == ALWAYS
    if need.startswith("if|"):
        _, other, wanted = need.split("|", 2)
        made["required_if"] = {"field": other, "equals": wanted}


def _kind_of_field(made: Json, typed: Mapping[str, str], wrong: Fields, materials: Sequence[str]) -> None:
    match made["type"]:
        case "choice" | "choices":
            made["choices"] = _choices(typed.get("choices", ""), r"[\n；;]", wrong, "choices")
        case "number" | "percent":
            if unit := _words(typed, "unit", 20, wrong, needed=False):
                made["unit"] = unit
            if typed.get("integer"):
                made["integer"] = True
            _bounds(made, typed, wrong, _number)
        case "money":
            _bounds(made, typed, wrong, lambda words: str(parse_amount(words)))
        case "date":
            _bounds(made, typed, wrong, lambda words: dt.date.fromisoformat(words).isoformat())
            if typed.get("not_future"):
                made["max"] = "today"
        case "attachment":
            made["material"] = typed.get("material", "")
            if made["material"] not in materials:
                wrong["material"] = ["请选择材料清单中的一项。清单里没有的，请先在事项的“申报材料”里添加。"]
        case "table":
            made["columns"] = _columns(typed, wrong)
            rows = typed.get("max_rows", "").strip() or str(ROWS_LIMIT)
            if not rows.isdigit() or not 1 <= int(rows) <= ROWS_LIMIT:
                wrong["max_rows"] = [f"行数应为 1 到 {ROWS_LIMIT}。"]
            else:
                made["max_rows"] = int(rows)


def _columns(typed: Mapping[str, str], wrong: Fields) -> list[Json]:
    columns: list[Json] = []
    taken = {typed.get(f"columns.{at}.name", "") for at in range(MOST_COLUMNS)}
    for at in range(MOST_COLUMNS):
        box = f"columns.{at}."
        label = typed.get(f"{box}label", "").strip()[:MOST_LABEL]
        if not label:
            continue
        name = typed.get(f"{box}name", "")
        if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) is None:
            name = _free(taken, "c")
            taken.add(name)
        kind = typed.get(f"{box}type", "text")
        column: Json = {"name": name, "label": label, "type": kind if kind in COLUMN_TYPES else "text"}
        column["required"] = bool(typed.get(f"{box}required"))
        if unit := typed.get(f"{box}unit", "").strip()[:20]:
            column["unit"] = unit
        if kind == "choice":
            column["choices"] = _choices(
                typed.get(f"{box}choices", ""), r"[、，,；;\n]", wrong, f"{box}choices"
            )
        columns.append(column)
    if not columns:
        wrong["columns.0.label"] = ["请至少填写一列的名称。"]
    return columns


def _computing(typed: Mapping[str, str], wrong: Fields) -> Json:
    way = typed.get("way", "")
    if way not in WAYS or not way:
        return {}
    rule: Json = {}
    if way != "fixed":
        rule["of"] = typed.get("of", "")
        if not rule["of"]:
            wrong["of"] = ["请选择按哪一个数计算。"]
    if way == "rate":
        percent = _read(typed, "rate", wrong, _number, "请填写百分比，例如：50。")
        rule["rate"] = plain(Decimal(percent) / 100) if percent else ""
    elif way == "each":
        rule["unit_amount"] = _read(typed, "unit_amount", wrong, _amount, "请填写每单位多少元，例如：3000。")
    elif way == "fixed":
        rule["amount"] = _read(typed, "amount", wrong, _amount, "请填写金额，例如：20万。")
    else:
        rule["tiers"] = _tiers(typed.get("tiers", ""), wrong)
    if typed.get("cap", "").strip():
        rule["cap"] = _read(typed, "cap", wrong, _amount, "请填写最高金额，例如：50万。")
    return {"computed": rule}


def _tiers(text: str, wrong: Fields) -> list[Json]:
    tiers = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        reached, _, gives = line.replace("＝", "=").partition("=")
        try:
            tiers.append({"from": str(parse_amount(reached)), "amount": str(parse_amount(gives))})
        except Invalid:
            wrong["tiers"] = [f"读不出“{line[:40]}”。请一行写一档：达到的数 = 金额，例如：500万 = 20万。"]
    if not tiers:
        wrong.setdefault("tiers", ["请一行写一档：达到的数 = 金额，例如：500万 = 20万。"])
    return sorted(tiers, key=lambda tier: Decimal(tier["from"]))


def _bounds(made: Json, typed: Mapping[str, str], wrong: Fields, read: Any) -> None:
    for name, word in (("min", "最小值"), ("max", "最大值")):
        if typed.get(name, "").strip():
            made[name] = _read(typed, name, wrong, read, f"读不出{word}，请核对，不限的不填。")


def _choices(text: str, split: str, wrong: Fields, box: str) -> list[list[str]]:
    parts = [part.strip() for part in re.split(split, text) if part.strip()]
    pairs = [[code.strip(), word.strip()] for code, _, word in (part.partition("=") for part in parts)]
    found = [[code, word or code] for code, word in pairs]
    if len(found) < 2:
        wrong[box] = ["请至少写两个选项。"]
    elif len({code for code, _ in found}) < len(found):
        wrong[box] = ["选项有重复，请核对。"]
    elif len(found) > MOST_CHOICES or any(len(word) > 100 for _, word in found):
        wrong[box] = [f"选项最多{MOST_CHOICES}个，每个不超过100个字。"]
    return found


# --- small parts -----------------------------------------------------------------------------------------


def _usable(form: Json) -> Json:
    faults = check_definition(form)
    if faults:
        raise Invalid("申报表还不能这样保存：" + "".join(faults), code="form_unusable", fields={"": faults})
    return form


def _only_one_amount(raw: Mapping[str, Any], made: Mapping[str, Any]) -> Json:
    return {k: v for k, v in raw.items() if not (k == "is_amount" and made.get("is_amount"))}


def _words(typed: Mapping[str, str], name: str, most: int, wrong: Fields, *, needed: bool = True) -> str:
    words = typed.get(name, "").strip()
    if (needed and not words) or len(words) > most:
        wrong[name] = [f"请填写，不超过{most}个字。" if needed else f"不超过{most}个字。"]
    return words


def _read(typed: Mapping[str, str], name: str, wrong: Fields, read: Any, said: str) -> str:
    try:
        return str(read(typed.get(name, "").strip()))
    except (ValueError, InvalidOperation, Invalid):
        wrong[name] = [said]
        return ""


def _number(words: str) -> str:
    found = Decimal(words.replace(",", "").removesuffix("%"))
    if not found.is_finite():
        raise ValueError(words)
    return plain(found)


def _amount(words: str) -> str:
    return str(parse_amount(words))


def _free(taken: set[str], letter: str) -> str:
    return next(name for n in range(1, 1000) if (name := f"{letter}{n}") not in taken)
