"""Posted item parts: names of boxes to nested values and back. Every box of an item part is named `a.<field>`."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from redemption.applications import forms

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
                    shown[f"{PREFIX}{declared['name']}.{at}.{column['name']}"] = row.get(column["name"], "")
        else:
            shown[PREFIX + declared["name"]] = _plain(declared, value)
    return shown


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


def _plain(declared: Mapping[str, Any], value: Any) -> Any:
    if value is None:
        return ""
    if declared["type"] in ("money", "number", "percent") and isinstance(value, str) and "." in value:
        return value.rstrip("0").rstrip(".") if value.replace(".", "").isdigit() else value
    if declared["type"] == "declaration":
        return "1" if value else ""
    return value
