"""Words of publicity and payment."""

import datetime as dt
from enum import StrEnum

from redemption.kernel import clock
from redemption.kernel.workdays import Calendar, Deadline

CLAWBACK_DAYS = 15
"""Workdays within which what was claimed back (追回) is due."""


class PaymentState(StrEnum):
    """ordered → paid | returned; paid → clawback → clawed_back. A returned one stays, a new one follows."""

    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    CLAWBACK = "clawback"
    CLAWED_BACK = "clawed_back"


PAYMENT_STATE_NAMES = {
    PaymentState.ORDERED: "待拨付",
    PaymentState.PAID: "已到账",
    PaymentState.RETURNED: "已退汇",
    PaymentState.CANCELLED: "已取消",
    PaymentState.CLAWBACK: "追回中",
    PaymentState.CLAWED_BACK: "已追回",
}


class BatchState(StrEnum):
    """listed (a list for people) → waiting → sent | refused; a refused one may be sent again."""

    LISTED = "listed"
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


BATCH_STATE_NAMES = {
    BatchState.LISTED: "仅清单",
    BatchState.WAITING: "发送中",
    BatchState.SENT: "已送支付系统",
    BatchState.REFUSED: "被支付系统退回",
}


class ResultState(StrEnum):
    """applied · refused (does not fit: for a person) · settled (a person dealt with it)."""

    APPLIED = "applied"
    REFUSED = "refused"
    SETTLED = "settled"


def clawback_due(claimed_at: dt.datetime, calendar: Calendar) -> Deadline:
    """Until when money that was claimed back at a moment is due."""
    return calendar.add_workdays(clock.day_of(claimed_at), CLAWBACK_DAYS)
