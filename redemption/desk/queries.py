"""What a clerk sees: cases, matters and hand-overs of the centre, and nothing of other centres."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from redemption.applications import clocks
from redemption.applications import queries as applications
from redemption.applications.models import Application, Material, Submission
from redemption.applications.needs import entries_of
from redemption.applications.queries import Sheet
from redemption.applications.rules import Status
from redemption.catalogue import search as catalogue
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import Mode
from redemption.desk.models import Handover, Matter
from redemption.desk.rules import MatterState
from redemption.documents import queries as documents
from redemption.documents.models import Document
from redemption.identity.models import Department, Enterprise, Person
from redemption.identity.rules import Actor
from redemption.kernel import clock, uscc
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Invalid, NotFound
from redemption.kernel.numbering import read_verification_code

AT_MOST = 200


@dataclass(frozen=True)
class Entered:
    """One submission in a list."""

    number: str
    enterprise: str
    uscc: str
    items: tuple[str, ...]
    statuses: tuple[str, ...]
    received_at: dt.datetime
    entered_at: dt.datetime
    clerk: str
    is_late: bool


_ENTERED = (
    select(
        Submission.number,
        Enterprise.name,
        Enterprise.uscc,
        func.array_agg(ItemVersion.name),
        func.array_agg(Application.status),
        Submission.received_at,
        Submission.entered_at,
        Person.name,
        Submission.earlier_receipt_reason != "",
    )
    .join(Enterprise, Enterprise.id == Submission.enterprise_id)
    .join(Application, Application.submission_id == Submission.id)
    .join(ItemVersion, ItemVersion.id == Application.item_version_id)
    .outerjoin(Person, Person.id == Submission.clerk_person_id)
    .where(Submission.received_at.is_not(None))
    .group_by(Submission.id, Enterprise.id, Person.id)
)


def entered(
    session: Session, actor: Actor, day: dt.date, *, mine: bool = False, limit: int = AT_MOST
) -> list[Entered]:
    """Submissions that were entered on a day in this centre (or by this clerk), the last one first."""
    query = _ENTERED.where(
        Submission.centre_id == actor.centre_id,
        Submission.entered_at >= clock.start_of_day(day),
        Submission.entered_at < clock.end_of_day(day),
    )
    if mine:
        query = query.where(Submission.clerk_person_id == actor.person_id)
    rows = session.execute(query.order_by(Submission.id.desc()).limit(limit))
    return _entered(rows)


def found(session: Session, actor: Actor, typed: str, limit: int = 50) -> list[Entered]:
    """Cases of this centre by number (typed or scanned, also of one application), USCC, name or initials; also by what
    the QR code of a receipt or slip holds."""
    plain = _scanned(session, typed.strip())
    if not plain:
        return []
    code = uscc.normalise(plain)
    like = plain.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    number = "-".join(part for part in plain.upper().split("-") if part)
    query = _ENTERED.where(
        Submission.centre_id == actor.centre_id,
        or_(
            Submission.number == number,
            Submission.number == number.rpartition("-")[0],
            Enterprise.uscc == code,
            Enterprise.name.like(f"%{like}%"),
            Enterprise.initials.like(f"{like.lower()}%"),
        ),
    )
    return _entered(session.execute(query.order_by(Submission.id.desc()).limit(limit)))


def _scanned(session: Session, typed: str) -> str:
    """The number that a document is about, where the QR code on it was scanned; anything else as it was typed."""
    code = typed.rpartition("/verify/")[2]
    try:
        document = documents.by_code(session, read_verification_code(code))
    except Invalid:
        return typed
    if document is None:
        return typed
    return str(document.data.get("submission_number") or document.data.get("application_number") or typed)


def waiting(session: Session, actor: Actor) -> list[Entered]:
    """Cases of this centre that wait for papers (待补正), the oldest first."""
    of_centre = (
        select(Application.submission_id)
        .join(Submission, Submission.id == Application.submission_id)
        .where(
            Submission.centre_id == actor.centre_id,
            Application.status == Status.CORRECTION_REQUESTED.value,
        )
    )
    query = _ENTERED.where(Submission.id.in_(of_centre)).order_by(Submission.id).limit(AT_MOST)
    return _entered(session.execute(query))


def _entered(rows: Any) -> list[Entered]:
    return [
        Entered(number, name, code, tuple(items), tuple(states), received, done, clerk or "", late)
        for number, name, code, items, states, received, done, clerk, late in rows
    ]


@dataclass(frozen=True)
class Line:
    """One application of a case with its clock and its list of materials: `(text, how it was handed in)`."""

    application: Application
    item: str
    department: str
    due: clocks.DueInfo | None
    materials: list[tuple[str, bool, list[Material]]]


@dataclass(frozen=True)
class Whole:
    """A case of this centre with everything on it."""

    sheet: Sheet
    lines: list[Line]
    documents: list[Document]
    clerk: str


def case(session: Session, actor: Actor, number: str) -> Whole:
    """A submission of this centre that was handed in. NotFound for any other."""
    sheet = applications.sheet(session, actor, number)
    if sheet.is_draft:
        raise NotFound("没有找到这件申报，请核对编号。")
    calendar, today = load_calendar(session), clock.today()
    lines = []
    for line in sheet.lines:
        handed = [
            m for m in sheet.materials if m.application_id in (None, line.application.id) and not m.removed_at
        ]
        by_key: dict[str, list[Material]] = {}
        for one in handed:
            by_key.setdefault(one.entry, []).append(one)
        listed = entries_of(line.version.fields)
        rows = [(entry.text, entry.required, by_key.pop(entry.key, [])) for entry in listed]
        rows += [(more[0].name, False, more) for more in by_key.values()]
        due = None if line.application.over_at else clocks.info(line.application, calendar, today)
        lines.append(Line(line.application, line.version.name, line.department.name, due, rows))
    subjects = [f"submission:{sheet.submission.id}"]
    subjects += [f"application:{line.application.id}" for line in sheet.lines]
    documents = session.scalars(
        select(Document).where(Document.subject.in_(subjects)).order_by(Document.id)
    ).all()
    clerk = (
        session.get(Person, sheet.submission.clerk_person_id) if sheet.submission.clerk_person_id else None
    )
    return Whole(sheet, lines, list(documents), clerk.name if clerk else "")


def items(session: Session, typed: str, limit: int = 10) -> list[Any]:
    """Items in force that a clerk means: by name, initials, 文号; those that take no application are none of them."""
    if not typed.strip():
        return []
    asking = catalogue.Filters(
        mode=tuple(mode.value for mode in Mode if mode is not Mode.WITHOUT_APPLICATION)
    )
    return list(catalogue.find(session, typed, asking, limit=limit).rows)


def chosen(session: Session, codes: list[str]) -> list[tuple[Item, ItemVersion, str]]:
    """Items with their version in force and department, in the order of the codes."""
    rows = session.execute(
        select(Item, ItemVersion, Department.name)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Department, Department.id == Item.department_id)
        .where(Item.code.in_(codes))
    )
    by_code = {item.code: (item, version, department) for item, version, department in rows}
    return [by_code[code] for code in codes if code in by_code]


def matters(session: Session, actor: Actor, *, only_open: bool = True) -> list[tuple[Matter, str]]:
    """办不成事 of this centre with who registered them: open ones by their due date, or the newest of all."""
    query = (
        select(Matter, Person.name)
        .join(Person, Person.id == Matter.clerk_person_id)
        .where(Matter.centre_id == actor.centre_id)
    )
    if only_open:
        query = query.where(Matter.state != MatterState.CLOSED).order_by(Matter.due_on, Matter.id)
    else:
        query = query.order_by(Matter.id.desc())
    return [(matter, name) for matter, name in session.execute(query.limit(AT_MOST))]


def matter(session: Session, actor: Actor, number: str) -> Matter:
    """One of this centre's. NotFound otherwise."""
    row = session.scalar(select(Matter).where(Matter.number == number, Matter.centre_id == actor.centre_id))
    if row is None:
        raise NotFound("没有找到这条登记，请核对编号。")
    return row


def handovers(session: Session, actor: Actor, limit: int = 20) -> list[tuple[Handover, str, str]]:
    """The last ones of this centre: who left it, who took it."""
    taker = Person.__table__.alias("taker")
    rows = session.execute(
        select(Handover, Person.name, taker.c.name)
        .join(Person, Person.id == Handover.from_person_id)
        .outerjoin(taker, taker.c.id == Handover.to_person_id)
        .where(Handover.centre_id == actor.centre_id)
        .order_by(Handover.id.desc())
        .limit(limit)
    )
    return [(one, giver, taken or "") for one, giver, taken in rows]


def handover(session: Session, actor: Actor, number: int) -> Handover:
    """One of this centre's, locked. NotFound otherwise."""
    row = session.scalar(
        select(Handover).where(Handover.id == number, Handover.centre_id == actor.centre_id).with_for_update()
    )
    if row is None:
        raise NotFound("没有找到这次交接。")
    return row
