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
    missed,
    owed_to,
    urged,
    whole,
)
from redemption.supervision.queries.evaluations import LEAST, comments, figures_of
from redemption.supervision.queries.figures import (
    Traffic,
    by_department_open,
    by_month_received,
    open_figures,
    traffic,
    traffic_by_policy,
)
from redemption.supervision.queries.policies import APPROVED, funnel
from redemption.supervision.queries.problems import problems

__all__ = [
    "APPROVED",
    "LEAST",
    "Traffic",
    "applications_of",
    "by_department",
    "by_department_open",
    "by_kind",
    "by_month",
    "by_month_received",
    "case",
    "comments",
    "duties_about",
    "figures_of",
    "funnel",
    "item_facts",
    "jurisdiction_of",
    "masked",
    "missed",
    "open_figures",
    "owed_to",
    "policy_facts",
    "problems",
    "story",
    "traffic",
    "traffic_by_policy",
    "urged",
    "whole",
]
