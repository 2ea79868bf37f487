"""Words of publicity and payment."""

from enum import StrEnum


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
