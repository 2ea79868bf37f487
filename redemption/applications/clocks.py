"""When things are due, computed from what happened; nothing is counted down (DESIGN law 4, DOMAIN §4).

    due = due_now(facts, terms, calendar)        facts: the application's event rows, in order

One clock at a time runs: to accept, for the applicant to answer, to decide, of the publicity, to pay. Time that
waits for the applicant, special procedures and publicity do not count: a clock that was stopped ends later by the
workdays that lie in the stops. A stop begins with the day after it was made and ends with the day on which the clock
runs again, as every period counts from the day after its event (民法典 201); so a stop never brings an end nearer.

Pure: no database, no clock on the wall. `redemption.applications.service` stores what comes out.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from redemption.applications.rules import DUE_NAMES, MACHINE, Action, DueKind, Status, is_over
from redemption.catalogue.rules import Mode
from redemption.kernel import clock
from redemption.kernel.workdays import Calendar


class Fact(Protocol):
    """One event row, as far as clocks read it."""

    @property
    def action(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def recorded_at(self) -> dt.datetime: ...
    @property
    def to_status(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class NewReceipt:
    """The first event of an application, before its row exists."""

    at: dt.datetime
    recorded_at: dt.datetime
    action: str = Action.RECEIVE.value
    to_status: str = Status.RECEIVED.value
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """The periods of one item version, in workdays; None: the item sets no such period.

    `batch_closes_on`: where applications are looked at together after the period has closed (评审), the last day of
    that period: no clock of the department starts before it.
    """

    acceptance_days: int = 5
    correction_days: int = 10
    time_limit_days: int | None = None
    publicity_days: int = 0
    payment_days: int | None = None
    batch_closes_on: dt.date | None = None
    deemed_acceptance: bool = False

    @classmethod
    def of(cls, version: Any) -> "Terms":
        """The terms of an item version (or of a row with the same names)."""
        by_review = version.mode == Mode.BY_REVIEW.value
        return cls(
            acceptance_days=version.acceptance_days,
            correction_days=version.correction_days,
            time_limit_days=version.time_limit_days,
            publicity_days=version.publicity_days,
            payment_days=version.payment_days,
            batch_closes_on=version.closes_on if by_review else None,
            # never for review or batches (DOMAIN §4)
            deemed_acceptance=bool(version.deemed_acceptance) and not by_review,
        )


@dataclass(frozen=True)
class Due:
    """The clock that runs or stands still. `date` is its last day; None: the item sets no period, or it stands."""

    kind: DueKind
    date: dt.date | None
    provisional: bool = False
    stopped_reason: str = ""

    @property
    def at(self) -> dt.datetime | None:
        """The first moment that is too late."""
        return None if self.date is None else clock.end_of_day(self.date)

    @property
    def name(self) -> str:
        """受理期限, 办理期限 …"""
        return DUE_NAMES[self.kind]


@dataclass(frozen=True)
class DueInfo:
    """A due date as pages show it (`components/status.html`, `st.due`)."""

    kind_name: str
    date: dt.date | None
    workdays_left: int | None
    overdue: bool
    provisional: bool
    stopped_reason: str


def due_now(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due | None:
    """The due date of the clock that runs after these events; None when no clock runs any more."""
    if not facts:
        return None
    status = Status(facts[-1].to_status)
    if is_over(status, terms.payment_days is not None):
        return None
    match status:
        case Status.RECEIVED:
            return _acceptance(facts, terms, calendar)
        case Status.CORRECTION_REQUESTED:
            return _correction(facts, terms, calendar)
        case Status.ACCEPTED:
            return _decision(facts, terms, calendar)
        case Status.PUBLICITY:
            return _publicity(facts, terms, calendar)
        case Status.OBJECTION_REVIEW:
            return Due(DueKind.OBJECTION, None, stopped_reason="正在核查公示期间收到的异议，办理时限暂停计算")
        case _:
            return _payment(facts, terms, calendar)


def correction_due(asked: dt.datetime, terms: Terms, calendar: Calendar) -> Due:
    """Until when the applicant may answer a correction of which they were told at `asked`."""
    last = calendar.add_workdays(clock.day_of(asked), terms.correction_days)
    return Due(DueKind.CORRECTION, last.date, last.provisional)


def is_paused(facts: Iterable[Fact]) -> bool:
    """Whether a special procedure (特别程序) has begun and not ended."""
    paused = False
    for fact in facts:
        paused = _after(paused, fact.action)
    return paused


def info(due: Any, calendar: Calendar, today: dt.date | None = None) -> DueInfo | None:
    """For pages. `due` is a `Due`, or an application (its stored due date); None when no clock runs."""
    if due is None:
        return None
    if not isinstance(due, Due):
        if not due.due_kind:
            return None
        day = None if due.due_at is None else clock.day_of(due.due_at) - dt.timedelta(days=1)
        reason = stored_stop(due.due_kind, due.status) if day is None else ""
        due = Due(DueKind(due.due_kind), day, due.due_provisional, reason)
    today = today or clock.today()
    left = None if due.date is None else calendar.workdays_left(today, due.date)
    overdue = due.date is not None and today > due.date
    return DueInfo(due.name, due.date, left, overdue, due.provisional, due.stopped_reason)


def stored_stop(kind: str, status: str | None) -> str:
    """Why an application without a due date has none, told from its row alone (lists; the case page knows more)."""
    if status == Status.PAYMENT_FAILED:
        return PAYMENT_WAITS
    if kind == DueKind.OBJECTION:
        return "正在核查公示期间收到的异议"
    return ""


PAYMENT_WAITS = "等待您更正收款账户，拨付期限暂停计算"


# --- the clocks ------------------------------------------------------------------------------------------


def _acceptance(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due:
    # from receipt, or again from the resubmission (行政许可法 32 as the template)
    begun = _last(facts, Action.RECEIVE, Action.RESUBMIT)
    start = _not_before(clock.day_of(begun.at), terms.batch_closes_on)
    last = calendar.add_workdays(start, terms.acceptance_days)
    return Due(DueKind.ACCEPTANCE, last.date, last.provisional)


def _correction(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due:
    asked = _last(facts, Action.ASK_CORRECTION, Action.ASK_SUPPLEMENT)
    # a department's notice may reach us late: the applicant's days run from when they could know
    return correction_due(max(asked.at, asked.recorded_at), terms, calendar)


def _decision(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due:
    if is_paused(facts):
        begun = _last(facts, Action.PAUSE)
        procedure = str(begun.data.get("procedure") or "特别程序")
        return Due(DueKind.DECISION, None, stopped_reason=f"{procedure}期间不计入办理时限")
    if terms.time_limit_days is None:
        return Due(DueKind.DECISION, None)
    accepted = _last(facts, Action.ACCEPT, Action.DEEM_ACCEPTED)
    start = _not_before(clock.day_of(accepted.at), terms.batch_closes_on)
    stopped = _stopped_workdays(facts, _DECISION_STOPS, start, calendar)
    last = calendar.add_workdays(start, terms.time_limit_days + stopped)
    return Due(DueKind.DECISION, last.date, last.provisional)


def _publicity(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due:
    start = clock.day_of(_last(facts, Action.PROPOSE_APPROVE).at)
    stopped = _stopped_workdays(facts, _PUBLICITY_STOPS, start, calendar)
    last = calendar.add_workdays(start, terms.publicity_days + stopped)
    return Due(DueKind.PUBLICITY, last.date, last.provisional)


def _payment(facts: Sequence[Fact], terms: Terms, calendar: Calendar) -> Due | None:
    if terms.payment_days is None:
        return None
    if facts[-1].to_status == Status.PAYMENT_FAILED:
        return Due(DueKind.PAYMENT, None, stopped_reason=PAYMENT_WAITS)
    start = clock.day_of(_last(facts, Action.APPROVE, Action.END_PUBLICITY).at)
    stopped = _stopped_workdays(facts, _PAYMENT_STOPS, start, calendar)
    last = calendar.add_workdays(start, terms.payment_days + stopped)
    return Due(DueKind.PAYMENT, last.date, last.provisional)


# --- stops -----------------------------------------------------------------------------------------------

_DECISION_STOPS = {
    Action.ASK_SUPPLEMENT: "applicant",
    Action.RESUBMIT_SUPPLEMENT: "",
    Action.PAUSE: "procedure",
    Action.RESUME: "",
}
_PUBLICITY_STOPS = {Action.OBJECT: "objection", Action.DISMISS_OBJECTION: ""}
_PAYMENT_STOPS = {Action.RETURN_PAYMENT: "account", Action.NEW_ACCOUNT: ""}
_ENDS = {
    Action.RESUBMIT_SUPPLEMENT: "applicant",
    Action.RESUME: "procedure",
    Action.DISMISS_OBJECTION: "objection",
    Action.NEW_ACCOUNT: "account",
}


def _stopped_workdays(
    facts: Sequence[Fact], stops: Mapping[Action, str], start: dt.date, calendar: Calendar
) -> int:
    """Workdays inside the stops, overlapping ones counted once; only what lies after `start`."""
    reasons: set[str] = set()
    begun, total = start, 0
    for fact in facts:
        action = Action(fact.action)
        if action not in stops:
            continue
        before = bool(reasons)
        if stops[action]:
            reasons.add(stops[action])
        else:
            reasons.discard(_ENDS[action])
        day = max(clock.day_of(fact.at), start)
        if reasons and not before:
            begun = day
        elif before and not reasons and day > begun:
            total += calendar.workdays_between(begun, day)
    return total


def _after(paused: bool, action: str) -> bool:
    if action == Action.PAUSE:
        return True
    if action in (Action.RESUME, Action.ACCEPT, Action.DEEM_ACCEPTED):
        return False
    return paused


def _last(facts: Sequence[Fact], *actions: Action) -> Fact:
    for fact in reversed(facts):
        if fact.action in actions:
            return fact
    # a case that was put into this state by other means (an import) counts from its first row
    return facts[0]


def _not_before(day: dt.date, earliest: dt.date | None) -> dt.date:
    return day if earliest is None or earliest < day else earliest


def still_open(status: Status) -> bool:
    """Whether anything may still happen in the ordinary course (not counting a revocation)."""
    return not MACHINE.is_final(status)
