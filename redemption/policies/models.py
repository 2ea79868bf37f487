"""Tables of policy documents: one policy, its immutable published versions, its interpretations."""

import datetime as dt

from sqlalchemy import ForeignKey, Sequence, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from redemption.kernel.db import Base, Identified, Json

NUMBERS = Sequence("policy_number_seq", metadata=Base.metadata)
"""Counts the public numbers of policies; a transaction that is rolled back leaves a gap."""


class Policy(Identified, Base):
    """惠企政策文件. Everything that may change with an amendment lies in its versions."""

    __tablename__ = "policy"

    number: Mapped[str] = mapped_column(unique=True)
    """Our own public number, used in addresses; the 文号 is the version's `document_number`."""
    state: Mapped[str] = mapped_column(index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    """牵头部门 of a joint document; the only department of an ordinary one."""
    drafting_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    in_government_name: Mapped[bool] = mapped_column(default=False)
    """Issued in the name of the government or its general office: the drafting department owes the duties (第三条)."""
    source: Mapped[str] = mapped_column(default="typed")
    source_id: Mapped[str | None] = mapped_column(unique=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("policy_version.id", use_alter=True), index=True
    )
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    updated_at: Mapped[dt.datetime | None]
    """Moved by every change to the policy or its draft, so that `version` moves with it."""
    published_at: Mapped[dt.datetime | None]
    repealed_at: Mapped[dt.datetime | None]
    repeal_reason: Mapped[str] = mapped_column(default="")
    answers: Mapped[int] = mapped_column(default=0)
    """How many 简明问答 are written for it (第二十九条); the consultation slice keeps count."""
    version: Mapped[int] = mapped_column(default=1)

    current: Mapped["PolicyVersion | None"] = relationship(foreign_keys=[current_version_id], viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def owner_department_id(self) -> int:
        """Who owes the duties of this document (articles 3 and 25)."""
        if self.in_government_name and self.drafting_department_id:
            return self.drafting_department_id
        return self.lead_department_id


class PolicyDepartment(Base):
    """The other departments of a joint document."""

    __tablename__ = "policy_department"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)


class PolicyVersion(Identified, Base):
    """The text as it stood. Once `published_at` is set a trigger refuses every change."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "no"),)

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    no: Mapped[int]
    title: Mapped[str]
    document_number: Mapped[str] = mapped_column(default="", index=True)
    issuer: Mapped[str] = mapped_column(default="")
    publication_date: Mapped[dt.date | None] = mapped_column(index=True)
    """The day it was made public: the report's 3 workdays run from here."""
    issue_date: Mapped[dt.date | None]
    """The day it was signed (成文日期/印发)."""
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    text: Mapped[str] = mapped_column(deferred=True)
    blocks: Mapped[list[Json]] = mapped_column(default=list, deferred=True)
    """The reader's blocks with offsets into `text`."""
    findings: Mapped[list[Json]] = mapped_column(default=list)
    source_name: Mapped[str] = mapped_column(default="")
    source_sha256: Mapped[str] = mapped_column(default="")
    change_note: Mapped[str] = mapped_column(default="")
    lacking: Mapped[Json] = mapped_column(default=dict)
    """What should go with a publication and does not: `questions` → the reason, shown to the office."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    published_at: Mapped[dt.datetime | None]


class Interpretation(Identified, Base):
    """政策解读, written beside its policy, made public with it and shown with it (articles 12, 14 and 19)."""

    __tablename__ = "interpretation"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    source_name: Mapped[str] = mapped_column(default="")
    """The file it was read from; empty: typed."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    published_at: Mapped[dt.datetime | None]
    """None: waits for the publication of the draft it explains."""
    published_by: Mapped[str] = mapped_column(default="")
