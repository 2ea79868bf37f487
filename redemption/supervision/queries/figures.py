"""Open figures for everybody: sums only, nobody's own."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item
from redemption.catalogue.rules import ItemState
from redemption.disbursement.models import PaymentOrder
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting.models import Duty
from redemption.reporting.rules import CASE_KINDS
from redemption.supervision.queries.policies import APPROVED
from redemption.supervision.rules import Period


def open_figures(session: Session, today: dt.date) -> dict[str, Any]:
    """What anybody may know: items in force, applications, decided in time, paid. Sums only, nobody's own."""
    year = clock.start_of_day(today.replace(month=1, day=1))
    received = Application.received_at >= year
    row = session.execute(
        select(
            func.count().filter(received).label("applications"),
            func.count().filter(Application.decided_at >= year).label("decided"),
            func.count()
            .filter(Application.decided_at >= year, Application.status.in_(APPROVED))
            .label("approved"),
            func.count().filter(Application.over_at >= year, Application.status == "disbursed").label("paid"),
        ).where(Application.status.is_not(None))
    ).one()
    amount = session.scalar(
        select(func.coalesce(func.sum(PaymentOrder.amount), 0)).where(
            PaymentOrder.state == "paid", PaymentOrder.paid_at >= year
        )
    )
    cases = [kind.value for kind in CASE_KINDS]
    decided = session.execute(
        select(func.count(), func.count().filter(~Duty.late)).where(
            Duty.kind.in_(cases), Duty.fulfilled_at >= year
        )
    ).one()
    return {
        **dict(row._mapping),
        "items": session.scalar(select(func.count()).where(Item.state == ItemState.IN_FORCE.value)) or 0,
        "policies": session.scalar(
            select(func.count()).where(Policy.published_at.is_not(None), Policy.repealed_at.is_(None))
        )
        or 0,
        "amount_paid": Decimal(amount or 0),
        "settled": decided[0],
        "in_time": decided[1],
    }


def by_month_received(session: Session, today: dt.date, months: int = 12) -> list[tuple[str, int, int]]:
    """(month, applications received, decided) of the last months, the oldest first; months without any too."""
    first = today.replace(day=1)
    for _ in range(months - 1):
        first = (first - dt.timedelta(days=1)).replace(day=1)
    since = clock.start_of_day(first)

    def count(column: Any) -> dict[str, int]:
        month = func.to_char(func.timezone("Asia/Shanghai", column), "YYYY-MM")
        rows = session.execute(
            select(month, func.count())
            .where(column >= since, Application.status.is_not(None))
            .group_by(month)
        )
        return {row[0]: row[1] for row in rows}

    received, decided = count(Application.received_at), count(Application.decided_at)
    found = []
    while first <= today:
        key = first.strftime("%Y-%m")
        found.append((f"{first.year}年{first.month}月", received.get(key, 0), decided.get(key, 0)))
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return found


def by_department_open(session: Session, today: dt.date) -> list[tuple[str, int, int, Decimal]]:
    """(department, items in force, applications this year, paid this year) where there is any."""
    year = clock.start_of_day(today.replace(month=1, day=1))
    items = (
        select(Item.department_id, func.count().label("n"))
        .where(Item.state == ItemState.IN_FORCE.value)
        .group_by(Item.department_id)
        .subquery()
    )
    cases = (
        select(
            Application.department_id,
            func.count().label("n"),
            func.coalesce(
                func.sum(Application.amount_approved).filter(Application.status == "disbursed"), 0
            ).label("paid"),
        )
        .where(Application.received_at >= year, Application.status.is_not(None))
        .group_by(Application.department_id)
        .subquery()
    )
    rows = session.execute(
        select(Department.name, items.c.n, cases.c.n, cases.c.paid)
        .outerjoin(items, items.c.department_id == Department.id)
        .outerjoin(cases, cases.c.department_id == Department.id)
        .where(or_(items.c.n > 0, cases.c.n > 0))
        .order_by(Department.jurisdiction_id, Department.code)
    )
    return [(name, items_ or 0, n or 0, Decimal(paid or 0)) for name, items_, n, paid in rows]


@dataclass(frozen=True)
class Traffic:
    """What happened in a period, whatever policy it belongs to: counts of applications, amounts in yuan."""

    received: int
    accepted: int
    decided: int
    approved: int
    promised: Decimal
    paid: int
    amount_paid: Decimal


def traffic(session: Session, period: Period, jurisdiction_id: int | None) -> Traffic:
    """Applications received, accepted, decided and paid in a period, of the items of one place (None: of all)."""
    row = session.execute(_traffic(period, jurisdiction_id)).one()
    return _read(row)


def traffic_by_policy(
    session: Session, period: Period, jurisdiction_id: int | None, limit: int = 30
) -> list[tuple[str, str, Traffic]]:
    """(number, title, what happened) for the policies something happened to, the busiest first."""
    rows = session.execute(
        _traffic(period, jurisdiction_id, Policy.number, PolicyVersion.title)
        .join(Policy, Policy.id == Item.policy_id)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .group_by(Policy.number, PolicyVersion.title)
        .order_by(func.count().desc(), Policy.number)
        .limit(limit)
    )
    found = [(row.number, row.title, _read(row)) for row in rows]
    return [one for one in found if one[2].received or one[2].decided or one[2].paid]


def _traffic(period: Period, jurisdiction_id: int | None, *keys: Any) -> Select[Any]:
    since, until = clock.start_of_day(period.first), clock.end_of_day(period.last)

    def within(column: Any) -> Any:
        return and_(column >= since, column < until)

    good = and_(within(Application.decided_at), Application.status.in_(APPROVED))
    paid = and_(within(Application.over_at), Application.status == "disbursed")
    query = (
        select(
            *keys,
            func.count().filter(within(Application.received_at)).label("received"),
            func.count().filter(within(Application.accepted_at)).label("accepted"),
            func.count().filter(within(Application.decided_at)).label("decided"),
            func.count().filter(good).label("approved"),
            func.coalesce(func.sum(Application.amount_approved).filter(good), 0).label("promised"),
            func.count().filter(paid).label("paid"),
            func.coalesce(func.sum(Application.amount_approved).filter(paid), 0).label("amount_paid"),
        )
        .select_from(Application)
        .join(Item, Item.id == Application.item_id)
        .where(Application.status.is_not(None))
    )
    return query if jurisdiction_id is None else query.where(Item.jurisdiction_id == jurisdiction_id)


def _read(row: Any) -> Traffic:
    return Traffic(
        row.received,
        row.accepted,
        row.decided,
        row.approved,
        Decimal(row.promised or 0),
        row.paid,
        Decimal(row.amount_paid or 0),
    )
