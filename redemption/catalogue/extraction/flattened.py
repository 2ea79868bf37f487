"""Step 1b: tables that a page lost when it was copied: a header of column names, then one cell a line.

    序号 ⏎ 材料名称 ⏎ 份数 ⏎ 1 ⏎ 申请表 ⏎ 2 ⏎ 2 ⏎ 营业执照 ⏎ 1

becomes rows with cells again; so does a list with a header of labels (政策名称 ⏎ 支持对象 ⏎ 支持标准 …), cell below cell or
a row a line with spaces between. Other lines stay as they are.
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.titles import labelled_names

_NUMBER_HEADS = frozenset({"序号", "编号", "序"})
_COLUMN = re.compile(r"[^，。；：:？！]{2,14}")
_UNKNOWN = re.compile(r"[\u4e00-\u9fff]{2,6}")
_MOST_COLUMNS = 10
_SLACK = 3  # lines by which a row may be longer or shorter than the header


def rejoin_tables(text: str, lines: list[Line], labels: Labels) -> list[Line]:
    """The lines, with every table of this kind turned into rows."""
    if labelled_names(lines):
        return lines  # 政策名称 ⏎ 甲 ⏎ 支持对象 … and again: labels and values, one card after the other
    out: list[Line] = []
    place = 0
    table = -1
    while place < len(lines):
        if rows := _spaced_rows(lines, place, labels):
            out.extend(_spaced(text, line, table) for line in lines[place : place + rows])
            table -= 1
            place += rows
            continue
        width = _header_width(lines, place)
        ends = _rows(lines, place + width, width) if width else []
        if not ends and (width := _label_width(lines, place)):
            ends = _even_rows(lines, place + width, width)
        if not ends and (shaped := _shaped_rows(lines, place, labels)):
            out.extend(_row_of(text, cells, table) for cells in shaped)
            table -= 1
            place += sum(len(cell) for cells in shaped for cell in cells)
            continue
        if not ends:
            out.append(lines[place])
            place += 1
            continue
        starts = [place, place + width, *ends[:-1]]
        for start, end in zip(starts, [place + width, *ends], strict=True):
            out.append(_row(text, lines[start:end], table, width))
        table -= 1
        place = ends[-1]
    return out


def _header_width(lines: list[Line], place: int) -> int:
    """How many lines from here are column names, before a line "1"; 0 when none are."""
    if lines[place].cells or re.sub(r"\s", "", lines[place].text) not in _NUMBER_HEADS:
        return 0
    for width in range(1, _MOST_COLUMNS + 1):
        if place + width >= len(lines):
            return 0
        text = lines[place + width].text.strip()
        if text == "1":
            return width if width >= 2 else 0
        if lines[place + width].cells or not _COLUMN.fullmatch(text):
            return 0
    return 0


def _rows(lines: list[Line], begin: int, width: int) -> list[int]:
    """Where each row ends. A row begins with its number; of several such lines the one nearest to a full row."""
    ends: list[int] = []
    start, number = begin, 1
    while True:
        window = range(start + 2, min(len(lines), start + width + _SLACK + 1))
        following = [at for at in window if lines[at].text.strip() == str(number + 1)]
        if not following:
            break
        start = min(following, key=lambda at: abs(at - start - width))
        ends.append(start)
        number += 1
    last = start + 1
    while last < min(len(lines), start + width) and not _ends_table(lines[last]):
        last += 1
    return [*ends, last] if last > start + 1 else ends


def _label_width(lines: list[Line], place: int) -> int:
    """How many column names stand one below the other from here, the name of an item first; 0 when none do.

    Three known labels or more; of fewer, two with names of columns between them that nobody knows (类别, 情形).
    """
    if not {"name", "group"} & set(lines[place].roles):
        return 0
    known: list[int] = []
    for width, line in enumerate(lines[place : place + _MOST_COLUMNS], 1):
        if (
            line.kind
            or line.cells
            or line.text.rstrip()[-1] in "：:"
            or (line.body < line.end and line.strong)
        ):
            break
        if line.strong:
            known.append(width)
        elif not _UNKNOWN.fullmatch(line.text.strip()):
            break
    return known[-1] if known and (len(known) >= 3 or len(known) == 2 < known[-1]) else 0


def _even_rows(lines: list[Line], begin: int, width: int) -> list[int]:
    """Rows of as many lines as the header has labels; at least two, and no label among the cells."""
    ends: list[int] = []
    start = begin
    while start + width <= len(lines):
        row = lines[start : start + width]
        if any(line.strong or line.cells or line.kind in ("cn", "article") for line in row):
            break
        if len(row[0].text) > 40 or row[0].text.rstrip()[-1] in "。；":
            break
        start += width
        ends.append(start)
    return ends if len(ends) >= 2 else []


_SHAPE = re.compile(r"[A-Za-z]+|\d+")


def _shape(line: Line) -> str:
    """QJ-0012 → A-9: what codes, numbers and dates of one column have in common; "" for words."""
    text = line.text.strip()
    bare = _SHAPE.sub(lambda run: "9" if run.group()[0].isdigit() else "A", text)
    return bare if "9" in bare and len(text) <= 24 and not re.search(r"[\u4e00-\u9fff]{4}", text) else ""


def _shaped_rows(lines: list[Line], place: int, labels: Labels) -> list[list[list[Line]]]:
    """Header and rows, each a list of cells, each a list of lines; [] where no column tells where rows begin.

    政策名称 ⏎ 政策编号 ⏎ 政策内容 ⏎ 录入时间, then rows of which one cell may run over several lines: the codes or
    dates of another column show how long each row is.
    """
    if "name" not in labels.exact(lines[place].text):
        return []
    heads = lines[place : place + _MOST_COLUMNS]
    for width in range(3, len(heads)):
        if heads[width - 1].cells or not _COLUMN.fullmatch(heads[width - 1].text.strip()):
            return []
        known = sum(bool(labels.exact(head.text)) for head in heads[:width])
        if known < 2:
            continue
        for column in range(1, width):
            shape = _shape(lines[place + width + column]) if place + width + column < len(lines) else ""
            if not shape:
                continue
            rows = _rows_by_shape(lines, place + width, width, column, shape)
            if len(rows) >= 2 and sum(len(row) == width for row in rows) >= len(rows) * 0.6:
                return [[[head] for head in heads[:width]], *_cells_of(rows, width)]
    return []


def _rows_by_shape(lines: list[Line], begin: int, width: int, column: int, shape: str) -> list[list[Line]]:
    marks = [at for at in range(begin + column, len(lines)) if _shape(lines[at]) == shape]
    starts = [mark - column for mark in marks]
    rows = [lines[a:b] for a, b in zip(starts, starts[1:], strict=False)]
    if not starts or any(len(row) < width for row in rows):
        return []
    last = lines[starts[-1] :]
    if (
        column < width - 1 and len(last) > width
    ):  # the last row ends where a line looks like the last cell of the others
        ends = {_shape(row[-1]) for row in rows if len(row) == width} - {""}
        stop = next((n for n in range(width, len(last) + 1) if _shape(last[n - 1]) in ends), width)
        last = last[:stop]
    else:
        last = last[:width]
    return [*rows, last]


def _cells_of(rows: list[list[Line]], width: int) -> list[list[list[Line]]]:
    """The cells of each row: lines beyond one a cell belong to the column that is longest."""
    even = [row for row in rows if len(row) == width]
    longest = max(range(width), key=lambda n: sum(len(row[n].text) for row in even))
    out = []
    for row in rows:
        more = len(row) - width
        cells = [[line] for line in row[:longest]]
        cells.append(row[longest : longest + more + 1])
        cells.extend([line] for line in row[longest + more + 1 :])
        out.append(cells)
    return out


def _row_of(text: str, cells: list[list[Line]], table: int) -> Line:
    start, end = cells[0][0].start, cells[-1][-1].end
    row = Line(start, end, text[start:end], body=start, after_marker=start)
    row.cells, row.table = tuple((cell[0].start, cell[-1].end) for cell in cells), table
    return row


def _spaced_rows(lines: list[Line], place: int, labels: Labels) -> int:
    """How many lines from here are a header and rows of one width, their cells parted by spaces; 0 for none."""
    header = lines[place]
    heads = header.text.split()
    if header.cells or not 3 <= len(heads) <= _MOST_COLUMNS or len(header.text) > 80:
        return 0
    known = [role for head in heads for role in labels.exact(head)]
    if len(known) < max(2, len(heads) - 2) or "name" not in known:
        return 0
    last = place + 1
    while last < len(lines) and not lines[last].cells and len(lines[last].text.split()) == len(heads):
        last += 1
    return last - place if last - place >= 3 else 0


def _spaced(text: str, line: Line, table: int) -> Line:
    row = Line(line.start, line.end, line.text, body=line.start, after_marker=line.start)
    row.cells = tuple(
        (line.start + match.start(), line.start + match.end()) for match in re.finditer(r"\S+", line.text)
    )
    row.table = table
    return row


def _ends_table(line: Line) -> bool:
    return bool(line.cells or (line.strong and set(line.roles) & set(FIELDS)))


def _row(text: str, cells: list[Line], table: int, width: int) -> Line:
    start, end = cells[0].start, cells[-1].end
    row = Line(start, end, text[start:end], body=start, after_marker=start)
    row.cells, row.table = _whole_cells(cells, width), table
    return row


def _whole_cells(lines: list[Line], width: int) -> tuple[Span, ...]:
    """The cells of a row; numbered lines (1.…； 2.…； 3.…) are one cell where the row has more lines than columns."""
    cells: list[Span] = []
    spare = len(lines) - width
    for place, line in enumerate(lines):
        above = lines[place - 1] if place else None
        counted = (
            above is not None and line.kind and line.kind == above.kind and line.number == above.number + 1
        )
        if (
            spare > 0
            and cells
            and (counted or (above is not None and above.text.rstrip().endswith(("；", "，", "、"))))
        ):
            cells[-1] = (cells[-1][0], line.end)
            spare -= 1
        else:
            cells.append((line.start, line.end))
    return tuple(cells)
