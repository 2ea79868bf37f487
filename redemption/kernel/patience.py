"""How long to wait for somebody else's system: the pause before the next try, and when to leave it in peace."""

import datetime as dt
import random

FAILURES = 5
"""Failures in a row after which a system is left in peace for a while (a circuit breaker)."""


def wait_after(
    attempts: int,
    retry_after: float | None = None,
    roll: float | None = None,
    *,
    first: float = 2.0,
    longest: float = 1800.0,
) -> dt.timedelta:
    """Pause before the next try: doubled each time up to `longest` seconds, ± half of it by chance.

    Args:
        attempts: tries so far, this one included, from 1.
        retry_after: seconds the other side asked for; never tried earlier, nor held back longer than a day.
        roll: 0 ≤ roll < 1, for tests.
    """
    chance = random.random() if roll is None else roll  # noqa: S311 - spreads load, keeps no secret
    seconds = min(first * 2 ** min(attempts - 1, 30), longest) * (0.5 + chance)
    if retry_after is not None:
        seconds = max(seconds, min(retry_after, 86_400.0))
    return dt.timedelta(seconds=seconds)


def breaker_pause(
    failures: int, roll: float | None = None, *, first: float = 15.0, longest: float = 600.0
) -> dt.timedelta | None:
    """How long to leave a system in peace after so many failures in a row; None: go on."""
    if failures < FAILURES:
        return None
    chance = random.random() if roll is None else roll  # noqa: S311 - spreads load, keeps no secret
    base = min(first * 2 ** min(failures - FAILURES, 20), longest)
    return dt.timedelta(seconds=base * (0.75 + chance / 2))
