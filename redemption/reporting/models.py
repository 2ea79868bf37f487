"""Tables of statutory duties, their history, and the reports that fulfil article 25."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Duty(Identified, Base):
    """法定职责: something a department must do by a statutory date, computed from stored facts."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "round"),
        Index(
            "ix_duty_next_step",
            "next_step_at",
            postgresql_where=text("fulfilled_at IS NULL AND closed_at IS NULL"),
        ),
        Index("ix_duty_department_open", "department_id", "due_at"),
        Index("ix_duty_office", "office_id", "kind", "event_date"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    """Public, used in addresses: ZZ-26-3F7KDPX9."""
    kind: Mapped[str]
    subject: Mapped[str]
    """`policy:17`, `application:3`, `question:9`, `department:4`."""
    round: Mapped[int] = mapped_column(default=1)
    """An amended policy is reported again: 2, 3, …"""
    title: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    """The office of the same level, which watches over it; None where no office exists at that level (told to the administrator)."""
    event_date: Mapped[dt.date]
    due_at: Mapped[dt.datetime]
    provisional: Mapped[bool] = mapped_column(default=False)
    """Runs into a year without a published schedule."""
    opened_at: Mapped[dt.datetime]
    entered_late: Mapped[bool] = mapped_column(default=False)
    next_step_at: Mapped[dt.datetime | None]
    """When the sweep has something to do: a reminder, an escalation."""
    steps_done: Mapped[list[str]] = mapped_column(default=list)
    overdue_at: Mapped[dt.datetime | None]
    fulfilled_at: Mapped[dt.datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[dt.datetime | None]
    """Exempted by the office, or its ground fell away."""
    close_reason: Mapped[str] = mapped_column(default="")
    exempted: Mapped[bool] = mapped_column(default=False)
    """By the office; False for one whose ground fell away: nothing was owed any more."""
    link: Mapped[str] = mapped_column(default="")
    """Where it is fulfilled, when that is not the duty's own page."""
    data: Mapped[Json] = mapped_column(default=dict)


class DutyEvent(Identified, Base):
    """History of a duty: opened, reminded, overdue, escalated, fulfilled, returned, exempted, recomputed."""

    __tablename__ = "duty_event"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), index=True)
    at: Mapped[dt.datetime]
    what: Mapped[str]
    actor: Mapped[str]
    data: Mapped[Json] = mapped_column(default=dict)


class DutySchedule(Identified, Base):
    """When an administrator lets duties of one kind remind and escalate, in place of `rules.STEPS`."""

    __tablename__ = "duty_schedule"

    kind: Mapped[str] = mapped_column(unique=True)
    """A kind, or `*` for all of them."""
    steps: Mapped[list[Json]]
    edited_at: Mapped[dt.datetime]
    edited_by: Mapped[str]


class Report(Identified, Base):
    """报送: the package of article 25 for one duty. 报送 fulfils, the office's signature acknowledges."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("duty_id", "no"),)

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    no: Mapped[int] = mapped_column(default=1)
    """1 the report, 2… supplements."""
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    state: Mapped[str] = mapped_column(index=True)
    """assembling, ready, sent, signed, returned."""
    content: Mapped[Json] = mapped_column(default=dict)
    """The JSON of the report: policy, standards, item table."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    package_sha256: Mapped[str] = mapped_column(default="")
    package_size: Mapped[int] = mapped_column(default=0)
    assembled_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    sent_by: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[dt.datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")
    signed_by_name: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[dt.datetime | None]
    return_reason: Mapped[str] = mapped_column(default="")


class OfficeConnection(Identified, Base):
    """How an office's own system is reached; while there is none, the built-in desk is all there is."""

    __tablename__ = "office_connection"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), unique=True)
    adapter: Mapped[str]
    options: Mapped[Json] = mapped_column(default=dict)
    secrets: Mapped[str | None]
    """Encrypted, bound to `office_connection:<office id>`."""
    version: Mapped[int] = mapped_column(default=1)
    began_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    open_until: Mapped[dt.datetime | None]
    """Left in peace until then."""
    alerted_at: Mapped[dt.datetime | None]
    last_success_at: Mapped[dt.datetime | None]
    last_failure_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(default="")


class OfficeKey(Identified, Base):
    """A signing key shared with an office's system; two may be live during rotation."""

    __tablename__ = "office_key"
    __table_args__ = (UniqueConstraint("office_id", "key_id"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    key_id: Mapped[str]
    scheme: Mapped[str] = mapped_column(default="v1")
    secret: Mapped[str]
    """Encrypted, bound to `office_key:<office id>`."""
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class OfficeParcel(Identified, Base):
    """A sent report on its way to the office's own system. Whatever becomes of it, the report stays at the desk."""

    __tablename__ = "office_parcel"
    __table_args__ = (Index("ix_office_parcel_next", "next_at", postgresql_where=text("state = 'waiting'")),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    state: Mapped[str] = mapped_column(default="waiting")
    """`reporting.rules.ParcelState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    first_attempt_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]
    number: Mapped[str] = mapped_column(default="")
    """Under which the office's system keeps it."""
    last_error: Mapped[str] = mapped_column(default="")
    tries: Mapped[list[Json]] = mapped_column(default=list)
    """The last of them: at, outcome, status, milliseconds, what was said."""


class OfficeEvent(Identified, Base):
    """What an office's system called back; the same id twice has the effect of once."""

    __tablename__ = "office_event"
    __table_args__ = (UniqueConstraint("office_id", "event_id"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    event_id: Mapped[str]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    digest: Mapped[str]
    body: Mapped[Json] = mapped_column(default=dict)
    state: Mapped[str]
    """applied, or conflicting: it contradicts what the desk had done, and stays for a person to see."""
    note: Mapped[str] = mapped_column(default="")
    received_at: Mapped[dt.datetime]
