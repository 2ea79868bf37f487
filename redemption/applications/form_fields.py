"""The kinds of fields a form may have, as marshmallow fields: how each is read, refused in words, and stored."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from redemption.kernel import clock
from redemption.kernel.errors import DomainError
from redemption.kernel.money import parse_amount, to_fen, yuan_text

Json = dict[str, Any]

TEXT_LIMIT = 200
TEXTAREA_LIMIT = 2000
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[+-]?[0-9]+(\.[0-9]+)?")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def field_of(declared: Json) -> fields.Field:
    """The field that a declaration asks for."""
    said = please(declared)
    always = bool(declared.get("required")) and not declared.get("required_if")
    common: Json = {
        "required": always,
        "error_messages": {"required": said, "null": said, "invalid": said},
        "metadata": {"title": declared["label"], "description": declared.get("hint") or ""},
    }
    match declared["type"]:
        case "money":
            return _Money(declared, **common)
        case "number" | "percent":
            return _Number(declared, **common)
        case "date":
            return _Day(declared, **common)
        case "choice":
            return _Choice(declared, **common)
        case "choices":
            return _Choices(declared, **common)
        case "table":
            return _Table(declared, **common)
        case "declaration":
            return _Declaration(declared, **common)
        case _:
            return _Text(declared, **common)


class _Declared(fields.Field):
    def __init__(self, declared: Json, **more: Any) -> None:
        super().__init__(**more)
        self.declared = declared

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else self.stored(value)

    def stored(self, value: Any) -> Any:
        return value

    def within(self, value: Any, say: Any) -> None:
        """Range; `say` writes a bound for people."""
        low, high = self.declared.get("min"), self.declared.get("max")
        if low not in (None, "") and value < type(value)(str(low)):
            raise ValidationError(f"{self.declared['label']}不能小于{say(low)}，请核对。")
        if high not in (None, "") and value > type(value)(str(high)):
            raise ValidationError(f"{self.declared['label']}不能大于{say(high)}，请核对。")


class _Text(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = value.strip().replace("\x00", "")
        limit = int(
            self.declared.get("max_length")
            or (TEXTAREA_LIMIT if self.declared["type"] == "textarea" else TEXT_LIMIT)
        )
        if len(text) > limit:
            raise ValidationError(f"请不要超过{limit}个字，现在有{len(text)}个字。")
        pattern = self.declared.get("pattern")
        if pattern and len(text) <= TEXT_LIMIT and re.fullmatch(pattern, text) is None:
            raise ValidationError(self.declared.get("pattern_message") or please(self.declared))
        return text


class _Money(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise self.make_error("invalid")
        try:
            amount = parse_amount(str(value))
        except DomainError as error:
            raise ValidationError(error.message) from None
        self.within(amount, lambda bound: yuan_text(Decimal(str(bound))))
        return amount

    def stored(self, value: Any) -> str:
        return str(to_fen(value))


class _Number(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:
        unit = self.declared.get("unit") or ("%" if self.declared["type"] == "percent" else "")
        plain = str(value).translate(_WIDE).strip()
        plain = plain.removesuffix(unit).strip() if unit else plain
        if isinstance(value, bool) or len(plain) > 30 or _NUMBER.fullmatch(plain) is None:
            raise ValidationError(f"请填写数字{f'，单位是{unit}' if unit else ''}，例如：12。")
        number = Decimal(plain.replace(",", ""))
        if self.declared.get("integer") and number != number.to_integral_value():
            raise ValidationError("请填写整数。")
        self.within(number, lambda bound: f"{bound}{unit}")
        return number

    def stored(self, value: Any) -> str:
        return format(value, "f")


class _Day(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> dt.date:
        found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", str(value).strip())
        try:
            day = dt.date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        if day is None:
            raise ValidationError("请填写日期，例如：2026-03-15。")
        low, high = self.declared.get("min"), self.declared.get("max")
        if low and day < _bound(low):
            raise ValidationError(f"{self.declared['label']}不能早于{clock.day_text(_bound(low))}。")
        if high and day > _bound(high):
            raise ValidationError(f"{self.declared['label']}不能晚于{clock.day_text(_bound(high))}。")
        return day

    def stored(self, value: Any) -> str:
        return str(value.isoformat())


class _Choice(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        code = _code_of(self.declared, value)
        if code is None:
            raise ValidationError(f"请从列出的选项中选择{self.declared['label']}。")
        return code


class _Choices(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[str]:
        chosen = [_code_of(self.declared, one) for one in (value if isinstance(value, list) else [value])]
        if None in chosen:
            raise ValidationError(f"请从列出的选项中选择{self.declared['label']}。")
        return [code for code in dict.fromkeys(chosen) if code is not None]


class _Declaration(_Declared):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if value in (True, "1", "true", "on", 1):
            return True
        raise ValidationError(please(self.declared))


class _Table(_Declared):
    """Rows of named cells. The number of rows is looked at before any of them is read."""

    def __init__(self, declared: Json, **more: Any) -> None:
        super().__init__(declared, **more)
        made = {column["name"]: field_of(column) for column in declared["columns"]}
        meta = type("Meta", (), {"unknown": RAISE})
        self.row = type("Row", (Schema,), {**made, "Meta": meta})()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[Json]:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.make_error("invalid")
        most = int(self.declared["max_rows"])
        if len(value) > most:
            raise ValidationError(
                f"{self.declared['label']}最多填写{most}行，您填写了{len(value)}行。请合并后再填，或作为材料上传完整清单。"
            )
        filled = [{name: cell for name, cell in row.items() if not blank(cell)} for row in value]
        loaded, wrong = [], {}
        for place, row in enumerate(filled):
            try:
                loaded.append(self.row.load(row))
            except ValidationError as error:
                wrong[place] = error.normalized_messages()
        if wrong:
            raise ValidationError(wrong)
        return loaded

    def stored(self, value: Any) -> list[Json]:
        return [self.row.dump(row) for row in value]


def please(declared: Json) -> str:
    """What to say when it is missing."""
    label = declared["label"]
    match declared["type"]:
        case "choice" | "choices":
            return f"请选择{label}。"
        case "declaration":
            return f"请确认“{label}”。"
        case "table":
            return f"请至少填写一行{label}。"
        case _:
            return f"请填写{label}。"


def blank(value: Any) -> bool:
    """Nothing was typed."""
    return value is None or value == "" or value == [] or (isinstance(value, str) and not value.strip())


def _code_of(declared: Json, value: Any) -> str | None:
    """The code of a choice; its word is taken too, for that is what a spreadsheet holds."""
    codes = {code: code for code, _ in declared["choices"]}
    return ({word: code for code, word in declared["choices"]} | codes).get(str(value).strip())


def _bound(value: Any) -> dt.date:
    return clock.today() if value == "today" else dt.date.fromisoformat(str(value))
