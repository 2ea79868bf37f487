"""How many items each choice of a facet would leave. Exact up to CAP matches; above that only the whole is counted.

Counting a hundred thousand rows for a number nobody reads would cost more than the search. So each count looks at no
more than CAP rows; where more match, choices are shown without numbers, and the counts of the unfiltered catalogue,
kept for a minute in each process, say which choices there are.
"""

import time
import weakref
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Engine,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from redemption.catalogue import plans
from redemption.catalogue.models import ItemSearch
from redemption.catalogue.search import DEADLINES, Filters, deadline, filtered, matching_text
from redemption.catalogue.terms import question
from redemption.identity.models import Department
from redemption.kernel import clock

CAP = 1000
KEEP_SECONDS = 60
FACETS = ("theme", "object_class", "department", "level", "mode", "deadline")
S = ItemSearch

Counts = dict[str, dict[Any, int]]
_whole: "weakref.WeakKeyDictionary[Engine, tuple[float, Counts]]" = weakref.WeakKeyDictionary()


@dataclass
class Facets:
    """`total` is None where more than CAP match; `choices`: facet → [(value, count or None)], most first."""

    total: int | None = None
    choices: dict[str, list[tuple[Any, int | None]]] = field(default_factory=dict)
    departments: dict[int, str] = field(default_factory=dict)


def count(session: Session, raw: str, filters: Filters) -> Facets:
    """The numbers beside the list that `search.find` gives for the same question and filters."""
    with plans.by_index(session) if question(raw) else nullcontext():
        return _count(session, raw, filters)


def _count(session: Session, raw: str, filters: Filters) -> Facets:
    asked = matching_text(question(raw))
    base = _counted(session, and_(filtered(filters), asked), FACETS)
    facets = Facets(total=None if base is None else base["total"][0])
    whole: Counts | None = None
    for name in FACETS:
        picked = getattr(filters, name)
        counts = base
        if picked:
            counts = _counted(session, and_(filtered(filters.without(name)), asked), (name,))
        if counts is None:
            whole = whole or _everything(session)
            chosen = dict.fromkeys((*whole.get(name, {}), *picked))
            facets.choices[name] = list(chosen.items())
        else:
            known = counts.get(name, {}) | {value: counts.get(name, {}).get(value, 0) for value in picked}
            facets.choices[name] = sorted(known.items(), key=lambda one: (-(one[1] or 0), str(one[0])))
    ids = {value for value, _ in facets.choices["department"]}
    facets.departments = _department_names(session, ids)
    return facets


def total(session: Session, raw: str, filters: Filters) -> int | None:
    """How many items match as typed; None above CAP."""
    where = and_(filtered(filters), matching_text(question(raw)))
    sample = select(S.item_id).where(where).limit(CAP + 1).subquery()
    found = session.scalar(select(func.count()).select_from(sample)) or 0
    return None if found > CAP else found


def _department_names(session: Session, ids: set[int]) -> dict[int, str]:
    return {
        found.id: found.name
        for found in session.execute(select(Department.id, Department.name).where(Department.id.in_(ids)))
    }


def _counted(session: Session, where: ColumnElement[bool], names: tuple[str, ...]) -> Counts | None:
    """Counts by facet over at most CAP rows; None when there are more."""
    counts = _read(session, _sampled(where).limit(CAP + 1), names)
    return None if counts["total"][0] > CAP else counts


def _everything(session: Session) -> Counts:
    """Counts of the whole catalogue in force, at most a minute old."""
    engine = session.get_bind().engine
    kept = _whole.get(engine)
    if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
        kept = _whole[engine] = (time.monotonic(), _read(session, _sampled(filtered(Filters())), FACETS))
    return kept[1]


def _sampled(where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (S.theme, S.object_classes, S.department_id, S.level, S.mode, S.state, S.opens_on, S.closes_on)
    return select(*columns).where(where)


def _read(session: Session, rows: Select[*tuple[Any, ...]], names: tuple[str, ...]) -> Counts:
    """One statement: the sample once, then a small count for each facet and the total under `total`."""
    sample = rows.cte("sample").prefix_with("MATERIALIZED", dialect="postgresql")
    parts = [select(literal("total").label("facet"), literal("0").label("value"), func.count().label("n"))]
    parts[0] = parts[0].select_from(sample)
    for name in names:
        parts += _facet(sample, name)
    counts: Counts = {}
    for facet, value, number in session.execute(union_all(*parts)):
        if number and value != "":
            counts.setdefault(facet, {})[int(value) if facet in ("department", "total") else value] = number
    counts.setdefault("total", {0: 0})
    return counts


def _facet(sample: CTE, name: str) -> list[Select[*tuple[Any, ...]]]:
    if name == "deadline":
        today = clock.today()
        return [
            select(literal(name), literal(choice), func.count())
            .select_from(sample)
            .where(deadline(choice, today, sample.c))
            for choice in DEADLINES
        ]
    if name == "object_class":
        each = select(func.unnest(sample.c.object_classes).label("one")).subquery()
        return [select(literal(name), each.c.one, func.count()).group_by(each.c.one)]
    column = sample.c["department_id" if name == "department" else name]
    return [select(literal(name), cast(column, String), func.count()).group_by(column)]
