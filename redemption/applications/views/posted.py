"""Posted item parts: names of boxes to nested values and back. Every box of an item part is named `a.<field>`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from redemption.applications import forms
from redemption.kernel.money import yuan_full, yuan_text

Errors = dict[str, list[str]]

PREFIX = "a."
BLANK_ROWS = 3
GRID_LIMIT = 40
"""Rows shown as boxes; a longer table is one text area, a line a row."""


def collect(form: Mapping[str, Any] | None, posted: MultiDict[str, str]) -> dict[str, Any]:
    """Values by field. A table comes from its boxes (`a.loans.0.amount`) and from what was pasted (`a.loans.paste`)."""
    values: dict[str, Any] = {}
    for declared in forms.fields_of(form):
        name = PREFIX + declared["name"]
        if declared["type"] == "choices":
            values[declared["name"]] = posted.getlist(name)
        elif declared["type"] == "table":
            values[declared["name"]] = _rows(declared, posted)
        elif name in posted:
            values[declared["name"]] = posted[name]
    return values


def boxes(form: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of boxes, for a page; tables stay lists under their own name."""
    shown: dict[str, Any] = {}
    for declared in forms.fields_of(form):
        value = values.get(declared["name"])
        if declared["type"] == "table":
            rows = [row for row in value or [] if isinstance(row, Mapping)]
            shown[PREFIX + declared["name"]] = rows
            if len(rows) > GRID_LIMIT:
                shown[f"{PREFIX}{declared['name']}.paste"] = _as_lines(declared, rows)
            for at, row in enumerate(rows):
                for column in declared["columns"]:
                    shown[f"{PREFIX}{declared['name']}.{at}.{column['name']}"] = _plain(
                        column, row.get(column["name"])
                    )
        else:
            shown[PREFIX + declared["name"]] = _plain(declared, value)
    return shown


def computed(form: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, str]:
    """What the page says of each computed amount, by field: the enterprise sees what it may get before it applies."""
    found = forms.computed(form, forms.load(form, values, partial=True).data)
    return {
        declared["name"]: _reckoned(found.get(declared["name"]))
        for declared in forms.fields_of(form)
        if declared.get("computed")
    }


def meanwhile(form: Mapping[str, Any] | None, stored: Mapping[str, Any], typed: Mapping[str, Any]) -> Errors:
    """What somebody else saved while the page was open, at the boxes that say something else."""
    mine = forms.load(form, typed, partial=True)
    found = {}
    for declared in forms.fields_of(form):
        name = declared["name"]
        if declared.get("computed") or (name not in mine.typed and stored.get(name) == mine.data.get(name)):
            continue
        text = forms.text_of(declared, stored.get(name))
        found[PREFIX + name] = [saved_elsewhere(f"{len(text)}行" if isinstance(text, list) else text)]
    return found


def saved_elsewhere(text: str) -> str:
    """At a box of which somebody else saved another content."""
    other = f"另一处保存的是“{text[:200]}”" if text else "另一处保存时这里是空的"
    return f"{other}。要保留您填写的，请再按一次“保存并继续”。"


def errors(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Errors by the names of boxes."""
    return {PREFIX + name if name else name: said for name, said in found.items()}


def labels(form: Mapping[str, Any] | None) -> dict[str, str]:
    """Labels by the names of boxes, for the summary of errors."""
    made: dict[str, str] = {}
    for declared in forms.fields_of(form):
        made[PREFIX + declared["name"]] = declared["label"]
        if declared["type"] == "table":
            for at in range(int(declared["max_rows"])):
                for column in declared["columns"]:
                    name = f"{PREFIX}{declared['name']}.{at}.{column['name']}"
                    made[name] = f"{declared['label']}第{at + 1}行{column['label']}"
    return made


def _rows(declared: Mapping[str, Any], posted: MultiDict[str, str]) -> list[dict[str, str]]:
    start = f"{PREFIX}{declared['name']}."
    known = {column["name"] for column in declared["columns"]}
    found: dict[int, dict[str, str]] = {}
    for name in posted:
        if not name.startswith(start):
            continue
        at, _, column = name.removeprefix(start).partition(".")
        if at.isdigit() and column in known:
            found.setdefault(int(at), {})[column] = posted[name]
    rows = [row for _, row in sorted(found.items()) if any(cell.strip() for cell in row.values())]
    return rows + _pasted(declared, posted.get(f"{start}paste", ""))


def _pasted(declared: Mapping[str, Any], text: str) -> list[dict[str, str]]:
    """Lines from a spreadsheet: columns by tabs, in the order of the table."""
    names = [column["name"] for column in declared["columns"]]
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if any(cells):
            rows.append(dict(zip(names, cells, strict=False)))
    return rows


def _as_lines(declared: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> str:
    names = [column["name"] for column in declared["columns"]]
    return "\n".join("\t".join(str(row.get(name, "")) for name in names) for row in rows)


def _reckoned(amount: Any) -> str:
    if amount is None:
        return "填好相关内容后，在这里显示按兑现标准测算的金额。"
    exact = Decimal(str(amount))
    return f"按兑现标准测算：{yuan_text(exact)}（{yuan_full(exact)}）。实际金额以审核结果为准。"


def _plain(declared: Mapping[str, Any], value: Any) -> Any:
    if value is None:
        return ""
    if declared["type"] in ("money", "number", "percent") and isinstance(value, str) and "." in value:
        return value.rstrip("0").rstrip(".") if value.replace(".", "").isdigit() else value
    if declared["type"] == "declaration":
        return "1" if value else ""
    return value
