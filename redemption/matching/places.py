"""Jurisdictions as conditions name them, and which lie within which. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redemption.catalogue.vocabulary import HERE


@dataclass(frozen=True)
class Place:
    """A jurisdiction as conditions name it: by code or by name."""

    id: int
    code: str
    name: str
    parent_id: int | None


class Places:
    """All jurisdictions, to answer which lie within which."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = {place.id: place for place in places}
        self.mark = frozenset(self._places.values())
        """Equal for equal places: what was compiled against one set holds for an equal one."""

    def within(self, named: Sequence[str], here: str) -> list[Place]:
        """Every place that is one of the named ones or lies inside one; a name nobody has names nothing."""
        wanted = {here if name == HERE else name for name in named}
        return [
            place for place in self._places.values() if any(self._is(up, wanted) for up in self._up(place))
        ]

    def name_of(self, jurisdiction_id: int | None) -> str | None:
        place = self._places.get(jurisdiction_id or 0)
        return place.name if place else None

    def _up(self, place: Place) -> Iterator[Place]:
        seen: set[int] = set()
        at: Place | None = place
        while at is not None and at.id not in seen:
            seen.add(at.id)
            yield at
            at = self._places.get(at.parent_id or 0)

    @staticmethod
    def _is(place: Place, wanted: set[str]) -> bool:
        return place.code in wanted or place.name in wanted
