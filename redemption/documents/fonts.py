"""The fonts of our documents: which characters they can write, and what is written where they cannot.

Noto Sans SC and Noto Serif SC come as files of a package; nothing is looked up on the machine.
"""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn as noto

GETA = "〓"
"""The printers' mark for a character that is not in the case: seen at once, mistaken for nothing."""

SANS_NAME, SERIF_NAME = "Redemption Sans", "Redemption Serif"
"""Names of our own: "Sans" and "Serif" would be looked up among the fonts of the machine."""
SANS = Path(noto.sans_path())
SERIF = Path(noto.serif_path())


@cache
def covered() -> frozenset[int]:
    """Code points that at least one of the fonts can write."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for path in (SANS, SERIF):
        with TTFont(path, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def missing_glyphs(text: str) -> str:
    """The characters of a text that no font can write, each once, in order."""
    points = covered()
    return "".join(dict.fromkeys(char for char in text if ord(char) not in points and not _blank(char)))


def writable(text: str, missing: str) -> str:
    """The text with the printers' mark in the place of what cannot be written."""
    return text.translate({ord(char): GETA for char in missing}) if missing else text


def _blank(char: str) -> bool:
    return char.isspace() or ord(char) < 32 or char in "\u200b\u200c\u200d\ufeff\u2060"
