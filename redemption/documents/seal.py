"""The image that stands in for an electronic seal until one is connected. It says itself that it is none."""

import math
from html import escape

from redemption.documents.fonts import SERIF_NAME

RED = "#c8161d"


def stand_in(issuer: str) -> str:
    """An inline SVG: a round, with the issuer's name along the upper arc and 代用图样 inside."""
    name = issuer[:24]
    return (
        f'<svg class="seal" viewBox="0 0 200 200" role="img" font-family="{SERIF_NAME}" aria-label="{escape(name)}（印章代用图样）">'
        f'<circle cx="100" cy="100" r="93" fill="none" stroke="{RED}" stroke-width="5"/>'
        f"{_arc(name)}{_star(100, 92, 26)}"
        f'<text x="100" y="148" font-size="18" fill="{RED}" text-anchor="middle">代用图样</text></svg>'
    )


def _arc(name: str) -> str:
    """The characters stand on the circle one by one: upright at the top, leaning outward to both sides."""
    size = 22 if len(name) <= 12 else 17
    step = min(20.0, 250.0 / max(len(name), 1))
    first = -step * (len(name) - 1) / 2
    letters = []
    for place, char in enumerate(name):
        angle = first + step * place
        x = 100 + 72 * math.sin(math.radians(angle))
        y = 100 - 72 * math.cos(math.radians(angle))
        letters.append(
            f'<text font-size="{size}" fill="{RED}" text-anchor="middle" '
            f'transform="translate({x:.2f} {y:.2f}) rotate({angle:.2f}) translate(0 {size * 0.36:.2f})">'
            f"{escape(char)}</text>"
        )
    return "".join(letters)


def _star(x: float, y: float, radius: float) -> str:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(36 * corner)
        points.append(f"{x + reach * math.sin(angle):.2f},{y - reach * math.cos(angle):.2f}")
    return f'<polygon points="{" ".join(points)}" fill="{RED}"/>'
