"""Statutory duties as data: what opens them, when they are due, who is reminded and when (第六条 … 第三十六条).

A duty's due date and its steps are computed from stored facts (event day, opening, due date) and the workday
calendar, each time anew; nothing is counted down. Adding a kind of duty is adding a row to `KINDS`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redemption.kernel import clock
from redemption.kernel.workdays import Calendar, Deadline

MORNING = dt.time(9, 0)


class Kind(StrEnum):
    REPORT = "report"
    REPORT_AGAIN = "report_again"
    ANSWER = "answer"
    MONTHLY_FILING = "monthly_filing"
    GAZETTE = "gazette"
    CONSULTATION_SUMMARY = "consultation_summary"
    YEARLY_EVALUATION = "yearly_evaluation"
    ACCEPTANCE = "acceptance"
    HANDLING = "handling"
    PAYMENT = "payment"
    RATING_FOLLOW_UP = "rating_follow_up"


class Unit(StrEnum):
    """How a term is counted. `GIVEN`: the due date comes from elsewhere (the clocks of an application)."""

    WORKDAYS = "workdays"
    DAYS = "days"
    MONTH_WORKDAYS = "month_workdays"
    YEAR_END = "year_end"
    GIVEN = "given"


@dataclass(frozen=True)
class Rule:
    """One kind of duty.

    `unit`, `n`: "n workdays after", "n days after", "the first n workdays of the month". `ground` is the sentence that
    tells the department why it owes this; `evidence` what fulfils it, in words. `to_office`: what is owed goes to the
    office of the same level; the office watches over every kind, also where it goes elsewhere (第三十九条).
    """

    name: str
    article: str
    unit: Unit
    n: int
    ground: str
    evidence: str
    to_office: bool = True
    by_hand: bool = False
    """A person of the department says that it is done, with evidence; others are fulfilled by what happens."""


KINDS: Mapping[Kind, Rule] = {
    Kind.REPORT: Rule(
        "报送政策原文和兑现标准", "第二十五条", Unit.WORKDAYS, 3, "惠企政策已发布", "向同级公开办报送"
    ),
    Kind.REPORT_AGAIN: Rule(
        "退回后重新报送", "第二十五条", Unit.WORKDAYS, 3, "公开办退回了报送材料", "修改后重新报送"
    ),
    Kind.ANSWER: Rule(
        "答复政策咨询", "第三十一条", Unit.WORKDAYS, 3, "公开办转来政策咨询问题", "填写答复口径"
    ),
    Kind.MONTHLY_FILING: Rule(
        "报送上月政策性文件公开属性报备目录",
        "第九条",
        Unit.MONTH_WORKDAYS,
        5,
        "每月前5个工作日报送上月目录",
        "核对目录并确认报送",
        by_hand=True,
    ),
    Kind.GAZETTE: Rule(
        "报送政府公报编辑部门",
        "第十条",
        Unit.WORKDAYS,
        10,
        "政策性文件已印发",
        "登记报送日期和接收人",
        to_office=False,
        by_hand=True,
    ),
    Kind.CONSULTATION_SUMMARY: Rule(
        "公开征集意见情况说明",
        "第六条",
        Unit.DAYS,
        30,
        "政策性文件意见征集已结束",
        "登记公开的链接",
        to_office=False,
        by_hand=True,
    ),
    Kind.YEARLY_EVALUATION: Rule(
        "开展年度政策评价",
        "第三十六条",
        Unit.YEAR_END,
        0,
        "涉及政策性文件制定的部门原则上每年开展一次专题评价",
        "公布评价结果",
    ),
    Kind.ACCEPTANCE: Rule(
        "作出受理决定", "行政许可法第三十二条", Unit.GIVEN, 0, "已收到申报", "受理、补正或不予受理"
    ),
    Kind.HANDLING: Rule("在办理时限内作出决定", "第二十四条", Unit.GIVEN, 0, "已受理申报", "作出兑现决定"),
    Kind.PAYMENT: Rule(
        "在兑现期限内拨付", "优化营商环境条例第五十四条", Unit.GIVEN, 0, "已决定予以兑现", "资金拨付到账"
    ),
    Kind.RATING_FOLLOW_UP: Rule(
        "差评核实整改", "第三十四条", Unit.GIVEN, 0, "收到不满意评价", "核实、整改并回访"
    ),
}

CASE_KINDS = (Kind.ACCEPTANCE, Kind.HANDLING, Kind.PAYMENT)
"""Clocks of applications: many, and in the department's inbox anyway."""

REPORT_KINDS = (Kind.REPORT, Kind.REPORT_AGAIN)


class StepKind(StrEnum):
    """What happens at a step. Reminders give way to a newer one; each escalation has an addressee of its own."""

    REMIND = "remind"
    OVERDUE = "overdue"
    HEAD = "head"
    OFFICE = "office"
    BOARD = "board"


@dataclass(frozen=True)
class Step:
    """One step of a plan: its code (done once), what it does, the moment from which it may happen."""

    code: str
    kind: StepKind
    at: dt.datetime


@dataclass(frozen=True)
class StepRule:
    """`after`: workdays after the event (reminders) or after the due day (escalations), at a time of day."""

    code: str
    kind: StepKind
    anchor: str
    after: int
    time: dt.time


STEPS: tuple[StepRule, ...] = (
    StepRule("next_morning", StepKind.REMIND, "event", 1, MORNING),
    StepRule("last_morning", StepKind.REMIND, "due", 0, MORNING),
    StepRule("last_afternoon", StepKind.REMIND, "due", 0, dt.time(15, 0)),
    StepRule("overdue_head", StepKind.HEAD, "overdue", 1, MORNING),
    StepRule("overdue_office", StepKind.OFFICE, "overdue", 2, MORNING),
    StepRule("overdue_board", StepKind.BOARD, "overdue", 3, MORNING),
)
"""Next morning 9:00, last day 9:00 and 15:00; after the due day the head, the office, the board."""


CASE_STEPS = tuple(step for step in STEPS if step.kind is not StepKind.REMIND or step.code == "last_morning")
"""Of a single case the department is reminded once; escalated it is like any other."""


def due_of(kind: Kind, event: dt.date, calendar: Calendar) -> Deadline:
    """The last day on which a duty that arose on `event` is fulfilled in time (民法典 201, 203).

    ValueError for a kind whose due date is given from elsewhere.
    """
    rule = KINDS[kind]
    if rule.unit is Unit.WORKDAYS:
        return calendar.add_workdays(event, rule.n)
    if rule.unit is Unit.DAYS:
        return calendar.add_days(event, rule.n)
    if rule.unit is Unit.MONTH_WORKDAYS:
        return calendar.nth_workday_of_month(event.year, event.month, rule.n)
    if rule.unit is Unit.YEAR_END:
        return _last_workday(dt.date(event.year, 12, 31), calendar)
    raise ValueError(f"the due date of {kind} is given")


def plan(
    event: dt.date,
    due_at: dt.datetime,
    opened_at: dt.datetime,
    calendar: Calendar,
    steps: Sequence[StepRule] = STEPS,
) -> list[Step]:
    """Every step of a duty in order of time. None falls on a day off; marking it overdue does, at 24:00 of the due day.

    Escalations of a duty that was overdue when it was entered count from its entry, so that nobody's head is told of
    something the department has not seen yet.
    """
    due = clock.last_day(due_at)
    late_from = max(due, clock.day_of(opened_at)) if opened_at >= due_at else due
    found = [Step("overdue", StepKind.OVERDUE, due_at)]
    taken: set[dt.datetime] = set()
    for rule in reversed(steps):
        anchor = {"event": event, "due": due, "overdue": late_from}[rule.anchor]
        day = calendar.add_workdays(anchor, rule.after).date if rule.after else anchor
        at = dt.datetime.combine(day, rule.time, clock.SHANGHAI).astimezone(dt.UTC)
        if rule.kind is StepKind.REMIND and (at >= due_at or at <= opened_at or at in taken):
            continue
        if not calendar.is_workday(day):
            continue
        taken.add(at)
        found.append(Step(rule.code, rule.kind, at))
    return sorted(found, key=lambda step: (step.at, step.code != "overdue", step.code))


@dataclass(frozen=True)
class Turn:
    """What a sweep does with one duty now, and when it looks again."""

    now: tuple[Step, ...]
    skipped: tuple[Step, ...]
    next_at: dt.datetime | None


def turn(steps: Iterable[Step], done: Iterable[str], now: dt.datetime, calendar: Calendar) -> Turn:
    """Which steps happen now.

    Of several missed reminders only the newest speaks, and none once the duty is overdue; escalations all happen,
    because each speaks to somebody else. Nobody is written to on a day off or before nine: those wait.
    """
    done = set(done)
    open_steps = [step for step in steps if step.code not in done]
    ready = [step for step in open_steps if step.at <= now]
    later = [step.at for step in open_steps if step.at > now]
    silent = tuple(step for step in ready if step.kind is StepKind.OVERDUE)
    speaking = [step for step in ready if step.kind is not StepKind.OVERDUE]
    overdue = "overdue" in done or bool(silent)
    reminders = [step for step in speaking if step.kind is StepKind.REMIND]
    dropped = reminders if overdue else reminders[:-1]
    said = [step for step in speaking if step not in dropped]
    if said and not may_speak(now, calendar):
        return Turn(silent, tuple(dropped), min([next_morning(now, calendar), *later]))
    return Turn((*silent, *said), tuple(dropped), min(later, default=None))


def may_speak(now: dt.datetime, calendar: Calendar) -> bool:
    """Whether somebody may be written to: on a workday, from nine o'clock on."""
    there = clock.local(now)
    return calendar.is_workday(there.date()) and there.time() >= MORNING


def next_morning(now: dt.datetime, calendar: Calendar) -> dt.datetime:
    """The next moment at which somebody may be written to."""
    there = clock.local(now)
    today = there.date()
    day = (
        today
        if there.time() < MORNING and calendar.is_workday(today)
        else calendar.add_workdays(today, 1).date
    )
    return dt.datetime.combine(day, MORNING, clock.SHANGHAI).astimezone(dt.UTC)


class ReportState(StrEnum):
    ASSEMBLING = "assembling"
    READY = "ready"
    SENT = "sent"
    SIGNED = "signed"
    RETURNED = "returned"


class ParcelState(StrEnum):
    """A report on its way to an office's own system: waiting → taken | refused | dead | cancelled."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    DEAD = "dead"
    CANCELLED = "cancelled"


PARCEL_STATE_NAMES = {
    ParcelState.WAITING: "正在推送",
    ParcelState.TAKEN: "业务系统已接收",
    ParcelState.REFUSED: "业务系统退回报文",
    ParcelState.DEAD: "推送失败",
    ParcelState.CANCELLED: "不再推送",
}
HELD = (ParcelState.REFUSED, ParcelState.DEAD)
"""States that wait for a person to send again."""


class DutyState(StrEnum):
    """How a duty stands, for people; computed, never stored."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    FULFILLED = "fulfilled"
    LATE = "late"
    EXEMPTED = "exempted"
    CLOSED = "closed"


def state_of(
    due_at: dt.datetime,
    fulfilled_at: dt.datetime | None,
    closed_at: dt.datetime | None,
    late: bool,
    exempted: bool,
    now: dt.datetime,
    calendar: Calendar,
) -> DutyState:
    """The state of a duty. Late stays visible as late. Soon: the last workday or the one before it.

    Closed, and not exempted by the office: its ground fell away.
    """
    if fulfilled_at is not None:
        return DutyState.LATE if late else DutyState.FULFILLED
    if closed_at is not None:
        return DutyState.EXEMPTED if exempted else DutyState.CLOSED
    if now >= due_at:
        return DutyState.OVERDUE
    soon = calendar.workdays_left(clock.day_of(now), clock.last_day(due_at)) <= 1
    return DutyState.DUE_SOON if soon else DutyState.OPEN


def steps_of(stored: Sequence[Mapping[str, Any]]) -> tuple[StepRule, ...]:
    """Steps as an administrator stored them: `{"code", "kind", "anchor", "after", "time": "09:00"}`."""
    return tuple(
        StepRule(
            str(entry["code"]),
            StepKind(entry["kind"]),
            str(entry["anchor"]),
            int(entry["after"]),
            dt.time.fromisoformat(str(entry["time"])),
        )
        for entry in stored
    )


def _last_workday(day: dt.date, calendar: Calendar) -> Deadline:
    """A year's last workday: the yearly evaluation belongs to its year, so the end is not put off beyond it."""
    last = day
    while not calendar.is_workday(last):
        last -= dt.timedelta(days=1)
    return Deadline(last, not calendar.known(day.year))
