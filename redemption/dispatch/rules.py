"""Rules of delivery: what a parcel may be, when it is tried again, and when a connection is left in peace."""

import datetime as dt
import random
from enum import StrEnum

GIVE_UP_AFTER = dt.timedelta(hours=72)
"""A parcel is tried for at least this long before it becomes a dead letter (DESIGN §5)."""
FIRST_WAIT = 2.0
LONGEST_WAIT = 1800.0
LEASE = dt.timedelta(seconds=90)
"""Longer than any call may take: the whole of a call is bounded by `adapters.transport.LONGEST_CALL`."""

BREAKER_FAILURES = 5
BREAKER_FIRST = 15.0
BREAKER_LONGEST = 600.0


class ParcelKind(StrEnum):
    SUBMISSION = "submission"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


PARCEL_KIND_NAMES = {
    ParcelKind.SUBMISSION: "申报件",
    ParcelKind.CORRECTION: "补正材料",
    ParcelKind.WITHDRAWAL: "撤回通知",
}


class ParcelState(StrEnum):
    """waiting → taken | later | refused | dead | cancelled; a person sends refused and dead ones again."""

    WAITING = "waiting"
    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    DEAD = "dead"
    CANCELLED = "cancelled"


PARCEL_STATE_NAMES = {
    ParcelState.WAITING: "待送达",
    ParcelState.TAKEN: "部门已接收",
    ParcelState.LATER: "等待部门答复",
    ParcelState.REFUSED: "技术退回",
    ParcelState.DEAD: "送达失败",
    ParcelState.CANCELLED: "已取消",
}

GONE_OVER = (ParcelState.TAKEN, ParcelState.LATER, ParcelState.CANCELLED)
"""States that let the next parcel of the same referral go out."""
HELD = (ParcelState.REFUSED, ParcelState.DEAD)
"""States that wait for a person."""


class Purpose(StrEnum):
    """Why a department gets a case: to decide it, or to be heard (协同)."""

    DECISION = "decision"
    OPINION = "opinion"


class ReferralState(StrEnum):
    """`planned`: an opinion or decision that waits for the departments before it in the order of hearing."""

    PLANNED = "planned"
    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"
    CLOSED = "closed"


def wait_after(attempts: int, retry_after: float | None = None, roll: float | None = None) -> dt.timedelta:
    """Pause before the next try: doubled each time up to half an hour, ± half of it by chance.

    Args:
        attempts: tries so far, this one included, from 1.
        retry_after: seconds the department asked for; never tried earlier than that, nor held back longer than a day.
        roll: 0 ≤ roll < 1, for tests.
    """
    chance = random.random() if roll is None else roll  # noqa: S311 - spreads load, keeps no secret
    base = min(FIRST_WAIT * 2 ** min(attempts - 1, 30), LONGEST_WAIT)
    seconds = base * (0.5 + chance)
    if retry_after is not None:
        seconds = max(seconds, min(retry_after, 86_400.0))
    return dt.timedelta(seconds=seconds)


def is_hopeless(first_attempt_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a parcel was tried long enough to become a dead letter."""
    return now - first_attempt_at >= GIVE_UP_AFTER


def breaker_pause(failures: int, roll: float | None = None) -> dt.timedelta | None:
    """How long to leave a connection in peace after so many failures in a row; None: go on."""
    if failures < BREAKER_FAILURES:
        return None
    chance = random.random() if roll is None else roll  # noqa: S311 - spreads load, keeps no secret
    base = min(BREAKER_FIRST * 2 ** min(failures - BREAKER_FAILURES, 20), BREAKER_LONGEST)
    return dt.timedelta(seconds=base * (0.75 + chance / 2))
