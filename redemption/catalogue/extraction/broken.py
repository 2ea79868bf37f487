"""Step 1f: rows of a text list of which one cell holds line breaks, as a sheet pastes it.

    3 ⇥ 岗位补贴 ⇥ （1）…，每人1000元； ⏎ （2）…，每人800元； ⇥ 2024-05-06      one row of four cells, on two lines

The rows above tell how many cells a row has; the lines belong together where they make up that many.
"""

from __future__ import annotations

from collections.abc import Sequence

from redemption.catalogue.extraction.lines import Line

_MOST_LINES = 30  # of one cell
_LONG = 20  # characters of a cell that is told in sentences


def join_broken_rows(text: str, lines: Sequence[Line]) -> list[Line]:
    """The lines, every such row as one."""
    out: list[Line] = []
    place = width = 0
    while place < len(lines):
        line = lines[place]
        last = _last_line(text, lines, place, width) if 1 < len(line.cells) < width else place
        if last > place:
            out.append(_joined(text, lines[place : last + 1]))
        else:
            out.append(line)
            if line.cells or line.strong:
                width = len(line.cells) if line.table is None else 0
        place = last + 1
    return out


def _last_line(text: str, lines: Sequence[Line], place: int, width: int) -> int:
    """The place of the line that completes the row; `place` itself where none does."""
    if lines[place].table is not None or not _told(text, lines[place], -1):
        return place
    cells = len(lines[place].cells)
    for at in range(place + 1, min(len(lines), place + _MOST_LINES)):
        more = lines[at].cells
        if not more:
            continue
        cells += len(more) - 1
        if cells >= width:
            return at if cells == width and _told(text, lines[at], 0) else place
    return place


def _told(text: str, line: Line, cell: int) -> bool:
    """Whether a cell is told in sentences, so that a line may break inside it; a number or name is not."""
    words = text[slice(*line.cells[cell])].strip()
    return len(words) >= _LONG or words[-1:] in ("。", "；", "：", "，")


def _joined(text: str, lines: Sequence[Line]) -> Line:
    first, last = lines[0], lines[-1]
    row = Line(first.start, last.end, text[first.start : last.end], body=first.start)
    row.after_marker = first.start
    cells = list(first.cells)
    for line in lines[1:]:
        begin = cells.pop()[0]
        following = line.cells or ((line.start, line.end),)
        cells.extend([(begin, following[0][1]), *following[1:]])
    row.cells = tuple(cells)
    return row
