"""What can go wrong at a department, by option."""

import random
from dataclasses import dataclass

SLOW = 2.0


@dataclass(frozen=True)
class Faults:
    """Shares are between 0 and 1, times in seconds."""

    delay: float = 0.0
    """Before every answer."""
    errors: float = 0.0
    """Answered 500 before anything was kept."""
    lost: float = 0.0
    """Kept, and the answer never arrives."""
    later: float = 0.0
    """Answered 202 instead of 200."""
    duplicates: float = 0.0
    """Events sent twice."""
    disorder: float = 0.0
    """Events held back so that later ones overtake them."""
    skew: float = 0.0
    """How far the department's clock is ahead of ours."""

    slow: float = 0.0
    """Share of calls that are answered after `SLOW` seconds only."""
    corrections: float = 0.0
    """Share of the cases that an automatic department asks to be corrected first."""

    def happens(self, share: float) -> bool:
        return share > 0 and random.random() < share  # noqa: S311 - a fault, not a secret
