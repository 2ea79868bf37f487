"""When duties remind and escalate, as an administrator sets it."""

import datetime as dt
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Invalid, NotAllowed
from redemption.reporting import queries
from redemption.reporting.models import DutySchedule
from redemption.reporting.rules import STEPS, StepKind

EVERY = "*"


def set_steps(session: Session, actor: Actor, values: dict[str, Any]) -> None:
    """Times of the reminders (an empty one is left out) and workdays until each escalation.

    Open duties follow at their next step. Setting the built-in times brings the built-in schedule back.

    Raises:
        NotAllowed: only administrators. Invalid: no time of day, no reminder left, escalations out of order.
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed("提醒时间由系统管理员设置。")
    stored = [_step(rule, values) for rule in STEPS]
    steps = [step for step in stored if step is not None]
    if not any(step["kind"] == StepKind.REMIND.value for step in steps):
        raise Invalid.field("last_morning", "请至少保留一次提醒。")
    waits = [step["after"] for step in steps if step["anchor"] == "overdue"]
    if waits != sorted(waits):
        raise Invalid.field(
            "overdue_office_days", "请按负责人、公开办、看板的先后填写天数，后一级不早于前一级。"
        )
    session.execute(delete(DutySchedule).where(DutySchedule.kind == EVERY))
    if steps != [_plain(rule) for rule in STEPS]:
        session.execute(
            insert(DutySchedule).values(kind=EVERY, steps=steps, edited_at=clock.now(), edited_by=actor.ref)
        )
    queries.forget_steps(session)
    audit.record(session, "duty_schedule", actor.ref, "set_steps", {"steps": steps})


def steps_now(session: Session) -> dict[str, Any]:
    """What the form shows: times as `09:00`, days as numbers."""
    stored = session.scalar(select(DutySchedule.steps).where(DutySchedule.kind == EVERY))
    steps = {step["code"]: step for step in (stored or [_plain(rule) for rule in STEPS])}
    shown: dict[str, Any] = {}
    for rule in STEPS:
        step = steps.get(rule.code)
        if rule.kind is StepKind.REMIND:
            shown[rule.code] = step["time"] if step else ""
        else:
            shown[f"{rule.code}_days"] = step["after"] if step else rule.after
    return shown


def _step(rule: Any, values: dict[str, Any]) -> dict[str, Any] | None:
    plain = _plain(rule)
    if rule.kind is not StepKind.REMIND:
        return plain | {"after": int(values.get(f"{rule.code}_days", rule.after))}
    typed = str(values.get(rule.code, "")).strip()
    if not typed:
        return None
    try:
        moment = dt.time.fromisoformat(typed)
    except ValueError:
        raise Invalid.field(rule.code, "请按 09:00 的格式填写时间。") from None
    if not dt.time(9, 0) <= moment <= dt.time(18, 0):
        raise Invalid.field(rule.code, "请填写工作时间，9:00 至 18:00。")
    return plain | {"time": f"{moment:%H:%M}"}


def _plain(rule: Any) -> dict[str, Any]:
    return {
        "code": rule.code,
        "kind": rule.kind.value,
        "anchor": rule.anchor,
        "after": rule.after,
        "time": f"{rule.time:%H:%M}",
    }
