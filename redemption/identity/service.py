"""Accounts: who signs in, in which post; enterprises; tokens of programs."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pypinyin import Style, lazy_pinyin
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.identity import queries
from redemption.identity.models import ApiToken, Department, Enterprise, Person, Post, SignInAttempt
from redemption.identity.rules import Actor, Grade, Role, system_actor
from redemption.kernel import audit, clock, secrets, uscc
from redemption.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound

HASHER = PasswordHasher()
FAILURES = 5
"""Wrong passwords in a row before an account waits."""
PAUSE = dt.timedelta(minutes=15)
TOKEN_LIFE = dt.timedelta(hours=12)
SHORTEST_PASSWORD = 10

_DUMMY = HASHER.hash("an account that does not exist takes as long as one that does")


class SignInRefused(DomainError):
    """The one answer to every failed sign-in, so that nobody learns which accounts exist."""

    default_code = "sign_in_refused"
    default_status = 401
    default_message = "账号或密码不正确，请重新输入。"


class AccountPaused(DomainError):
    """Too many wrong passwords."""

    default_code = "account_paused"
    default_status = 429
    default_message = "密码连续输错多次，为保护账号暂停登录 15 分钟。请稍后再试，或联系管理员重设密码。"


@dataclass(frozen=True)
class SignedIn:
    """A person and the posts they may act in."""

    person: Person
    posts: list[Post]


def sign_in(session: Session, login: str, password: str, address: str) -> SignedIn:
    """Check a password. Every try is a row; the caller commits it also when this raises.

    Raises:
        SignInRefused, AccountPaused
    """
    now, name = clock.now(), login.strip().lower()[:200]
    if queries.failures_since(session, name, now - PAUSE) >= FAILURES:
        raise AccountPaused(retry_after=int(PAUSE.total_seconds()))
    person = queries.person_by_login(session, name)
    matches = _matches(person.password_hash if person else _DUMMY, password)
    posts = queries.posts_of(session, person.id) if person else []
    right = matches and person is not None and person.closed_at is None and bool(posts)
    session.add(SignInAttempt(login=name, address=address, at=now, succeeded=right))
    session.flush()
    if not right or person is None:
        raise SignInRefused
    if HASHER.check_needs_rehash(person.password_hash):
        person.password_hash = HASHER.hash(password)
    audit.record(session, f"account:{person.id}", f"person:{person.id}", "sign_in", {"address": address})
    return SignedIn(person, posts)


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored or _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False


def actor_of(session: Session, post: Post, person: Person) -> Actor:
    """The acting person in one post, with the name of the place."""
    place, jurisdiction_id = "", None
    if post.enterprise_id:
        enterprise = queries.enterprise_by_id(session, post.enterprise_id)
        place, jurisdiction_id = enterprise.name, enterprise.jurisdiction_id
    elif post.department_id:
        department = queries.department_by_id(session, post.department_id)
        place, jurisdiction_id = department.name, department.jurisdiction_id
    elif post.centre_id:
        centre = queries.centre_by_id(session, post.centre_id)
        place, jurisdiction_id = centre.name, centre.jurisdiction_id
    elif post.office_id:
        office = queries.office_by_id(session, post.office_id)
        place, jurisdiction_id = office.name, office.jurisdiction_id
    return _acting(post, person.name, place, jurisdiction_id)


def _acting(held: Post | Row[Any], name: str, place: str, jurisdiction_id: int | None) -> Actor:
    return Actor(
        person_id=held.person_id,
        name=name,
        role=Role(held.role),
        place=place,
        grade=held.grade,
        post_id=held.id,
        enterprise_id=held.enterprise_id,
        department_id=held.department_id,
        centre_id=held.centre_id,
        office_id=held.office_id,
        jurisdiction_id=jurisdiction_id,
    )


def actor_for_session(session: Session, person_id: int, post_id: int, epoch: int) -> Actor | None:
    """Who a browser session stands for; None when it was ended, or the post or account is over."""
    found = queries.standing(session, person_id, post_id)
    if found is None or found.closed_at is not None or found.session_epoch != epoch:
        return None
    if found.ended_at is not None and found.ended_at <= clock.now():
        return None
    return _acting(found, found.name, found.place, found.jurisdiction_id)


def actor_for_token(session: Session, token: str) -> Actor | None:
    """Who a bearer token stands for: a person's post, or a department's own system."""
    found = queries.live_token(session, secrets.digest_token(token))
    if found is None:
        return None
    if found.department_id is not None:
        department: Department = queries.department_by_id(session, found.department_id)
        return system_actor(f"department:{department.code}", department.id)
    held = queries.post(session, found.post_id or 0)
    person = queries.person_by_id(session, held.person_id) if held else None
    if held is None or person is None or person.closed_at is not None or held.ended_at is not None:
        return None
    return actor_of(session, held, person)


def issue_token(session: Session, post: Post, label: str = "") -> tuple[str, dt.datetime]:
    """A bearer token for a program that acts in this post; shown once, kept as a digest."""
    made, until = secrets.token(), clock.now() + TOKEN_LIFE
    session.add(
        ApiToken(
            digest=secrets.digest_token(made),
            post_id=post.id,
            label=label,
            created_at=clock.now(),
            expires_at=until,
        )
    )
    audit.record(
        session, f"account:{post.person_id}", f"person:{post.person_id}", "issue_token", {"label": label}
    )
    return made, until


def issue_department_token(
    session: Session, actor: Actor, department_id: int, label: str, life: dt.timedelta
) -> tuple[str, dt.datetime]:
    """A bearer token for a department's own system (pull adapter)."""
    if actor.role not in {Role.ADMINISTRATOR, Role.SYSTEM}:
        raise NotAllowed
    made, until = secrets.token(), clock.now() + life
    session.add(
        ApiToken(
            digest=secrets.digest_token(made),
            department_id=department_id,
            label=label,
            created_at=clock.now(),
            expires_at=until,
        )
    )
    audit.record(session, f"department:{department_id}", actor.ref, "issue_token", {"label": label})
    return made, until


def revoke_department_token(session: Session, actor: Actor, department_id: int, token_id: int) -> None:
    """Take a department's token out of use. NotFound unless it is a live one of this department."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    found = next(
        (row for row in queries.department_tokens(session, department_id) if row.id == token_id), None
    )
    if found is None:
        raise NotFound("没有找到这个令牌，它可能已经停用。")
    found.revoked_at = clock.now()
    audit.record(session, f"department:{department_id}", actor.ref, "revoke_token", {"label": found.label})


def check_password(password: str, field: str = "password") -> None:
    """
    Raises:
        Invalid: too short or too plain.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid.field(field, f"密码至少 {SHORTEST_PASSWORD} 个字符。建议用几个词连起来，好记也安全。")
    if len(password) > 200:
        raise Invalid.field(field, "密码不能超过 200 个字符。")
    if password.isdigit() or len(set(password)) < 4:
        raise Invalid.field(field, "密码太简单，请混用文字、字母或数字。")


def create_person(
    session: Session, actor: Actor, *, login: str, name: str, password: str, phone: str = "", email: str = ""
) -> Person:
    """Open an account without any post yet.

    Raises:
        Conflict: the login is taken. Invalid: the password is too plain.
    """
    check_password(password)
    person = Person(
        login=login.strip(),
        name=name.strip(),
        phone=phone,
        email=email,
        password_hash=HASHER.hash(password),
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise Conflict(
            "这个登录名已有人使用，请换一个。", fields={"login": "这个登录名已有人使用，请换一个。"}
        ) from None
    audit.record(session, f"account:{person.id}", actor.ref, "create_account", {"login": person.login})
    return person


def grant(
    session: Session,
    actor: Actor,
    person: Person,
    role: Role,
    *,
    grade: str = Grade.MEMBER,
    enterprise_id: int | None = None,
    department_id: int | None = None,
    centre_id: int | None = None,
    office_id: int | None = None,
) -> Post:
    """Give a person a post at one place."""
    held = Post(
        person_id=person.id,
        role=role,
        grade=grade,
        enterprise_id=enterprise_id,
        department_id=department_id,
        centre_id=centre_id,
        office_id=office_id,
        began_at=clock.now(),
    )
    session.add(held)
    session.flush()
    place = {
        "enterprise": enterprise_id,
        "department": department_id,
        "centre": centre_id,
        "office": office_id,
    }
    audit.record(
        session, f"account:{person.id}", actor.ref, "grant_post", {"role": role, "grade": grade, **place}
    )
    return held


def end_post(session: Session, actor: Actor, post: Post, reason: str = "") -> None:
    """Take a post away; sessions in it end at once."""
    post.ended_at = clock.now()
    audit.record(
        session, f"account:{post.person_id}", actor.ref, "end_post", {"post": post.id, "reason": reason}
    )


def change_password(session: Session, actor: Actor, old: str, new: str) -> None:
    """Change one's own password; every other session of the person ends."""
    person = queries.person_by_id(session, actor.person_id)
    if person is None:
        raise NotFound
    if not _matches(person.password_hash, old):
        raise Invalid.field("old", "当前密码不正确，请重新输入。")
    check_password(new, "new")
    person.password_hash = HASHER.hash(new)
    person.session_epoch += 1
    audit.record(session, f"account:{person.id}", actor.ref, "change_password")


def initials(name: str) -> str:
    """Pinyin initials in lower case, letters and digits kept: 青禾科技 → qhkj."""
    parts = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    return "".join(letter for part in parts for letter in part if letter.isalnum()).lower()


def create_enterprise(
    session: Session,
    actor: Actor,
    *,
    code: str,
    name: str,
    jurisdiction_id: int | None = None,
    **known: object,
) -> Enterprise:
    """Open a record for an enterprise; the same USCC is the same enterprise.

    Raises:
        Invalid: the USCC breaks a rule of GB 32100 (says which). Conflict: it is already here.
    """
    checked = uscc.require_uscc(code)
    if not name.strip():
        raise Invalid.field("name", "请填写企业名称，与营业执照一致。")
    enterprise = Enterprise(
        uscc=checked,
        name=name.strip(),
        initials=initials(name.strip()),
        jurisdiction_id=jurisdiction_id,
        created_at=clock.now(),
        **known,
    )
    try:
        with session.begin_nested():
            session.add(enterprise)
    except IntegrityError:
        raise Conflict(
            "这家企业已经登记，请直接选用。",
            code="enterprise_exists",
            fields={"uscc": "这家企业已经登记，请直接选用。"},
        ) from None
    audit.record(session, f"enterprise:{enterprise.id}", actor.ref, "create_enterprise", {"uscc": checked})
    return enterprise
