"""How long what was handed in is kept, and clearing what is over (个人信息保护法 19, 47; 档案法 on what is archived).

Periods run from the end of a case (办结), of a draft from its last change. A row stays when its content goes: that
something was handed in, its name and its digest are part of the record.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Material, Submission
from redemption.applications.rules import Status
from redemption.kernel import audit, clock

DRAFT = dt.timedelta(days=365)
IDENTITY = dt.timedelta(days=2 * 365)
"""Id number of who stood at the counter: kept as long as a decision can be contested, and no longer."""
YEARS: Mapping[str, int] = {
    Status.DISBURSED: 10,
    Status.APPROVED: 10,
    Status.REVOKED: 10,
    Status.DENIED: 5,
    Status.ACCEPTANCE_REFUSED: 3,
    Status.WITHDRAWN: 2,
    Status.LAPSED: 2,
}
"""Years for which the materials of a case are kept, by how it ended: money that was paid must be accounted for longest."""
BATCH = 200
ACTOR = "system:retention"


@dataclass
class Cleared:
    """What one run cleared. `digests`: contents that rows of this slice no longer mention."""

    drafts: int = 0
    materials: int = 0
    identities: int = 0
    digests: set[str] = field(default_factory=set)


def clear(session: Session) -> Cleared:
    """Clear one batch of each kind. Two at once are harmless: rows that somebody holds are left to them."""
    done = Cleared()
    for submission in session.scalars(_forgotten_drafts()):
        submission.discarded_at = clock.now()
        submission.typed, submission.bank_account = {}, None
        submission.common = {}
        for material in session.scalars(
            select(Material).where(Material.submission_id == submission.id, Material.sha256 != "")
        ):
            _clear_material(material, done)
        audit.record(
            session, f"submission:{submission.id}", ACTOR, "clear_draft", {"number": submission.number}
        )
        done.drafts += 1
    for material in session.scalars(_outlived_materials()):
        digest = material.sha256
        _clear_material(material, done)
        audit.record(
            session,
            f"submission:{material.submission_id}",
            ACTOR,
            "clear_material",
            {"material": material.public_id, "sha256": digest},
        )
    for submission in session.scalars(_outlived_identities()):
        submission.counter_id_number = None
        audit.record(session, f"submission:{submission.id}", ACTOR, "clear_id_number")
        done.identities += 1
    session.flush()
    mentioned = session.scalars(select(Material.sha256).where(Material.sha256.in_(done.digests)))
    done.digests -= set(mentioned)
    return done


def _clear_material(material: Material, done: Cleared) -> None:
    done.digests.add(material.sha256)
    material.sha256, material.size = "", 0
    material.removed_at = material.removed_at or clock.now()
    done.materials += 1


def _forgotten_drafts() -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.received_at.is_(None),
            Submission.discarded_at.is_(None),
            Submission.saved_at < clock.now() - DRAFT,
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _outlived_materials() -> Select[Material]:
    """Of submissions all of whose cases are over, each for longer than its kind is kept."""
    now = clock.now()
    outlived = or_(
        *(
            and_(Application.status == status, Application.over_at < now - dt.timedelta(days=365 * years))
            for status, years in YEARS.items()
        )
    )
    over = (
        select(Application.submission_id)
        .group_by(Application.submission_id)
        .having(func.bool_and(func.coalesce(outlived, False)))
    )
    return (
        select(Material)
        .where(Material.sha256 != "", Material.submission_id.in_(over))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _outlived_identities() -> Select[Submission]:
    still = select(Application.id).where(
        Application.submission_id == Submission.id,
        or_(Application.over_at.is_(None), Application.over_at > clock.now() - IDENTITY),
    )
    return (
        select(Submission)
        .where(
            Submission.counter_id_number.is_not(None), Submission.received_at.is_not(None), ~still.exists()
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
