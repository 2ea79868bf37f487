"""What happened to a case and what comes next, as a list of steps that a person reads (pure)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redemption.applications.clocks import DueInfo
from redemption.applications.rules import ACTION_NAMES, Action, Status


@dataclass(frozen=True)
class Step:
    """One line of the timeline. `state`: done, current or coming."""

    title: str
    at: dt.datetime | None = None
    who: str = ""
    detail: str = ""
    state: str = "done"
    document: str = ""
    """Number of the document that this step produced."""


_HOLDERS = {
    Status.RECEIVED: "{department}正在审核是否受理",
    Status.CORRECTION_REQUESTED: "等待您补正",
    Status.ACCEPTED: "{department}正在办理",
    Status.PUBLICITY: "正在公示，公示无异议后作出决定",
    Status.OBJECTION_REVIEW: "{department}正在核查异议",
    Status.APPROVED: "{department}正在安排拨付",
    Status.DISBURSING: "资金正在拨付",
    Status.PAYMENT_FAILED: "等待您更正收款账户",
}

_AHEAD = {
    Status.RECEIVED: ("受理", "办理", "作出决定"),
    Status.CORRECTION_REQUESTED: ("继续办理", "作出决定"),
    Status.ACCEPTED: ("作出决定",),
    Status.PUBLICITY: ("作出决定",),
    Status.OBJECTION_REVIEW: ("作出决定",),
    Status.APPROVED: ("资金到账",),
    Status.DISBURSING: ("资金到账",),
    Status.PAYMENT_FAILED: ("重新拨付", "资金到账"),
}


def holder(status: str, department: str) -> str:
    """Who has the case in hand, in words; empty when it is over."""
    return _HOLDERS.get(Status(status), "").format(department=department)


def steps(
    events: Sequence[Any],
    *,
    department: str,
    pays_money: bool,
    over: bool,
    due: DueInfo | None,
    documents: Mapping[int, str] | None = None,
) -> list[Step]:
    """Done steps, the one that runs with its due date or the reason why the clock stands, those that come."""
    made = [_done(event, documents or {}) for event in events]
    if over or not events:
        return made
    status = Status(events[-1].to_status)
    made.append(Step(holder(status.value, department), state="current", detail=due_words(due)))
    ahead = list(_AHEAD.get(status, ()))
    if pays_money and "资金到账" not in ahead:
        ahead.append("资金到账")
    made += [Step(title, state="coming") for title in ahead]
    return made


def due_words(due: DueInfo | None) -> str:
    """办理期限：2026年11月22日，还剩 2 个工作日; or why the clock stands still."""
    if due is None:
        return ""
    if due.stopped_reason:
        return f"计时暂停：{due.stopped_reason}。"
    if due.date is None:
        return "本事项没有规定办理时限，有进展时会通知您。"
    day = f"{due.kind_name}：{due.date.year}年{due.date.month}月{due.date.day}日"
    if due.overdue:
        left = f"，已超期 {-due.workdays_left} 个工作日" if due.workdays_left else "，已超期"
    elif due.workdays_left == 0:
        left = "，今天到期"
    else:
        left = f"，还剩 {due.workdays_left} 个工作日"
    unsure = "（暂定：该年度节假日安排尚未公布，公布后会重新计算）" if due.provisional else ""
    return f"{day}{left}{unsure}。"


def _done(event: Any, documents: Mapping[int, str]) -> Step:
    said = [event.reason] if event.reason else []
    procedure = event.data.get("procedure")
    if procedure and event.action in (Action.PAUSE, Action.RESUME):
        said.insert(0, str(procedure))
    if event.action == Action.STEP and event.data.get("name"):
        said.insert(0, str(event.data["name"]))
    if event.action == Action.PAUSE:
        said.append("这段时间不计入办理时限。")
    if event.action in (Action.ASK_CORRECTION, Action.ASK_SUPPLEMENT):
        said.append("等待补正的时间不计入办理时限。")
    return Step(
        title=ACTION_NAMES[Action(event.action)],
        at=event.at,
        who=event.actor_name if not str(event.actor).startswith("system:deadlines") else "系统自动",
        detail="，".join(part.rstrip("。") for part in said) + ("。" if said else ""),
        document=documents.get(event.document_id or 0, ""),
    )
