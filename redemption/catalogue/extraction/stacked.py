"""Step 2b: labels that stand one below the other, their contents following in the same order (tabs of a page).

    申请条件 ⏎ 支持标准 ⏎ 申请材料 ⏎ 1.… ⏎ 2.… ⏎ 每家10万元 ⏎ 1.… ⏎ 2.…

Each label is put above its content again, where the content falls into as many groups as there are labels.
"""

from __future__ import annotations

from redemption.catalogue.extraction.lines import RANK, Line

_FEWEST = 2


def spread_labels(lines: list[Line]) -> list[Line]:
    """The lines in the order in which the page showed them."""
    out: list[Line] = []
    place = 0
    while place < len(lines):
        last = place
        while last < len(lines) and _stands_alone(lines[last]):
            last += 1
        labels = lines[place:last]
        if len(labels) < _FEWEST or len({label.roles for label in labels}) < len(labels):
            out.append(lines[place])
            place += 1
            continue
        end = last
        while end < len(lines) and not lines[end].cells and (lines[end].kind or not lines[end].strong):
            end += 1
        groups = _groups(lines[last:end], len(labels))
        if groups:
            for label, group in zip(labels, groups, strict=True):
                out.extend([label, *group])
            place = end
        else:
            out.append(lines[place])
            place += 1
    return out


def _stands_alone(line: Line) -> bool:
    return bool(
        line.strong
        and line.roles
        and not line.kind
        and not line.cells
        and line.body >= line.end
        and line.text.rstrip()[-1] not in "：:？?"
    )


def _groups(content: list[Line], wanted: int) -> list[list[Line]]:
    """The content in groups: a new one where the numbers begin again; if that makes too few, where they end too."""
    for unnumbered in (False, True):
        starts = _starts(content, unnumbered)
        if len(starts) == wanted:
            return [content[a:b] for a, b in zip(starts, [*starts[1:], len(content)], strict=True)]
    return []


def _starts(content: list[Line], unnumbered: bool) -> list[int]:
    starts: list[int] = []
    outer = ""  # the kind of number that heads the group
    plain = False
    for index, line in enumerate(content):
        kind = "" if line.kind == "bullet" else line.kind
        if not starts:
            starts, outer, plain = [index], kind, not kind
        elif kind and line.number == 1 and (plain or RANK[kind] <= RANK.get(outer, 99)):
            starts.append(index)
            outer, plain = kind, False
        elif unnumbered and not kind and not plain and content[index - 1].kind and len(line.text) >= 4:
            starts.append(index)
            outer, plain = "", True
    return starts
