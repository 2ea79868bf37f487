"""The table that searches read: one row an item, written in the transaction that publishes or changes the item."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base


class ItemSearch(Base):
    """What an item is found by, and what lists show of it, side by side, so that a page of results is one read."""

    __tablename__ = "item_search"
    __table_args__ = (
        Index("ix_item_search_grams", "grams", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(
            "ix_item_search_name_grams",
            "name_grams",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index(
            "ix_item_search_pinyin",
            "pinyin",
            postgresql_using="gin",
            postgresql_ops={"pinyin": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_item_search_name", "name_folded", postgresql_ops={"name_folded": "text_pattern_ops"}),
        Index("ix_item_search_newest", "open", "published_at", "item_id"),
        Index("ix_item_search_closing", "open", "closes_on", "item_id"),
        Index("ix_item_search_theme", "open", "theme", "published_at", "item_id"),
        Index("ix_item_search_department", "open", "department_id", "published_at", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    open: Mapped[bool]
    """Shown in the 专栏 by its state (`catalogue.rules.SHOWN`). Dates are asked at the search."""
    name_folded: Mapped[str]
    body: Mapped[str]
    """Name, document number, theme, department, whom it is for, what it gives: folded (`catalogue.terms`)."""
    grams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name_grams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pinyin: Mapped[str]
    """Syllables of the name, then its initials, apart from one another."""
    theme: Mapped[str] = mapped_column(default="")
    object_classes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    mode: Mapped[str]
    level: Mapped[str]
    jurisdiction_id: Mapped[int]
    department_id: Mapped[int]
    department: Mapped[str]
    document_number: Mapped[str] = mapped_column(default="")
    policy_number: Mapped[str]
    opens_on: Mapped[dt.date | None]
    closes_on: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    published_at: Mapped[dt.datetime]
