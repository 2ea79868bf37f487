"""A policy's text as blocks a page can print: headings, paragraphs, entries, tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST = 200_000
"""Characters of a text on one page; the rest is on the next ones."""


@dataclass
class Part:
    """One block to print. `rows` only for tables; `anchor` is the offset it begins at."""

    kind: str
    text: str = ""
    level: int = 0
    anchor: int = 0
    rows: list[list[str]] = field(default_factory=list)


def pages(text: str, blocks: Sequence[dict[str, Any]]) -> int:
    """On how many pages a text is printed; at least 1."""
    return len(_cuts(text, blocks)) - 1


def parts(text: str, blocks: Sequence[dict[str, Any]], page: int = 1) -> list[Part]:
    """One page of the blocks in order, rows of one table together; a text without blocks line by line.

    Pages are cut between blocks. A page that is not there is empty.
    """
    cuts = _cuts(text, blocks)
    if not 1 <= page < len(cuts):
        return []
    first, last = cuts[page - 1], cuts[page]
    return _blocks(text, blocks[first:last]) if blocks else _lines(text, first, last)


def _cuts(text: str, blocks: Sequence[dict[str, Any]]) -> list[int]:
    """Where pages begin and end: indexes of blocks, or of lines where there are none."""
    ends = [int(block["end"]) for block in blocks] if blocks else _line_ends(text)
    cuts, since = [0], 0
    for at, end in enumerate(ends):
        if end - since > LONGEST and at > cuts[-1]:
            cuts.append(at)
            since = ends[at - 1]
    return [*cuts, len(ends)]


def _line_ends(text: str) -> list[int]:
    ends, at = [], 0
    for line in text.split("\n"):
        at += len(line) + 1
        ends.append(at - 1)
    return ends


def _blocks(text: str, blocks: Sequence[dict[str, Any]]) -> list[Part]:
    made: list[Part] = []
    table: Any = None
    for block in blocks:
        start, end = int(block["start"]), int(block["end"])
        if block["kind"] == "table_row":
            if table is None or table != block.get("table") or not made or made[-1].kind != "table":
                made.append(Part("table", anchor=start))
                table = block.get("table")
            cells = block.get("cells") or [[start, end]]
            made[-1].rows.append([text[a:b].strip() for a, b in cells])
            continue
        table = None
        words = text[start:end].strip()
        if words:
            made.append(Part(block["kind"], words, min(int(block.get("level") or 2), 4), start))
    return made


def _lines(text: str, first: int, last: int) -> list[Part]:
    made: list[Part] = []
    ends = [-1, *_line_ends(text)]
    for at in range(first, last):
        start, end = ends[at] + 1, ends[at + 1]
        if words := text[start:end].strip():
            made.append(Part("paragraph", words, anchor=start))
    return made
