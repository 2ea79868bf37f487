"""补正前后: what an answer to a correction changed, entry by entry, for the officer who asked and for who answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from redemption.applications import forms, handed_in
from redemption.applications.models import Correction, Material
from redemption.applications.queries import Case

Json = dict[str, Any]


@dataclass
class Change:
    """One entry of a notice: as it was and as it is since. Words for fields, files for materials."""

    label: str
    before: Any = ""
    after: Any = ""
    old: list[Material] = field(default_factory=list)
    new: list[Material] = field(default_factory=list)

    @property
    def is_none(self) -> bool:
        """It was asked for, and nothing was changed."""
        return self.before == self.after and not self.new


def what_changed(session: Session, case: Case, corrections: Sequence[Correction]) -> dict[int, list[Change]]:
    """For each round, by its id: every field and material that was asked for; empty while it waits for its answer.

    Args:
        corrections: all rounds of the case, oldest first; a later round says what an earlier one left behind.
    """
    handed = handed_in.materials_of_submission(session, case.submission.id) if corrections else []
    return {
        row.id: _round(case, row, corrections[at + 1 :], handed) if row.answered_at else []
        for at, row in enumerate(corrections)
    }


def _round(
    case: Case, row: Correction, later: Sequence[Correction], handed: Sequence[Material]
) -> list[Change]:
    found = []
    for entry in row.entries:
        match entry["kind"]:
            case "material":
                found.append(_of_material(case, row, entry, handed))
            case "common":
                before = row.before.get("common", {}).get(entry["key"])
                after = _since("common", entry["key"], later, case.submission.common)
                found.append(Change(entry["label"], before or "", after or ""))
    return _of_fields(case, row, later) + found


def _of_fields(case: Case, row: Correction, later: Sequence[Correction]) -> list[Change]:
    before: Json = row.before.get("data", {})
    asked = {entry["key"] for entry in row.entries if entry["kind"] == "field"}
    found = []
    for declared in forms.fields_of(case.version.form):
        name = declared["name"]
        if name not in before:
            continue
        after = _since("data", name, later, case.application.data)
        # what is computed is told where it moved with the rest
        if name in asked or before[name] != after:
            found.append(
                Change(
                    declared["label"], forms.text_of(declared, before[name]), forms.text_of(declared, after)
                )
            )
    return found


def _since(part: str, name: str, later: Sequence[Correction], now: Mapping[str, Any]) -> Any:
    """What an answer left: a later round noted it before it was changed again, otherwise it still stands."""
    for row in later:
        if row.answered_at and name in row.before.get(part, {}):
            return row.before[part][name]
    return now.get(name)


def _of_material(case: Case, row: Correction, entry: Json, handed: Sequence[Material]) -> Change:
    replaced = {
        public_id
        for public_id, one in row.before.get("materials", {}).items()
        if one["entry"] == entry["key"]
    }
    answers = (case.application.id, row.round, entry["key"])
    return Change(
        entry["label"],
        old=[one for one in handed if one.public_id in replaced],
        new=[one for one in handed if (one.application_id, one.round, one.entry) == answers],
    )
