"""Tables of ratings (好差评)."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
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
