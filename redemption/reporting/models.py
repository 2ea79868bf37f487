"""Tables of statutory duties, their history, and the reports that fulfil article 25."""

import datetime as dt

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
    """Whom it is owed to; None where no office exists at that level (told to the administrator)."""
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
