"""Tables of publicity and payment."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Publicity(Identified, Base):
    """公示 of one intended approval."""

    __tablename__ = "publicity"
    __table_args__ = (Index("ix_publicity_running", "ends_at", postgresql_where=text("ended_at IS NULL")),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    provisional: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[dt.datetime | None]


class PaymentOrder(Identified, Base):
    """拨付: one payment to an enterprise; a returned one stays, and a new one follows."""

    __tablename__ = "payment_order"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[Decimal]
    account_name: Mapped[str]
    bank_name: Mapped[str]
    bank_account: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="ordered", index=True)
    """`disbursement.rules.PaymentState`."""
    due_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    paid_at: Mapped[dt.datetime | None]
    returned_at: Mapped[dt.datetime | None]
    return_reason: Mapped[str] = mapped_column(default="")
    account_context: Mapped[str] = mapped_column(default="")
    """The place that `bank_account` is bound to: the submission it was copied from."""
    voucher: Mapped[str] = mapped_column(default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("payment_batch.id"), index=True)
    claimed_back_at: Mapped[dt.datetime | None]
    clawback_due_at: Mapped[dt.datetime | None]
    clawback_provisional: Mapped[bool] = mapped_column(default=False)
    clawed_back_at: Mapped[dt.datetime | None]


class PaymentBatch(Identified, Base):
    """拨付批次: orders of one department handed to the bank or the finance office together."""

    __tablename__ = "payment_batch"

    number: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    orders: Mapped[int]
    amount: Mapped[Decimal]
    state: Mapped[str] = mapped_column(default="listed")
    """`disbursement.rules.BatchState`: listed (only the list), waiting, sent, failed."""
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("payment_channel.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    sent_at: Mapped[dt.datetime | None]
    reference: Mapped[str] = mapped_column(default="")
    """The payment system's own number."""
    last_error: Mapped[str] = mapped_column(default="")


class PaymentChannel(Identified, Base):
    """How a department's batches reach the bank or the finance office, and how results come back."""

    __tablename__ = "payment_channel"

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), unique=True)
    adapter: Mapped[str]
    options: Mapped[Json] = mapped_column(default=dict)
    secrets: Mapped[str | None]
    """Encrypted, bound to `payment_channel:<department id>`."""
    active: Mapped[bool] = mapped_column(default=True)
    open_until: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    last_success_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]


class PaymentResult(Identified, Base):
    """What a payment system said about one order. The same id twice has the effect of once."""

    __tablename__ = "payment_result"
    __table_args__ = (UniqueConstraint("channel_id", "result_id"),)

    channel_id: Mapped[int] = mapped_column(ForeignKey("payment_channel.id"))
    result_id: Mapped[str]
    order_number: Mapped[str]
    body: Mapped[Json]
    digest: Mapped[str]
    """sha256 of the body: the same id with another content is refused."""
    received_at: Mapped[dt.datetime]
    state: Mapped[str]
    """`disbursement.rules.ResultState`: applied, or refused with a note for a person."""
    note: Mapped[str] = mapped_column(default="")
