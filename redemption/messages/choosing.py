"""By which ways somebody wants to be told (邮件、短信): a choice of the enterprise, and of each person for themselves.

What is not chosen is not sent. In the space every message stands in any case.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor
from redemption.kernel import audit
from redemption.messages.models import MessageOptOut
from redemption.messages.rules import Channel


def chosen(session: Session, actor: Actor) -> tuple[set[Channel], set[Channel]]:
    """The ways that the acting person's enterprise wants, and the person; all of them until somebody chooses."""
    off = session.scalars(select(MessageOptOut).where(_of_enterprise(actor) | _of_person(actor))).all()
    return (
        set(Channel) - {Channel(one.channel) for one in off if one.enterprise_id},
        set(Channel) - {Channel(one.channel) for one in off if one.person_id},
    )


def choose(
    session: Session, actor: Actor, *, enterprise: Iterable[Channel] | None, person: Iterable[Channel]
) -> None:
    """Set both. `enterprise` None: who may only read leaves the enterprise's choice alone."""
    if enterprise is not None and actor.may_file:
        session.execute(delete(MessageOptOut).where(_of_enterprise(actor)))
        for channel in set(Channel) - set(enterprise):
            session.add(MessageOptOut(enterprise_id=actor.enterprise_id, channel=channel.value))
        said = {"wanted": sorted(enterprise)}
        audit.record(session, f"enterprise:{actor.enterprise_id}", actor.ref, "choose_channels", said)
    session.execute(delete(MessageOptOut).where(_of_person(actor)))
    for channel in set(Channel) - set(person):
        session.add(MessageOptOut(person_id=actor.person_id, channel=channel.value))
    session.flush()


def _of_enterprise(actor: Actor) -> ColumnElement[bool]:
    return MessageOptOut.enterprise_id == (actor.enterprise_id or 0)


def _of_person(actor: Actor) -> ColumnElement[bool]:
    return MessageOptOut.person_id == actor.person_id
