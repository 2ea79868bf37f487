"""Getting back into an account whose password is lost: a link by mail or SMS, good once and for half an hour.

The answer to who asks is the same whether or not there is such an account. The link names the account and the epoch
of its sessions; setting a password raises the epoch, so that the link and every session end with it.
"""

import datetime as dt

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from redemption.identity import queries, service
from redemption.identity.models import Person
from redemption.kernel import audit, clock, outbox, secrets
from redemption.kernel.audit import AuditEntry
from redemption.kernel.errors import Gone
from redemption.kernel.secrets import Signer

LIFE = dt.timedelta(minutes=30)
MOST = 3
"""Links for one account within an hour."""
PURPOSE = "recovery"


def ask(session: Session, typed: str) -> None:
    """Send a link to whoever that is, if it is anybody; a job writes it (`account.recovery`)."""
    person = _person(session, typed.strip())
    if person is None or not (person.email or person.phone):
        return
    chain = f"account:{person.id}"
    recent = session.scalar(
        select(func.count()).where(
            AuditEntry.chain == chain,
            AuditEntry.action == "ask_recovery",
            AuditEntry.at > clock.now() - dt.timedelta(hours=1),
        )
    )
    if (recent or 0) >= MOST:
        return
    audit.record(session, chain, f"person:{person.id}", "ask_recovery")
    outbox.publish(session, "account.recovery", person.id, person_id=person.id, request=secrets.token()[:16])


def _person(session: Session, typed: str) -> Person | None:
    if not typed:
        return None
    found = session.scalars(
        select(Person)
        .where(
            or_(
                func.lower(Person.login) == typed.lower(),
                (func.lower(Person.email) == typed.lower()),
                Person.phone == typed,
            ),
            Person.closed_at.is_(None),
            Person.password_hash != "",
        )
        .limit(2)
    ).all()
    exact = [person for person in found if person.login.lower() == typed.lower()]
    if exact:
        return exact[0]
    # an address that two accounts share is nobody's
    return found[0] if len(found) == 1 else None


def link_token(person: Person, signer: Signer) -> str:
    """The secret part of the link, for the job that sends it."""
    return signer.sign(f"{person.id}:{person.session_epoch}", clock.now() + LIFE, PURPOSE)


def person_of(session: Session, token: str, signer: Signer) -> Person:
    """Whose link this is.

    Raises:
        NotAllowed: not genuine. Gone: over, or used.
    """
    number, _, epoch = signer.unsign(token, PURPOSE).partition(":")
    person = queries.person_by_id(session, int(number))
    if person is None or person.closed_at is not None or person.session_epoch != int(epoch):
        raise Gone("这个链接已经用过，请重新申请。", code="link_used")
    return person


def reset(session: Session, token: str, signer: Signer, password: str) -> Person:
    """Set a new password; every session of the person ends.

    Raises:
        Invalid: too plain. NotAllowed, Gone: as of `person_of`.
    """
    person = person_of(session, token, signer)
    service.check_password(password)
    person.password_hash = service.HASHER.hash(password)
    person.session_epoch += 1
    session.flush()
    audit.record(session, f"account:{person.id}", f"person:{person.id}", "reset_password")
    return person
