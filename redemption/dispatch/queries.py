"""Selects over connections, referrals, parcels and their attempts."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item, ItemVersion
from redemption.dispatch.models import Attempt, Connection, Parcel, Referral, Route
from redemption.dispatch.rules import HELD, ParcelState, Purpose
from redemption.identity.models import Department, Enterprise, Jurisdiction
from redemption.kernel import clock
from redemption.kernel.errors import NotFound


def connection_at(session: Session, department_id: int, at: dt.datetime) -> Connection | None:
    """The connection that takes a department's new cases at a moment: the one that began last."""
    return connections_at(session, [department_id], at).get(department_id)


def connections_at(session: Session, department_ids: Iterable[int], at: dt.datetime) -> dict[int, Connection]:
    """`connection_at` for many departments."""
    found = session.scalars(
        select(Connection)
        .where(
            Connection.department_id.in_(sorted(set(department_ids))),
            Connection.begins_at <= at,
            or_(Connection.ends_at.is_(None), Connection.ends_at > at),
        )
        .ext(distinct_on(Connection.department_id))
        .order_by(Connection.department_id, Connection.begins_at.desc(), Connection.id.desc())
    )
    return {connection.department_id: connection for connection in found}


def connections_of(session: Session, department_id: int | None = None) -> list[Connection]:
    """All connections (of one department), the newest first."""
    query = select(Connection).order_by(Connection.department_id, Connection.begins_at.desc())
    if department_id is not None:
        query = query.where(Connection.department_id == department_id)
    return list(session.scalars(query))


def routes_of(
    session: Session, applications: Sequence[Application], at: dt.datetime
) -> dict[int, list[Route]]:
    """Routes in force for each application; rows of the enterprise's own district push aside the general ones."""
    known = select(Application.id, Enterprise.jurisdiction_id).join(
        Enterprise, Enterprise.id == Application.enterprise_id
    )
    districts = session.execute(known.where(Application.id.in_([one.id for one in applications]))).all()
    rows = session.scalars(
        select(Route)
        .where(
            Route.item_id.in_({one.item_id for one in applications}),
            Route.begins_at <= at,
            or_(Route.ends_at.is_(None), Route.ends_at > at),
        )
        .order_by(Route.step, Route.id)
    ).all()
    items = {one.id: one.item_id for one in applications}
    return {
        application_id: _chosen([row for row in rows if row.item_id == items[application_id]], district)
        for application_id, district in districts
    }


def _chosen(rows: Sequence[Route], district: int | None) -> list[Route]:
    chosen: list[Route] = []
    for purpose in Purpose:
        of_purpose = [row for row in rows if row.purpose == purpose]
        own = [
            row for row in of_purpose if row.jurisdiction_id is not None and row.jurisdiction_id == district
        ]
        chosen += own or [row for row in of_purpose if row.jurisdiction_id is None]
    return chosen


def all_routes() -> Any:
    """Every route in force with the words for a page."""
    now = clock.now()
    return (
        select(
            Route,
            Item.code.label("item_code"),
            ItemVersion.name.label("item_name"),
            Department.name.label("department_name"),
            Jurisdiction.name.label("district_name"),
        )
        .join(Item, Item.id == Route.item_id)
        .outerjoin(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Department, Department.id == Route.department_id)
        .outerjoin(Jurisdiction, Jurisdiction.id == Route.jurisdiction_id)
        .where(or_(Route.ends_at.is_(None), Route.ends_at > now))
        .order_by(Item.code, Route.purpose, Route.step, Route.id)
        .limit(500)
    )


def referral_by_number(session: Session, number: str, department_id: int) -> Referral:
    """
    Raises:
        NotFound: no such referral of this department.
    """
    found = session.scalar(
        select(Referral).where(Referral.number == number, Referral.department_id == department_id)
    )
    if found is None:
        raise NotFound("没有这个转办单号，请核对。", code="referral_unknown")
    return found


def referrals_of(session: Session, application_id: int) -> list[Referral]:
    return list(
        session.scalars(
            select(Referral).where(Referral.application_id == application_id).order_by(Referral.id)
        )
    )


def referred(session: Session, application_ids: Iterable[int]) -> set[int]:
    """Those of some applications that have been sent to a department."""
    query = select(Referral.application_id).where(Referral.application_id.in_(sorted(application_ids)))
    return set(session.scalars(query))


def deciding_referral(session: Session, application_id: int) -> Referral | None:
    """The referral to the department that decides."""
    return session.scalar(
        select(Referral)
        .where(Referral.application_id == application_id, Referral.purpose == Purpose.DECISION)
        .limit(1)
    )


def parcels_of(session: Session, application_id: int) -> list[Parcel]:
    """Everything sent for an application, in the order it goes out."""
    return list(
        session.scalars(
            select(Parcel)
            .join(Referral, Referral.id == Parcel.referral_id)
            .where(Referral.application_id == application_id)
            .order_by(Parcel.referral_id, Parcel.sequence)
        )
    )


def attempts_of(session: Session, parcel_ids: list[int], most: int = 200) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt).where(Attempt.parcel_id.in_(parcel_ids)).order_by(Attempt.id.desc()).limit(most)
        )
    )


@dataclass(frozen=True)
class Health:
    """How one connection stands."""

    connection: Connection
    department: Department
    waiting: int
    oldest: dt.datetime | None
    later: int
    held: int
    attempts_hour: int
    failures_hour: int

    @property
    def error_rate(self) -> float | None:
        """Share of failed tries in the last hour; None when nothing was tried."""
        return self.failures_hour / self.attempts_hour if self.attempts_hour else None

    @property
    def state(self) -> str:
        """ok, slow, down or open, for the mark on the page."""
        now = clock.now()
        if self.connection.open_until is not None and self.connection.open_until > now:
            return "open"
        if self.connection.failures >= 3:
            return "down"
        if self.oldest is not None and now - self.oldest > dt.timedelta(minutes=10):
            return "slow"
        return "ok"


def health(session: Session, department_id: int | None = None) -> list[Health]:
    """Health of every connection that is in use or still has something to deliver."""
    now = clock.now()
    waiting = Parcel.state == ParcelState.WAITING
    counts = (
        select(
            Parcel.connection_id,
            func.count().filter(waiting).label("waiting"),
            func.min(Parcel.created_at).filter(waiting).label("oldest"),
            func.count().filter(Parcel.state == ParcelState.LATER).label("later"),
            func.count().filter(Parcel.state.in_(HELD)).label("held"),
        )
        .where(Parcel.state.in_([ParcelState.WAITING, ParcelState.LATER, *HELD]))
        .group_by(Parcel.connection_id)
        .subquery()
    )
    tries = (
        select(
            Parcel.connection_id,
            func.count().label("tries"),
            func.count().filter(Attempt.outcome.in_(["retry", "alert", "dead"])).label("failures"),
        )
        .join(Attempt, Attempt.parcel_id == Parcel.id)
        .where(Attempt.at > now - dt.timedelta(hours=1))
        .group_by(Parcel.connection_id)
        .subquery()
    )
    query = (
        select(Connection, Department, counts, tries.c.tries, tries.c.failures)
        .join(Department, Department.id == Connection.department_id)
        .outerjoin(counts, counts.c.connection_id == Connection.id)
        .outerjoin(tries, tries.c.connection_id == Connection.id)
        .where(or_(Connection.ends_at.is_(None), Connection.ends_at > now, counts.c.waiting > 0))
        .order_by(Department.code, Connection.begins_at.desc())
    )
    if department_id is not None:
        query = query.where(Connection.department_id == department_id)
    return [
        Health(
            row.Connection,
            row.Department,
            row.waiting or 0,
            row.oldest,
            row.later or 0,
            row.held or 0,
            row.tries or 0,
            row.failures or 0,
        )
        for row in session.execute(query)
    ]


def letters(department_id: int | None = None, reason: str = "", states: Any = HELD) -> Select[Any]:
    """Dead letters and technical refusals with the case they belong to, the oldest first."""
    query: Any = (
        select(
            Parcel,
            Referral,
            Application.number.label("application_number"),
            ItemVersion.name.label("item_name"),
            Enterprise.name.label("enterprise_name"),
            Department.name.label("department_name"),
            Department.code.label("department_code"),
        )
        .join(Referral, Referral.id == Parcel.referral_id)
        .join(Application, Application.id == Referral.application_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .join(Department, Department.id == Referral.department_id)
        .where(Parcel.state.in_(states))
        .order_by(Parcel.id)
    )
    if department_id is not None:
        query = query.where(Referral.department_id == department_id)
    if reason:
        query = query.where(Parcel.last_error.contains(reason, autoescape=True))
    return query


def fetchable(session: Session, department_id: int, after: int, limit: int) -> list[Any]:
    """Parcels that lie ready for a pulling department, in the order of its list."""
    return list(
        session.execute(
            select(Parcel, Referral)
            .join(Referral, Referral.id == Parcel.referral_id)
            .where(Referral.department_id == department_id, Parcel.position > after)
            .order_by(Parcel.position)
            .limit(limit)
        )
    )


def unreferred(session: Session, before: dt.datetime, limit: int = 100) -> list[int]:
    """Applications handed in before a moment that have no referral: found from the tables alone."""
    return list(
        session.scalars(
            select(Application.id)
            .outerjoin(Referral, Referral.application_id == Application.id)
            .join(Item, Item.id == Application.item_id)
            .where(
                and_(Application.status == "received", Application.received_at < before),
                Referral.id.is_(None),
            )
            .order_by(Application.id)
            .limit(limit)
        )
    )
