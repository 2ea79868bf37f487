"""Tables of what departments said, and what was decided."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class DepartmentEvent(Identified, Base):
    """An event from a department's system. The same id twice has the effect of once."""

    __tablename__ = "department_event"
    __table_args__ = (
        UniqueConstraint("department_id", "event_id"),
        Index("ix_department_event_kept", "referral_id", postgresql_where=text("state = 'kept'")),
        Index(
            "ix_department_event_conflict", "department_id", postgresql_where=text("state = 'conflicting'")
        ),
    )

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    event_id: Mapped[str]
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"))
    referral_number: Mapped[str]
    sequence: Mapped[int | None]
    type: Mapped[str]
    occurred_at: Mapped[dt.datetime]
    data: Mapped[Json]
    digest: Mapped[str]
    """sha256 of the body: the same id with another content is refused."""
    received_at: Mapped[dt.datetime]
    state: Mapped[str]
    """applied, kept (too early), conflicting (for a person), settled (a person dealt with it)."""
    note: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[dt.datetime | None]


class Decision(Identified, Base):
    """What was decided on an application, with reasons; one in force at a time."""

    __tablename__ = "decision"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    result: Mapped[str]
    """approve or deny."""
    amount: Mapped[Decimal | None]
    reasons: Mapped[str] = mapped_column(default="")
    basis: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[dt.datetime]
    decided_by: Mapped[str]
    decided_by_name: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    revoked_at: Mapped[dt.datetime | None]
    revoke_reason: Mapped[str] = mapped_column(default="")


class Proposal(Identified, Base):
    """A decision one officer proposes and another one confirms, where a department asks for two (双人复核)."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index("uq_proposal_open", "application_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    data: Mapped[Json]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    proposed_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    """confirmed or returned."""
    settled_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class ReviewScore(Identified, Base):
    """评审得分: points of a case whose item goes by ranking; the last ones count."""

    __tablename__ = "review_score"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    points: Mapped[Decimal]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    at: Mapped[dt.datetime]


class ExpertInvitation(Identified, Base):
    """An outside expert asked for an opinion on one case, by a link and without an account.

    Only the digest of the link's secret is kept; the link ends by its day, by the answer, or when it is revoked.
    """

    __tablename__ = "expert_invitation"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    code_digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    question: Mapped[str]
    invited_by: Mapped[str]
    invited_by_name: Mapped[str]
    invited_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    opened: Mapped[int] = mapped_column(default=0)
    """How often the page was opened."""
    last_opened_at: Mapped[dt.datetime | None]
    result: Mapped[str] = mapped_column(default="")
    """Empty until answered; then support, conditional or oppose."""
    text: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[dt.datetime | None]


class MaterialCheck(Identified, Base):
    """逐项核对: what an officer found of one line of the list of materials; the last word stands."""

    __tablename__ = "material_check"
    __table_args__ = (UniqueConstraint("application_id", "entry"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    entry: Mapped[str]
    """Key of the list entry."""
    verdict: Mapped[str]
    """ok or lacking."""
    note: Mapped[str] = mapped_column(default="")
    """Where it is lacking: what has to be put right; the composer of a correction begins with it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    at: Mapped[dt.datetime]
    round: Mapped[int] = mapped_column(default=0)
    """Corrections answered by then: what came later has not been looked at."""


class CaseNote(Identified, Base):
    """内部意见: what colleagues of one department write to one another about a case; nobody else sees it."""

    __tablename__ = "case_note"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    asked_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """A colleague whose opinion is asked for."""
    asked_name: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    at: Mapped[dt.datetime]


class Phrase(Identified, Base):
    """常用语: a sentence that a department's officers put into correction notices."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("department_id", "text"),)

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    text: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
