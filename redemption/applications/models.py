"""Tables of submissions (申报单), their applications (申报件), materials, corrections, and every transition."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from redemption.applications.rules import RUNNING
from redemption.kernel.db import Base, Identified, Json

RUNNING_SQL = "(" + ", ".join(f"'{status.value}'" for status in RUNNING) + ")"


class Submission(Identified, Base):
    """申报单: what is handed in at once. A draft until `received_at` is set; then its common data stand still."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_enterprise", "enterprise_id", "id"),
        Index("ix_submission_centre", "centre_id", "received_at"),
        UniqueConstraint("enterprise_id", "client_key"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    """Given with the draft, kept for ever: there is one number before and after."""
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    channel: Mapped[str]
    filer_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """经办人 with an account; at the counter the person is in `counter`."""
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("service_centre.id"))
    clerk_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    counter: Mapped[Json] = mapped_column(default=dict)
    """Who stood at the counter: name, id number masked, mandate seen."""
    counter_id_number: Mapped[str | None]
    common: Mapped[Json] = mapped_column(default=dict)
    """Enterprise part of the form as declared: contact, address, bank name, account masked."""
    bank_account: Mapped[str | None]
    declarations: Mapped[Json] = mapped_column(default=dict)
    typed: Mapped[Json] = mapped_column(default=dict)
    """Of a draft: what was typed into the enterprise part and cannot be taken yet, so that it is not lost."""
    created_at: Mapped[dt.datetime]
    saved_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime | None]
    """When it was handed in (online) or received at the counter: the moment that counts."""
    entered_at: Mapped[dt.datetime | None]
    """When a clerk entered it; equal to `received_at` online."""
    earlier_receipt_reason: Mapped[str] = mapped_column(default="")
    client_key: Mapped[str | None]
    """Idempotency key of the client: the same submission sent twice is one."""
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    discarded_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    applications: Mapped[list["Application"]] = relationship(
        back_populates="submission", order_by="Application.id"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Application(Identified, Base):
    """申报件: one item of a submission, with its own status, clock, referrals and decision."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_department_status", "department_id", "status"),
        Index("ix_application_item_status", "item_id", "status"),
        Index("ix_application_due", "due_kind", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "uq_application_running",
            "enterprise_id",
            "item_id",
            unique=True,
            postgresql_where=text(f"single AND status IN {RUNNING_SQL}"),
        ),
        UniqueConstraint("submission_id", "item_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    status: Mapped[str | None]
    """None while the submission is a draft."""
    data: Mapped[Json] = mapped_column(default=dict)
    """The item part of the form as declared."""
    typed: Mapped[Json] = mapped_column(default=dict)
    """Of a draft: what was typed and cannot be taken yet."""
    differences: Mapped[Json] = mapped_column(default=dict)
    """`{field: {"declared", "department", "event", "at"}}`: both values stay visible."""
    single: Mapped[bool] = mapped_column(default=True)
    """Only one application of this item may run for an enterprise at a time (a partial unique index sees to it)."""
    assignee_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[dt.datetime | None]
    accepted_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]
    over_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime | None]
    """Of the running clock, recomputed from the events at each transition and calendar change; None: stands still."""
    due_kind: Mapped[str] = mapped_column(default="")
    due_provisional: Mapped[bool] = mapped_column(default=False)
    amount_requested: Mapped[Decimal | None]
    amount_approved: Mapped[Decimal | None]
    receipt: Mapped[Json] = mapped_column(default=dict)
    """What the enterprise said about the money: `{"arrived", "note", "at", "by"}`; empty: nothing."""
    version: Mapped[int] = mapped_column(default=1)

    submission: Mapped[Submission] = relationship(back_populates="applications")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ApplicationEvent(Identified, Base):
    """One transition: who, from, to, when, why. The clocks are computed from these rows."""

    __tablename__ = "application_event"
    __table_args__ = (UniqueConstraint("application_id", "seq"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    seq: Mapped[int]
    action: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    at: Mapped[dt.datetime]
    """When it happened (the department's clock, or the counter's)."""
    recorded_at: Mapped[dt.datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    data: Mapped[Json] = mapped_column(default=dict)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class Material(Identified, Base):
    """A paper or file handed in for one entry of an item's list; files lie in storage by digest."""

    __tablename__ = "material"
    __table_args__ = (Index("ix_material_submission", "submission_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    """None: common to all applications of the submission."""
    public_id: Mapped[str] = mapped_column(unique=True)
    entry: Mapped[str]
    """Key of the list entry it answers."""
    name: Mapped[str]
    """The file's name as the person knows it, without any path."""
    media_type: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="ordinary")
    """How long it is kept depends on it (`retention.Kind`): told from the words of the list when it is handed in."""
    form: Mapped[str] = mapped_column(default="file")
    """`file`, or at the window `original_seen` / `copy_kept`."""
    scan: Mapped[str] = mapped_column(default="not_configured")
    """Virus scan: `waiting`, `clean`, `infected`, `not_configured`."""
    round: Mapped[int] = mapped_column(default=0)
    """0 with the submission, n in answer to the n-th correction."""
    uploaded_at: Mapped[dt.datetime]
    uploaded_by: Mapped[str]
    removed_at: Mapped[dt.datetime | None]


class RetentionPeriod(Identified, Base):
    """How long one kind is kept, where an administrator set another period than `retention.DEFAULTS`."""

    __tablename__ = "retention_period"

    kind: Mapped[str] = mapped_column(unique=True)
    months: Mapped[int]
    edited_at: Mapped[dt.datetime]
    edited_by: Mapped[str]


class Correction(Identified, Base):
    """补正通知: everything that is missing, in one notice (一次性告知)."""

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("application_id", "round"),
        Index(
            "ix_correction_open", "due_at", postgresql_where=text("answered_at IS NULL AND closed_at IS NULL")
        ),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    stage: Mapped[str]
    """`received` or `accepted`: where a resubmission goes back to."""
    entries: Mapped[list[Json]]
    """`[{"kind": "field"|"material", "key", "message"}]`; only these are open to the applicant."""
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    draft: Mapped[Json] = mapped_column(default=dict)
    """The answer while it is being written."""
    before: Mapped[Json] = mapped_column(default=dict)
    """Declared values before the answer, so that the officer sees what changed."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class Objection(Identified, Base):
    """An objection during publicity (公示异议): who objects is known to the department alone."""

    __tablename__ = "objection"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str]
    reason: Mapped[str]
    raised_at: Mapped[dt.datetime]
    outcome: Mapped[str] = mapped_column(default="")
    """Empty while it is looked into; then dismissed, upheld or changed_amount."""
    settled_at: Mapped[dt.datetime | None]


class Registry(Identified, Base):
    """Where enterprises' data are looked up (数据共享, 第二十七条): registration, qualifications, tax, social security."""

    __tablename__ = "registry"

    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    """As people know it: 企业登记信息（市场监管）."""
    adapter: Mapped[str]
    options: Mapped[Json] = mapped_column(default=dict)
    secrets: Mapped[str | None]
    """Encrypted, bound to `registry:<code>`."""
    subjects: Mapped[list[str]] = mapped_column(JSONB, default=list)
    """`sharing.rules.Subject`: what it can answer."""
    active: Mapped[bool] = mapped_column(default=True)
    open_until: Mapped[dt.datetime | None]
    """Circuit breaker: not asked before this moment."""
    failures: Mapped[int] = mapped_column(default=0)
    last_success_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]


class Lookup(Identified, Base):
    """One question to a registry about one enterprise: who asked, when, for which application, what came back.

    Kept for the enterprise to see; a question is never deleted.
    """

    __tablename__ = "lookup"
    __table_args__ = (
        Index("ix_lookup_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_lookup_enterprise", "enterprise_id", "id"),
        Index("ix_lookup_submission", "submission_id", postgresql_where=text("submission_id IS NOT NULL")),
        Index(
            "uq_lookup_automatic",
            "application_id",
            "subject",
            unique=True,
            postgresql_where=text("automatic"),
        ),
        Index("ix_lookup_application", "application_id", postgresql_where=text("application_id IS NOT NULL")),
    )

    key: Mapped[str] = mapped_column(unique=True)
    """The same at every try: the registry's own log has it too."""
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    subject: Mapped[str]
    purpose: Mapped[str]
    """`sharing.rules.Purpose`: prefill or verification."""
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    automatic: Mapped[bool] = mapped_column(default=False)
    """The one verification that follows a submission by itself."""
    asked_by: Mapped[str]
    asked_by_name: Mapped[str]
    asked_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    """`sharing.rules.LookupState`."""
    facts: Mapped[Json] = mapped_column(default=dict)
    as_of: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    """What a person should know: why there is no answer."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    duration_ms: Mapped[int | None]
