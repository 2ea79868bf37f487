"""免申即享: what a department offers to the enterprises that its own conditions name."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Offer(Identified, Base):
    """One enterprise on the confirmed list of one item; its answer makes the application.

    Who declined may be listed again, as a row of its own; so may who accepted under an earlier version of the item.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("ix_offer_item_id_enterprise_id", "item_id", "enterprise_id"),
        Index(
            "uq_offer_open",
            "enterprise_id",
            "item_id",
            unique=True,
            postgresql_where=text("state = 'offered'"),
        ),
    )

    public_id: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    state: Mapped[str]
    """`matching.rules.OfferState`."""
    data: Mapped[Json] = mapped_column(default=dict)
    """The item part of the form as far as the profile fills it."""
    basis: Mapped[Json] = mapped_column(default=dict)
    """Condition → what the profile said when the list was confirmed."""
    offered_at: Mapped[dt.datetime]
    offered_by: Mapped[str]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")
