"""Selects over places, people and enterprises."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from redemption.identity.models import (
    ApiToken,
    Department,
    DepartmentKey,
    Enterprise,
    Jurisdiction,
    Office,
    Person,
    Post,
    ServiceCentre,
    SignInAttempt,
)
from redemption.kernel import clock, editions, uscc
from redemption.kernel.errors import NotFound


def jurisdictions(session: Session) -> list[Jurisdiction]:
    """All, the city first, then its districts."""
    return list(
        session.scalars(
            select(Jurisdiction).order_by(Jurisdiction.parent_id.nulls_first(), Jurisdiction.code)
        )
    )


def jurisdiction(session: Session, jurisdiction_id: int) -> Jurisdiction:
    return session.get_one(Jurisdiction, jurisdiction_id)


def departments(
    session: Session, *, jurisdiction_id: int | None = None, with_dissolved: bool = False
) -> list[Department]:
    """Departments in order of their code; those dissolved only when asked for."""
    query = select(Department).order_by(Department.jurisdiction_id, Department.code)
    if jurisdiction_id is not None:
        query = query.where(Department.jurisdiction_id == jurisdiction_id)
    if not with_dissolved:
        query = query.where(Department.dissolved_at.is_(None))
    return list(session.scalars(query))


def department(session: Session, code: str) -> Department:
    """
    Raises:
        NotFound: there is no department with this code.
    """
    found = session.scalar(select(Department).where(Department.code == code))
    if found is None:
        raise NotFound("没有这个部门。")
    return found


def department_by_id(session: Session, department_id: int) -> Department:
    return session.get_one(Department, department_id)


def office_of(session: Session, jurisdiction_id: int) -> Office | None:
    """The office of the same level (同级); None where none has been set up."""
    return session.scalar(select(Office).where(Office.jurisdiction_id == jurisdiction_id))


def office_by_id(session: Session, office_id: int) -> Office:
    return session.get_one(Office, office_id)


def centre_by_id(session: Session, centre_id: int) -> ServiceCentre:
    return session.get_one(ServiceCentre, centre_id)


def centres(session: Session) -> list[ServiceCentre]:
    return list(session.scalars(select(ServiceCentre).order_by(ServiceCentre.code)))


def enterprise_by_id(session: Session, enterprise_id: int) -> Enterprise:
    return session.get_one(Enterprise, enterprise_id)


def enterprise_by_uscc(session: Session, code: str) -> Enterprise | None:
    return session.scalar(select(Enterprise).where(Enterprise.uscc == uscc.normalise(code)))


def find_enterprises(session: Session, text: str, limit: int = 20) -> list[Enterprise]:
    """By USCC (or its beginning), part of the name, or pinyin initials."""
    typed = text.strip()
    if not typed:
        return []
    plain = typed.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    query = (
        select(Enterprise)
        .where(
            or_(
                Enterprise.uscc.like(uscc.normalise(plain) + "%"),
                Enterprise.name.like(f"%{plain}%"),
                Enterprise.initials.like(plain.lower() + "%"),
            )
        )
        .order_by(
            (Enterprise.uscc == uscc.normalise(typed)).desc(), func.length(Enterprise.name), Enterprise.id
        )
        .limit(limit)
    )
    return list(session.scalars(query))


def person_by_login(session: Session, login: str) -> Person | None:
    return session.scalar(select(Person).where(func.lower(Person.login) == login.strip().lower()))


def person_by_id(session: Session, person_id: int) -> Person | None:
    return session.get(Person, person_id)


_PERSON, _POST = Person.__table__, Post.__table__
_PLACES = {
    "enterprise_id": Enterprise.__table__,
    "department_id": Department.__table__,
    "centre_id": ServiceCentre.__table__,
    "office_id": Office.__table__,
}


def _standing() -> Select[Any]:
    held = _POST.join(_PERSON, _PERSON.c.id == _POST.c.person_id)
    for key, place in _PLACES.items():
        held = held.outerjoin(place, place.c.id == _POST.c[key])
    return (
        select(
            *(_POST.c[name] for name in ("id", "person_id", "role", "grade", "ended_at")),
            *(_POST.c[key] for key in _PLACES),
            *(_PERSON.c[name] for name in ("name", "session_epoch", "closed_at")),
            func.coalesce(*(place.c.name for place in _PLACES.values()), "").label("place"),
            func.coalesce(*(place.c.jurisdiction_id for place in _PLACES.values())).label("jurisdiction_id"),
            editions.MARKS.label("marks"),
        )
        .select_from(held)
        .where(_PERSON.c.id == bindparam("person"), _POST.c.id == bindparam("post"))
    )


_STANDING = _standing()
"""Built once, and of tables, not of classes: every request asks it, and no object is wanted."""


def standing(session: Session, person_id: int, post_id: int) -> Row[Any] | None:
    """A post with its person's name and its place's name and jurisdiction; see the columns of `_standing`."""
    found = session.execute(_STANDING, {"person": person_id, "post": post_id}).one_or_none()
    if found is not None:
        editions.seen(session, found.marks)
    return found


def posts_of(session: Session, person_id: int) -> list[Post]:
    """Posts this person holds now."""
    now = clock.now()
    query = (
        select(Post)
        .where(
            Post.person_id == person_id,
            Post.began_at <= now,
            or_(Post.ended_at.is_(None), Post.ended_at > now),
        )
        .order_by(Post.id)
    )
    return list(session.scalars(query))


def post(session: Session, post_id: int) -> Post | None:
    return session.get(Post, post_id)


def people_of_enterprise(session: Session, enterprise_id: int) -> list[tuple[Post, Person]]:
    """Everybody who may act for or look at an enterprise now."""
    return [
        (held, person)
        for held, person in session.execute(
            select(Post, Person)
            .join(Person, Person.id == Post.person_id)
            .where(Post.enterprise_id == enterprise_id, Post.ended_at.is_(None))
            .order_by(Post.id)
        )
    ]


def live_token(session: Session, digest: str) -> ApiToken | None:
    """A bearer token that is neither over nor revoked."""
    return session.scalar(
        select(ApiToken).where(
            ApiToken.digest == digest, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now()
        )
    )


def department_tokens(session: Session, department_id: int) -> list[ApiToken]:
    """Tokens of a department's own system that are neither over nor revoked, the newest first."""
    query = select(ApiToken).where(
        ApiToken.department_id == department_id,
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > clock.now(),
    )
    return list(session.scalars(query.order_by(ApiToken.id.desc())))


def live_keys(session: Session, department_id: int) -> list[DepartmentKey]:
    """Signing keys in use, the newest first (two during rotation)."""
    return live_keys_of(session, [department_id]).get(department_id, [])


def live_keys_of(session: Session, department_ids: Iterable[int]) -> dict[int, list[DepartmentKey]]:
    """`live_keys` of several departments."""
    query = (
        select(DepartmentKey)
        .where(DepartmentKey.department_id.in_(sorted(department_ids)), DepartmentKey.retired_at.is_(None))
        .order_by(DepartmentKey.id.desc())
    )
    found: dict[int, list[DepartmentKey]] = {}
    for key in session.scalars(query):
        found.setdefault(key.department_id, []).append(key)
    return found


def failures_since(session: Session, login: str, since: dt.datetime) -> int:
    """Failed sign-ins of one account since the last success, at most since a moment."""
    last_success = (
        select(func.max(SignInAttempt.at))
        .where(SignInAttempt.login == login, SignInAttempt.succeeded)
        .scalar_subquery()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(
                SignInAttempt.login == login,
                ~SignInAttempt.succeeded,
                SignInAttempt.at > func.greatest(since, func.coalesce(last_success, since)),
            )
        )
        or 0
    )
