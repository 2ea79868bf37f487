"""Rules of delivery: what a parcel may be, when it is tried again, and when a connection is left in peace."""

import datetime as dt
from enum import StrEnum

from redemption.kernel.patience import FAILURES as BREAKER_FAILURES
from redemption.kernel.patience import breaker_pause, wait_after

GIVE_UP_AFTER = dt.timedelta(hours=72)
"""A parcel is tried for at least this long before it becomes a dead letter (DESIGN §5)."""
LEASE = dt.timedelta(seconds=90)
"""Longer than any call may take: the whole of a call is bounded by `adapters.transport.LONGEST_CALL`."""


__all__ = [
    "BREAKER_FAILURES",
    "GIVE_UP_AFTER",
    "GONE_OVER",
    "HELD",
    "LEASE",
    "OUTCOME_NAMES",
    "PARCEL_KIND_NAMES",
    "PARCEL_STATE_NAMES",
    "ParcelKind",
    "ParcelState",
    "Purpose",
    "ReferralState",
    "breaker_pause",
    "is_hopeless",
    "wait_after",
]


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

OUTCOME_NAMES = {
    "taken": "已接收",
    "later": "稍后答复",
    "refused": "技术退回",
    "retry": "没有送达，再试",
    "alert": "配置有误，再试",
    "dead": "没有送达，转人工",
    "late": "迟到的答复",
}
"""Of one try; `late`: another courier had it in the meantime."""

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


def is_hopeless(first_attempt_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a parcel was tried long enough to become a dead letter."""
    return now - first_attempt_at >= GIVE_UP_AFTER
