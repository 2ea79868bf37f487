"""What was handed in: the materials of submissions, and which of them stand for an application now."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Correction, Material
from redemption.applications.needs import SHARED, entries_of, needs_of
from redemption.catalogue.models import ItemVersion
from redemption.kernel.errors import NotFound

_MATERIALS = (
    select(Material)
    .where(Material.submission_id == bindparam("submission_id"), Material.removed_at.is_(None))
    .order_by(Material.id)
)


def materials_of_submission(session: Session, submission_id: int) -> list[Material]:
    """Everything that was handed in and not taken out, in order."""
    return list(session.scalars(_MATERIALS, {"submission_id": submission_id}))


def material(session: Session, submission_id: int, public_id: str) -> Material:
    """One material of a submission. NotFound."""
    found = session.scalar(
        select(Material).where(
            Material.submission_id == submission_id,
            Material.public_id == public_id,
            Material.removed_at.is_(None),
        )
    )
    if found is None:
        raise NotFound("没有找到这份材料，它可能已被删除。")
    return found


def answers_of(session: Session, application: Application) -> Mapping[str, str]:
    """Key of a shared line → key of the application's own entry, for the application's submission."""
    rows = session.execute(
        select(Application.id, ItemVersion.fields)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(Application.submission_id == application.submission_id)
        .order_by(Application.id)
    )
    return shared_answers(application.id, [(row[0], row[1]) for row in rows])


def shared_answers(application_id: int, lists: Iterable[tuple[int, Mapping[str, object]]]) -> dict[str, str]:
    needs = needs_of((known, entries_of(fields)) for known, fields in lists)
    return {
        need.key: need.answers[application_id]
        for need in needs
        if need.key.startswith(SHARED) and application_id in need.answers
    }


def materials_of(session: Session, application: Application) -> list[Material]:
    """What stands for an application now: its own and the shared ones it needs, the newest round of each entry.

    Files of an answer that is still being written do not stand yet.
    """
    return materials_of_many(session, [application])[application.id]


def materials_of_many(session: Session, applications: Sequence[Application]) -> dict[int, list[Material]]:
    """`materials_of` for many applications, by their ids."""
    by_submission: dict[int, list[Material]] = {one.submission_id: [] for one in applications}
    unanswered = exists().where(
        Correction.application_id == Material.application_id,
        Correction.round == Material.round,
        Correction.answered_at.is_(None),
    )
    query = select(Material).where(
        Material.submission_id.in_(list(by_submission)), Material.removed_at.is_(None), ~unanswered
    )
    for material in session.scalars(query.order_by(Material.id)):
        by_submission[material.submission_id].append(material)
    return {one.id: _standing(session, one, by_submission[one.submission_id]) for one in applications}


def _standing(session: Session, application: Application, handed_in: list[Material]) -> list[Material]:
    shared: Mapping[str, str] = {}
    if any(one.application_id is None for one in handed_in):
        shared = answers_of(session, application)
    newest: dict[str, int] = {}
    found: list[tuple[str, Material]] = []
    for one in handed_in:
        if one.application_id not in (None, application.id):
            continue
        key = one.entry if one.application_id is not None else shared.get(one.entry)
        if key is None:
            continue
        newest[key] = max(newest.get(key, 0), one.round)
        found.append((key, one))
    return [one for key, one in found if one.round == newest[key]]


def all_materials_of(session: Session, application: Application) -> list[Material]:
    """Every round of everything handed in for an application, for who compares before and after."""
    shared = answers_of(session, application)
    return [
        one
        for one in materials_of_submission(session, application.submission_id)
        if one.application_id == application.id or (one.application_id is None and one.entry in shared)
    ]


def size_of_files(session: Session, submission_id: int) -> tuple[int, int]:
    """(bytes, number) of the materials of a submission."""
    row = session.execute(
        select(func.coalesce(func.sum(Material.size), 0), func.count()).where(
            Material.submission_id == submission_id, Material.removed_at.is_(None)
        )
    ).one()
    return int(row[0]), int(row[1])
