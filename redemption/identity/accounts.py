"""Opening an account with one post at a named place, for administrators and the command line."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.identity import queries, recovery, service
from redemption.identity.models import Jurisdiction, Office, Person, Post, ServiceCentre
from redemption.identity.rules import Actor, Grade, Role, system_actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.secrets import Signer


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


ACTIVATION_LIFE = dt.timedelta(hours=24)


def open_without_password(
    session: Session, actor: Actor, *, login: str, name: str, role: str, place: str, grade: str,
    phone: str = "", email: str = "",
) -> Person:  # fmt: skip
    """Make a member of staff and give them a post; they set their password by a link (`recovery.link_token`).

    Raises:
        Invalid: no such role or place. Conflict: the login is taken.
    """
    wanted = _role(role)
    where = place_ids(session, wanted, place)
    person = Person(login=login.strip(), name=name.strip(), phone=phone, email=email, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        said = "这个登录名已有人使用，请换一个，或在该账号下增加岗位。"
        raise Conflict(said, fields={"login": said}) from None
    audit.record(session, f"account:{person.id}", actor.ref, "create_account", {"login": person.login})
    service.grant(session, actor, person, wanted, grade=grade, **where)
    return person


def add_post(session: Session, actor: Actor, person: Person, role: str, place: str, grade: str) -> Post:
    """One more post for somebody.

    Raises:
        Invalid: no such role or place. Conflict: held already.
    """
    wanted = _role(role)
    where = place_ids(session, wanted, place)
    for held in queries.posts_of(session, person.id):
        if held.role == wanted and all(getattr(held, name) == value for name, value in where.items()):
            raise Conflict("这个账号已有同样的岗位。", fields={"place": "这个账号已有同样的岗位。"})
    return service.grant(session, actor, person, wanted, grade=grade, **where)


def set_head(session: Session, actor: Actor, person: Person, post_id: int, head: bool) -> Post:
    """Name somebody head of their department (部门负责人), or take that back. Heads hear of overdue duties first.

    Raises:
        NotFound: no such post of this person in use. Conflict: a post that is not in a department.
    """
    post = session.get(Post, post_id)
    if post is None or post.person_id != person.id or post.ended_at is not None:
        raise NotFound("没有找到这个岗位。")
    if post.department_id is None:
        raise Conflict("只有部门的岗位可以设为负责人。", code="not_a_department")
    post.grade = str(Grade.HEAD if head else Grade.MEMBER)
    session.flush()
    audit.record(session, f"account:{person.id}", actor.ref, "set_head", {"post": post.id, "head": head})
    return post


def close(session: Session, actor: Actor, person: Person, reason: str) -> None:
    """Nobody signs in with this account any more; every session ends at once. What was done stays.

    Raises:
        Conflict: one's own account.
    """
    if person.id == actor.person_id:
        raise Conflict("不能停用自己的账号，请由另一位管理员操作。")
    if person.closed_at is None:
        person.closed_at = clock.now()
        person.session_epoch += 1
        session.flush()
        audit.record(session, f"account:{person.id}", actor.ref, "close_account", {"reason": reason})


def reopen(session: Session, actor: Actor, person: Person) -> None:
    """Let a closed account sign in again, with the posts that did not end."""
    if person.closed_at is not None:
        person.closed_at = None
        session.flush()
        audit.record(session, f"account:{person.id}", actor.ref, "reopen_account")


def activation_token(session: Session, actor: Actor, person: Person, signer: Signer) -> str:
    """The secret part of a link by which somebody sets a password: shown once to the administrator, good for a day.

    Every earlier link and session of the person ends.
    """
    person.session_epoch += 1
    session.flush()
    audit.record(session, f"account:{person.id}", actor.ref, "give_activation_link")
    value = f"{person.id}:{person.session_epoch}"
    return signer.sign(value, clock.now() + ACTIVATION_LIFE, recovery.PURPOSE)


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise Invalid.field("role", "请选择角色。") from None
