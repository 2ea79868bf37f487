"""Tables of messages to people, and of each channel they go out by."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Message(Identified, Base):
    """One message in somebody's space. `once` makes it unique: the same occasion never tells twice."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_enterprise", "enterprise_id", "id"),
        Index("ix_message_person", "person_id", "id"),
        Index("ix_message_department", "department_id", "id"),
        Index("ix_message_office", "office_id", "id"),
    )

    once: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str] = mapped_column(default="")
    data: Mapped[Json] = mapped_column(default=dict)
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]


class MessageTemplate(Identified, Base):
    """An administrator's wording, in place of the built-in one."""

    __tablename__ = "message_template"

    code: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    edited_at: Mapped[dt.datetime]
    edited_by: Mapped[str]


class MessageOptOut(Identified, Base):
    """An enterprise or a person does not want messages by this channel; in the space they stand in any case."""

    __tablename__ = "message_opt_out"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "channel"),
        UniqueConstraint("person_id", "channel"),
        CheckConstraint("num_nonnulls(enterprise_id, person_id) = 1", name="one_reader"),
    )

    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str]


class Delivery(Identified, Base):
    """A message on its way by e-mail or SMS; claimed with a lease, sent once."""

    __tablename__ = "message_delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel", "address"),
        Index("ix_delivery_open", "next_at", postgresql_where=text("state = 'waiting'")),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    """waiting, sending, sent, failed (given up), unknown (sent or not: the connection broke after the data)."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(default="")
