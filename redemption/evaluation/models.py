"""Tables of ratings (好差评)."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified


class Rating(Identified, Base):
    """One rating. Handlers never see who gave it; who did not rate stays unrated."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("application_id", "occasion"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    occasion: Mapped[str]
    """`window` after acceptance at the counter, `end` after the end online."""
    stars: Mapped[int]
    """5 非常满意 … 1 非常不满意."""
    reasons: Mapped[list[str]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(default="")
    rated_at: Mapped[dt.datetime]
    rated_by: Mapped[str]


class RatingFollowUp(Identified, Base):
    """What a bad rating opens: 核实 → 整改 → 回访, each step with its own due date."""

    __tablename__ = "rating_follow_up"
    __table_args__ = (
        Index("ix_rating_follow_up_due", "due_at", postgresql_where=text("state <> 'closed'")),
        Index("ix_rating_follow_up_department", "department_id", "state"),
    )

    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    number: Mapped[str] = mapped_column(unique=True)
    """A random code for addresses: it says nothing about the case or the enterprise."""
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[dt.datetime | None]
    verified_note: Mapped[str] = mapped_column(default="")
    founded: Mapped[bool | None]
    mended_at: Mapped[dt.datetime | None]
    mended_note: Mapped[str] = mapped_column(default="")
    called_back_at: Mapped[dt.datetime | None]
    called_back_note: Mapped[str] = mapped_column(default="")
    satisfied: Mapped[bool | None]
