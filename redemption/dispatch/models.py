"""Tables of delivery: connections to departments' systems, referrals, what was sent, each attempt."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Connection(Identified, Base):
    """How one department is reached from a day on: adapter code and options; secrets encrypted."""

    __tablename__ = "connection"
    __table_args__ = (Index("ix_connection_department", "department_id", "begins_at"),)

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    adapter: Mapped[str]
    options: Mapped[Json] = mapped_column(default=dict)
    secrets: Mapped[str | None]
    mapping: Mapped[Json] = mapped_column(default=dict)
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]
    max_parallel: Mapped[int] = mapped_column(default=4)
    open_until: Mapped[dt.datetime | None]
    """Circuit breaker: no call before this moment."""
    failures: Mapped[int] = mapped_column(default=0)
    last_success_at: Mapped[dt.datetime | None]
    last_failure_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    alerted_at: Mapped[dt.datetime | None]
    """When people were last told that something is wrong here; None again after a success."""
    poll_cursor: Mapped[Json] = mapped_column(default=dict)
    poll_lease_until: Mapped[dt.datetime | None]
    last_polled_at: Mapped[dt.datetime | None]
    """When we last fetched answers, or when the department last fetched its cases."""
    next_position: Mapped[int] = mapped_column(default=1)
    """One more than the highest place given out here; the list that a pulling department reads is one for all of its
    connections (`recording`)."""
    version: Mapped[int] = mapped_column(default=1)


class Route(Identified, Base):
    """Where cases of an item go besides, or instead of, its own department: by district, in order, for an opinion."""

    __tablename__ = "route"
    __table_args__ = (Index("ix_route_item", "item_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    jurisdiction_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    """Only for enterprises of this district; None: of any for which no row of its own exists."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    purpose: Mapped[str] = mapped_column(default="decision")
    step: Mapped[int] = mapped_column(default=1)
    """Opinions of one step are asked at once (并联), a later step waits for the one before (串联)."""
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]


class Referral(Identified, Base):
    """转办单: an application as sent to one department. The connection is fixed when it is made."""

    __tablename__ = "referral"
    __table_args__ = (UniqueConstraint("application_id", "department_id", "purpose"),)

    number: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), index=True)
    purpose: Mapped[str] = mapped_column(default="decision")
    """`decision`, or `opinion` of a department that is heard (协同)."""
    department_number: Mapped[str] = mapped_column(default="")
    """The department's own number, once it has taken the case."""
    state: Mapped[str] = mapped_column(default="open")
    """open, taken, refused (422: a technical refusal, for a person), closed."""
    created_at: Mapped[dt.datetime]
    taken_at: Mapped[dt.datetime | None]
    next_sequence: Mapped[int] = mapped_column(default=1)
    applied_sequence: Mapped[int] = mapped_column(default=0)
    """Highest sequence of the department's numbered events applied so far."""
    step: Mapped[int] = mapped_column(default=1)
    opinion: Mapped[Json] = mapped_column(default=dict)
    """Of a department that is heard: `{"result": support|oppose|conditional, "text", "by", "at"}`."""


class Parcel(Identified, Base):
    """One thing to deliver for a referral: submission (sequence 1), correction or withdrawal (2, 3, …).

    Sent in order: a parcel waits until every one before it is taken. `sequence` with the referral's number is the
    idempotency key.
    """

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("referral_id", "sequence"),
        Index("ix_parcel_due", "connection_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_parcel_leased",
            "connection_id",
            "lease_until",
            postgresql_where=text("state = 'waiting' AND lease_until IS NOT NULL"),
        ),
        Index(
            "ix_parcel_position", "connection_id", "position", postgresql_where=text("position IS NOT NULL")
        ),
        Index("ix_parcel_dead", "connection_id", postgresql_where=text("state IN ('dead', 'refused')")),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    payload: Mapped[Json]
    state: Mapped[str] = mapped_column(default="waiting")
    """waiting, taken, later (202: the department will say), refused (422), dead (given up after 72 h)."""
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[dt.datetime | None]
    lease_until: Mapped[dt.datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    settled_at: Mapped[dt.datetime | None]
    position: Mapped[int | None]
    """Place in the list that a pulling department reads."""
    last_error: Mapped[str] = mapped_column(default="")


class Attempt(Identified, Base):
    """One try to deliver a parcel, with what came back (cut, without secrets)."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_parcel", "parcel_id", "id"), Index("ix_attempt_at", "at"))

    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    at: Mapped[dt.datetime]
    outcome: Mapped[str]
    status: Mapped[int | None]
    duration_ms: Mapped[int]
    answer: Mapped[str] = mapped_column(default="")
