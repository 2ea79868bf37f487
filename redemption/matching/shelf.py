"""Rules of the items in force, kept compiled in each process.

Published versions never change, so a version's conditions are read once. What does change is which versions are
current, the day, and (rarely) the jurisdictions: those are asked each time, in two small selects.
"""

import threading
import weakref
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from redemption.catalogue.models import ItemVersion
from redemption.kernel import clock
from redemption.matching import queries
from redemption.matching.places import Places
from redemption.matching.rules import Context, Rule, compile_rule

_BATCH = 5000
_shelves: "weakref.WeakKeyDictionary[Engine, _Shelf]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


@dataclass
class _Shelf:
    mark: Any = None
    conditions: dict[int, Any] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)


@dataclass(frozen=True)
class Shelved:
    """One item that takes applications, with its rule."""

    item_id: int
    version_id: int
    rule: Rule


def open_items(session: Session) -> list[Shelved]:
    """Every item that takes applications today and has conditions that compute."""
    listed = queries.open_versions(session)
    places = queries.places(session)
    with _lock:
        shelf = _shelves.setdefault(session.get_bind().engine, _Shelf())
        _read_missing(session, shelf, [version_id for _, version_id, _ in listed])
        return _ruled(shelf, listed, places)


def _ruled(shelf: _Shelf, listed: Any, places: Places) -> list[Shelved]:
    mark = (clock.today(), places.mark)
    if shelf.mark != mark:
        shelf.mark, shelf.rules, shelf.contexts = mark, {}, {}
    made = []
    for item_id, version_id, here in listed:
        rule = shelf.rules.get(version_id)
        if rule is None:
            if here not in shelf.contexts:
                shelf.contexts[here] = Context(places, here, clock.today())
            conditions = shelf.conditions.get(version_id)
            rule = shelf.rules[version_id] = compile_rule(conditions, shelf.contexts[here])
        if not rule.empty:
            made.append(Shelved(item_id, version_id, rule))
    return made


def _read_missing(session: Session, shelf: _Shelf, wanted: list[int]) -> None:
    missing = [version_id for version_id in wanted if version_id not in shelf.conditions]
    if missing and len(shelf.conditions) > 2 * len(wanted):
        # mostly versions that are no longer current: begin again
        shelf.conditions, shelf.mark, missing = {}, None, wanted
    for start in range(0, len(missing), _BATCH):
        part = missing[start : start + _BATCH]
        rows = session.execute(
            select(ItemVersion.id, ItemVersion.conditions).where(
                ItemVersion.id.in_(part), ItemVersion.published_at.is_not(None)
            )
        )
        shelf.conditions.update({row.id: row.conditions for row in rows})
