"""What one row of a catalogue holds: a key, a header, and how its value is read and written.

A row is a plain dict of canonical values: text, ISO days, whole numbers, lists of lines, and for materials lists of
`{"text", "form", "count", "required"}`; money rules and computed conditions are objects (`ruled`). A column that is absent says nothing; an empty cell says "empty".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redemption.catalogue.exchange import ruled
from redemption.catalogue.rules import FIELD_NAMES, LIST_FIELDS, MATERIAL_FORMS, MODE_NAMES, TEXT_FIELDS
from redemption.identity.rules import OBJECT_CLASS_NAMES

TEXT, LINES, MATERIALS, DAY, COUNT, MODE, CLASSES, MONEY, COMPUTED = (
    "text",
    "lines",
    "materials",
    "day",
    "count",
    "mode",
    "classes",
    "money",
    "computed",
)
MOST_TEXT = 30_000
_FORM_CODES = {word: code for code, word in MATERIAL_FORMS.items()}
_MODE_CODES = {word: str(code) for code, word in MODE_NAMES.items()}
_CLASS_CODES = {word: str(code) for code, word in OBJECT_CLASS_NAMES.items()}


@dataclass(frozen=True)
class Column:
    """One column. `about` says what it belongs to: the row itself, the policy, or the item."""

    key: str
    header: str
    kind: str = TEXT
    about: str = "item"
    most: int = MOST_TEXT


SOURCE_ID, POLICY = "source_id", "policy"
COLUMNS = (
    Column(SOURCE_ID, "来源编号", about="row", most=100),
    Column(POLICY, "政策编号", about="policy", most=40),
    Column("policy_title", "政策标题", about="policy", most=200),
    Column("document_number", "文号", about="policy", most=80),
    Column("issuer", "发文机关", about="policy", most=300),
    Column("publication_date", "公布日期", DAY, about="policy"),
    Column("name", "事项名称", most=200),
    Column("summary", "一句话说明", most=300),
    Column("theme", "主题", most=40),
    Column("mode", "兑现方式", MODE),
    Column("object_classes", "对象类别", CLASSES),
    *(Column(name, FIELD_NAMES[name]) for name in TEXT_FIELDS),
    *(Column(name, FIELD_NAMES[name], MATERIALS if name == "materials" else LINES) for name in LIST_FIELDS),
    Column("time_limit_days", "办理时限（工作日）", COUNT),
    Column("publicity_days", "公示期（工作日）", COUNT),
    Column("payment_days", "兑现期限（工作日）", COUNT),
    Column("opens_on", "申报开始", DAY),
    Column("closes_on", "申报截止", DAY),
    Column("valid_from", "有效期起", DAY),
    Column("valid_until", "有效期止", DAY),
    Column("money_rules", "资金规则", MONEY),
    Column("computed_conditions", "可计算的条件", COMPUTED),
)
BY_KEY = {column.key: column for column in COLUMNS}
BY_HEADER = {column.header: column for column in COLUMNS}
ITEM_KEYS = tuple(column.key for column in COLUMNS if column.about == "item")


class Unreadable(ValueError):
    """A cell whose value cannot be taken; the message says how to write it."""


def read_cell(column: Column, value: Any) -> Any:
    """A cell, or a JSON value, as the canonical value of its column. Unreadable if it is none."""
    if column.kind == DAY:
        return read_day(value)
    if column.kind == COUNT:
        return _count(value)
    if column.kind == MATERIALS:
        return _materials(value)
    if column.kind in (LINES, CLASSES):
        return _lines(column, value)
    if column.kind in (MONEY, COMPUTED):
        try:
            return ruled.read_money(value) if column.kind == MONEY else ruled.read_conditions(value)
        except ruled.Unruly as error:
            raise Unreadable(str(error)) from None
    text = _text(value)
    if len(text) > column.most:
        raise Unreadable(f"不能超过 {column.most} 个字。")
    if column.kind == MODE:
        if text and text not in _MODE_CODES and text not in _MODE_CODES.values():
            raise Unreadable(f"“{text}”不是兑现方式，可填：{'、'.join(_MODE_CODES)}。")
        return _MODE_CODES.get(text, text)
    return text


def written(column: Column, value: Any) -> Any:
    """A canonical value as a cell that `read_cell` reads again to the same."""
    if value in (None, "", [], {}):
        return None
    if column.kind == MONEY:
        return ruled.money_text(value)
    if column.kind == COMPUTED:
        return ruled.conditions_text(value)
    if column.kind == DAY:
        return dt.date.fromisoformat(value)
    if column.kind == MATERIALS:
        return "\n".join(_material_line(entry) for entry in value)
    if column.kind == CLASSES:
        return "\n".join(OBJECT_CLASS_NAMES.get(code, code) for code in value)
    if column.kind == LINES:
        return "\n".join(value)
    if column.kind == MODE:
        return next((word for word, code in _MODE_CODES.items() if code == value), value)
    return value


def words(column: Column, value: Any) -> str:
    """A canonical value for people who compare."""
    if column.kind == COMPUTED:
        return ruled.conditions_words(value or {})
    made = written(column, value)
    return "" if made is None else made.isoformat() if isinstance(made, dt.date) else str(made)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable("请填写文字。")
    if isinstance(value, float) and value == int(value):
        value = int(value)  # Excel keeps 12 as 12.0
    return str(value).replace("\r\n", "\n").strip()


def read_day(value: Any) -> str | None:
    """A day as people write it (2026-01-31, 2026年1月31日, 2026/1/31), as an ISO day. Unreadable if it is none."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    text = _text(value)
    if not text:
        return None
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        return dt.date(*(int(part) for part in match.groups())).isoformat() if match else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> str:
    raise Unreadable(f"“{text[:20]}”不是日期，请按 2026-01-31 填写。")


def _count(value: Any) -> int | None:
    text = _text(value)
    if not text:
        return None
    if not text.isdecimal() or int(text) > 1000:
        raise Unreadable(f"“{text[:20]}”不是 0 到 1000 的整数。")
    return int(text)


def _lines(column: Column, value: Any) -> list[str]:
    parts = value if isinstance(value, list) else _text(value).splitlines()
    lines = [text for part in parts if (text := _text(part))]
    if column.kind != CLASSES:
        return lines
    codes = [code for line in lines for code in re.split(r"[、，,；;]", line) if code.strip()]
    known = [_CLASS_CODES.get(code.strip(), code.strip()) for code in codes]
    wrong = [code for code in known if code not in _CLASS_CODES.values()]
    if wrong:
        raise Unreadable(f"“{wrong[0]}”不是对象类别，可填：{'、'.join(_CLASS_CODES)}。")
    return known


def _materials(value: Any) -> list[dict[str, Any]]:
    parts = value if isinstance(value, list) else _text(value).splitlines()
    entries = []
    for part in parts:
        entry = _material_entry(part) if isinstance(part, Mapping) else _material_text(_text(part))
        if entry["text"]:
            entries.append(entry)
    return entries


def _material_entry(part: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(part) - {"text", "form", "count", "required"}
    if unknown:
        raise Unreadable(f"材料没有“{sorted(unknown)[0]}”这一栏，可用 text、form、count、required。")
    form, count, required = part.get("form", "either"), part.get("count", 1), part.get("required", True)
    if form not in MATERIAL_FORMS or not isinstance(required, bool):
        raise Unreadable("材料的 form 应为 original、copy 或 either，required 应为 true 或 false。")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 99:
        raise Unreadable("材料的份数应为 1 到 99。")
    return {"text": _text(part.get("text")), "form": form, "count": count, "required": required}


def _material_text(line: str) -> dict[str, Any]:
    """名称 | 复印件 | 2份 | 选交: what comes after the name may be left out and stand in any order."""
    name, *details = [part.strip() for part in line.split("|")]
    entry: dict[str, Any] = {"text": name, "form": "either", "count": 1, "required": True}
    for detail in filter(None, details):
        number = re.fullmatch(r"(\d{1,2})\s*份?", detail)
        if detail in _FORM_CODES:
            entry["form"] = _FORM_CODES[detail]
        elif number and int(number[1]):
            entry["count"] = int(number[1])
        elif detail in ("必交", "选交"):
            entry["required"] = detail == "必交"
        else:
            raise Unreadable(f"看不懂材料说明“{detail[:20]}”，请写作：名称 | 原件 | 1份 | 必交。")
    return entry


def _material_line(entry: Mapping[str, Any]) -> str:
    name = str(entry["text"]).replace("\n", " ").replace("|", "／")
    required = "必交" if entry.get("required", True) else "选交"
    return f"{name} | {MATERIAL_FORMS[entry.get('form', 'either')]} | {entry.get('count', 1)}份 | {required}"
