"""The State Council's notice of a year's days off, as it is published: text in, a schedule for `calendar` out.

    schedule = read_notice("国务院办公厅关于2026年部分节假日安排的通知 … 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。 …")

The notice checks itself: it names the weekday of its dates and the number of days off, and what does not agree is a
fault of the copy and is said, not guessed. Days it does not name follow their weekday.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from redemption.kernel import clock
from redemption.kernel.errors import Invalid

_YEAR = re.compile(r"(20\d\d)年部分节假日|关于(20\d\d)年")
_PAPER = re.compile(r"国办发(?:明电)?[〔\[（(]20\d\d[〕\]）)]\d+号")
_HOLIDAY = re.compile(r"^[\s\u3000]*[一二三四五六七八九十]{1,3}、([^：:\n]{1,20})[：:]", re.MULTILINE)
_DATE = re.compile(r"(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^（）()]*)[）)])?")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_COUNT = re.compile(r"(?:共|放假)([\d一二三四五六七八九十]{1,2})天")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}
_TO = ("至", "到", "-", "—", "－")
_LONGEST = 15
"""Days in a row that a holiday may have: more than that is a misread date."""


@dataclass(frozen=True)
class _Said:
    """One date as the notice says it, and where it stands in the sentence."""

    day: dt.date
    start: int
    end: int


def read_notice(text: str) -> dict[str, Any]:
    """`{"year", "papers", "days": [{"name", "date", "isOffDay"}]}`, which `calendar.import_schedule` takes.

    Raises:
        Invalid: at `schedule`, one sentence for each place where the notice does not say when, or contradicts itself.
    """
    year = _YEAR.search(text)
    heads = list(_HOLIDAY.finditer(text))
    if year is None or not heads:
        raise Invalid.field(
            "schedule",
            "没有读出放假安排：请粘贴国务院办公厅通知的全文（含标题中的年份），或者 JSON 文件的内容。",
        )
    number = int(year[1] or year[2])
    days: list[dict[str, Any]] = []
    faults: list[str] = []
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        name, said = head[1].strip(), text[head.end() : end]
        try:
            days += _holiday(name, said, number)
        except ValueError as fault:
            faults.append(f"{name}：{fault}")
    if faults:
        raise Invalid("通知内容有误，请对照原件修改后重新导入。", fields={"schedule": faults})
    return {"year": number, "papers": _PAPER.findall(text)[:1], "days": days}


def _holiday(name: str, text: str, year: int) -> list[dict[str, Any]]:
    """The days of one holiday: those off, and those worked instead. ValueError in words."""
    off: list[dt.date] = []
    worked: list[dt.date] = []
    for sentence in re.split(r"[。；;\n]", text):
        if "上班" in sentence:
            worked += _days(sentence, year)
        elif "放假" in sentence:
            off += _days(sentence, year)
            _check_count(sentence, off)
    if not off:
        raise ValueError("没有读出放假的日期。")
    return [
        {"name": name, "date": day.isoformat(), "isOffDay": is_off}
        for is_off, found in ((True, off), (False, worked))
        for day in found
    ]


def _days(sentence: str, year: int) -> list[dt.date]:
    found: list[dt.date] = []
    before: _Said | None = None
    for said in _dates(sentence, year):
        between = sentence[before.end : said.start].strip() if before else ""
        if before is not None and between in _TO:
            if not 0 < (said.day - before.day).days <= _LONGEST:
                raise ValueError(
                    f"{clock.day_text(before.day)}至{clock.day_text(said.day)}不是一段假期，请核对日期和年份。"
                )
            found += [before.day + dt.timedelta(days=n) for n in range(1, (said.day - before.day).days + 1)]
        else:
            found.append(said.day)
        before = said
    return found


def _dates(sentence: str, year: int) -> list[_Said]:
    """Every date of a sentence; a month or year that is left out is the one before it."""
    found: list[_Said] = []
    month = 0
    for match in _DATE.finditer(sentence):
        year, month = int(match[1] or year), int(match[2] or month)
        try:
            day = dt.date(year, month, int(match[3]))
        except ValueError:
            raise ValueError(f"没有“{match[0]}”这一天，请核对。") from None
        weekday = _WEEKDAY.search(match[4] or "")
        if weekday is not None and "一二三四五六日".index(weekday[1].replace("天", "日")) != day.weekday():
            is_on = "一二三四五六日"[day.weekday()]
            raise ValueError(
                f"{clock.day_text(day)}是星期{is_on}，通知写的是“{weekday[0]}”，请核对日期和年份。"
            )
        found.append(_Said(day, match.start(), match.end()))
    return found


def _check_count(sentence: str, off: list[dt.date]) -> None:
    count = _COUNT.search(sentence)
    if count is None:
        return
    said = int(count[1]) if count[1].isdigit() else _DIGITS.get(count[1], 0)
    if said != len(off):
        raise ValueError(f"通知写明共{said}天，读出的是{len(off)}天，请核对日期。")
