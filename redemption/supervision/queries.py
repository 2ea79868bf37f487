"""Figures across the slices. Read only; amounts are yuan, days are days of Asia/Shanghai."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    String,
    and_,
    case,
    cast,
    column,
    false,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Correction
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ItemState
from redemption.consultation.models import Question
from redemption.disbursement.models import PaymentOrder
from redemption.evaluation.models import Rating
from redemption.identity.models import Department, Office
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting.models import Duty
from redemption.reporting.rules import CASE_KINDS, KINDS, REPORT_KINDS, Kind
from redemption.supervision.rules import CATCH_ALLS, MATTER_REASONS, Funnel, Period, Problem, Punctuality

APPROVED = ("approved", "disbursing", "payment_failed", "disbursed")


def jurisdiction_of(session: Session, actor: Actor) -> int | None:
    """The place the acting person's office looks after."""
    return session.scalar(select(Office.jurisdiction_id).where(Office.id == actor.office_id))


# --- duties ------------------------------------------------------------------------------------------------


def by_department(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    rows = session.execute(
        _punctuality(owed, period, Department.code, Department.name)
        .join(Department, Department.id == Duty.department_id)
        .group_by(Department.code, Department.name)
        .order_by(Department.code)
    )
    return [_row(row) for row in rows]


def by_month(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    month = func.to_char(Duty.event_date, "YYYY-MM")
    rows = session.execute(_punctuality(owed, period, month, month).group_by(month).order_by(month))
    return [_row(row) for row in rows]


def by_kind(session: Session, owed: ColumnElement[bool], period: Period) -> list[Punctuality]:
    rows = session.execute(
        _punctuality(owed, period, Duty.kind, Duty.kind).group_by(Duty.kind).order_by(Duty.kind)
    )
    return [_row(row, KINDS[Kind(row.key)].name) for row in rows]


def whole(session: Session, owed: ColumnElement[bool], period: Period) -> Punctuality:
    """All of them as one line."""
    row = session.execute(_punctuality(owed, period, func.max(Duty.kind), func.max(Duty.kind))).one()
    return _row(row, "合计")


def urged(session: Session, actor: Actor, limit: int = 50) -> list[Duty]:
    """列入看板督办: overdue for so long that the last step of escalation was reached; the oldest first."""
    return list(
        session.scalars(
            select(Duty)
            .where(
                owed_to(actor),
                Duty.fulfilled_at.is_(None),
                Duty.closed_at.is_(None),
                Duty.steps_done.contains(["overdue_board"]),
            )
            .order_by(Duty.due_at, Duty.id)
            .limit(limit)
        )
    )


def owed_to(actor: Actor) -> ColumnElement[bool]:
    """Duties owed to the acting person's office."""
    return Duty.office_id == actor.office_id if actor.office_id is not None else false()


def _punctuality(owed: ColumnElement[bool], period: Period, key: Any, name: Any) -> Select[Any]:
    now = clock.now()
    is_open = and_(Duty.fulfilled_at.is_(None), Duty.closed_at.is_(None))
    begun = func.timezone("Asia/Shanghai", cast(Duty.event_date, DateTime(timezone=False)))
    days = func.extract("epoch", Duty.fulfilled_at - begun) / 86400.0
    return select(
        key.label("key"),
        name.label("name"),
        func.count(Duty.id).label("total"),
        func.count().filter(Duty.fulfilled_at.is_not(None)).label("fulfilled"),
        func.count().filter(Duty.late).label("late"),
        func.count().filter(is_open, Duty.due_at <= now).label("overdue"),
        func.count().filter(Duty.closed_at.is_not(None)).label("exempted"),
        func.percentile_cont(0.5).within_group(days).filter(Duty.fulfilled_at.is_not(None)).label("median"),
    ).where(owed, Duty.event_date >= period.first, Duty.event_date <= period.last)


def _row(row: Any, name: str = "") -> Punctuality:
    median = None if row.median is None else max(float(row.median), 0.0)
    return Punctuality(
        str(row.key or ""),
        name or str(row.name or ""),
        row.total,
        row.fulfilled,
        row.late,
        row.overdue,
        row.exempted,
        median,
    )


# --- policies ----------------------------------------------------------------------------------------------


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
        select(case((Duty.fulfilled_at.is_(None), "open"), (Duty.late, "late"), else_="reported"))
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
        select(
            Item.policy_id,
            func.count().label("applications"),
            func.count().filter(Application.accepted_at.is_not(None)).label("accepted"),
            func.count().filter(Application.status.in_(APPROVED)).label("approved"),
            func.count().filter(Application.status == "disbursed").label("paid"),
            func.coalesce(
                func.sum(Application.amount_approved).filter(Application.status.in_(APPROVED)), 0
            ).label("promised"),
            func.coalesce(
                func.sum(Application.amount_approved).filter(Application.status == "disbursed"), 0
            ).label("amount_paid"),
        )
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
        .join(Department, Department.id == Policy.lead_department_id)
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


# --- common problems ---------------------------------------------------------------------------------------


def problems(session: Session, period: Period, jurisdiction_id: int | None, limit: int = 10) -> list[Problem]:
    """What goes wrong most often, by item (第三十四条): corrections, catch-alls, 办不成事, bad ratings, questions."""
    since, until = clock.start_of_day(period.first), clock.end_of_day(period.last)
    place = Item.jurisdiction_id == jurisdiction_id if jurisdiction_id is not None else Item.id.is_not(None)
    return [
        *_corrections(session, since, until, place, limit),
        *_catch_alls(session, place, limit),
        *_matters(session, since, until, limit),
        *_bad_ratings(session, since, until, place, limit),
        *_asked(session, since, until, place, limit),
    ]


def _corrections(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    entry = func.jsonb_array_elements(Correction.entries).table_valued("value", name="entry")
    what = func.coalesce(
        func.nullif(entry.c.value.op("->>")("label"), ""), entry.c.value.op("->>")("message"), ""
    )
    rows = session.execute(
        select(ItemVersion.name, Item.code, what, func.count())
        .select_from(Correction)
        .join(entry, true())
        .join(Application, Application.id == Correction.application_id)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Correction.asked_at >= since, Correction.asked_at < until, place)
        .group_by(ItemVersion.name, Item.code, what)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("correction", name, code, str(said)[:80], count) for name, code, said, count in rows]


def _catch_alls(session: Session, place: Any, limit: int) -> list[Problem]:
    entry = func.jsonb_array_elements(ItemVersion.fields["materials"]["entries"]).table_valued(
        "value", name="entry"
    )
    text = entry.c.value.op("->>")("text")
    rows = session.execute(
        select(ItemVersion.name, Item.code, text)
        .select_from(Item)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(entry, true())
        .where(
            place,
            Item.state == ItemState.IN_FORCE.value,
            func.jsonb_typeof(ItemVersion.fields["materials"]["entries"]) == "array",
            or_(*(text.contains(word) for word in CATCH_ALLS)),
        )
        .order_by(Item.id)
        .limit(limit)
    )
    return [Problem("catch_all", name, code, str(said)[:80], 1) for name, code, said in rows]


def _matters(session: Session, since: Any, until: Any, limit: int) -> list[Problem]:
    """The window's own table, read by name: the desk is a sibling of this slice."""
    matter = table(
        "desk_matter",
        column("item_name", String),
        column("item_code", String),
        column("reason", String),
        column("registered_at", DateTime(timezone=True)),
    )
    rows = session.execute(
        select(matter.c.item_name, matter.c.item_code, matter.c.reason, func.count())
        .where(matter.c.registered_at >= since, matter.c.registered_at < until)
        .group_by(matter.c.item_name, matter.c.item_code, matter.c.reason)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [
        Problem("matter", name or "未指明事项", code, MATTER_REASONS.get(reason, reason), count)
        for name, code, reason, count in rows
    ]


def _bad_ratings(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    rows = session.execute(
        select(ItemVersion.name, Item.code, func.count())
        .select_from(Rating)
        .join(Application, Application.id == Rating.application_id)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Rating.stars <= 2, Rating.rated_at >= since, Rating.rated_at < until, place)
        .group_by(ItemVersion.name, Item.code)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("bad_rating", name, code, "不满意或非常不满意", count) for name, code, count in rows]


def _asked(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    rows = session.execute(
        select(ItemVersion.name, Item.code, func.count())
        .select_from(Question)
        .join(Item, Item.id == Question.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            Question.asker_person_id.is_not(None),
            Question.asked_at >= since,
            Question.asked_at < until,
            place,
        )
        .group_by(ItemVersion.name, Item.code)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("question", name, code, "知识库没有答案的提问", count) for name, code, count in rows]


# --- open figures ------------------------------------------------------------------------------------------


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
