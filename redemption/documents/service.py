"""Issuing documents: number, data, template version and digest are fixed in the caller's transaction (DESIGN law 10).

    document = issue(session, actor, kind="acceptance", subject="application:18", title="受理通知书",
                     data={…}, issuer_name="青川市科委", issuer_department_id=3, enterprise_id=9)

No PDF is made here: `rendering` makes it when somebody asks, or a low-priority job after `document.issued`.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, make_transient_to_detached

from redemption.documents.models import Document
from redemption.documents.rules import SPECS, TEMPLATE_VERSION, Kind, digest, missing_keys
from redemption.identity.models import Department, Jurisdiction
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, numbering
from redemption.kernel.db import Json


def issue(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    subject: str,
    title: str,
    data: Json,
    issuer_name: str,
    issuer_department_id: int | None = None,
    issuer_centre_id: int | None = None,
    enterprise_id: int | None = None,
    number: str | None = None,
) -> Document:
    """Give out a numbered document. Ask for it last: a department's 字号 is locked until the transaction ends.

    Args:
        kind: one of `documents.rules.Kind`; data: as `SPECS[kind]` says.
        subject: what it is about: `submission:17`, `application:18`, `duty:4`; also the audit chain.
        number: one that the caller made (a receipt has its submission's): no counter, and no audit entry of its
            own, because the caller's entry names the document.

    Raises:
        ValueError: a key that the kind needs is missing; that is a mistake of the program, not of a person.
    """
    spec = SPECS[Kind(kind)]
    plain = plain_json(data)
    missing = missing_keys(Kind(kind), plain)
    if missing:
        raise ValueError(f"a {kind} needs {', '.join(missing)}")
    given, number = number, number or _number(session, Kind(kind), subject, plain, issuer_department_id)
    made = clock.now()
    document = Document(
        kind=kind,
        number=number,
        code=numbering.verification_code(),
        subject=subject,
        title=title or spec.name,
        data=plain,
        template=kind,
        template_version=TEMPLATE_VERSION,
        digest=digest(kind, number, title or spec.name, plain, kind, TEMPLATE_VERSION),
        issuer_name=issuer_name,
        issuer_department_id=issuer_department_id,
        issuer_centre_id=issuer_centre_id,
        enterprise_id=enterprise_id,
        issued_at=made,
        sealed=False,
        revoked_at=None,
        pdf_sha256="",
        glyphs_missing="",
    )
    _write(session, document)
    if given is None:
        said = {"kind": kind, "number": number, "digest": document.digest}
        audit.record(session, subject, actor.ref, "issue_document", said)
    return document


_ISSUE = text(
    """
WITH issued AS (
  INSERT INTO document (kind, number, code, subject, title, data, template, template_version, digest, issuer_name,
                        issuer_department_id, issuer_centre_id, enterprise_id, sealed, issued_at, pdf_sha256,
                        glyphs_missing)
  VALUES (:kind, :number, :code, :subject, :title, :data, :template, :template_version, :digest, :issuer_name,
          :issuer_department_id, :issuer_centre_id, :enterprise_id, :sealed, :issued_at, :pdf_sha256,
          :glyphs_missing)
  RETURNING id
), rung AS (
  INSERT INTO outbox (topic, key, payload, created_at, not_before, attempts)
  SELECT 'document.issued', :number, jsonb_build_object('document_id', id), :issued_at, :issued_at, 0 FROM issued
)
SELECT id FROM issued
"""
).bindparams(bindparam("data", type_=JSONB))
"""The document and the ring for its PDF in one round trip: handing in has a budget of statements."""
_GIVEN = tuple(
    column.name for column in Document.__table__.columns if column.name not in ("id", "revoked_at")
)


def _write(session: Session, document: Document) -> None:
    session.flush()
    written = session.scalar(_ISSUE, {name: getattr(document, name) for name in _GIVEN})
    document.id = written or 0
    # written beside the session, and from here on one of its objects like any other
    make_transient_to_detached(document)
    session.add(document)


def revoke(session: Session, actor: Actor, document: Document, reason: str) -> None:
    """Take a document back; it stays, and its verification says that it is no longer in force."""
    if document.revoked_at is None:
        document.revoked_at = clock.now()
        audit.record(
            session,
            document.subject,
            actor.ref,
            "revoke_document",
            {"number": document.number, "reason": reason},
        )


def plain_json(data: Any) -> Any:
    """Days, moments and amounts as text; everything else as it is. Never a float for money: ValueError."""
    if isinstance(data, dict):
        return {str(key): plain_json(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain_json(value) for value in data]
    if isinstance(data, dt.datetime | dt.date):
        return data.isoformat()
    if isinstance(data, Decimal):
        return str(data)
    if data is None or isinstance(data, str | bool | int):
        return data
    raise ValueError(f"not fit for a document: {data!r}")


def _number(session: Session, kind: Kind, subject: str, data: Json, department_id: int | None) -> str:
    spec = SPECS[kind]
    if not spec.mark or department_id is None:
        stem = f"{spec.prefix or kind.value[:2].upper()}-{data.get('submission_number') or subject.replace(':', '-')}"
        before = session.scalar(
            select(func.count()).where(Document.subject == subject, Document.kind == kind.value)
        )
        return f"{stem}-{before + 1}" if before else stem
    code, short, place = session.execute(
        select(Department.code, Department.short_name, Jurisdiction.short_name)
        .join(Jurisdiction, Jurisdiction.id == Department.jurisdiction_id)
        .where(Department.id == department_id)
    ).one()
    return numbering.document_number(
        session,
        department=code,
        kind=kind.value,
        mark=f"{place}{short}{spec.mark}",
        year=clock.today().year,
    )
