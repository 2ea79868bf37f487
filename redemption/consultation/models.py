"""Tables of questions and answers (政策问答, 第二十九条至第三十一条)."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified


class Question(Identified, Base):
    """A question, asked by somebody or written with the policy; published answers are the knowledge base."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_item", "item_id"),
        Index("ix_question_policy", "policy_id"),
        Index("ix_question_state", "state", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    """Only a draft is ever deleted; the answers written for it go with it."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id", ondelete="SET NULL"))
    """A draft item that is deleted or merged leaves its answers to the policy."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    asker_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asker_enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    """Who looks at it and passes it on; None for what was written with the policy."""
    text: Mapped[str]
    public_text: Mapped[str] = mapped_column(default="")
    """How it is asked in the knowledge base, without anything about who asked; empty: as in `text`."""
    answer: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    """Where the answer stands: article of the policy."""
    state: Mapped[str]
    """draft, asked, passed_on, published, closed."""
    answered_by: Mapped[str] = mapped_column(default="")
    close_reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[dt.datetime]
    passed_on_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]
