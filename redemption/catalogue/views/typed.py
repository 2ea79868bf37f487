"""The item form as it was typed, made into the nested changes that the API takes too.

Names of boxes are dotted: `fields.target.text`, `fields.materials.entries.0.text`, `lacking.phone`, `money_rules.cap`.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from redemption.catalogue import proposals, schemas
from redemption.catalogue.models import ItemVersion
from redemption.catalogue.rules import LIST_FIELDS, TEXT_FIELDS
from redemption.catalogue.views import form_rows
from redemption.web.forms import Form
from redemption.web.sentences import flat

MOST_ROWS = 300
PLAIN = ("name", "summary", "department", "theme", "mode", "change_note")
DAYS = ("opens_on", "closes_on", "valid_from", "valid_until")
MAY_BE_EMPTY = ("time_limit_days", "payment_days")
COUNTS = ("acceptance_days", "correction_days", "publicity_days")
MONEY = ("budget", "quota", "order", "cap", "yearly_cap", "group", "group_rule")
LINES = ("online_url", "onsite_address", "phone")
MATERIAL = ("key", "text", "form", "count", "required", "note")


def item_form(posted: MultiDict[str, str], draft: ItemVersion) -> Form:
    """Read the form. Boxes that were not on the page change nothing."""
    form = Form(values={name: posted.getlist(name)[-1] for name in posted if name != "csrf_token"})
    form.values["object_classes"] = posted.getlist("object_classes")
    try:
        form.data = schemas.ItemChangesSchema().load(_nested(posted, draft))
        with form.catching():
            if (conditions := _conditions(posted)) is not None:
                form.data["conditions"] = conditions
    except ValidationError as error:
        for name, sentence in flat(error.messages):
            form.add(_box(name), sentence)
    return form


def values_of(draft: ItemVersion, department: str) -> dict[str, Any]:
    """What the boxes show at the first look."""
    values: dict[str, Any] = {
        name: getattr(draft, name) for name in (*PLAIN, *COUNTS, *MAY_BE_EMPTY) if name != "department"
    }
    values |= {name: day.isoformat() if (day := getattr(draft, name)) else "" for name in DAYS}
    values |= {"department": department, "object_classes": draft.object_classes}
    values["deemed_acceptance"] = draft.deemed_acceptance
    for name in TEXT_FIELDS:
        field = draft.fields.get(name) or {}
        values[f"fields.{name}.text"] = field.get("text", "")
        values[f"fields.{name}.external"] = field.get("state") == "external"
    for name in LIST_FIELDS:
        field = draft.fields.get(name) or {}
        values[f"fields.{name}.external"] = field.get("state") == "external"
        values[f"fields.{name}.lines"] = "\n".join(entry["text"] for entry in field.get("entries", ()))
    values |= {f"lacking.{name}": reason for name, reason in draft.lacking.items()}
    values |= {f"money_rules.{name}": draft.money_rules.get(name, "") for name in MONEY}
    values["money_rules.exclude_bad_credit"] = draft.money_rules.get("exclude_bad_credit", False)
    return values


def materials_of(
    draft: ItemVersion, typed: Mapping[str, Any] | None = None, spare: int = 3
) -> list[dict[str, Any]]:
    """The rows of the material table: those typed, else those stored, and some empty ones."""
    if typed is not None:
        rows = []
        for at in range(MOST_ROWS):
            if f"fields.materials.entries.{at}.text" not in typed:
                break
            rows.append({name: typed.get(f"fields.materials.entries.{at}.{name}", "") for name in MATERIAL})
        return rows
    entries = (draft.fields.get("materials") or {}).get("entries", ())
    return [
        {**entry, "required": "true" if entry.get("required", True) else "false"} for entry in entries
    ] + [{"text": "", "form": "either", "count": 1, "required": "true"} for _ in range(spare)]


def _nested(posted: MultiDict[str, str], draft: ItemVersion) -> dict[str, Any]:
    changes: dict[str, Any] = {name: posted[name] for name in PLAIN if name in posted}
    changes |= {name: posted[name] or None for name in (*DAYS, *MAY_BE_EMPTY) if name in posted}
    changes |= {name: posted[name] for name in COUNTS if posted.get(name)}
    if "acceptance_days" in posted:
        changes["deemed_acceptance"] = "deemed_acceptance" in posted
    if "object_classes_shown" in posted:
        changes["object_classes"] = posted.getlist("object_classes")
    if not changes.get("department"):
        changes.pop("department", None)
    if (form := form_rows.form_typed(posted, draft.form)) is not None:
        changes["form"] = form
    fields = {
        name: change for name in (*TEXT_FIELDS, *LIST_FIELDS) if (change := _field(posted, name)) is not None
    }
    if fields:
        changes["fields"] = fields
    lacking = {name.removeprefix("lacking."): posted[name] for name in posted if name.startswith("lacking.")}
    if lacking:
        changes["lacking"] = lacking
    if any(name.startswith("money_rules.") for name in posted):
        rules: dict[str, Any] = {
            name: posted[f"money_rules.{name}"].strip()
            for name in MONEY
            if posted.get(f"money_rules.{name}", "").strip()
        }
        if "money_rules.exclude_bad_credit" in posted:
            rules["exclude_bad_credit"] = True
        changes["money_rules"] = rules
    return changes


def _conditions(posted: MultiDict[str, str]) -> dict[str, Any] | None:
    """The ticked conditions and the one newly written; None when the page did not show them."""
    if "conditions_shown" not in posted:
        return None
    ticked = set(posted.getlist("conditions.confirm"))
    nodes = [
        proposals.unpack(posted[f"conditions.unit.{at}"])
        for at in range(MOST_ROWS)
        if str(at) in ticked and f"conditions.unit.{at}" in posted
    ]
    new = {name: posted.get(f"conditions.new.{name}", "") for name in ("attribute", "op", "value")}
    if any(part.strip() for part in new.values()):
        nodes.append(proposals.typed(new["attribute"], new["op"], new["value"]))
    return proposals.confirmed(nodes)


def _field(posted: MultiDict[str, str], name: str) -> dict[str, Any] | None:
    external = f"fields.{name}.external" in posted
    if name in TEXT_FIELDS:
        box = f"fields.{name}.text"
        return {"text": posted[box], "external": external} if box in posted else None
    if name in LINES:
        box = f"fields.{name}.lines"
        if box not in posted:
            return None
        lines = [line.strip() for line in posted[box].splitlines()]
        return {"entries": [{"text": line} for line in lines if line], "external": external}
    return _materials(posted, external)


def _materials(posted: MultiDict[str, str], external: bool) -> dict[str, Any] | None:
    if "fields.materials.entries.0.text" not in posted:
        return None
    entries = []
    for at in range(MOST_ROWS):
        box = f"fields.materials.entries.{at}."
        if f"{box}text" not in posted:
            break
        row = {name: posted[f"{box}{name}"] for name in MATERIAL if posted.get(f"{box}{name}")}
        if row.get("text", "").strip():
            entries.append(row)
    return {"entries": entries, "external": external}


def _box(name: str) -> str:
    """The box at which a fault of the nested data is shown."""
    parts = name.split(".")
    if parts[0] == "fields" and len(parts) > 2 and parts[1] in LINES:
        return f"fields.{parts[1]}.lines"
    return name
