"""Figures across the slices. Read only; amounts are yuan, days are days of Asia/Shanghai."""

from redemption.supervision.queries.duties import (
    by_department,
    by_kind,
    by_month,
    jurisdiction_of,
    owed_to,
    urged,
    whole,
)
from redemption.supervision.queries.figures import by_department_open, by_month_received, open_figures
from redemption.supervision.queries.policies import APPROVED, funnel
from redemption.supervision.queries.problems import problems

__all__ = [
    "APPROVED",
    "by_department",
    "by_department_open",
    "by_kind",
    "by_month",
    "by_month_received",
    "funnel",
    "jurisdiction_of",
    "open_figures",
    "owed_to",
    "problems",
    "urged",
    "whole",
]
