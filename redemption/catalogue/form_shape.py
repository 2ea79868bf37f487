"""What the item part of a form may be made of, as a department declares it, and what is wrong with one that cannot be
used. Pure: the page of the form editor, the editor's API and the forms that are built all ask here.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

TYPE_NAMES = {
    "text": "一行文字",
    "textarea": "多行文字",
    "number": "数字",
    "money": "金额",
    "percent": "百分比",
    "date": "日期",
    "choice": "单选",
    "choices": "多选",
    "table": "明细表（多行）",
    "attachment": "附件（材料清单中的一项）",
    "declaration": "承诺（勾选）",
}
TYPES = tuple(TYPE_NAMES)
COLUMN_TYPES = ("text", "number", "money", "percent", "date", "choice")
NUMERIC = ("number", "money", "percent")
ROWS_LIMIT = 200
MOST_FIELDS = 80
MOST_COLUMNS = 12
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def check_definition(form: Mapping[str, Any]) -> list[str]:
    """What is wrong with a form as a department declares it, in sentences; empty when it can be used."""
    declared = [raw for raw in form.get("fields") or [] if isinstance(raw, Mapping)]
    faults: list[str] = []
    if len(declared) > MOST_FIELDS:
        faults.append(f"申报表最多{MOST_FIELDS}项，现在有{len(declared)}项。")
    names: set[str] = set()
    for place, raw in enumerate(declared, start=1):
        faults += _check_field(raw, f"第{place}项", names)
    kinds = {str(raw.get("name")): raw for raw in declared}
    for place, raw in enumerate(declared, start=1):
        faults += _check_references(raw, f"第{place}项“{raw.get('label') or raw.get('name')}”", kinds)
    for rule in form.get("rules") or []:
        faults += _check_rule(rule, kinds)
    if sum(1 for raw in declared if raw.get("is_amount")) > 1:
        faults.append("“申请金额”只能是其中一项。")
    return faults


def numeric_paths(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(path, words) of everything that can be added up: numbers, amounts, and such columns of tables."""
    found = []
    for raw in form.get("fields") or []:
        if raw.get("type") in NUMERIC:
            found.append((str(raw["name"]), str(raw.get("label") or raw["name"])))
        for column in raw.get("columns") or [] if raw.get("type") == "table" else []:
            if column.get("type") in NUMERIC:
                words = (
                    f"{raw.get('label') or raw['name']}各行“{column.get('label') or column['name']}”的合计"
                )
                found.append((f"{raw['name']}.{column['name']}", words))
    return found


def references(form: Mapping[str, Any], name: str) -> list[str]:
    """Labels of the fields and rules that stand on a field."""
    found = []
    for raw in form.get("fields") or []:
        if raw.get("name") == name:
            continue
        of = str((raw.get("computed") or {}).get("of") or "").split(".")[0]
        if name in (of, (raw.get("required_if") or {}).get("field")):
            found.append(str(raw.get("label") or raw.get("name")))
    for rule in form.get("rules") or []:
        if name in {path.split(".")[0] for path in _paths(rule)}:
            found.append("合计校验")
    return found


def _check_field(raw: Mapping[str, Any], where: str, names: set[str]) -> list[str]:
    faults = []
    name, label = str(raw.get("name") or ""), str(raw.get("label") or "")
    kind = raw.get("type", "text")
    if NAME.fullmatch(name) is None:
        faults.append(f"{where}的字段名“{name}”应以小写字母开头，只含小写字母、数字和下划线。")
    if name in names:
        faults.append(f"{where}的字段名“{name}”重复。")
    names.add(name)
    if not label:
        faults.append(f"{where}没有名称。")
    if kind not in TYPES:
        faults.append(f"{where}的类型“{kind}”不认识。")
    if kind in ("choice", "choices") and not raw.get("choices"):
        faults.append(f"{where}是选择题，但没有选项。")
    if kind == "attachment" and not raw.get("material"):
        faults.append(f"{where}是附件，请选择它对应材料清单中的哪一项。")
    low, high = raw.get("min"), raw.get("max")
    if kind in (*NUMERIC, "date") and not _in_order(kind, low, high):
        faults.append(f"{where}的最小值大于最大值，或者写得不对，请核对。")
    return faults + _check_table(raw, where)


def _check_table(raw: Mapping[str, Any], where: str) -> list[str]:
    if raw.get("type") != "table":
        return []
    faults: list[str] = []
    columns = raw.get("columns") or []
    if not columns:
        faults.append(f"{where}是表格，但没有列。")
    if len(columns) > MOST_COLUMNS:
        faults.append(f"{where}的列太多，最多{MOST_COLUMNS}列。")
    rows = raw.get("max_rows")
    if rows is not None and not (isinstance(rows, int) and 1 <= rows <= ROWS_LIMIT):
        faults.append(f"{where}的行数应为1到{ROWS_LIMIT}。")
    taken: set[str] = set()
    for column in columns:
        if column.get("type", "text") not in COLUMN_TYPES:
            faults.append(f"{where}的列“{column.get('label')}”不能是这种类型。")
        else:
            faults += _check_field(column, f"{where}的列", taken)
    return faults


def _check_references(
    raw: Mapping[str, Any], where: str, kinds: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    faults = []
    needed = raw.get("required_if")
    if needed:
        other = kinds.get(str(needed.get("field")))
        if other is None or other is raw:
            faults.append(f"{where}的必填条件引用了不存在的字段“{needed.get('field')}”。")
        elif other.get("type") in ("choice", "choices") and needed.get("equals") not in _codes(other):
            faults.append(f"{where}的必填条件引用了“{other.get('label')}”中没有的选项。")
    rule = raw.get("computed")
    if rule:
        if raw.get("type") not in NUMERIC:
            faults.append(f"{where}要自动计算，类型应为金额或数字。")
        if rule.get("of") and not _is_numeric(str(rule["of"]), kinds):
            faults.append(f"{where}按“{rule['of']}”计算，但没有这个数字或金额。")
        if str(rule.get("of") or "").split(".")[0] == raw.get("name"):
            faults.append(f"{where}不能按它自己计算。")
        if not all(_number(rule.get(part)) for part in ("rate", "unit_amount", "amount", "cap")):
            faults.append(f"{where}的计算办法里有读不出的数字。")
    return faults


def _check_rule(rule: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if rule.get("kind") != "sum_equals":
        return [f"规则“{rule.get('kind')}”不认识，可用：sum_equals。"]
    if not rule.get("parts") or not rule.get("total"):
        return ["合计规则要写明哪些数相加、等于哪一项。"]
    return [
        f"合计规则引用了不存在的数字或金额“{path}”。" for path in _paths(rule) if not _is_numeric(path, kinds)
    ]


def _paths(rule: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(path) for path in [*(rule.get("parts") or []), rule.get("total") or ""])


def _is_numeric(path: str, kinds: Mapping[str, Mapping[str, Any]]) -> bool:
    name, _, column = path.partition(".")
    raw = kinds.get(name) or {}
    if column and raw.get("type") == "table":
        return any(
            one.get("name") == column and one.get("type") in NUMERIC for one in raw.get("columns") or []
        )
    return not column and raw.get("type") in NUMERIC


def _codes(raw: Mapping[str, Any]) -> list[str]:
    return [str(one[0] if isinstance(one, list | tuple) else one) for one in raw.get("choices") or []]


def _number(value: Any) -> bool:
    try:
        return value in (None, "") or Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _in_order(kind: str, low: Any, high: Any) -> bool:
    try:
        if kind == "date":
            days = [
                None if value in (None, "", "today") else dt.date.fromisoformat(str(value))
                for value in (low, high)
            ]
            return days[0] is None or days[1] is None or days[0] <= days[1]
        bounds = [None if value in (None, "") else Decimal(str(value)) for value in (low, high)]
        return bounds[0] is None or bounds[1] is None or bounds[0] <= bounds[1]
    except (ValueError, InvalidOperation):
        return False
