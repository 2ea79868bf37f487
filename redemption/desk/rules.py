"""The words of the window."""

import datetime as dt
from enum import StrEnum

from redemption.kernel import clock
from redemption.kernel.workdays import Calendar, Deadline

FOLLOW_UP_DAYS = 5
"""Workdays until somebody who could not be served is told what came of it (our rule; the Measure sets none)."""


class MatterState(StrEnum):
    OPEN = "open"
    WORKING = "working"
    CLOSED = "closed"


MATTER_STATES = {
    MatterState.OPEN: ("待处理", "todo", "flag"),
    MatterState.WORKING: ("处理中", "info", "progress"),
    MatterState.CLOSED: ("已办结", "good", "circle-check"),
}
"""Word, tone and icon, as `components/status.html` takes them."""

OUTCOMES = {
    "done": "已帮助办成",
    "explained": "已解释清楚，当事人认可",
    "passed": "已转有关部门处理并告知当事人",
    "impossible": "依规定不能办理，已书面告知理由",
}
RELATIONS = {
    "representative": "法定代表人本人",
    "employee": "本单位员工",
    "agent": "受委托的代办人员",
}
"""How the person at the counter stands to the enterprise."""

CHECKS = {"original_seen": "已核验原件", "copy_kept": "已留存复印件", "missing": "缺少"}
"""What a clerk notes at each entry of the list."""


def follow_up_due(registered_at: dt.datetime, calendar: Calendar) -> Deadline:
    """Until when somebody who could not be served is told what came of it."""
    return calendar.add_workdays(clock.day_of(registered_at), FOLLOW_UP_DAYS)
