"""Accounts opened at a centre's counter: the list of them, and the id number in clear, each look at it logged."""

from collections.abc import Sequence

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from redemption.identity.models import Enterprise, Invitation, Person
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit
from redemption.kernel.errors import Invalid, NotAllowed, NotFound
from redemption.kernel.secrets import SecretBox

SHOWN = 100


def opened(session: Session, actor: Actor) -> Sequence[Row[Invitation, Person, Enterprise]]:
    """Accounts that this centre opened, the newest first."""
    return session.execute(_of_centre(actor).order_by(Invitation.id.desc()).limit(SHOWN)).all()


def look_at_id_number(session: Session, actor: Actor, number: int, box: SecretBox, purpose: str) -> str:
    """The id number taken with an account, in clear.

    Raises:
        Invalid: no purpose. NotFound: another centre's account, or the number was cleared by its period.
    """
    row = session.execute(_of_centre(actor).where(Invitation.id == number)).one_or_none()
    if row is None:
        raise NotFound("没有找到这次开户登记。")
    invitation = row[0]
    if not invitation.id_number:
        raise NotFound("完整证件号码已按保存期限清除，只留有掩码。")
    if not purpose.strip():
        raise Invalid.field("purpose", "请写明查看完整证件号码的用途。")
    said = {"invitation": invitation.id, "purpose": purpose.strip()[:200]}
    audit.record(session, f"enterprise:{invitation.enterprise_id}", actor.ref, "look_at_id_number", said)
    return box.open(invitation.id_number, f"invitation:{invitation.id}:id_number")


def _of_centre(actor: Actor) -> Select[Invitation, Person, Enterprise]:
    if actor.role is not Role.CLERK or actor.centre_id is None:
        raise NotAllowed
    return (
        select(Invitation, Person, Enterprise)
        .join(Person, Person.id == Invitation.person_id)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .where(Invitation.checked["centre_id"].as_integer() == actor.centre_id)
    )
