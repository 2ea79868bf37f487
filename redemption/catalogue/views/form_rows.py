"""The item's own part of the form (申报表), edited as rows: one question a row, an emptied row is deleted.

Rows cover what most items need. What they do not show (columns of tables, computed amounts, conditions, rules between
questions) comes by the API and is kept when a row is saved here.
"""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from redemption.catalogue.form_shape import MOST_FIELDS, NAME

SPARE = 2
_WITH_CHOICES = ("choice", "choices")


def rows_of(form: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows shown: those typed, else those stored and some empty ones."""
    if typed is not None and "form.fields.0.label" in typed:
        return [_typed_row(typed, at) for at in range(MOST_FIELDS) if f"form.fields.{at}.label" in typed]
    stored = [
        {**declared, "choices": choices_text(declared.get("choices") or [])}
        for declared in form.get("fields") or []
    ]
    return [*stored, *({"type": "text"} for _ in range(SPARE))]


def form_typed(posted: MultiDict[str, str], stored: Mapping[str, Any]) -> dict[str, Any] | None:
    """The form as data; None when the page did not show it."""
    if "form.fields.0.label" not in posted:
        return None
    known = {declared.get("name"): declared for declared in stored.get("fields") or []}
    taken = set(known)
    fields = []
    for at in range(MOST_FIELDS):
        if f"form.fields.{at}.label" not in posted:
            break
        row = _typed_row(posted, at)
        if not row["label"]:
            continue
        if not NAME.fullmatch(row["name"]) or row["name"] not in known:
            row["name"] = next(name for n in range(1, 1000) if (name := f"q{n}") not in taken)
            taken.add(row["name"])
        fields.append(_declared(known.get(row["name"], {}), row))
    kept = {"rules": stored["rules"]} if stored.get("rules") else {}
    return {"fields": fields, **kept}


def choices_text(choices: list[Any]) -> str:
    """Choices as one line: 首次、续贷; codes that differ from their words are written code=word."""
    parts = []
    for choice in choices:
        code, word = choice if isinstance(choice, list | tuple) and len(choice) == 2 else (choice, choice)
        parts.append(str(word) if code == word else f"{code}={word}")
    return "、".join(parts)


def _choices(text: str) -> list[list[str]]:
    parts = [part.strip() for part in re.split(r"[、，,；;\n]", text) if part.strip()]
    pairs = [part.split("=", 1) if "=" in part else [part, part] for part in parts]
    return [[code.strip(), word.strip()] for code, word in pairs]


def _declared(before: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    declared = {**before, "name": row["name"], "label": row["label"], "type": row["type"]}
    declared["required"] = row["required"]
    for name in ("hint", "unit"):
        declared.pop(name, None)
        if row[name]:
            declared[name] = row[name]
    declared.pop("is_amount", None)
    if row["is_amount"] and row["type"] == "money":
        declared["is_amount"] = True
    if row["type"] in _WITH_CHOICES:
        declared["choices"] = _choices(row["choices"])
    else:
        declared.pop("choices", None)
    return declared


def _typed_row(typed: Mapping[str, Any], at: int) -> dict[str, Any]:
    box = f"form.fields.{at}."
    row = {
        name: str(typed.get(f"{box}{name}") or "").strip()
        for name in ("name", "label", "hint", "unit", "choices")
    }
    return {
        **row,
        "type": typed.get(f"{box}type") or "text",
        "required": f"{box}required" in typed,
        "is_amount": f"{box}is_amount" in typed,
    }
