"""Periods that figures are taken over, kinds of exports, and the words of both."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from redemption.kernel import clock

KEPT_DAYS = 7
"""An exported file is kept this long."""


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @property
    def text(self) -> str:
        """2026年11月, 2026年, or the first and the last day."""
        if self == Period.month(self.first.year, self.first.month):
            return f"{self.first.year}年{self.first.month}月"
        if self == Period.year_of(self.first):
            return f"{self.first.year}年"
        return f"{clock.day_text(self.first)}至{clock.day_text(self.last)}"

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        first = dt.date(year, month, 1)
        return cls(first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1))

    @classmethod
    def year_of(cls, day: dt.date) -> "Period":
        return cls(day.replace(month=1, day=1), day.replace(month=12, day=31))


@dataclass(frozen=True)
class Punctuality:
    """How duties of one department, month or kind were fulfilled. `on_time` is the share of those that are over or
    overdue, between 0 and 1; None while none is. `median_days` are natural days from the event to the fulfilment."""

    key: str
    name: str
    total: int
    fulfilled: int
    late: int
    overdue: int
    exempted: int
    median_days: float | None

    @property
    def on_time(self) -> float | None:
        settled = self.fulfilled + self.overdue
        return (self.fulfilled - self.late) / settled if settled else None

    @property
    def percent(self) -> str:
        return "—" if self.on_time is None else f"{self.on_time * 100:.1f}%"

    @property
    def median_text(self) -> str:
        return "—" if self.median_days is None else f"{self.median_days:.1f}"


REPORTED = {
    "reported": "按期报送",
    "late": "逾期报送",
    "pending": "待报送",
    "open": "逾期未报送",
    "exempted": "已豁免",
    "none": "无报送职责",
}
"""How a policy's report (第二十五条) stands."""


@dataclass(frozen=True)
class Funnel:
    """One policy on its way: items, report, applications, approvals, payments; promised and paid in yuan."""

    number: str
    title: str
    department: str
    publication_date: dt.date | None
    items: int
    reported: str
    """A key of `REPORTED`."""
    applications: int
    accepted: int
    approved: int
    paid: int
    amount_approved: Decimal
    amount_paid: Decimal


@dataclass(frozen=True)
class ItemFigures:
    """One item on its way: applications, acceptances, approvals, payments; promised and paid in yuan."""

    code: str
    name: str
    state: str
    applications: int
    accepted: int
    approved: int
    paid: int
    amount_approved: Decimal
    amount_paid: Decimal


def summed(items: Sequence[ItemFigures]) -> ItemFigures:
    """All items as one line."""
    return ItemFigures(
        code="",
        name="合计",
        state="",
        applications=sum(one.applications for one in items),
        accepted=sum(one.accepted for one in items),
        approved=sum(one.approved for one in items),
        paid=sum(one.paid for one in items),
        amount_approved=sum((one.amount_approved for one in items), start=Decimal(0)),
        amount_paid=sum((one.amount_paid for one in items), start=Decimal(0)),
    )


@dataclass(frozen=True)
class Problem:
    """Something that goes wrong more than once with one item (第三十四条)."""

    kind: str
    item: str
    item_code: str
    what: str
    count: int


PROBLEM_NAMES = {
    "correction": "补正最多",
    "catch_all": "指南用兜底表述",
    "matter": "窗口办不成事",
    "bad_rating": "不满意评价",
    "question": "企业问得最多",
}
ADVICE = {
    "correction": "补正较多的材料，建议在办事指南中写明样式和常见错误，能够通过数据共享核验的不再要求提交。",
    "catch_all": "指南中的兜底表述，建议改为逐项列明的材料名称。",
    "matter": "窗口集中反映的事项，建议会同政务服务中心逐件查明原因，答复企业。",
    "bad_rating": "评价不满意的事项，建议查明原因、整改并回访，检查办理时限和告知方式。",
    "question": "提问较多的事项，建议补充简明问答，写明名词概念、执行标准和操作方法。",
}
"""工作建议 to who made the policy, for each kind of problem that there is (第三十四条)."""


def advice(problems: Sequence[Problem]) -> list[str]:
    """What to suggest, in the order of the kinds of problems, each once."""
    return [ADVICE[kind] for kind in dict.fromkeys(one.kind for one in problems)]


class ExportKind(StrEnum):
    DUTIES = "duties"
    APPLICATIONS = "applications"
    FUNNEL = "funnel"
    PROBLEMS = "problems"
    MONTHLY = "monthly"
    EVALUATION = "evaluation"


EXPORT_NAMES = {
    ExportKind.DUTIES: "职责台账",
    ExportKind.APPLICATIONS: "申报件明细",
    ExportKind.FUNNEL: "政策兑现情况",
    ExportKind.PROBLEMS: "共性问题",
    ExportKind.MONTHLY: "月度报告",
    ExportKind.EVALUATION: "年度政策评价报告",
}
PDF_KINDS = {ExportKind.MONTHLY, ExportKind.EVALUATION}


class ExportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


def share(part: int, whole: int) -> str:
    """12.5%, or a dash of nothing."""
    return f"{part / whole * 100:.1f}%" if whole else "—"


def months(rows: Sequence[Punctuality]) -> str:
    """One sentence about a series of months, for those who do not see the plot."""
    known = [row for row in rows if row.on_time is not None]
    if not known:
        return "还没有到期的职责。"
    worst = min(known, key=lambda row: row.on_time or 0)
    return f"共 {len(known)} 个月有到期职责，按期率最低的是{worst.name}，为 {worst.percent}。"
