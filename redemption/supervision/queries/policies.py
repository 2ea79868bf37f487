"""What became of each policy: items, report, applications, approvals, payments. Amounts are yuan."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting.models import Duty
from redemption.reporting.rules import REPORT_KINDS
from redemption.supervision.rules import Funnel, Period

APPROVED = ("approved", "disbursing", "payment_failed", "disbursed")
"""States of an application that the decision went well for."""


def progress() -> tuple[ColumnElement[Any], ...]:
    """How far the applications went that a query ranges over: received, accepted, approved, paid, in counts; then what
    was promised and paid, in yuan."""
    good, paid = Application.status.in_(APPROVED), Application.status == "disbursed"
    count, amount = func.count(Application.id), func.sum(Application.amount_approved)
    return (
        count.filter(Application.status.is_not(None)).label("applications"),
        count.filter(Application.accepted_at.is_not(None)).label("accepted"),
        count.filter(good).label("approved"),
        count.filter(paid).label("paid"),
        func.coalesce(amount.filter(good), 0).label("promised"),
        func.coalesce(amount.filter(paid), 0).label("amount_paid"),
    )


def funnel(
    session: Session,
    period: Period,
    *,
    jurisdiction_id: int | None = None,
    department_id: int | None = None,
    limit: int = 200,
) -> list[Funnel]:
    """Policies published in a period, the newest first, with what became of them."""
    items = (
        select(func.count())
        .where(Item.policy_id == Policy.id, Item.published_at.is_not(None))
        .correlate(Policy)
        .scalar_subquery()
    )
    report = (
        select(
            case(
                (Duty.exempted, "exempted"),
                (and_(Duty.fulfilled_at.is_(None), Duty.due_at > clock.now()), "pending"),
                (Duty.fulfilled_at.is_(None), "open"),
                (Duty.late, "late"),
                else_="reported",
            )
        )
        .where(
            Duty.kind.in_([kind.value for kind in REPORT_KINDS]),
            Duty.subject == func.concat("policy:", Policy.id),
        )
        .order_by(Duty.id.desc())
        .limit(1)
        .correlate(Policy)
        .scalar_subquery()
    )
    cases = (
        select(Item.policy_id, *progress())
        .select_from(Application)
        .join(Item, Item.id == Application.item_id)
        .where(Application.status.is_not(None))
        .group_by(Item.policy_id)
        .subquery()
    )
    query = (
        select(
            Policy.number,
            PolicyVersion.title,
            Department.name,
            PolicyVersion.publication_date,
            items,
            func.coalesce(report, "none"),
            cases.c.applications,
            cases.c.accepted,
            cases.c.approved,
            cases.c.paid,
            cases.c.promised,
            cases.c.amount_paid,
        )
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .join(
            Department,
            Department.id == func.coalesce(Policy.drafting_department_id, Policy.lead_department_id),
        )
        .outerjoin(cases, cases.c.policy_id == Policy.id)
        .where(
            Policy.published_at.is_not(None),
            PolicyVersion.publication_date >= period.first,
            PolicyVersion.publication_date <= period.last,
        )
        .order_by(PolicyVersion.publication_date.desc(), Policy.id.desc())
        .limit(limit)
    )
    if jurisdiction_id is not None:
        query = query.where(Policy.jurisdiction_id == jurisdiction_id)
    if department_id is not None:
        query = query.where(
            or_(Policy.lead_department_id == department_id, Policy.drafting_department_id == department_id)
        )
    return [
        Funnel(*row[:6], *(value or 0 for value in row[6:10]), *(Decimal(value or 0) for value in row[10:]))
        for row in session.execute(query)
    ]
