"""The life of a question, and how a question is compared with the knowledge base."""

import re
from enum import StrEnum

from redemption.kernel.states import Machine

ANSWER_WORKDAYS = 3
"""原则上3个工作日 from the hand-over to the department (第三十一条)."""
LONGEST = 1000
TERMS = 24


class State(StrEnum):
    """`DRAFT` was written with a policy and waits for its publication; `PUBLISHED` is the knowledge base."""

    DRAFT = "draft"
    ASKED = "asked"
    PASSED_ON = "passed_on"
    PUBLISHED = "published"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return STATE_NAMES[self]


STATE_NAMES = {
    State.DRAFT: "待公开",
    State.ASKED: "待转办",
    State.PASSED_ON: "已转政策制定部门",
    State.PUBLISHED: "已答复并公开",
    State.CLOSED: "已关闭",
}


class Action(StrEnum):
    ASK = "ask"
    PASS_ON = "pass_on"  # noqa: S105
    ANSWER = "answer"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return {"ask": "提问", "pass_on": "转办", "answer": "答复", "close": "关闭"}[self.value]


MACHINE: Machine[State, Action] = Machine(
    "政策问答",
    State.DRAFT,
    {
        (State.DRAFT, Action.ANSWER): State.PUBLISHED,
        (State.DRAFT, Action.ASK): State.ASKED,
        (State.ASKED, Action.PASS_ON): State.PASSED_ON,
        (State.ASKED, Action.ANSWER): State.PUBLISHED,
        (State.ASKED, Action.CLOSE): State.CLOSED,
        (State.PASSED_ON, Action.PASS_ON): State.PASSED_ON,
        (State.PASSED_ON, Action.ANSWER): State.PUBLISHED,
        (State.PUBLISHED, Action.ANSWER): State.PUBLISHED,
        (State.PUBLISHED, Action.CLOSE): State.CLOSED,
    },
)

_RUN = re.compile(r"[㐀-鿿]+|[0-9A-Za-z]{2,}")
_EMPTY_WORDS = frozenset(
    [
        "什么",
        "怎么",
        "如何",
        "哪里",
        "哪些",
        "是否",
        "可以",
        "能否",
        "请问",
        "我们",
        "需要",
        "多少",
        "为什",
        "么样",
        "怎样",
        "有没",
        "没有",
        "这个",
        "那个",
        "可不",
        "不可",
        "企业",
        "公司",
        "政策",
        "申请",
        "申报",
    ]
)


def terms(text: str) -> list[str]:
    """What a typed question is looked up by: pairs of neighbouring characters, and words of letters and digits."""
    found: list[str] = []
    for run in _RUN.findall(text[:LONGEST]):
        if run.isascii():
            found.append(run.lower())
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
    telling = [term for term in dict.fromkeys(found) if term not in _EMPTY_WORDS]
    return (telling or list(dict.fromkeys(found)))[:TERMS]
