"""Selects over publicity and payments."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Objection
from redemption.applications.rules import Status
from redemption.catalogue.models import Item, ItemVersion
from redemption.disbursement.models import PaymentBatch, PaymentOrder, Publicity
from redemption.identity.models import Department, Enterprise, Jurisdiction
from redemption.kernel.errors import Invalid


def running_publicity(session: Session, application_id: int) -> Publicity | None:
    return session.scalar(
        select(Publicity)
        .where(Publicity.application_id == application_id, Publicity.ended_at.is_(None))
        .order_by(Publicity.id.desc())
        .limit(1)
    )


def publicities(session: Session, application_id: int) -> list[Publicity]:
    return list(
        session.scalars(
            select(Publicity).where(Publicity.application_id == application_id).order_by(Publicity.id)
        )
    )


def public_notices(words: str = "") -> Select[Any]:
    """What is shown to everybody while it runs: no account, no phone, no name of a person."""
    query: Any = (
        select(
            Publicity,
            Application.number.label("number"),
            Application.status.label("status"),
            Application.amount_approved.label("amount"),
            Enterprise.name.label("enterprise_name"),
            Enterprise.uscc.label("uscc"),
            ItemVersion.name.label("item_name"),
            Item.code.label("item_code"),
            Department.name.label("department_name"),
            Department.phone.label("department_phone"),
            Jurisdiction.name.label("jurisdiction_name"),
        )
        .join(Application, Application.id == Publicity.application_id)
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Item, Item.id == Application.item_id)
        .join(Department, Department.id == Application.department_id)
        .join(Jurisdiction, Jurisdiction.id == Department.jurisdiction_id)
        .where(
            Publicity.ended_at.is_(None),
            Application.status.in_([Status.PUBLICITY, Status.OBJECTION_REVIEW]),
        )
        .order_by(Publicity.ends_at, Publicity.id)
    )
    if words:
        query = query.where(
            Enterprise.name.contains(words, autoescape=True)
            | ItemVersion.name.contains(words, autoescape=True)
        )
    return query


def notices_page(
    session: Session, words: str = "", *, after: Any = None, limit: int = 50
) -> tuple[list[Any], list[Any] | None]:
    """One page of `public_notices` and where the next one begins. Invalid for a place nobody gave out."""
    query = public_notices(words)
    if after is not None:
        query = query.where(tuple_(Publicity.ends_at, Publicity.id) > tuple_(*_place(after)))
    rows = list(session.execute(query.limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1].Publicity
    return rows[:limit], [last.ends_at.isoformat(), last.id]


def _place(after: Any) -> tuple[dt.datetime, int]:
    match after:
        case [str(text), int(last_id)]:
            try:
                moment = dt.datetime.fromisoformat(text)
            except ValueError:
                moment = None
            if moment is not None and moment.tzinfo is not None:
                return moment, last_id
    raise Invalid.field("cursor", "游标无效，请从第一页重新开始。")


def over(session: Session, now: dt.datetime, limit: int = 100) -> list[int]:
    """Publicity whose period has ended, on cases that wait for nothing else.

    The case's own clock decides: it is computed again when a year's schedule becomes known.
    """
    return list(
        session.scalars(
            select(Publicity.id)
            .join(Application, Application.id == Publicity.application_id)
            .where(
                Publicity.ended_at.is_(None),
                Application.status == Status.PUBLICITY,
                Application.due_at <= now,
                Application.due_provisional.is_(False),
            )
            .order_by(Publicity.id)
            .limit(limit)
        )
    )


def objections(session: Session, application_id: int) -> list[Objection]:
    return list(
        session.scalars(
            select(Objection).where(Objection.application_id == application_id).order_by(Objection.id)
        )
    )


def orders_of(session: Session, application_id: int) -> list[PaymentOrder]:
    return list(
        session.scalars(
            select(PaymentOrder)
            .where(PaymentOrder.application_id == application_id)
            .order_by(PaymentOrder.id)
        )
    )


def payments(department_id: int, states: Sequence[str], words: str = "") -> Select[Any]:
    """A department's payments with the case they belong to, the most urgent first; of every state when searched."""
    query: Any = (
        select(
            PaymentOrder,
            Application.number.label("application_number"),
            Application.due_provisional,
            Enterprise.name.label("enterprise_name"),
            Enterprise.uscc.label("uscc"),
            ItemVersion.name.label("item_name"),
        )
        .join(Application, Application.id == PaymentOrder.application_id)
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(Application.department_id == department_id)
        .order_by(PaymentOrder.due_at.nulls_last(), PaymentOrder.id)
    )
    if states:
        query = query.where(PaymentOrder.state.in_(states))
    if words:
        query = query.where(
            Application.number.contains(words.upper(), autoescape=True)
            | Enterprise.name.contains(words, autoescape=True)
        )
    return query


def batches(session: Session, department_id: int, limit: int = 50) -> list[PaymentBatch]:
    return list(
        session.scalars(
            select(PaymentBatch)
            .where(PaymentBatch.department_id == department_id)
            .order_by(PaymentBatch.id.desc())
            .limit(limit)
        )
    )


def batch_rows(session: Session, batch_id: int) -> list[Any]:
    return list(
        session.execute(
            select(PaymentOrder, Application.number, Enterprise.name, Enterprise.uscc, ItemVersion.name)
            .join(Application, Application.id == PaymentOrder.application_id)
            .join(Enterprise, Enterprise.id == Application.enterprise_id)
            .join(ItemVersion, ItemVersion.id == Application.item_version_id)
            .where(PaymentOrder.batch_id == batch_id)
            .order_by(PaymentOrder.id)
        )
    )
