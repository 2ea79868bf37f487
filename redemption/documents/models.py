"""Table of issued documents: number, data, template version, digest. The PDF is rendered from these when asked for."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Document(Identified, Base):
    __tablename__ = "document"
    __table_args__ = (Index("ix_document_subject", "subject"),)

    kind: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Verification code, random; whoever holds the paper can check it at /verify/<code>."""
    subject: Mapped[str]
    """What it is about: `submission:17`, `application:18`, `duty:4`."""
    title: Mapped[str]
    data: Mapped[Json]
    template: Mapped[str]
    template_version: Mapped[int]
    digest: Mapped[str]
    """sha256 of kind, number, title, data, template and its version, in canonical JSON."""
    issuer_name: Mapped[str]
    issuer_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    issuer_centre_id: Mapped[int | None] = mapped_column(ForeignKey("service_centre.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    sealed: Mapped[bool] = mapped_column(default=False)
    """False: an image stands in for the electronic seal, and the document says so."""
    issued_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    pdf_sha256: Mapped[str] = mapped_column(default="")
    """Set once rendered; the same bytes are served ever after."""
    glyphs_missing: Mapped[str] = mapped_column(default="")
