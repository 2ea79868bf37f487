"""Tables of the window: what could not be taken (办不成事), and what one shift leaves to the next."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Matter(Identified, Base):
    """办不成事: somebody came and could not be served. It is followed up until they are told what came of it."""

    __tablename__ = "desk_matter"
    __table_args__ = (
        Index("ix_desk_matter_centre", "centre_id", "id"),
        Index("ix_desk_matter_open", "due_on", postgresql_where=text("state <> 'closed'")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("service_centre.id"))
    clerk_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    enterprise_name: Mapped[str] = mapped_column(default="")
    item_code: Mapped[str] = mapped_column(default="")
    item_name: Mapped[str] = mapped_column(default="")
    visitor_name: Mapped[str]
    visitor_phone: Mapped[str]
    reason: Mapped[str]
    """A key of `applications.rules.UNSERVED_REASONS`."""
    description: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    """open, working, closed."""
    registered_at: Mapped[dt.datetime]
    due_on: Mapped[dt.date]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    steps: Mapped[list[Json]] = mapped_column(default=list)
    """`[{"at", "by", "text"}]`, oldest first."""
    outcome: Mapped[str] = mapped_column(default="")
    """A key of `desk.rules.OUTCOMES`, once it is closed."""
    closed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Handover(Identified, Base):
    """交接班: what one clerk leaves, and who took it over."""

    __tablename__ = "desk_handover"
    __table_args__ = (Index("ix_desk_handover_centre", "centre_id", "id"),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("service_centre.id"))
    from_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str]
    figures: Mapped[Json] = mapped_column(default=dict)
    """Counted when it was handed over: entered today, waiting for papers, open matters; numbers of the latter two."""
    handed_at: Mapped[dt.datetime]
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[dt.datetime | None]
