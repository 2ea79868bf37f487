"""Tables of supervision: exports that were asked for, yearly evaluations of policies and their questionnaires."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Export(Identified, Base):
    """A file somebody asked for: made by a job, kept for seven days."""

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_person", "person_id", "id"),
        Index("ix_export_expiring", "expires_at", postgresql_where=text("state = 'done'")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    """`supervision.rules.ExportKind`."""
    title: Mapped[str]
    params: Mapped[Json] = mapped_column(default=dict)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(default="queued")
    done_rows: Mapped[int] = mapped_column(default=0)
    total_rows: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="")
    media_type: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """Why it failed, in a sentence for who asked."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]


class Evaluation(Identified, Base):
    """年度政策评价 of one policy: figures fixed when it is published, the department's words, what was done with it."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("policy_id", "year"),)

    number: Mapped[str] = mapped_column(unique=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    year: Mapped[int]
    figures: Mapped[Json] = mapped_column(default=dict)
    """As they stood at publication; empty before."""
    findings: Mapped[str] = mapped_column(default="")
    """取得成效、存在问题 (第三十六条)."""
    measures: Mapped[str] = mapped_column(default="")
    """转化为调整政策制定的措施 (第三十八条)."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    published_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    """运用情况: what was done with the result, published after it."""
    outcome_at: Mapped[dt.datetime | None]


class Answer(Identified, Base):
    """One enterprise's answers to the questionnaire of an evaluation. Shown in sums only."""

    __tablename__ = "evaluation_answer"
    __table_args__ = (UniqueConstraint("evaluation_id", "enterprise_id"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    applied: Mapped[bool]
    """Applied in that year, or fitted and did not."""
    answers: Mapped[Json] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[dt.datetime]
