"""Invitations: how somebody comes to a post in an enterprise; first accounts opened at the counter.

A person is invited to a post and takes it with a code of sixteen characters, which is mailed, shown once to who
invited, or printed at the counter. Whoever has an account already signs in and accepts; whoever has none chooses a
password.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity import people, queries, service
from redemption.identity.models import Enterprise, Invitation, Person, Post
from redemption.identity.rules import Actor, Grade, Role
from redemption.kernel import audit, clock, numbering, secrets
from redemption.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from redemption.kernel.secrets import SecretBox, mask_id_number

LIFE = dt.timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """An invitation and its code, which is not kept: this is the only moment at which it can be shown."""

    invitation: Invitation
    person: Person
    code: str
    has_account: bool


def invite(
    session: Session,
    actor: Actor,
    *,
    name: str,
    login: str,
    grade: Grade,
    phone: str = "",
    email: str = "",
    mandate: dict[str, Any] | None = None,
) -> Invited:
    """Offer somebody a post in the acting person's enterprise.

    Args:
        login: of an existing account, or the one a new account will have (mobile number or e-mail address).
        mandate: of an agency: `agency`, `number`, `until` (ISO day).

    Raises:
        Invalid: an agency as owner, or a mandate that is over. Conflict: the person is there already.
    """
    enterprise_id = people.must_own(actor)
    if mandate:
        if grade is Grade.OWNER:
            raise Invalid.field("grade", "代办机构人员不能担任账号管理员，请选择“经办人”或“只读人员”。")
        if dt.date.fromisoformat(mandate["until"]) < clock.today():
            raise Invalid.field("until", "委托截止日期已过，请核对授权委托书。")
    return _invite(
        session,
        actor,
        enterprise_id,
        name=name,
        login=login,
        grade=grade,
        phone=phone,
        email=email,
        mandate=mandate or {},
        checked={},
    )


def open_first_account(
    session: Session,
    actor: Actor,
    box: SecretBox,
    *,
    enterprise: Enterprise,
    name: str,
    login: str,
    phone: str,
    email: str,
    id_number: str,
    licence_seen: bool,
    mandate_seen: bool,
    is_representative: bool,
) -> Invited:
    """A clerk opens the first account of an enterprise after checking the licence and the mandate.

    With the login of its owner the same checks give that person a code for a new password.

    Raises:
        Invalid: something was not checked. Conflict: somebody else is its owner already (that person invites).
    """
    if actor.role is not Role.CLERK:
        raise NotAllowed
    faults = {}
    if not licence_seen:
        faults["licence_seen"] = "请核验营业执照原件后勾选。"
    if not mandate_seen and not is_representative:
        faults["mandate_seen"] = "请核验授权委托书后勾选；法定代表人本人办理的，请勾选“法定代表人本人”。"
    if faults:
        raise Invalid(fields=faults)
    owners = [
        person for post, person in people.everybody(session, enterprise.id) if post.grade == Grade.OWNER
    ]
    own = [person for person in owners if person.login.lower() == login.strip().lower()]
    if owners and not own:
        names = "、".join(person.name for person in owners)
        raise Conflict(
            f"这家企业已有账号管理员（{names}），其他人员由他邀请。他本人到窗口找回密码的，请填写他的登录名。",
            code="owner_exists",
            fields={"login": f"这家企业已有账号管理员（{names}）。找回密码的，请填写他的登录名。"},
        )
    for person in own:
        # a lost password, mended at the counter: the old one ends now, the code sets a new one
        person.password_hash = ""
        person.session_epoch += 1
        audit.record(session, f"account:{person.id}", actor.ref, "end_password", {"at": actor.place})
    return _invite(
        session,
        actor,
        enterprise.id,
        name=name,
        login=login,
        grade=Grade.OWNER,
        phone=phone,
        email=email,
        mandate={},
        checked={
            "clerk": actor.name,
            "centre": actor.place,
            "centre_id": actor.centre_id,
            "licence": licence_seen,
            "mandate": mandate_seen,
            "representative": is_representative,
            "id_number": mask_id_number(id_number),
        },
        id_number=id_number,
        box=box,
    )


def _invite(
    session: Session,
    actor: Actor,
    enterprise_id: int,
    *,
    name: str,
    login: str,
    grade: Grade,
    phone: str,
    email: str,
    mandate: dict[str, Any],
    checked: dict[str, Any],
    id_number: str = "",
    box: SecretBox | None = None,
) -> Invited:
    login = login.strip()
    person = queries.person_by_login(session, login)
    if person is None:
        person = Person(login=login, name=name.strip(), phone=phone, email=email, created_at=clock.now())
        session.add(person)
        session.flush()
    elif not person.password_hash:
        # invited before and never came, or a lost password: what is known now is newer
        person.name, person.phone, person.closed_at = name.strip(), phone or person.phone, None
        person.email = email or person.email
    elif any(post.enterprise_id == enterprise_id for post in queries.posts_of(session, person.id)):
        raise Conflict(
            "这个账号已经是本单位人员。", fields={"login": "这个账号已经是本单位人员，请在人员名单中核对。"}
        )
    for earlier in open_invitations(session, enterprise_id):
        if earlier.person_id == person.id:
            earlier.withdrawn_at = clock.now()
    code = numbering.verification_code()
    invitation = Invitation(
        enterprise_id=enterprise_id,
        person_id=person.id,
        grade=grade,
        mandate=mandate,
        checked=checked,
        code_digest=secrets.digest_token(code),
        invited_by=actor.ref,
        invited_at=clock.now(),
        expires_at=clock.now() + LIFE,
    )
    session.add(invitation)
    session.flush()
    if id_number and box is not None:
        invitation.id_number = box.seal(id_number, f"invitation:{invitation.id}:id_number")
    audit.record(
        session,
        f"enterprise:{enterprise_id}",
        actor.ref,
        "invite",
        {"person": person.id, "login": login, "grade": grade, "mandate": mandate, "checked": checked},
    )
    return Invited(invitation, person, code, bool(person.password_hash))


def open_invitations(session: Session, enterprise_id: int) -> list[Invitation]:
    """Neither taken, withdrawn nor over."""
    return [invitation for invitation, _ in invited(session, enterprise_id)]


def invited(session: Session, enterprise_id: int) -> list[tuple[Invitation, Person]]:
    """Open invitations, each with who is invited."""
    rows = session.execute(
        select(Invitation, Person)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.enterprise_id == enterprise_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.id)
    )
    return [(row[0], row[1]) for row in rows]


def invitation_by_code(session: Session, code: str) -> tuple[Invitation, Person, Enterprise]:
    """What a code opens.

    Raises:
        NotFound: no such code. Gone: taken, withdrawn or over.
    """
    try:
        plain = numbering.read_verification_code(code)
    except Invalid:
        raise NotFound("没有找到这个开通码，请对照凭条或邮件核对。") from None
    row = session.execute(
        select(Invitation, Person, Enterprise)
        .join(Person, Person.id == Invitation.person_id)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .where(Invitation.code_digest == secrets.digest_token(plain))
        .with_for_update(of=Invitation)
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这个开通码，请对照凭条或邮件核对。")
    invitation: Invitation = row[0]
    if invitation.accepted_at is not None:
        raise Gone("这个开通码已经用过，请直接登录。", code="invitation_used")
    if invitation.withdrawn_at is not None:
        raise Gone("这个邀请已被撤回。如需办理，请联系邀请您的单位。", code="invitation_withdrawn")
    if invitation.expires_at <= clock.now():
        raise Gone("这个开通码已过期，请联系邀请您的单位或窗口重新发出。", code="invitation_expired")
    return invitation, row[1], row[2]


def accept_with_password(session: Session, code: str, password: str) -> Person:
    """Take an invitation as somebody new: the account gets its password.

    Raises:
        Conflict: the account has a password already, so its owner signs in and accepts.
    """
    invitation, person, _ = invitation_by_code(session, code)
    if person.password_hash:
        raise Conflict("这个账号已经开通，请先登录，再打开邀请。", code="sign_in_to_accept")
    service.check_password(password)
    person.password_hash = service.HASHER.hash(password)
    _take(session, invitation, person)
    return person


def accept_signed_in(session: Session, actor: Actor, code: str) -> Post:
    """Take an invitation with one's own account. NotFound when it is for somebody else."""
    invitation, person, _ = invitation_by_code(session, code)
    if person.id != actor.person_id:
        raise NotFound("这个邀请发给了另一个账号。请用被邀请的账号登录后再接受。")
    return _take(session, invitation, person)


def _take(session: Session, invitation: Invitation, person: Person) -> Post:
    invitation.accepted_at = clock.now()
    for known, holder in people.everybody(session, invitation.enterprise_id):
        if holder.id == person.id:
            invitation.post_id = known.id
            session.flush()
            return known
    held = service.grant(
        session,
        Actor(person.id, person.name, Role.ENTERPRISE),
        person,
        Role.ENTERPRISE,
        grade=invitation.grade,
        enterprise_id=invitation.enterprise_id,
    )
    if invitation.mandate:
        held.mandate = invitation.mandate
        held.ended_at = clock.end_of_day(dt.date.fromisoformat(invitation.mandate["until"]))
    invitation.post_id = held.id
    session.flush()
    return held


def withdraw_invitation(session: Session, actor: Actor, invitation_id: int) -> None:
    """Take an offer back before it is taken. NotFound for another enterprise's."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.enterprise_id != people.must_own(actor) or found.accepted_at is not None:
        raise NotFound
    found.withdrawn_at = found.withdrawn_at or clock.now()
    audit.record(
        session,
        f"enterprise:{found.enterprise_id}",
        actor.ref,
        "withdraw_invitation",
        {"invitation": found.id},
    )
