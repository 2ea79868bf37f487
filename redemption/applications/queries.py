"""Selects over submissions and applications; whose they are is part of the question (somebody else's are not found)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, select
from sqlalchemy.orm import Session, load_only

from redemption.applications import handed_in
from redemption.applications.models import (
    Application,
    ApplicationEvent,
    Correction,
    Material,
    Objection,
    Submission,
)
from redemption.applications.needs import Need, asked_of, needs_of
from redemption.applications.rules import RUNNING
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.models import Department, Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound


@dataclass
class Line:
    """One application of a submission with the version it was made on."""

    application: Application
    version: ItemVersion
    item: Item
    department: Department

    @property
    def place(self) -> int:
        """Its place in the submission, as in its number."""
        return int(self.application.number.rsplit("-", 1)[1])


@dataclass
class Sheet:
    """A submission with everything on it."""

    submission: Submission
    enterprise: Enterprise
    lines: list[Line]
    materials: list[Material] = field(default_factory=list)

    @property
    def is_draft(self) -> bool:
        return self.submission.received_at is None

    @property
    def pays_money(self) -> bool:
        """Whether an account for payment has to be asked for."""
        return any(line.version.payment_days is not None for line in self.lines)

    def needs(self) -> list[Need]:
        """What has to be handed in, shared lines once."""
        return needs_of(
            (
                line.application.id,
                asked_of(line.version.fields, line.version.form, line.application.data),
            )
            for line in self.lines
        )

    def line(self, place: int) -> Line:
        """The application at a place. NotFound."""
        for line in self.lines:
            if line.place == place:
                return line
        raise NotFound("这张申报单里没有这个事项。")

    def handed_in(self, need: Need) -> list[Material]:
        """Materials that answer a line."""
        return [
            material
            for material in self.materials
            if material.entry == need.key and material.application_id == need.application_id
        ]


@dataclass
class Case:
    """One application with what it stands on."""

    application: Application
    submission: Submission
    enterprise: Enterprise
    version: ItemVersion
    item: Item
    department: Department

    @property
    def line(self) -> Line:
        return Line(self.application, self.version, self.item, self.department)


_LEAN = (
    load_only(
        Enterprise.name,
        Enterprise.uscc,
        Enterprise.jurisdiction_id,
        Enterprise.legal_representative,
        Enterprise.contact_name,
        Enterprise.contact_phone,
    ),
    load_only(
        Item.code,
        Item.state,
        Item.policy_id,
        Item.department_id,
        Item.jurisdiction_id,
        Item.current_version_id,
    ),
    load_only(Department.code, Department.name, Department.phone, Department.address),
    load_only(
        ItemVersion.item_id,
        ItemVersion.no,
        ItemVersion.name,
        ItemVersion.fields,
        ItemVersion.values,
        ItemVersion.mode,
        ItemVersion.time_limit_days,
        ItemVersion.acceptance_days,
        ItemVersion.deemed_acceptance,
        ItemVersion.correction_days,
        ItemVersion.publicity_days,
        ItemVersion.payment_days,
        ItemVersion.opens_on,
        ItemVersion.closes_on,
        ItemVersion.valid_from,
        ItemVersion.valid_until,
        ItemVersion.form,
        ItemVersion.money_rules,
    ),
)
"""What cases and sheets are made of; other columns are read when somebody asks for them."""

SHEET = (
    select(Submission, Enterprise, Application, ItemVersion, Item, Department)
    .join(Enterprise, Enterprise.id == Submission.enterprise_id)
    .join(Application, Application.submission_id == Submission.id)
    .join(ItemVersion, ItemVersion.id == Application.item_version_id)
    .join(Item, Item.id == Application.item_id)
    .join(Department, Department.id == Application.department_id)
    .options(*_LEAN)
    .order_by(Application.id)
)


def _sheets(mine: ColumnElement[bool]) -> tuple[Any, Any]:
    """The sheet of a number and its owner, as it is and with the submission locked; built once, asked often."""
    plain = SHEET.where(Submission.number == bindparam("number"), mine, Submission.discarded_at.is_(None))
    locked = plain.with_for_update(of=Submission).execution_options(populate_existing=True)
    return plain, locked


_SHEETS = {
    Role.ENTERPRISE: _sheets(Submission.enterprise_id == bindparam("whose")),
    Role.CLERK: _sheets(Submission.centre_id == bindparam("whose")),
}


def of_actor(actor: Actor) -> ColumnElement[bool]:
    """Submissions that an acting person may see at all; for the rest they do not exist."""
    if actor.role is Role.ENTERPRISE and actor.enterprise_id is not None:
        return Submission.enterprise_id == actor.enterprise_id
    if actor.role is Role.CLERK and actor.centre_id is not None:
        return Submission.centre_id == actor.centre_id
    if actor.role is Role.OFFICER and actor.department_id is not None:
        return (Application.department_id == actor.department_id) & Application.status.is_not(None)
    return false()


def sheet(
    session: Session, actor: Actor, number: str, *, lock: bool = False, with_materials: bool = True
) -> Sheet:
    """A submission of the acting person's enterprise (or centre).

    Args:
        lock: hold the submission until the transaction ends.

    Raises:
        NotFound: there is none, it is somebody else's, or it was discarded.
    """
    if actor.role not in _SHEETS:
        raise NotFound("没有找到这张申报单，请核对编号。")
    query = _SHEETS[actor.role][lock]
    whose = actor.enterprise_id if actor.role is Role.ENTERPRISE else actor.centre_id
    rows = session.execute(query, {"number": number, "whose": whose or 0}).all()
    if not rows:
        raise NotFound("没有找到这张申报单，请核对编号，或从“企业用户空间”打开。")
    found = Sheet(
        rows[0][0],
        rows[0][1],
        [Line(row.Application, row.ItemVersion, row.Item, row.Department) for row in rows],
    )
    if with_materials:
        found.materials = handed_in.materials_of_submission(session, found.submission.id)
    return found


def case(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Case:
    """An application by its number, as far as it is the acting person's business. NotFound otherwise."""
    return _one_case(session, (Application.number == number) & of_actor(actor), lock)


def case_by_id(session: Session, application_id: int, *, lock: bool = False) -> Case:
    """For jobs and for verbs that were handed an application; nobody's rights are asked."""
    return _one_case(session, Application.id == application_id, lock)


def _one_case(session: Session, where: ColumnElement[bool], lock: bool) -> Case:
    query = SHEET.where(where, Submission.discarded_at.is_(None), Application.status.is_not(None))
    if lock:
        query = query.with_for_update(of=Application).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("没有找到这件申报，请核对编号，或从“企业用户空间”打开。")
    submission, enterprise, application, version, item, department = row
    return Case(application, submission, enterprise, version, item, department)


def events(session: Session, application_id: int) -> list[ApplicationEvent]:
    """Every transition, oldest first."""
    return list(
        session.scalars(
            select(ApplicationEvent)
            .where(ApplicationEvent.application_id == application_id)
            .order_by(ApplicationEvent.seq)
        )
    )


def events_of(session: Session, application_ids: Sequence[int]) -> dict[int, list[ApplicationEvent]]:
    """The transitions of many applications in one select, each oldest first."""
    found: dict[int, list[ApplicationEvent]] = {application_id: [] for application_id in application_ids}
    rows = (
        select(ApplicationEvent)
        .where(ApplicationEvent.application_id.in_(application_ids))
        .order_by(ApplicationEvent.application_id, ApplicationEvent.seq)
    )
    for event in session.scalars(rows):
        found[event.application_id].append(event)
    return found


def corrections(session: Session, application_id: int) -> list[Correction]:
    """Every round, oldest first."""
    return list(
        session.scalars(
            select(Correction).where(Correction.application_id == application_id).order_by(Correction.round)
        )
    )


def open_correction(session: Session, application_id: int) -> Correction | None:
    """The round that waits for an answer."""
    return session.scalar(
        select(Correction).where(
            Correction.application_id == application_id,
            Correction.answered_at.is_(None),
            Correction.closed_at.is_(None),
        )
    )


def running(session: Session, enterprise_id: int, item_ids: Sequence[int]) -> list[Application]:
    """Undecided applications of these items by one enterprise."""
    return list(
        session.scalars(
            select(Application).where(
                Application.enterprise_id == enterprise_id,
                Application.item_id.in_(item_ids),
                Application.status.in_([status.value for status in RUNNING]),
            )
        )
    )


def drafts(session: Session, enterprise_id: int) -> list[Submission]:
    """Drafts of an enterprise, the newest first."""
    return list(
        session.scalars(
            select(Submission)
            .where(
                Submission.enterprise_id == enterprise_id,
                Submission.received_at.is_(None),
                Submission.discarded_at.is_(None),
            )
            .order_by(Submission.id.desc())
        )
    )


def drafts_of_item(session: Session, enterprise_id: int, item_ids: Sequence[int]) -> list[Submission]:
    """Drafts that hold one of these items already."""
    return list(
        session.scalars(
            select(Submission)
            .join(Application, Application.submission_id == Submission.id)
            .where(
                Submission.enterprise_id == enterprise_id,
                Submission.received_at.is_(None),
                Submission.discarded_at.is_(None),
                Application.item_id.in_(item_ids),
            )
            .order_by(Submission.id.desc())
            .distinct()
        )
    )


def mine(actor: Actor) -> Select[Application]:
    """Applications of the acting person's enterprise that were handed in; join-free, for lists."""
    return select(Application).where(
        Application.enterprise_id == (actor.enterprise_id or 0), Application.status.is_not(None)
    )


def received(session: Session, submission_id: int) -> list[Application]:
    """The applications of a submission in their order."""
    return list(
        session.scalars(
            select(Application).where(Application.submission_id == submission_id).order_by(Application.id)
        )
    )


def objections(session: Session, application_id: int) -> list[Objection]:
    """Objections raised during publicity."""
    return list(
        session.scalars(
            select(Objection).where(Objection.application_id == application_id).order_by(Objection.id)
        )
    )
