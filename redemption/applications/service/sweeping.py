"""What time does by itself, found from the tables alone: lapsed corrections, deemed acceptance, clocks to recompute.

Each call deals with one case in the caller's transaction; two sweeps at once are harmless, because the case is locked
and looked at again. Nothing adverse happens on a provisional date: an unknown year is never guessed.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import clocks, queries
from redemption.applications.clocks import Terms
from redemption.applications.models import Application, Correction
from redemption.applications.rules import Action, DueKind, Status
from redemption.applications.service import papers
from redemption.applications.service.moving import recompute, step
from redemption.catalogue.models import ItemVersion
from redemption.catalogue.rules import Mode
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar

BATCH = 200
SYSTEM: Actor = system_actor("deadlines")


def overdue_corrections(session: Session) -> Sequence[int]:
    """Applications whose correction was not answered in time."""
    return session.scalars(
        select(Correction.application_id)
        .where(
            Correction.answered_at.is_(None),
            Correction.closed_at.is_(None),
            Correction.due_at <= clock.now(),
            Correction.due_provisional.is_(False),
        )
        .order_by(Correction.due_at)
        .limit(BATCH)
    ).all()


def lapse(session: Session, application_id: int) -> bool:
    """补正超时. True where the case lapsed now."""
    case = queries.case_by_id(session, application_id, lock=True)
    correction = queries.open_correction(session, application_id)
    if correction is None or correction.due_provisional or correction.due_at > clock.now():
        return False
    if case.application.status != Status.CORRECTION_REQUESTED.value:
        return False
    correction.closed_at = clock.now()
    step(session, SYSTEM, case, Action.TIME_OUT, at=correction.due_at, correction=correction)
    return True


def silent(session: Session) -> Sequence[int]:
    """Applications that a department left without a word, of items that have deemed acceptance on."""
    return session.scalars(
        select(Application.id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Application.status == Status.RECEIVED.value,
            Application.due_kind == DueKind.ACCEPTANCE.value,
            Application.due_at <= clock.now(),
            Application.due_provisional.is_(False),
            ItemVersion.deemed_acceptance,
            ItemVersion.mode != Mode.BY_REVIEW.value,
        )
        .order_by(Application.due_at)
        .limit(BATCH)
    ).all()


def deem_accepted(session: Session, application_id: int) -> bool:
    """视为受理 (行政许可法 32, where the item has it on). True where it was accepted now."""
    case = queries.case_by_id(session, application_id, lock=True)
    application = case.application
    due = application.due_at
    if application.status != Status.RECEIVED.value or not Terms.of(case.version).deemed_acceptance:
        return False
    if due is None or due > clock.now() or application.due_provisional:
        return False
    step(
        session,
        SYSTEM,
        case,
        Action.DEEM_ACCEPTED,
        at=due,
        reason="逾期未告知是否受理，自期限届满视为受理。",
    )
    return True


def refresh(session: Session, application_id: int) -> bool:
    """Compute the clock of one application, and of its open correction, again. True where something moved."""
    case = queries.case_by_id(session, application_id, lock=True)
    calendar = load_calendar(session)
    moved = recompute(session, case, calendar)
    correction = queries.open_correction(session, application_id)
    if correction is not None:
        known = queries.events(session, application_id)
        due = clocks.due_now(known, Terms.of(case.version), calendar)
        if due is not None and due.at is not None and due.kind is DueKind.CORRECTION:
            before = clock.last_day(correction.due_at)
            correction.due_at, correction.due_provisional = due.at, due.provisional
            session.flush()
            if due.date != before:
                papers.tell_moved(session, case, correction, before)
    return moved


def corrections_due_soon(session: Session) -> Sequence[tuple[int, int]]:
    """(application, correction) whose answer is due within two workdays and nobody was reminded of."""
    calendar = load_calendar(session)
    last = calendar.add_workdays(clock.today(), 2).date
    return [
        (row.application_id, row.id)
        for row in session.execute(
            select(Correction.application_id, Correction.id)
            .where(
                Correction.answered_at.is_(None),
                Correction.closed_at.is_(None),
                Correction.due_at > clock.now(),
                Correction.due_at <= clock.end_of_day(last),
            )
            .limit(BATCH)
        )
    ]


def remind(session: Session, application_id: int, correction_id: int) -> None:
    """Remind of a correction that is due soon; told once."""
    case = queries.case_by_id(session, application_id)
    papers.remind(session, case, session.get_one(Correction, correction_id))
