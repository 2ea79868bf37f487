"""Step 5d: sentences that say where a field is told: 具体申报时间、材料以年度申报通知为准。"""

from __future__ import annotations

import re

_ELSEWHERE = r"(?:申报指南|申请指南|办事指南|申报通知|申报公告|年度通知|通知|指南|公告|附件\d{0,2}|实施细则|操作规程|操作细则)"
_POINTING = re.compile(
    rf"([^。；]{{2,60}}?)(?:以|按照?|依照|详见|参见|见)[^。；]{{0,30}}?{_ELSEWHERE}[^，。；]{{0,8}}(?:为准|执行|要求|规定)?(?=[，。；）)]|$)"
    r"|([^。；]{2,60}?)另行(?:制定|发布|公布|通知|印发)"
)
_HINT = re.compile(r"指南|通知|公告|附件|细则|规程|另行")
_FIELDS = (
    ("materials", re.compile(r"材料|资料")),
    ("process", re.compile(r"程序|流程")),
    (
        "application_period",
        re.compile(r"(?<!评审|审核|公示|会议|活动|考试)(?:申报|申请|受理|申领)?(?:时间|期限)(?!内)"),
    ),
    ("channels", re.compile(r"(?:申报|申请|申领|受理|办理)(?:方式|渠道|途径)")),
    ("phone", re.compile(r"联系方式|咨询电话|联系电话")),
)


def told_elsewhere(sentence: str) -> list[str]:
    """The fields that a sentence says are told in another document."""
    found: list[str] = []
    if not _HINT.search(sentence):
        return found
    for match in _POINTING.finditer(sentence):
        words = next(group for group in match.groups() if group)
        found.extend(name for name, rule in _FIELDS if rule.search(words) and name not in found)
    return found
