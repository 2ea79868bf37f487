"""Comparing a row with what stands here: what was imported last (base), what stands here (mine), what comes (theirs)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from redemption.catalogue.exchange.columns import BY_KEY, ITEM_KEYS, words

NEW, SAME, CHANGED, BLOCKED = "new", "same", "changed", "blocked"
UPDATE, CONFLICT = "update", "conflict"
_NEVER_EMPTY = ("name", "mode")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """One field that would change: an update, or a conflict with what a person wrote here since."""

    key: str
    label: str
    kind: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class RowPlan:
    """What an import would do with one row."""

    source_id: str
    name: str
    kind: str
    code: str = ""
    policy: str = ""
    """Number of the policy it belongs to; empty: a draft policy would be made."""
    message: str = ""
    differences: tuple[Difference, ...] = field(default=())

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.kind == CONFLICT)

    @property
    def updates(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.kind == UPDATE)


def compare(
    row: Mapping[str, Any], mine: Mapping[str, Any], base: Mapping[str, Any] | None
) -> tuple[Difference, ...]:
    """The fields that would change.

    Args:
        base: what the last import said; None for an item that was never imported: whatever stands there was made
            by a person.
    """
    found = []
    for key in ITEM_KEYS:
        if key not in row:
            continue
        theirs, here = row[key], mine.get(key)
        if same(theirs, here) or (key in _NEVER_EMPTY and theirs in _EMPTY):
            continue
        said_before = base is not None and key in base
        if said_before and same(theirs, base[key]):  # type: ignore[index]
            continue  # the source said nothing new; a person's change stays
        untouched = same(base[key], here) if said_before else same(here, None)  # type: ignore[index]
        column = BY_KEY[key]
        kind = UPDATE if untouched else CONFLICT
        found.append(Difference(key, column.header, kind, words(column, here), words(column, theirs)))
    return tuple(found)


def same(one: Any, other: Any) -> bool:
    """Equal, white space at line ends and different kinds of nothing aside."""
    if one in _EMPTY or other in _EMPTY:
        return one in _EMPTY and other in _EMPTY
    if isinstance(one, str) and isinstance(other, str):
        return [line.strip() for line in one.splitlines()] == [line.strip() for line in other.splitlines()]
    return bool(one == other)


def fingerprint(plans: Sequence[RowPlan]) -> str:
    """Changes when anything a person saw in the preview changes."""
    return hashlib.sha256(
        json.dumps([asdict(plan) for plan in plans], ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def counts(plans: Sequence[RowPlan]) -> dict[str, int]:
    """How many rows of each kind, and how many fields are in conflict."""
    done = {kind: sum(plan.kind == kind for plan in plans) for kind in (NEW, CHANGED, SAME, BLOCKED)}
    return done | {"conflicts": sum(len(plan.conflicts) for plan in plans)}
