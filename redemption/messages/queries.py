"""Reading messages: what stands in somebody's space, and how deliveries went."""

from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor
from redemption.messages.models import Delivery, Message


def mine(actor: Actor) -> Select[Message]:
    """Messages to the acting person, or to the place they act for."""
    places: list[Any] = []
    if actor.person_id:
        places.append(Message.person_id == actor.person_id)
    for column, place in (
        (Message.enterprise_id, actor.enterprise_id),
        (Message.department_id, actor.department_id),
        (Message.office_id, actor.office_id),
    ):
        if place is not None:
            places.append(column == place)
    return select(Message).where(or_(*places) if places else false())


def unread_count(session: Session, actor: Actor) -> int:
    """How many of them have not been read."""
    unread = mine(actor).where(Message.read_at.is_(None)).with_only_columns(func.count())
    return session.scalar(unread) or 0


def deliveries(session: Session, message_id: int) -> list[Delivery]:
    """By which ways a message went out, and how that went."""
    return list(
        session.scalars(select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.id))
    )


def sent_out(state: str = "") -> Select[Delivery]:
    """Everything that left by e-mail or SMS, or is about to; of one state where one is given."""
    return select(Delivery).where(Delivery.state == state) if state else select(Delivery)


def templates_of(session: Session, message_ids: list[int]) -> dict[int, tuple[str, Any]]:
    """(code of the wording, moment) of messages."""
    rows = session.execute(
        select(Message.id, Message.template, Message.created_at).where(Message.id.in_(message_ids))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def delivery_counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state."""
    rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {row[0]: row[1] for row in rows}
