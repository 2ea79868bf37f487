"""Due dates that are stored, and who computes them again when the calendar changes.

A due date is a computation from facts and the calendar; a stored one is a copy of it, for lists and sweeps. So each
place that stores one declares beside it how it is computed again, and a change of the calendar asks all of them:
first what would move (shown before it is applied), then to keep it (listed afterwards). `redemption.due_dates` imports
every declaration; a test proves that no column is left out.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from redemption.kernel import clock


@dataclass(frozen=True)
class Move:
    """One stored due date that ends on another day, or on the same one but no longer provisionally."""

    title: str
    owner: str
    """Who owes it, or waits for it: a name as pages show it."""
    before: dt.date
    after: dt.date
    keep: Callable[[], object]
    """Compute it again under a lock and store it; true where something moved."""

    @property
    def moves(self) -> bool:
        """Whether the day is another one."""
        return self.before != self.after

    def becomes_overdue(self, today: dt.date) -> bool:
        """Whether it was still to be met today, and is missed by the new day."""
        return self.after < today <= self.before


Moves = Callable[[Session, dt.date], Iterator[Move]]
Align = Callable[[Session], object]
Column = InstrumentedAttribute[Any]

_CLOCKS: dict[Moves, tuple[str, ...]] = {}
_COPIES: dict[Align, tuple[str, ...]] = {}


def clock_of(*columns: Column) -> Callable[[Moves], Moves]:
    """Declare how the due dates in these columns move: `moves(session, first)` yields those that a calendar puts
    elsewhere, where no day before `first` has changed; it writes nothing.
    """

    def declare(moves: Moves) -> Moves:
        _CLOCKS[moves] = _names(columns)
        return moves

    return declare


def copy_of_a_clock(*columns: Column) -> Callable[[Align], Align]:
    """Declare how columns that repeat another row's due date follow it once that has been kept; they count once."""

    def declare(align: Align) -> Align:
        _COPIES[align] = _names(columns)
        return align

    return declare


def moves(session: Session, first: dt.date) -> Iterator[Move]:
    """Every stored due date that the calendar, as it is in this transaction, moves or makes firm."""
    for declared in _CLOCKS:
        yield from declared(session, first)


def align(session: Session) -> None:
    """Bring every copy in line with the due date it repeats."""
    for declared in _COPIES:
        declared(session)


def columns() -> frozenset[str]:
    """`table.column` of every due date that is declared, copies included."""
    return frozenset(name for names in (*_CLOCKS.values(), *_COPIES.values()) for name in names)


def touched(end: Column, provisional: Column, first: dt.date) -> ColumnElement[bool]:
    """Rows that a calendar changed from `first` on may move: provisional ones, and those that end later.

    `end` is the first moment that is too late.
    """
    return or_(provisional, end > clock.start_of_day(first))


def _names(given: Iterable[Column]) -> tuple[str, ...]:
    return tuple(f"{column.class_.__tablename__}.{column.key}" for column in given)
