"""Figures of one department's own work: what waits, what was decided, how fast, how often corrected, how much paid."""

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from redemption.applications import clocks
from redemption.applications.models import Application, ApplicationEvent, Correction
from redemption.applications.rules import Action, Status
from redemption.catalogue.models import ItemVersion
from redemption.decisions.queries import GROUPS
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar

DECIDING = (Action.PROPOSE_APPROVE, Action.APPROVE, Action.DENY)
_PAID = (Status.APPROVED, Status.DISBURSING, Status.PAYMENT_FAILED, Status.DISBURSED)
MOST = 5000
"""Cases of a period that are looked at one by one, the newest first; more are said to be left out."""


@dataclass
class Figures:
    """One row: of the whole department, or of one item."""

    name: str
    received: int = 0
    decided: int = 0
    approved: int = 0
    denied: int = 0
    refused: int = 0
    with_limit: int = 0
    in_time: int = 0
    corrected: int = 0
    approved_amount: Decimal = Decimal(0)
    paid_amount: Decimal = Decimal(0)
    days: list[float] = field(default_factory=list)

    @property
    def median_days(self) -> float | None:
        """From receipt to decision, in days of the calendar."""
        return statistics.median(self.days) if self.days else None

    @property
    def in_time_share(self) -> float | None:
        return self.in_time / self.with_limit if self.with_limit else None

    @property
    def corrected_share(self) -> float | None:
        """Of the cases received in the period."""
        return self.corrected / self.received if self.received else None

    @property
    def approved_share(self) -> float | None:
        return self.approved / self.decided if self.decided else None


@dataclass
class Report:
    """A period of one department."""

    first: dt.date
    last: dt.date
    states: list[tuple[str, str, int, int]]
    """(group, its word, cases now, of them overdue)."""
    whole: Figures
    items: list[Figures]
    left_out: int = 0


def report(session: Session, department_id: int, first: dt.date, last: dt.date) -> Report:
    """What a department did from one day to another; cases that it decides, not those it is only heard about."""
    begin, end = clock.start_of_day(first), clock.end_of_day(last)
    own = Application.department_id == department_id
    rows = session.execute(
        select(Application, ItemVersion.name)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            own,
            Application.status.is_not(None),
            (
                Application.received_at.between(begin, end)
                | Application.decided_at.between(begin, end)
                | Application.over_at.between(begin, end)
            ),
        )
        .order_by(Application.id.desc())
        .limit(MOST + 1)
    ).all()
    whole = Figures("全部事项")
    items: dict[int, Figures] = {}
    made = Report(first, last, _states(session, department_id), whole, [], max(0, len(rows) - MOST))
    cases = [(row[0], row[1]) for row in rows[:MOST]]
    late = _late(session, [case for case, _ in cases])
    corrected = _corrected(session, [case.id for case, _ in cases])
    for case, name in cases:
        line = items.setdefault(case.item_id, Figures(name))
        for figures in (whole, line):
            _count(figures, case, begin, end, late.get(case.id), case.id in corrected)
    made.items = sorted(items.values(), key=lambda figures: (-figures.received, figures.name))
    return made


def _count(
    figures: Figures,
    case: Application,
    begin: dt.datetime,
    end: dt.datetime,
    late: tuple[dt.datetime, bool | None, bool] | None,
    corrected: bool,
) -> None:
    if case.received_at is not None and begin <= case.received_at < end:
        figures.received += 1
        figures.corrected += corrected
    if case.status == Status.ACCEPTANCE_REFUSED and case.over_at and begin <= case.over_at < end:
        figures.refused += 1
    if late is None or not begin <= late[0] < end:
        return
    at, is_late, approved = late
    figures.decided += 1
    figures.approved += approved
    figures.denied += not approved
    if is_late is not None:
        figures.with_limit += 1
        figures.in_time += not is_late
    if case.received_at is not None:
        figures.days.append((at - case.received_at).total_seconds() / 86_400)
    if approved and case.amount_approved is not None and case.status in {*_PAID, Status.PUBLICITY}:
        figures.approved_amount += case.amount_approved
    if case.status == Status.DISBURSED and case.amount_approved is not None:
        figures.paid_amount += case.amount_approved


def _states(session: Session, department_id: int) -> list[tuple[str, str, int, int]]:
    now = clock.now()
    rows = session.execute(
        select(
            Application.status,
            func.count(),
            func.count().filter(Application.due_at <= now, Application.over_at.is_(None)),
        )
        .where(Application.department_id == department_id, Application.status.is_not(None))
        .group_by(Application.status)
    ).all()
    counts = {str(row[0]): (row[1], row[2]) for row in rows}
    return [
        (
            code,
            word,
            sum(counts.get(status.value, (0, 0))[0] for status in statuses),
            sum(counts.get(status.value, (0, 0))[1] for status in statuses),
        )
        for code, (word, statuses) in GROUPS.items()
    ]


def _late(session: Session, cases: Sequence[Application]) -> dict[int, tuple[dt.datetime, bool | None, bool]]:
    """Case → (when it was first decided, whether too late (None: without a limit), whether approved)."""
    decided = [case.id for case in cases if case.decided_at is not None or case.over_at is not None]
    calendar = load_calendar(session)
    events: dict[int, list[Any]] = {}
    for event in session.scalars(
        select(ApplicationEvent)
        .where(ApplicationEvent.application_id.in_(decided))
        .order_by(ApplicationEvent.application_id, ApplicationEvent.seq)
    ):
        events.setdefault(event.application_id, []).append(event)
    versions = {
        version.id: clocks.Terms.of(version)
        for version in session.scalars(
            select(ItemVersion)
            .where(ItemVersion.id.in_({case.item_version_id for case in cases}))
            .options(
                load_only(
                    ItemVersion.mode,
                    ItemVersion.time_limit_days,
                    ItemVersion.acceptance_days,
                    ItemVersion.deemed_acceptance,
                    ItemVersion.correction_days,
                    ItemVersion.publicity_days,
                    ItemVersion.payment_days,
                    ItemVersion.closes_on,
                )
            )
        )
    }
    found: dict[int, tuple[dt.datetime, bool | None, bool]] = {}
    for case in cases:
        facts = events.get(case.id, [])
        at = next((n for n, event in enumerate(facts) if event.action in DECIDING), None)
        if at is None:
            continue
        due = clocks.due_now(facts[:at], versions[case.item_version_id], calendar)
        limit = due.at if due is not None else None
        moment, approved = facts[at].at, facts[at].action != Action.DENY
        found[case.id] = (moment, None if limit is None else moment >= limit, approved)
    return found


def _corrected(session: Session, ids: Sequence[int]) -> set[int]:
    return set(
        session.scalars(
            select(Correction.application_id).where(Correction.application_id.in_(ids)).distinct()
        )
    )
