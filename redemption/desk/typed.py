"""The entry page as it was typed: one form for everything, read back after every step, so that nothing is lost.

Names: `enterprise_id`, `code` (one for each chosen item), `common.<name>`, `items.<code>.<name>` (cells of tables
`items.<code>.<table>.<row>.<column>`), `checklist.<code>.<entry>`, `files` (signed, see `desk.scans`), `counter.<name>`,
`id_number`, `received_at`, `earlier_reason`, `client_key`, `step` (which button).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from redemption.applications.forms import fields_of
from redemption.kernel import clock, secrets
from redemption.kernel.errors import Invalid

LISTS = ("code", "files")


def numbered(text: str) -> int | None:
    """The key of a row, from a page; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@dataclass
class Typed:
    """What stands on the page: `values` by name, the chosen enterprise and items apart."""

    values: dict[str, Any] = field(default_factory=dict)
    enterprise_id: int | None = None
    codes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    step: str = "find"

    @classmethod
    def begin(cls) -> "Typed":
        """A new page, with the key that makes one submission of a double click."""
        return cls(values={"client_key": secrets.token()[:32]})

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Typed":
        """A posted page. What is not ours is left aside by whoever asks for names."""
        values: dict[str, Any] = {}
        for name in form:
            if name in LISTS or name in {"csrf_token", "step", "enterprise_id"}:
                continue
            several = form.getlist(name)
            values[name] = several if len(several) > 1 else several[0]
        chosen = form.get("enterprise_id", "")
        return cls(
            values=values,
            enterprise_id=numbered(chosen),
            codes=list(dict.fromkeys(code for code in form.getlist("code") if code))[:20],
            files=form.getlist("files"),
            step=form.get("step", "find"),
        )

    def text(self, name: str) -> str:
        """One value as text, without blanks around it."""
        value = self.values.get(name, "")
        return (value[-1] if isinstance(value, list) else str(value)).strip()

    def below(self, prefix: str) -> dict[str, Any]:
        """Values whose names begin with a prefix and a dot, by the rest of the name."""
        start = prefix + "."
        return {name[len(start) :]: value for name, value in self.values.items() if name.startswith(start)}

    def of_item(self, code: str, form: Mapping[str, Any]) -> dict[str, Any]:
        """The item part of the form of one item, shaped as `applications.forms.load` takes it."""
        typed, found = self.below(f"items.{code}"), {}
        for declared in fields_of(form):
            name = declared["name"]
            if declared["type"] == "table":
                rows = self.rows(code, declared)
                found[name] = [row for row in rows if any(str(cell).strip() for cell in row.values())]
            elif declared["type"] == "choices":
                value = typed.get(name, [])
                found[name] = value if isinstance(value, list) else [value]
            elif name in typed:
                found[name] = typed[name]
        return found

    def rows(self, code: str, declared: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a table field as typed, at least one to type into."""
        cells = self.below(f"items.{code}.{declared['name']}")
        rows: dict[int, dict[str, Any]] = {}
        for name, value in cells.items():
            found = re.fullmatch(r"(\d{1,3})\.([a-z_][a-z0-9_]*)", name)
            if found:
                rows.setdefault(int(found[1]), {})[found[2]] = value
        count = max(rows, default=-1) + 1
        return [rows.get(place, {}) for place in range(max(count, 1))]

    def received_at(self) -> dt.datetime | None:
        """When the paper was received; None: now.

        Raises:
            Invalid: not a moment.
        """
        typed = self.text("received_at")
        if not typed:
            return None
        try:
            return dt.datetime.fromisoformat(typed).replace(tzinfo=clock.SHANGHAI)
        except ValueError:
            raise Invalid.field(
                "received_at", "请填写收件的日期和时间，例如：2026-11-20 16:30；现在收件的可不填。"
            ) from None
