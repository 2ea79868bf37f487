"""Clearing what is known of a person only to open an account: the id number taken at the counter."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity.models import Invitation
from redemption.kernel import audit

BATCH = 200
ACTOR = "system:retention"


def clear_id_numbers(session: Session, before: dt.datetime) -> int:
    """Clear one batch of id numbers that were taken before a moment; the masked one stays as part of the record."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.id_number.is_not(None), Invitation.invited_at < before)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.id_number = None
        audit.record(
            session, f"enterprise:{row.enterprise_id}", ACTOR, "clear_id_number", {"invitation": row.id}
        )
    session.flush()
    return len(rows)
