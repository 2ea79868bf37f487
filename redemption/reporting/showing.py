"""A duty and its reports as pages and programs show them: state, due date and history in words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity.models import Department, Office, Person
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.reporting import rules
from redemption.reporting.models import Duty, DutyEvent
from redemption.reporting.rules import KINDS, DutyState, Kind, Rule

EVENT_NAMES = {
    "opened": "职责产生",
    "assembled": "报送材料已生成",
    "reminded": "已提醒",
    "overdue": "逾期",
    "escalated": "已上报督办",
    "fulfilled": "已履行",
    "supplement_sent": "已补充报送",
    "signed": "公开办签收",
    "returned": "公开办退回",
    "delivered": "已推送到公开办业务系统",
    "contradicted": "公开办业务系统的回执与工作台不一致",
    "exempted": "已豁免",
    "closed": "已了结",
    "recomputed": "期限重新计算",
    "stopped": "计时暂停",
    "handed_over": "由承接部门继续",
    "office_set": "已确定接收单位",
}
_MAY_OPEN: dict[Role | None, tuple[str, ...]] = {
    Role.OFFICER: ("/workbench/", "/questions/"),
    Role.POLICY_MAKER: ("/editor/", "/questions/"),
}
_TOLD = {
    "remind": "提醒承担部门",
    "head": "提醒部门负责人",
    "office": "告知公开办",
    "board": "列入公开办督办",
}


@dataclass(frozen=True)
class Due:
    """What `components/status.html` writes as a due date."""

    date: dt.date
    workdays_left: int
    overdue: bool
    provisional: bool
    stopped_reason: str = ""


@dataclass(frozen=True)
class DutyView:
    """A duty with everything a list or page says about it."""

    duty: Duty
    rule: Rule
    state: DutyState
    due: Due
    department: Department
    office: Office | None
    missing: tuple[str, ...]
    link: str
    """Where the acting person goes on with it: the place where it is fulfilled if they may go there, else its page."""

    @property
    def done(self) -> bool:
        return self.duty.fulfilled_at is not None or self.duty.closed_at is not None


def views(session: Session, duties: Iterable[Duty], role: Role | None = None) -> list[DutyView]:
    """In the order given; three selects whatever their number. `role` decides where links lead."""
    duties = list(duties)
    departments = _by_id(session, Department, {duty.department_id for duty in duties})
    offices = _by_id(session, Office, {duty.office_id for duty in duties if duty.office_id})
    calendar, now = load_calendar(session), clock.now()
    today = clock.day_of(now)
    shown = []
    for duty in duties:
        day = clock.last_day(duty.due_at)
        state = rules.state_of(
            duty.due_at, duty.fulfilled_at, duty.closed_at, duty.late, duty.exempted, now, calendar
        )
        rule = KINDS[Kind(duty.kind)]
        shown.append(
            DutyView(
                duty,
                rule,
                state,
                Due(
                    day,
                    calendar.workdays_left(today, day),
                    now >= duty.due_at and not duty.data.get("stopped"),
                    duty.provisional,
                    str(duty.data.get("stopped") or ""),
                ),
                departments[duty.department_id],
                offices.get(duty.office_id) if duty.office_id else None,
                tuple(duty.data.get("missing") or [rule.evidence]),
                duty.link if duty.link.startswith(_MAY_OPEN.get(role, "none")) else f"/duties/{duty.number}",
            )
        )
    return shown


def names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Names of people by how the log calls them (`person:7`)."""
    ids = {int(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {f"person:{row.id}": row.name for row in rows}


def timeline(session: Session, events: Iterable[DutyEvent]) -> list[dict[str, Any]]:
    """The history for the timeline macro, oldest first."""
    events = list(events)
    people = names(session, {event.actor for event in events})
    return [
        {
            "at": event.at,
            "title": EVENT_NAMES.get(event.what, event.what),
            "who": people.get(event.actor, "") if event.actor.startswith("person:") else "系统",
            "detail": _detail(event),
            "state": "done",
        }
        for event in events
    ]


def _detail(event: DutyEvent) -> str:
    data = event.data
    said = []
    if "to" in data:
        said.append(_TOLD.get(str(data["to"]), "") + (f"：{data['whom']}" if data.get("whom") else ""))
        if data["to"] == "head" and data.get("whom") == "":
            said.append("本部门未设负责人，已提醒全体经办人")
    if data.get("due"):
        said.append(f"期限：{clock.due_text(dt.date.fromisoformat(data['due']))}")
    if data.get("before"):
        said.append(f"原期限：{clock.due_text(dt.date.fromisoformat(data['before']))}")
    if data.get("entered_late"):
        said.append("录入较晚，期限自实际日期起计算")
    if data.get("late"):
        said.append("逾期履行")
    if data.get("report") and event.what != "fulfilled":
        said.append(f"第 {data['report']} 次报送")
    said += [str(data[key]) for key in ("evidence", "reason") if data.get(key)]
    return "；".join(part for part in said if part)


def _by_id(session: Session, model: Any, ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(ids)))}
