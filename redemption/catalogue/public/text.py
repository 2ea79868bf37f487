"""A policy's text as blocks a page can print: headings, paragraphs, entries, tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST = 400_000
"""Characters of a text that a page prints; the rest is named and offered as JSON."""


@dataclass
class Part:
    """One block to print. `rows` only for tables; `anchor` is the offset it begins at."""

    kind: str
    text: str = ""
    level: int = 0
    anchor: int = 0
    rows: list[list[str]] = field(default_factory=list)


def parts(text: str, blocks: Sequence[dict[str, Any]]) -> list[Part]:
    """The blocks in order, rows of one table together; a text without blocks line by line."""
    if not blocks:
        return _lines(text)
    made: list[Part] = []
    table: Any = None
    for block in blocks:
        start, end = int(block["start"]), int(block["end"])
        if start > LONGEST:
            break
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


def _lines(text: str) -> list[Part]:
    made: list[Part] = []
    at = 0
    for line in text[:LONGEST].split("\n"):
        if line.strip():
            made.append(Part("paragraph", line.strip(), anchor=at))
        at += len(line) + 1
    return made
