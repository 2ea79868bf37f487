"""The source text of a policy for the page: its blocks, cut where a field's words begin and end, overlong texts in
parts so that nothing is left out. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from redemption.catalogue import review
from redemption.catalogue.rules import FIELDS

MOST_BLOCKS = 1500
MOST_CHARACTERS = 150_000
"""What one part of an overlong text holds; the others are a click away."""


@dataclass(frozen=True)
class Piece:
    """A run of characters; `fields` are those it was taken into, `anchor` marks the first place of a field."""

    text: str
    fields: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One block as it is shown."""

    anchor: str
    kind: str
    level: int
    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Excerpt:
    """What is on the page: all of a text, or one part of an overlong one."""

    blocks: list[Shown]
    part: int
    parts: int
    where: Mapping[str, int]
    """In which part the first place of a field stands."""


@dataclass(frozen=True)
class Marked:
    """A part of the source that belongs to a field."""

    start: int
    end: int
    field: str


def marks_of(name_span: Sequence[int] | None, fields: Mapping[str, Any], length: int) -> list[Marked]:
    """Every place from which this item was taken; places outside the text are dropped."""
    marks = [Marked(name_span[0], name_span[1], "name")] if name_span else []
    for field in FIELDS:
        marks += [Marked(start, end, field) for start, end in review.spans_of(fields.get(field))]
    return sorted(
        (mark for mark in marks if 0 <= mark.start < mark.end <= length),
        key=lambda mark: (mark.start, mark.end),
    )


def shown(
    text: str, blocks: Iterable[Mapping[str, Any]], marks: Sequence[Marked], wanted: int | None = None
) -> Excerpt:
    """The blocks of a text with their marks; of an overlong text one part.

    Args:
        wanted: which part, from 1; None is the part in which the first mark stands.
    """
    listed = list(blocks)
    begins = _beginnings(listed)
    starts = [int(listed[at]["start"]) for at in begins]
    where: dict[str, int] = {}
    for mark in marks:
        where.setdefault(mark.field, max(1, bisect_right(starts, mark.start)))
    first = where[marks[0].field] if marks else 1
    part = min(max(1, wanted), len(begins)) if wanted is not None else first
    last = begins[part] if part < len(begins) else len(listed)
    done = _marked(text, listed[begins[part - 1] : last], begins[part - 1], marks)
    return Excerpt(done, part, len(begins), where)


def _beginnings(listed: Sequence[Mapping[str, Any]]) -> list[int]:
    """The index of the block with which each part begins; a part is bounded in blocks and in characters."""
    begins, since = [0], int(listed[0]["start"]) if listed else 0
    for at, block in enumerate(listed):
        full = at - begins[-1] >= MOST_BLOCKS or int(block["end"]) - since > MOST_CHARACTERS
        if full and at > begins[-1]:
            begins.append(at)
            since = int(block["start"])
    return begins


def _marked(
    text: str, listed: Sequence[Mapping[str, Any]], number: int, marks: Sequence[Marked]
) -> list[Shown]:
    seen: set[str] = set()
    done = []
    starts = [mark.start for mark in marks]
    reach = max((mark.end - mark.start for mark in marks), default=0)
    for at, block in enumerate(listed, number):
        first, last = int(block["start"]), int(block["end"])
        near = marks[bisect_left(starts, first - reach) : bisect_right(starts, last)]
        here = [mark for mark in near if mark.start < last and mark.end > first]
        pieces = tuple(_pieces(text, first, last, here, seen))
        done.append(
            Shown(f"b{at}", str(block.get("kind", "")), int(block.get("level", 0)), first, last, pieces)
        )
    return done


def _pieces(text: str, first: int, last: int, marks: Sequence[Marked], seen: set[str]) -> Iterable[Piece]:
    edges = {first, last}
    for mark in marks:
        edges |= {max(first, mark.start), min(last, mark.end)}
    cuts = sorted(edges)
    for start, end in pairwise(cuts):
        fields = tuple(dict.fromkeys(mark.field for mark in marks if mark.start <= start and mark.end >= end))
        fresh = tuple(field for field in fields if field not in seen)
        seen.update(fresh)
        yield Piece(text[start:end], fields, fresh)
