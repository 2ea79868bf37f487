"""Finding documents, and who may see one."""

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session

from redemption.documents.models import Document
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound


def visible_to(actor: Actor) -> Select[Document]:
    """Documents the acting person is a party to: the enterprise it was issued to, the department or the centre that
    issued it. Administrators see none: they run the system, not the cases. The office gets the letters of a report
    with the report (`reporting`).
    """
    if actor.role is Role.ENTERPRISE:
        mine = Document.enterprise_id == actor.enterprise_id
    elif actor.role in {Role.OFFICER, Role.POLICY_MAKER}:
        mine = Document.issuer_department_id == actor.department_id
    elif actor.role is Role.CLERK:
        mine = Document.issuer_centre_id == actor.centre_id
    else:
        mine = false()
    return select(Document).where(mine)


def by_number(session: Session, actor: Actor, number: str) -> Document:
    """A document the acting person is a party to. NotFound for everybody else's, as for none."""
    found = session.scalar(visible_to(actor).where(Document.number == number))
    if found is None:
        raise NotFound("没有找到这份文书，请核对编号。")
    return found


def by_code(session: Session, code: str) -> Document | None:
    """A document by its verification code, as `numbering.read_verification_code` gives it."""
    return session.scalar(select(Document).where(Document.code == code))


def about(session: Session, *subjects: str) -> list[Document]:
    """Documents about these subjects, oldest first."""
    return list(session.scalars(select(Document).where(Document.subject.in_(subjects)).order_by(Document.id)))
