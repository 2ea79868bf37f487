"""Telling somebody that they were invited, by mail and SMS as far as addresses are known."""

from sqlalchemy.orm import Session

from redemption.identity.invitations import Invited
from redemption.identity.people import GRADE_NAMES
from redemption.identity.rules import Grade
from redemption.kernel import clock
from redemption.messages.service import tell


def tell_invited(session: Session, invited: Invited, enterprise: str) -> None:
    """Once for each invitation; whoever invited has the code in hand as well."""
    tell(
        session,
        template="invitation",
        once=f"invitation:{invited.invitation.id}",
        person_id=invited.person.id,
        link="/invitations",
        data={
            "name": invited.person.name,
            "enterprise": enterprise,
            "grade": GRADE_NAMES[Grade(invited.invitation.grade)],
            "code": invited.code,
            "day": clock.day_text(invited.invitation.expires_at),
        },
    )
