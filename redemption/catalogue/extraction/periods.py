"""Time limits and application periods as values. A date without a year is left open, with a finding."""

from __future__ import annotations

import re
from typing import Any

from redemption.catalogue.extraction.amounts import parse_number
from redemption.catalogue.extraction.dates import PartialDate, partial_dates

DATED = re.compile(
    r"\d{1,4}\s*[年./．-]\s*\d{1,2}\s*[月./．-]|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月(?:底|初|中旬|上旬|下旬)|截止|截至|之日起|起至|每年|每月|每季度|全年|常年|长期|随时|即日起|年\s*\d{1,2}\s*月|逾期|期限|批次|工作日内提出|个月内|月内|年内|季度|年末|年底|年初"
)
APPLYING = re.compile(
    r"登[录陆]|网上|线上|在线|系统|平台|网址|https?://|www\.|窗口|现场|邮寄|提交|报送|递交|送达|填报|纸质|邮箱|注册|APP|小程序|公众号|自主申报|向.{1,20}(?:申请|申报|提出)|免申即享|无需申报|无须申报"
)
HOURS = re.compile(r"周[一二三四五六日]|星期|上午|下午|法定节假日|工作日")
_LIMIT = re.compile(
    r"(?P<number>\d{1,4}|[一二三四五六七八九十两]{1,3})\s*个?\s*(?P<unit>工作日|自然日|日历日|日|天|个?月)(?!\d)(?P<half>半)?"
)
_UNITS = {
    "工作日": "workday",
    "自然日": "day",
    "日历日": "day",
    "日": "day",
    "天": "day",
    "月": "month",
    "个月": "month",
}
_INSTANT = re.compile(r"即时办结|当场办结|即办件|即时办理|即申即享|立即办理|当日办结|免申即享|实时")
_ALWAYS = re.compile(r"常年|全年|长期|随时|不限时|无时间限制|即时受理|工作日均可|全天候|滚动")
_RANGE_MARK = re.compile(
    r"^\s*(?:[日号]|[（(][^）)]{0,8}[)）])?\s*(?:\d{1,2}[:：时点]\d{0,2}分?)?\s*(?:起)?\s*(?:至|到|-|—|－|–|~|～|起至|开始至)+"
)
_UNTIL = re.compile(
    r"^\s*(?:[日号])?\s*(?:[（(][^）)]{0,10}[)）])?\s*(?:\d{1,2}\s*[:：时点]\s*\d{0,2}\s*分?|[上下]午\d{0,2}[:：时点]?\d{0,2}|下班)?\s*(?:[（(][^）)]{0,10}[)）])?\s*(?:之?前|以前|止|截止|为止|24时|内|底前)"
)
_UNTIL_BEFORE = re.compile(
    r"(?:截止|截至|截至日期|截止时间|截止日期|截止到|至|延长至|延期至|更改为|推迟至|终止|最迟|最晚)[^，。；\d]{0,8}$"
)
_FROM = re.compile(r"^\s*(?:[日号])?\s*(?:起|开始|以后|之后|后)")
_PUBLISHED = re.compile(r"(?:本通知|通知|本公告|文件|本办法|政策)?(?:印发|发布|公布|下发)之日起|即日起")


def read_limits(text: str) -> list[dict[str, Any]]:
    """Time limits: number and unit (workday, day, month), the whole before its parts."""
    limits: list[dict[str, Any]] = []
    if match := _INSTANT.search(text):
        limits.append(
            {
                "number": 0,
                "unit": "workday",
                "instant": True,
                "text": match.group(),
                "span": list(match.span()),
            }
        )
    depth = _depths(text)
    for match in _LIMIT.finditer(text):
        number = parse_number(match.group("number"))
        unit = _UNITS.get(match.group("unit"))
        if number is None or unit is None:
            continue
        before = text[max(0, match.start() - 4) : match.start()]
        if match.group("unit") == "日" and re.search(r"[月年\-./]\s*$", before):
            continue  # a day of the calendar
        if match.group("unit") in ("月",) and "个" not in match.group():
            continue
        if match.group("half"):
            continue
        limits.append(
            {
                "number": int(number),
                "unit": unit,
                "text": match.group(),
                "span": list(match.span()),
                **({"part": True} if depth[match.start()] else {}),
            }
        )
    return limits


def _depths(text: str) -> list[int]:
    depths, depth = [], 0
    for c in text:
        depth += c in "（("
        depths.append(depth)
        depth = max(0, depth - (c in "）)"))
    return [*depths, 0]


def read_period(text: str) -> dict[str, Any]:
    """An application period: `windows` of from/to, `from` and `to` when there is exactly one, what stayed open.

    `problems` lists codes: year_missing, contradictory_dates, ends_before_begins.
    """
    windows: list[dict[str, Any]] = []
    dates = partial_dates(text)
    problems: dict[str, list[int]] = {}
    place = 0
    while place < len(dates):
        date = dates[place]
        following = dates[place + 1] if place + 1 < len(dates) else None
        after = text[date.span[1] :][:24]
        if (
            following
            and _RANGE_MARK.match(text[date.span[1] : following.span[0]] + "")
            and following.span[0] - date.span[1] <= 24
        ):
            windows.append(_window(date, following, problems))
            place += 2
            continue
        before = text[max(0, date.span[0] - 16) : date.span[0]]
        if _UNTIL.match(after) or _UNTIL_BEFORE.search(before):
            published = bool(_PUBLISHED.search(text[max(0, date.span[0] - 30) : date.span[0]]))
            windows.append(_window(None, date, problems) | ({"from_publication": True} if published else {}))
        elif _FROM.match(after):
            windows.append(_window(date, None, problems))
        place += 1
    out: dict[str, Any] = {"windows": windows}
    if not windows and _ALWAYS.search(text):
        out["always"] = True
    ends = {(w["to"]["month"], w["to"]["day"]) for w in windows if w.get("to") and not w.get("from")}
    if len(ends) > 1:
        problems["contradictory_dates"] = [windows[0]["span"][0], windows[-1]["span"][1]]
    if len(windows) == 1 and "ends_before_begins" not in problems:
        window = windows[0]
        out["from"] = window["from"]["date"] if window.get("from") else None
        out["to"] = window["to"]["date"] if window.get("to") else None
    out["problems"] = [{"code": code, "span": span} for code, span in problems.items()]
    return out


def _window(
    begin: PartialDate | None, end: PartialDate | None, problems: dict[str, list[int]]
) -> dict[str, Any]:
    span = [(begin or end).span[0], (end or begin).span[1]]  # type: ignore[union-attr]
    window: dict[str, Any] = {"span": span}
    if begin:
        window["from"] = begin.as_json()
    if end:
        window["to"] = end.as_json()
    if any(date is not None and date.year is None for date in (begin, end)):
        problems.setdefault("year_missing", span)
    if begin and end:
        full = begin.iso and end.iso
        if (full and end.iso < begin.iso) or (  # type: ignore[operator]
            begin.year is None and end.year is None and (end.month, end.day or 31) < (begin.month, begin.day or 1)
            and end.month - begin.month > -6
        ):  # fmt: skip
            problems.setdefault("ends_before_begins", span)
    return window
