"""Reminding, marking overdue, escalating: finds its work in the tables alone.

`next_step_at` of every open duty stands in a partial index, so that a turn costs what is due, not what is open. Batches
are locked with SKIP LOCKED: two sweepers share the work and do none of it twice. What a duty is told is decided by
`rules.turn` from stored facts, and each message has an occasion of its own, so that a repeated turn tells nobody again.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from redemption.identity.models import Department, Office
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Database, Json
from redemption.kernel.uow import unit_of_work
from redemption.kernel.workdays import Calendar
from redemption.messages import service as messages
from redemption.messages.service import Notice
from redemption.reporting import queries, rules, service
from redemption.reporting.models import Duty
from redemption.reporting.rules import KINDS, Kind, Step, StepKind

BATCH = 1000

_DUE = (
    select(
        Duty.id,
        Duty.number,
        Duty.kind,
        Duty.title,
        Duty.department_id,
        Duty.office_id,
        Duty.event_date,
        Duty.due_at,
        Duty.opened_at,
        Duty.overdue_at,
        Duty.steps_done,
        Duty.link,
        Duty.data,
    )
    .where(queries.open_now(), Duty.next_step_at <= bindparam("now"))
    .order_by(Duty.next_step_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True, of=Duty)
)


@dataclass
class _Batch:
    """What one batch writes, in a handful of statements."""

    updates: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True)
class _Places:
    """Who is spoken of in a batch: names of departments and offices, heads of departments."""

    departments: dict[int, str]
    offices: dict[int, str]
    heads: dict[int, list[tuple[int, str]]]


def sweep(database: Database) -> int:
    """Do every step that is due; returns how many duties were looked at."""
    total = 0
    while True:
        with unit_of_work(database) as session:
            done = sweep_batch(session)
        total += done
        if done < BATCH:
            return total


def sweep_batch(session: Session) -> int:
    """One batch in the caller's transaction."""
    now = clock.now()
    rows = session.execute(_DUE, {"now": now}).all()
    if not rows:
        return 0
    calendar = load_calendar(session)
    departments = _names(session, Department, {row.department_id for row in rows})
    offices = _names(session, Office, {row.office_id for row in rows if row.office_id})
    steps = {kind: queries.steps(session, kind) for kind in {Kind(row.kind) for row in rows}}
    plans: dict[Any, list[Step]] = {}
    places = _Places(departments, offices, queries.heads(session, set(departments)))
    batch = _Batch()
    for row in rows:
        facts = (row.event_date, row.due_at, row.opened_at, row.kind)
        if facts not in plans:
            plans[facts] = rules.plan(*facts[:3], calendar, steps[Kind(row.kind)])
        _take_turn(batch, row, plans[facts], now, calendar, places)
    _write(session, batch, now)
    return len(rows)


def _take_turn(
    batch: _Batch,
    row: Any,
    plan: list[Step],
    now: dt.datetime,
    calendar: Calendar,
    places: _Places,
) -> None:
    turn = rules.turn(plan, row.steps_done, now, calendar)
    done = [step.code for step in (*turn.skipped, *turn.now)]
    overdue_at = row.overdue_at
    for step in turn.now:
        if step.kind is StepKind.OVERDUE:
            overdue_at = overdue_at or row.due_at
        batch.events.append(_event(row, step, places))
        batch.notices += _notices(row, step, now, calendar, places)
    batch.updates.append(
        {
            "id": row.id,
            "steps": [*row.steps_done, *done],
            "next_at": turn.next_at.isoformat() if turn.next_at else None,
            "overdue": overdue_at.isoformat() if overdue_at else None,
        }
    )


def _notices(row: Any, step: Step, now: dt.datetime, calendar: Calendar, places: _Places) -> list[Notice]:
    due = clock.last_day(row.due_at)
    own = f"/duties/{row.number}"
    link = row.link or own
    words: Json = {
        "title": row.title,
        "due": clock.due_text(due),
        "left": calendar.left_text(clock.day_of(now), due),
        "missing": "、".join(row.data.get("missing") or [KINDS[Kind(row.kind)].evidence]),
        "department_name": places.departments[row.department_id],
        "office_name": places.offices.get(row.office_id, "同级公开办"),
    }
    once = f"duty:{row.id}:{step.code}"
    if step.kind is StepKind.REMIND:
        return [Notice("duty_reminder", once, words, link, department_id=row.department_id)]
    if step.kind is StepKind.HEAD:
        heads = places.heads.get(row.department_id)
        if not heads:
            # nobody was named: the department reads that, so that it is not lost
            return [Notice("duty_escalated_no_head", once, words, link, department_id=row.department_id)]
        return [
            Notice("duty_escalated_head", f"{once}:{person_id}", words, own, person_id=person_id)
            for person_id, _ in heads
        ]
    if step.kind is StepKind.OFFICE and row.office_id is not None:
        return [Notice("office_duty_overdue", once, words, own, office_id=row.office_id)]
    return []


def _event(row: Any, step: Step, places: _Places) -> Json:
    what = {
        StepKind.REMIND: "reminded",
        StepKind.OVERDUE: "overdue",
        StepKind.HEAD: "escalated",
        StepKind.OFFICE: "escalated",
        StepKind.BOARD: "escalated",
    }[step.kind]
    data: Json = {"step": step.code, "to": step.kind.value}
    if step.kind is StepKind.HEAD:
        data["whom"] = "、".join(name for _, name in places.heads.get(row.department_id, []))
    return {"duty_id": row.id, "what": what, "data": data}


_UPDATE = text(
    """
UPDATE duty SET steps_done = given.steps, next_step_at = given.next_at, overdue_at = given.overdue
FROM jsonb_to_recordset(:rows) AS given(id bigint, steps jsonb, next_at timestamptz, overdue timestamptz)
WHERE duty.id = given.id
"""
).bindparams(bindparam("rows", type_=JSONB))

_INSERT = text(
    """
INSERT INTO duty_event (duty_id, at, what, actor, data)
SELECT duty_id, :now, what, :actor, data
FROM jsonb_to_recordset(:rows) AS given(duty_id bigint, what text, data jsonb)
"""
).bindparams(bindparam("rows", type_=JSONB))


def _write(session: Session, batch: _Batch, now: dt.datetime) -> None:
    """Three statements, whatever the size of the batch."""
    session.execute(_UPDATE, {"rows": batch.updates})
    if batch.events:
        session.execute(_INSERT, {"rows": batch.events, "now": now, "actor": service.SYSTEM.ref})
    messages.tell_many(session, batch.notices)


def _names(session: Session, model: Any, ids: set[int]) -> dict[int, str]:
    return {
        row.id: row.name for row in session.execute(select(model.id, model.name).where(model.id.in_(ids)))
    }


def look_after(database: Database) -> int:
    """Duties whose department was dissolved go to its successor; duties without an office get it once it exists.

    Returns how many moved. Small and idempotent; runs every hour.
    """
    moved = 0
    with unit_of_work(database) as session:
        dissolved = select(Duty).join(Department, Department.id == Duty.department_id)
        dissolved = dissolved.where(
            queries.open_now(), Department.dissolved_at.is_not(None), Department.successor_id.is_not(None)
        )
        for duty in session.scalars(dissolved.limit(BATCH).with_for_update(skip_locked=True, of=Duty)):
            moved += _hand_over(session, duty)
        orphans = select(Duty, Office.id).join(Department, Department.id == Duty.department_id)
        orphans = orphans.join(Office, Office.jurisdiction_id == Department.jurisdiction_id)
        orphans = orphans.where(queries.open_now(), Duty.office_id.is_(None))
        for duty, office_id in session.execute(
            orphans.limit(BATCH).with_for_update(skip_locked=True, of=Duty)
        ):
            duty.office_id = office_id
            service.note(session, duty, service.SYSTEM, "office_set", {"office_id": office_id})
            service.assemble_again(session, duty)
            moved += 1
    return moved


def _hand_over(session: Session, duty: Duty) -> int:
    before = duty.department_id
    heir = queries.acting_department(session, before)
    if heir.id == before or heir.dissolved_at is not None:
        return 0
    duty.department_id = heir.id
    office = queries.office_of_level(session, heir.jurisdiction_id)
    if office is not None:
        duty.office_id = office.id
    service.note(session, duty, service.SYSTEM, "handed_over", {"from": before, "to": heir.id})
    service.assemble_again(session, duty)
    once = f"duty:{duty.id}:handed_over:{heir.id}"
    ground = "原承担部门已撤销，由您所在部门承接"
    service.tell_department(session, duty, "duty_opened", once, ground=ground)
    return 1
