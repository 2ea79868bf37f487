"""The clocks of applications as duties: to accept, to decide, to pay in time (DOMAIN §4).

`applications` computes when each clock ends; here that becomes a duty of the department, which is reminded, escalated
and counted like any other. The duty follows the case: it is open while the clock runs, stands still while the clock
stands still (补正, 特别程序), and is fulfilled by what ended it, at the time at which that happened.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications import clocks as case_clocks
from redemption.applications.models import Application, ApplicationEvent
from redemption.applications.rules import Action, DueKind, Status
from redemption.catalogue.models import ItemVersion
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.reporting import queries, service
from redemption.reporting.models import Duty
from redemption.reporting.rules import Kind

BATCH = 500
KIND_OF = {
    DueKind.ACCEPTANCE.value: Kind.ACCEPTANCE,
    DueKind.DECISION.value: Kind.HANDLING,
    DueKind.PAYMENT.value: Kind.PAYMENT,
}
FELL_AWAY = {Status.WITHDRAWN.value: "申报人已撤回", Status.LAPSED.value: "申报人逾期未补正，申报已终止"}
_TITLES = {Kind.ACCEPTANCE: "作出受理决定", Kind.HANDLING: "作出兑现决定", Kind.PAYMENT: "拨付兑现资金"}


def follow_application(session: Session, application_id: int) -> None:
    """Bring the duties of one application in line with its clock; repeated, it changes nothing."""
    application = session.get(Application, application_id)
    if application is None or application.status is None:
        return
    subject = f"application:{application.id}"
    running = KIND_OF.get(application.due_kind) if application.due_at is not None else None
    duties = list(
        session.scalars(
            select(Duty)
            .where(Duty.subject == subject, Duty.kind.in_([kind.value for kind in KIND_OF.values()]))
            .order_by(Duty.id)
            .with_for_update()
        )
    )
    events = session.scalars(
        select(ApplicationEvent)
        .where(ApplicationEvent.application_id == application.id)
        .order_by(ApplicationEvent.seq)
    ).all()
    last = events[-1]
    duties += _missed(session, application, events, duties)
    standing = False
    for duty in (duty for duty in duties if duty.fulfilled_at is None and duty.closed_at is None):
        if running is not None and duty.kind == running.value:
            standing = True
            _move(session, duty, application)
        elif _stands_still(duty, application):
            standing = standing or running is None
            _stop(session, duty, last)
        else:
            _end(session, duty, application, last)
    if running is not None and not standing:
        _open(session, running, application, duties)


@dataclass
class _Ran:
    """A clock that ran and is over: what it was about, from when, until when, and how it ended."""

    kind: Kind
    round: int
    began: dt.datetime
    due_at: dt.datetime
    provisional: bool
    ended: ApplicationEvent | None = None


def _missed(
    session: Session,
    application: Application,
    events: Sequence[ApplicationEvent],
    known: Sequence[Duty],
) -> list[Duty]:
    """Duties of clocks that began and ended before anybody looked: opened and ended now, at their true times.

    So every clock counts in the figures, however quick the department or slow the worker was.
    """
    there = {(duty.kind, duty.round) for duty in known}
    made = []
    for ran in _history(session, application, events):
        if ran.ended is None or (ran.kind.value, ran.round) in there:
            continue
        duty = _opened(session, ran.kind, application, ran.round, ran.began, ran.due_at, ran.provisional)
        if ran.ended.to_status in FELL_AWAY:
            service.close(session, service.SYSTEM, duty, FELL_AWAY[Status(ran.ended.to_status)])
        else:
            evidence = {"evidence": Action(ran.ended.action).label}
            service.fulfil(session, service.SYSTEM, duty, evidence, min(ran.ended.at, clock.now()))
        made.append(duty)
    return made


def _history(session: Session, application: Application, events: Sequence[ApplicationEvent]) -> list[_Ran]:
    """Every clock of a case in its order, computed from its events alone."""
    version = session.get_one(ItemVersion, application.item_version_id)
    terms, calendar = case_clocks.Terms.of(version), load_calendar(session)
    found: list[_Ran] = []
    for count in range(1, len(events) + 1):
        event, due = events[count - 1], case_clocks.due_now(events[:count], terms, calendar)
        running = KIND_OF.get(due.kind.value) if due is not None and due.date is not None else None
        standing = False
        for ran in (one for one in found if one.ended is None):
            if running is ran.kind:
                assert due is not None
                assert due.at is not None
                ran.due_at, ran.provisional, standing = due.at, due.provisional, True
            elif not _keeps(ran.kind, event.to_status, due is None or due.date is None):
                ran.ended = event
        if running is not None and not standing:
            assert due is not None
            assert due.at is not None
            place = 1 + sum(one.kind is running for one in found)
            found.append(_Ran(running, place, event.at, due.at, due.provisional))
    return found


def unfollowed(session: Session, limit: int = BATCH) -> list[int]:
    """Applications whose running clock is not the open duty's, from the tables alone."""
    kind = case({due: kind.value for due, kind in KIND_OF.items()}, value=Application.due_kind, else_="")
    subject = func.concat("application:", Application.id)
    same = exists().where(
        Duty.subject == subject,
        Duty.kind == kind,
        queries.open_now(),
        Duty.due_at == Application.due_at,
        Duty.data["stopped"].astext.is_(None),
    )
    begun = select(Application.id).where(
        Application.due_kind.in_(KIND_OF),
        Application.due_at.is_not(None),
        Application.status.is_not(None),
        ~same,
    )
    ended = (
        select(Application.id)
        .join(Duty, Duty.subject == subject)
        .where(
            queries.open_now(),
            Duty.kind.in_([one.value for one in KIND_OF.values()]),
            Duty.data["stopped"].astext.is_(None),
            or_(Duty.kind != kind, Application.due_at.is_(None)),
        )
    )
    found = session.scalars(begun.limit(limit)).all()
    return list(dict.fromkeys([*found, *session.scalars(ended.limit(limit))]))


def _open(session: Session, kind: Kind, application: Application, before: list[Duty]) -> None:
    began = session.scalars(
        select(ApplicationEvent.at)
        .where(ApplicationEvent.application_id == application.id)
        .order_by(ApplicationEvent.seq.desc())
        .limit(1)
    ).one()
    place = 1 + sum(duty.kind == kind.value for duty in before)
    assert application.due_at is not None
    _opened(session, kind, application, place, began, application.due_at, application.due_provisional)


def _opened(
    session: Session,
    kind: Kind,
    application: Application,
    round_: int,
    began: dt.datetime,
    due_at: dt.datetime,
    provisional: bool,
) -> Duty:
    name = session.scalar(select(ItemVersion.name).where(ItemVersion.id == application.item_version_id)) or ""
    return service.open_duty(
        session,
        kind,
        subject=f"application:{application.id}",
        round_=round_,
        title=f"{_TITLES[kind]}：{name}（{application.number}）",
        department_id=application.department_id,
        event=clock.day_of(began),
        due_at=due_at,
        provisional=provisional,
        link=f"/workbench/applications/{application.number}",
        data={"application": application.number},
        quiet=True,
    )


def _move(session: Session, duty: Duty, application: Application) -> None:
    """The clock ends at another moment: it ran again after a stop, or a schedule was entered."""
    assert application.due_at is not None
    stopped = bool(duty.data.get("stopped"))
    if duty.due_at == application.due_at and duty.provisional == application.due_provisional and not stopped:
        return
    data = {key: value for key, value in duty.data.items() if key != "stopped"}
    service.reschedule(session, duty, application.due_at, application.due_provisional, data=data)


def _stop(session: Session, duty: Duty, last: ApplicationEvent) -> None:
    if duty.data.get("stopped"):
        return
    duty.data = {**duty.data, "stopped": _why(last)}
    duty.next_step_at = None
    service.note(session, duty, service.SYSTEM, "stopped", {"reason": duty.data["stopped"]})


def _why(last: ApplicationEvent) -> str:
    """Why the clock stands still, in words of its own: the reason of the event speaks of the case."""
    told = {
        Status.CORRECTION_REQUESTED.value: "等待申报人补正",
        Status.PUBLICITY.value: "正在公示",
        Status.OBJECTION_REVIEW.value: "正在核查公示期间收到的异议",
    }
    procedure = str(last.data.get("procedure") or "")
    return told.get(last.to_status) or procedure or last.reason or Action(last.action).label


def _stands_still(duty: Duty, application: Application) -> bool:
    """A decision that waits for the applicant, a special procedure or the publicity is still owed."""
    return _keeps(Kind(duty.kind), str(application.status), application.due_at is None)


def _keeps(kind: Kind, status: str, no_date: bool) -> bool:
    if kind is not Kind.HANDLING:
        return False
    waiting = {Status.CORRECTION_REQUESTED.value, Status.PUBLICITY.value, Status.OBJECTION_REVIEW.value}
    return status in waiting or (status == Status.ACCEPTED.value and no_date)


def _end(session: Session, duty: Duty, application: Application, last: ApplicationEvent) -> None:
    if application.status in FELL_AWAY:
        service.close(session, service.SYSTEM, duty, FELL_AWAY[application.status])
        return
    at: dt.datetime = min(last.at, clock.now())
    service.fulfil(session, service.SYSTEM, duty, {"evidence": Action(last.action).label}, at)
