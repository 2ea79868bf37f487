"""Selects over registries and look-ups."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Lookup, Registry, Submission
from redemption.applications.sharing.rules import LookupState, Purpose
from redemption.kernel.errors import NotFound


def registries(session: Session, *, active: bool = False) -> list[Registry]:
    query = select(Registry).order_by(Registry.code)
    if active:
        query = query.where(Registry.active)
    return list(session.scalars(query))


def registry(session: Session, code: str) -> Registry:
    """NotFound where there is none."""
    found = session.scalar(select(Registry).where(Registry.code == code))
    if found is None:
        raise NotFound("没有找到这个数据来源。")
    return found


def waiting_counts(session: Session) -> dict[int, int]:
    """Registry → questions without an answer yet."""
    rows = session.execute(
        select(Lookup.registry_id, func.count())
        .where(Lookup.state == LookupState.WAITING)
        .group_by(Lookup.registry_id)
    )
    return {row[0]: row[1] for row in rows}


def of_submission(session: Session, submission_id: int) -> list[tuple[Lookup, Registry]]:
    """The newest prefill question of each subject."""
    rows = session.execute(
        select(Lookup, Registry)
        .join(Registry, Registry.id == Lookup.registry_id)
        .where(Lookup.submission_id == submission_id, Lookup.purpose == Purpose.PREFILL)
        .order_by(Lookup.id.desc())
    )
    return _newest([(row[0], row[1]) for row in rows])


def of_application(session: Session, application_id: int) -> list[tuple[Lookup, Registry]]:
    """The newest verification of each subject."""
    rows = session.execute(
        select(Lookup, Registry)
        .join(Registry, Registry.id == Lookup.registry_id)
        .where(Lookup.application_id == application_id, Lookup.purpose == Purpose.VERIFICATION)
        .order_by(Lookup.id.desc())
    )
    return _newest([(row[0], row[1]) for row in rows])


def of_enterprise(enterprise_id: int) -> Select[Any]:
    """Everything that was ever asked about an enterprise."""
    return select(Lookup).where(Lookup.enterprise_id == enterprise_id)


def circumstances(session: Session, lookups: Sequence[Lookup]) -> dict[int, tuple[str, str]]:
    """Look-up → (title of the registry, number of the submission or application it was for)."""
    rows = session.execute(
        select(Lookup.id, Registry.title, func.coalesce(Application.number, Submission.number, ""))
        .join(Registry, Registry.id == Lookup.registry_id)
        .outerjoin(Application, Application.id == Lookup.application_id)
        .outerjoin(Submission, Submission.id == Lookup.submission_id)
        .where(Lookup.id.in_([lookup.id for lookup in lookups]))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _newest(rows: Sequence[tuple[Lookup, Registry]]) -> list[tuple[Lookup, Registry]]:
    found: dict[tuple[int, str], tuple[Lookup, Registry]] = {}
    for lookup, source in rows:
        found.setdefault((source.id, lookup.subject), (lookup, source))
    return sorted(found.values(), key=lambda pair: pair[0].id)
