"""The questionnaires of a yearly evaluation: one for who applied, one for who fitted and did not (第三十七条)."""

from collections.abc import Mapping
from dataclasses import dataclass

CHOICES: Mapping[str, str] = {"5": "很好", "4": "较好", "3": "一般", "2": "较差", "1": "很差"}
"""From best to worst, for the questions to those who applied."""


@dataclass(frozen=True)
class Question:
    """What is asked, and the answers to choose from by their codes."""

    words: str
    choices: Mapping[str, str]


QUESTIONS: Mapping[str, Question] = {
    "clear": Question("政策的条件和标准写得清楚吗？", CHOICES),
    "easy": Question("申报材料和流程简便吗？", CHOICES),
    "fast": Question("办理和到账的速度满意吗？", CHOICES),
    "useful": Question("这项政策对企业有实际帮助吗？", CHOICES),
}
"""To those who applied in that year."""

UNAPPLIED: Mapping[str, Question] = {
    "known": Question(
        "您以前知道这项政策吗？",
        {"known": "知道，也了解内容", "heard": "听说过，不了解内容", "unknown": "不知道"},
    ),
    "why": Question(
        "没有申报的主要原因是什么？",
        {
            "unknown": "不知道有这项政策",
            "unfit": "觉得自己不符合条件",
            "unclear": "看不懂条件或标准",
            "papers": "材料太多，难以准备",
            "amount": "金额不大，不值得申报",
            "late": "错过了申报时间",
            "later": "正在准备申报",
        },
    ),
    "next": Question(
        "如果有人帮助您核对条件、准备材料，您会申报吗？", {"yes": "会", "maybe": "说不准", "no": "不会"}
    ),
}
"""To those who fitted and did not apply."""


def questions_for(applied: bool) -> Mapping[str, Question]:
    """The questionnaire of an enterprise."""
    return QUESTIONS if applied else UNAPPLIED
