"""State machines as one table.

    machine = Machine("申报件", Status.RECEIVED, {(Status.RECEIVED, Action.ACCEPT): Status.ACCEPTED, …})
    application.status = machine.next(application.status, Action.ACCEPT)

The table is checked when it is made, so that a mistake in it stops the program at the start and not a case in
the middle of its life. States and actions are enums (their `label`, if they have one, is what people read).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Generic, TypeVar

from redemption.kernel.errors import IllegalTransition

S = TypeVar("S", bound=Enum)
A = TypeVar("A", bound=Enum)


class Machine(Generic[S, A]):
    """A named table of transitions with one initial state.

    `finals` are the states that count as the end (办结). Without being told it is those without a way out; a
    machine whose end can still be reopened (an approval that may be revoked) names its own.
    ValueError if a member of the state enum cannot be reached, or if from some state no end can be reached.
    """

    def __init__(
        self, name: str, initial: S, table: Mapping[tuple[S, A], S], *, finals: Iterable[S] | None = None
    ) -> None:
        self.name = name
        self.initial = initial
        self.table: Mapping[tuple[S, A], S] = MappingProxyType(dict(table))
        self.states: frozenset[S] = frozenset({initial, *table.values(), *(state for state, _ in table)})
        dead_ends = self.states - {state for state, _ in table}
        self.finals: frozenset[S] = dead_ends if finals is None else frozenset(finals)
        self._check(dead_ends)

    def next(self, state: S, action: A) -> S:
        """The state after `action`. IllegalTransition if the table does not have the pair."""
        try:
            return self.table[state, action]
        except KeyError:
            raise IllegalTransition(
                f"{self.name}当前为“{_word(state)}”，不能进行“{_word(action)}”。请刷新页面查看最新状态。",
                machine=self.name,
                state=state.value,
                action=action.value,
                possible=[possible.value for possible in self.actions(state)],
            ) from None

    def can(self, state: S, action: A) -> bool:
        """Whether the table has the pair; who may do it is somebody else's question."""
        return (state, action) in self.table

    def actions(self, state: S) -> tuple[A, ...]:
        """What can be done in a state, in the order of the table."""
        return tuple(action for source, action in self.table if source == state)

    def sources(self, action: A) -> frozenset[S]:
        """The states in which an action exists: for queries that look for candidates."""
        return frozenset(source for source, possible in self.table if possible == action)

    def is_final(self, state: S) -> bool:
        """Whether the state counts as the end (办结)."""
        return state in self.finals

    def _check(self, dead_ends: frozenset[S]) -> None:
        onward: dict[S, set[S]] = {}
        back: dict[S, set[S]] = {}
        for (source, _), target in self.table.items():
            onward.setdefault(source, set()).add(target)
            back.setdefault(target, set()).add(source)
        unreachable = set(type(self.initial)) - _reach({self.initial}, onward)
        if unreachable:
            raise ValueError(f"{self.name}: no way leads to {_names(unreachable)}")
        if self.finals - self.states:
            raise ValueError(f"{self.name}: not states of the table: {_names(self.finals - self.states)}")
        if dead_ends - self.finals:
            raise ValueError(f"{self.name}: no way out of {_names(dead_ends - self.finals)}")
        trapped = self.states - _reach(set(self.finals), back)
        if trapped:
            raise ValueError(f"{self.name}: no end can be reached from {_names(trapped)}")


def _reach(found: set[S], onward: Mapping[S, set[S]]) -> set[S]:
    waiting = list(found)
    while waiting:
        fresh = onward.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _word(member: Enum) -> str:
    return str(getattr(member, "label", member.value))


def _names(states: Iterable[Enum]) -> str:
    return ", ".join(sorted(state.name for state in states))
