"""Figures across the slices. Read only; amounts are yuan, days are days of Asia/Shanghai."""

from redemption.supervision.queries.cases import (
    applications_of,
    case,
    item_facts,
    masked,
    policy_facts,
    story,
)
from redemption.supervision.queries.duties import (
    by_department,
    by_kind,
    by_month,
    duties_about,
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
    "applications_of",
    "by_department",
    "by_department_open",
    "by_kind",
    "by_month",
    "by_month_received",
    "case",
    "duties_about",
    "funnel",
    "item_facts",
    "jurisdiction_of",
    "masked",
    "open_figures",
    "owed_to",
    "policy_facts",
    "problems",
    "story",
    "urged",
    "whole",
]
