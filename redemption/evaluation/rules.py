"""The five levels of 好差评, what people give as reasons, and the way a bad rating goes."""

from enum import IntEnum, StrEnum

from redemption.kernel.states import Machine


class Stars(IntEnum):
    """The five levels. Who did not rate stays unrated: there is no default."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


STARS_NAMES = {
    Stars.VERY_SATISFIED: "非常满意",
    Stars.SATISFIED: "满意",
    Stars.FAIRLY_SATISFIED: "基本满意",
    Stars.DISSATISFIED: "不满意",
    Stars.VERY_DISSATISFIED: "非常不满意",
}
BAD = frozenset({Stars.DISSATISFIED, Stars.VERY_DISSATISFIED})
"""差评: each opens a follow-up."""


class Occasion(StrEnum):
    """When one is asked: after acceptance at the window, and after the end."""

    WINDOW = "window"
    END = "end"


REASONS = {
    "fast": "办理速度快",
    "clear": "指引清楚",
    "friendly": "服务态度好",
    "simple": "材料精简",
    "slow": "办理太慢",
    "unclear": "指引不清楚",
    "unfriendly": "服务态度不好",
    "asked_twice": "多次要求补正",
    "extra_material": "要求指南以外的材料",
    "system_trouble": "系统不好用",
}
GOOD_REASONS = ("fast", "clear", "friendly", "simple")
COMMENT_LIMIT = 500


class FollowUpState(StrEnum):
    """核实 → 整改 → 回访. A rating that proves unfounded goes straight to the call back."""

    OPEN = "open"
    MENDING = "mending"
    CALLING_BACK = "calling_back"
    CLOSED = "closed"


FOLLOW_UP_NAMES = {
    FollowUpState.OPEN: "待核实",
    FollowUpState.MENDING: "整改中",
    FollowUpState.CALLING_BACK: "待回访",
    FollowUpState.CLOSED: "已办结",
}


class FollowUpAction(StrEnum):
    FOUNDED = "founded"
    UNFOUNDED = "unfounded"
    MEND = "mend"
    CALL_BACK = "call_back"


FOLLOW_UP: Machine[FollowUpState, FollowUpAction] = Machine(
    "差评整改",
    FollowUpState.OPEN,
    {
        (FollowUpState.OPEN, FollowUpAction.FOUNDED): FollowUpState.MENDING,
        (FollowUpState.OPEN, FollowUpAction.UNFOUNDED): FollowUpState.CALLING_BACK,
        (FollowUpState.MENDING, FollowUpAction.MEND): FollowUpState.CALLING_BACK,
        (FollowUpState.CALLING_BACK, FollowUpAction.CALL_BACK): FollowUpState.CLOSED,
    },
)

STEP_DAYS = {FollowUpState.OPEN: 2, FollowUpState.MENDING: 10, FollowUpState.CALLING_BACK: 3}
"""Workdays for each step where the department has set none (`Department.settings["rating_days"]`)."""

STEP_TITLES = {
    FollowUpState.OPEN: "核实不满意评价",
    FollowUpState.MENDING: "整改不满意评价反映的问题",
    FollowUpState.CALLING_BACK: "回访不满意评价",
}
"""What a department has to do in each step."""
