"""Opening an account with one post at a named place, for administrators and the command line."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity import queries, service
from redemption.identity.models import Jurisdiction, Office, Post, ServiceCentre
from redemption.identity.rules import Role, system_actor
from redemption.kernel.errors import Invalid


def open_account(
    session: Session, *, login: str, name: str, role: str, place: str, grade: str, password: str
) -> Post:
    """Make a person and give them a post.

    Args:
        place: department code, centre code, USCC or jurisdiction code (of an office), by role.

    Raises:
        Invalid: no such role or place.
    """
    try:
        wanted = Role(role)
    except ValueError:
        raise Invalid.field("role", f"没有“{role}”这种角色。") from None
    where = place_ids(session, wanted, place)
    actor = system_actor("command")
    person = service.create_person(session, actor, login=login, name=name, password=password)
    return service.grant(session, actor, person, wanted, grade=grade, **where)


def place_ids(session: Session, role: Role, place: str) -> dict[str, int]:
    """The id of the place a role is bound to, as the keyword of `service.grant`."""
    if role is Role.ADMINISTRATOR:
        return {}
    found: int | None = None
    keyword = ""
    if role is Role.ENTERPRISE:
        enterprise = queries.enterprise_by_uscc(session, place)
        keyword, found = "enterprise_id", enterprise.id if enterprise else None
    elif role is Role.CLERK:
        keyword = "centre_id"
        found = session.scalar(select(ServiceCentre.id).where(ServiceCentre.code == place))
    elif role is Role.OFFICE:
        keyword = "office_id"
        found = session.scalar(
            select(Office.id)
            .join(Jurisdiction, Jurisdiction.id == Office.jurisdiction_id)
            .where(Jurisdiction.code == place)
        )
    elif role in {Role.OFFICER, Role.POLICY_MAKER}:
        keyword, found = "department_id", queries.department(session, place).id
    if not keyword or found is None:
        raise Invalid.field("place", f"没有找到“{place}”，请核对代码。")
    return {keyword: found}
