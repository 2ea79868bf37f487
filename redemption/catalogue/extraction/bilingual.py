"""Step 1g: headings in two languages, as brochures print them: Application Materials 申请材料.

Where a document has them, the words of the others need not be known, and one that stands again before the next
is the head of another page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.labels import in_two_languages
from redemption.catalogue.extraction.lines import Line

_HEADING = re.compile(
    r"[A-Za-z&'’,.\s/-]{5,40}[\u4e00-\u9fff]{2,10}|[\u4e00-\u9fff]{2,10}[A-Za-z&'’,.\s/-]{5,40}"
)
_FEWEST = 3  # known labels of this kind


def read_bilingual(lines: Sequence[Line]) -> list[Line]:
    """The lines, with such headings marked and their repetitions left out."""
    found = {id(line) for line in lines if _is_bilingual(line)}
    if len({line.text for line in lines if id(line) in found and line.strong and line.roles}) < _FEWEST:
        return list(lines)
    out: list[Line] = []
    above = ""
    for line in lines:
        if id(line) in found:
            if line.text == above:
                continue
            above = line.text
            if not line.strong:
                line.caption, line.body = (line.start, line.end), line.end
                line.roles, line.strong = ("ignore",), True
        out.append(line)
    return out


def _is_bilingual(line: Line) -> bool:
    text = line.text.strip()
    if line.kind or line.cells or not (text[:1].isascii() or text[-1:].isascii()):
        return False
    return in_two_languages(text) and _HEADING.fullmatch(text) is not None
