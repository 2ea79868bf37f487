"""The item part of a form, declared by the department as data, built to a marshmallow schema for page and API alike.

    {"fields": [
       {"name": "loan", "label": "贷款金额", "type": "money", "required": true, "min": "10000", "hint": "…"},
       {"name": "staff", "label": "新增岗位", "type": "number", "unit": "人", "integer": true},
       {"name": "kind", "label": "类型", "type": "choice", "choices": [["a", "首次"], ["b", "续贷"]]},
       {"name": "why", "label": "续贷原因", "type": "textarea", "required_if": {"field": "kind", "equals": "b"}},
       {"name": "loans", "label": "贷款明细", "type": "table", "max_rows": 50, "columns": [{…}, …]},
       {"name": "expected", "label": "预计补贴", "type": "money",
        "computed": {"of": "interest", "rate": "0.5", "cap": "200000"}, "is_amount": true}],
     "rules": [{"kind": "sum_equals", "parts": ["loans.amount"], "total": "loan", "message": "…"}]}

Types: text textarea number money percent date choice choices table attachment declaration; an attachment names a line of
the item's list of materials (`{"material": "m2"}`), for nothing beyond the list may be demanded (条例 32). What is stored is plain JSON: amounts
and numbers are decimal text, days ISO. `load` gives what can be taken, what is wrong, and what was typed there.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from redemption.applications.form_fields import blank, field_of, please
from redemption.applications.needs import is_met
from redemption.catalogue.form_shape import ROWS_LIMIT, TYPES, check_definition
from redemption.kernel import clock
from redemption.kernel.money import to_fen, yuan_text

__all__ = [
    "Loaded",
    "amount_of",
    "changes",
    "check_definition",
    "computed",
    "differing",
    "fields_of",
    "load",
    "shown",
    "text_of",
]

Json = dict[str, Any]

ERRORS_SHOWN = 20


@dataclass
class Loaded:
    """What came of typed values. `errors` by field (`loans.3.amount`); `typed` holds the values that are wrong."""

    data: Json
    errors: dict[str, list[str]] = field(default_factory=dict)
    typed: Json = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors


def fields_of(form: Mapping[str, Any] | None) -> list[Json]:
    """The declared fields, in order, each with what it leaves out filled in."""
    made = [_complete(raw) for raw in (form or {}).get("fields") or [] if raw.get("name")]
    by_name = {declared["name"]: declared for declared in made}
    for declared in made:
        if declared.get("required_if"):
            declared["needed_when"] = _needed_when(declared["required_if"], by_name)
    return made


def load(form: Mapping[str, Any] | None, values: Mapping[str, Any], *, partial: bool = False) -> Loaded:
    """Check typed or sent values.

    Args:
        partial: a draft: what is missing is not wrong yet.
    """
    schema = _schema(_canonical(form))
    filled = {name: value for name, value in values.items() if not blank(value)}
    try:
        loaded, messages = schema.load(filled, partial=partial), {}
    except ValidationError as error:
        loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
        messages = error.normalized_messages()
    errors = _cut(dict(_flat(messages)))
    wrong = {name.split(".")[0] for name in errors}
    data = schema.dump({name: value for name, value in loaded.items() if name not in wrong})
    data.update(computed(form, data))
    # a field that is named wrong by a rule only (a sum) keeps its value: it is readable, the sum is not right
    return Loaded(data, errors, {name: filled[name] for name in wrong if name in filled})


def computed(form: Mapping[str, Any] | None, data: Mapping[str, Any]) -> Json:
    """Amounts that follow from other fields by the redemption standard (兑现标准), as decimal text."""
    found: Json = {}
    for declared in fields_of(form):
        rule = declared.get("computed")
        if rule:
            amount = _computed(rule, {**data, **found})
            if amount is not None:
                found[declared["name"]] = str(to_fen(amount))
    return found


def amount_of(form: Mapping[str, Any] | None, data: Mapping[str, Any]) -> Decimal | None:
    """The amount applied for: of the field marked `is_amount`, else of one named `amount`."""
    declared = fields_of(form)
    marked = [one for one in declared if one.get("is_amount")]
    named = [one for one in declared if one["type"] == "money" and one["name"] == "amount"]
    for chosen in [*marked, *named][:1]:
        value = data.get(chosen["name"])
        return None if value in (None, "") else Decimal(str(value))
    return None


def shown(form: Mapping[str, Any] | None, data: Mapping[str, Any]) -> list[tuple[Json, Any]]:
    """Each field with its value as a person reads it; tables as lists of rows of texts."""
    return [(declared, text_of(declared, data.get(declared["name"]))) for declared in fields_of(form)]


def text_of(declared: Mapping[str, Any], value: Any) -> Any:
    """One stored value for reading."""
    if value is None or value == "":
        return ""
    match declared["type"]:
        case "money":
            return _quietly(lambda: yuan_text(Decimal(str(value))), value)
        case "number":
            return f"{value}{declared.get('unit') or ''}"
        case "percent":
            return f"{value}%"
        case "date":
            return _quietly(lambda: clock.day_text(dt.date.fromisoformat(str(value))), value)
        case "choice":
            return _word(declared, value)
        case "choices":
            return "、".join(_word(declared, one) for one in value)
        case "declaration":
            return "已承诺" if value else ""
        case "table":
            columns = declared["columns"]
            return [[text_of(column, row.get(column["name"])) for column in columns] for row in value]
        case _:
            return str(value)


def differing(form: Mapping[str, Any] | None, differences: Mapping[str, Json]) -> list[Json]:
    """What a department found against what was declared, for both sides to read: label, both values, source, moment."""
    declared = {one["name"]: one for one in fields_of(form)}
    found = []
    for name, kept in differences.items():
        field = declared.get(name, {"type": "text", "label": name})

        def words(value: Any, field: Json = field) -> str:
            text = text_of(field, value)
            return (
                "；".join("，".join(map(str, row)) for row in text) if isinstance(text, list) else str(text)
            )

        found.append(
            {
                "label": kept.get("label") or field["label"],
                "declared": words(kept.get("declared")) or "未填写",
                "department": words(kept.get("department")) or "没有查到",
                "source": kept.get("source") or "",
                "at": dt.datetime.fromisoformat(kept["at"]) if kept.get("at") else None,
            }
        )
    return found


def changes(
    form: Mapping[str, Any] | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, Any, Any]]:
    """(label, before, after) of every field that differs, for the officer who asked."""
    return [
        (declared["label"], text_of(declared, old), text_of(declared, new))
        for declared in fields_of(form)
        if (old := before.get(declared["name"])) != (new := after.get(declared["name"]))
    ]


# --- the schema ------------------------------------------------------------------------------------------


class _ItemPart(Schema):
    """Base of every built form: the rules between fields."""

    class Meta:
        unknown = RAISE

    declared: Sequence[Json] = ()
    rules: Sequence[Json] = ()

    @validates_schema(skip_on_field_errors=False)
    def _between_fields(self, data: Json, partial: Any = None, **_: Any) -> None:
        wrong: dict[str, list[str]] = {}
        if not partial:
            for declared in self.declared:
                needed = declared.get("required_if")
                if declared["type"] == "attachment":
                    continue  # it is a line of the list of materials, which is looked at there
                if needed and is_met(needed, data) and blank(data.get(declared["name"])):
                    wrong[declared["name"]] = [please(declared)]
            for rule in self.rules:
                wrong |= _sum_differs(rule, data)
        if wrong:
            raise ValidationError(wrong)


@lru_cache(maxsize=512)
def _schema(canonical: str) -> Schema:
    """Built once for each form: published versions never change, and building is the slow part."""
    form = json.loads(canonical)
    declared = fields_of(form)
    made: dict[str, fields.Field] = {
        d["name"]: field_of(d) for d in declared if not d.get("computed") and d["type"] != "attachment"
    }
    # a page and a program may send back what was computed for them; it is computed again and theirs is dropped
    made |= {d["name"]: fields.Raw(load_only=True) for d in declared if d.get("computed")}
    built = type("ItemPart", (_ItemPart,), made)
    built.declared, built.rules = declared, form.get("rules") or []  # type: ignore[attr-defined]
    return built()


# --- rules -----------------------------------------------------------------------------------------------


def _sum_differs(rule: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[str]]:
    total = data.get(str(rule.get("total")))
    parts = [part for path in rule.get("parts", []) for part in _numbers_at(str(path), data)]
    if rule.get("kind") != "sum_equals" or total is None or not parts or sum(parts) == Decimal(str(total)):
        return {}
    said = (
        rule.get("message")
        or f"明细合计为{_figure(sum(parts))}，与填写的合计{_figure(total)}不一致，请核对。"
    )
    return {str(rule["total"]): [str(said)]}


def _computed(rule: Mapping[str, Any], data: Mapping[str, Any]) -> Decimal | None:
    base = sum(_numbers_at(str(rule.get("of")), data), Decimal(0)) if rule.get("of") else None
    if rule.get("of") and not list(_numbers_at(str(rule["of"]), data)):
        return None
    amount = Decimal(str(rule.get("amount", 0)))
    if rule.get("tiers") and base is not None:
        reached = [t for t in rule["tiers"] if base >= Decimal(str(t.get("from", 0)))]
        amount = (
            Decimal(str(max(reached, key=lambda t: Decimal(str(t.get("from", 0))))["amount"]))
            if reached
            else Decimal(0)
        )
    elif base is not None:
        amount = base * Decimal(str(rule.get("rate", 1))) * Decimal(str(rule.get("unit_amount", 1)))
    if rule.get("cap") not in (None, ""):
        amount = min(amount, Decimal(str(rule["cap"])))
    return amount


def _numbers_at(path: str, data: Mapping[str, Any]) -> Iterator[Decimal]:
    name, _, column = path.partition(".")
    value = data.get(name)
    cells = [row.get(column) for row in value] if column and isinstance(value, list) else [value]
    for cell in cells:
        try:
            if cell not in (None, ""):
                yield Decimal(str(cell))
        except InvalidOperation:
            continue


# --- small parts -----------------------------------------------------------------------------------------


def _complete(raw: Mapping[str, Any]) -> Json:
    made = {"label": raw["name"], "required": False, "hint": "", **raw}
    made["type"] = made.get("type") if made.get("type") in TYPES else "text"
    if made["type"] in ("choice", "choices"):
        made["choices"] = [
            (str(one[0]), str(one[1])) if isinstance(one, list | tuple) else (str(one), str(one))
            for one in made.get("choices") or []
        ]
    if made["type"] == "table":
        made["columns"] = [_complete(column) for column in made.get("columns") or [] if column.get("name")]
        made["max_rows"] = int(made.get("max_rows") or ROWS_LIMIT)
    return made


def _needed_when(needed: Mapping[str, Any], by_name: Mapping[str, Json]) -> str:
    other = by_name.get(str(needed.get("field")))
    if other is None:
        return "符合条件时需要填写"
    if other["type"] == "declaration":
        return f"勾选“{other['label']}”时需要填写"
    word = _word(other, needed.get("equals")) if "choices" in other else str(needed.get("equals"))
    return f"“{other['label']}”选“{word}”时需要填写"


def _canonical(form: Mapping[str, Any] | None) -> str:
    return json.dumps(form or {}, ensure_ascii=False, sort_keys=True)


def _word(declared: Mapping[str, Any], value: Any) -> str:
    return dict(declared["choices"]).get(str(value), str(value))


def _figure(value: Any) -> str:
    return f"{Decimal(str(value)):,f}"


def _quietly(make: Any, otherwise: Any) -> str:
    try:
        return str(make())
    except (ValueError, InvalidOperation):
        return str(otherwise)


def _flat(messages: Any, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, value in messages.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, ["没有这一项，请删去。" if said == "Unknown field." else str(said) for said in value]


def _cut(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Two hundred wrong cells are told as the first twenty and a count."""
    if len(errors) <= ERRORS_SHOWN:
        return errors
    kept = dict(list(errors.items())[:ERRORS_SHOWN])
    table = list(errors)[ERRORS_SHOWN].split(".")[0]
    kept.setdefault(table, []).append(f"另有{len(errors) - ERRORS_SHOWN}处也需要修改。")
    return kept
