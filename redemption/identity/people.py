"""People of an enterprise: owner, filers, readers, and agencies until their mandate ends.

A post is ended, never deleted: what somebody did stays theirs. How one comes to a post: `invitations`.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity import service
from redemption.identity.models import Enterprise, Person, Post
from redemption.identity.rules import Actor, Grade, Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

GRADE_NAMES = {
    Grade.OWNER: "账号管理员",
    Grade.FILER: "经办人",
    Grade.READER: "只读人员",
}
GRADE_HINTS = {
    Grade.OWNER: "可以申报、修改资料，并管理本单位人员",
    Grade.FILER: "可以申报、补正和修改资料",
    Grade.READER: "只能查看进度和文书",
}


def must_own(actor: Actor) -> int:
    """The enterprise whose people the acting person may manage.

    Raises:
        NotFound: not an enterprise user. NotAllowed: not its owner.
    """
    if actor.role is not Role.ENTERPRISE or actor.enterprise_id is None:
        raise NotFound
    if actor.grade != Grade.OWNER:
        raise NotAllowed("只有本单位的账号管理员可以管理人员，请联系他办理。", code="owner_only")
    return actor.enterprise_id


def post_of_enterprise(session: Session, actor: Actor, post_id: int) -> tuple[Post, Person]:
    """A running post in the owner's enterprise. NotFound otherwise."""
    enterprise_id = must_own(actor)
    for held, person in everybody(session, enterprise_id):
        if held.id == post_id:
            return held, person
    raise NotFound("没有找到这位人员，他可能已被移除。")


def everybody(session: Session, enterprise_id: int) -> list[tuple[Post, Person]]:
    """Posts that run now, agencies' ones until their mandate ends."""
    now = clock.now()
    rows = session.execute(
        select(Post, Person)
        .join(Person, Person.id == Post.person_id)
        .where(Post.enterprise_id == enterprise_id, (Post.ended_at.is_(None)) | (Post.ended_at > now))
        .order_by(Post.id)
    )
    return [(held, person) for held, person in rows]


def remove(session: Session, actor: Actor, post_id: int, reason: str = "") -> Person:
    """End somebody's post (or revoke an agency's mandate); their sessions in it end at once.

    Raises:
        Conflict: the last owner, who must first make somebody else owner.
    """
    held, person = post_of_enterprise(session, actor, post_id)
    _keep_an_owner(session, held)
    service.end_post(session, actor, held, reason)
    audit.record(
        session,
        f"enterprise:{held.enterprise_id}",
        actor.ref,
        "remove_person",
        {"person": person.id, "mandate": held.mandate, "reason": reason},
    )
    return person


def change_grade(session: Session, actor: Actor, post_id: int, grade: Grade) -> Person:
    """Make somebody owner, filer or reader.

    Raises:
        Conflict: the last owner steps down. Invalid: an agency as owner.
    """
    held, person = post_of_enterprise(session, actor, post_id)
    if held.grade == grade:
        return person
    if held.mandate and grade is Grade.OWNER:
        raise Invalid.field("grade", "代办机构人员不能担任账号管理员。")
    _keep_an_owner(session, held)
    before, held.grade = held.grade, grade
    session.flush()
    audit.record(
        session,
        f"enterprise:{held.enterprise_id}",
        actor.ref,
        "change_grade",
        {"person": person.id, "from": before, "to": grade},
    )
    return person


def _keep_an_owner(session: Session, held: Post) -> None:
    if held.grade != Grade.OWNER:
        return
    # two owners who remove each other at the same moment queue here
    session.execute(select(Enterprise.id).where(Enterprise.id == held.enterprise_id).with_for_update())
    others = [
        post
        for post, _ in everybody(session, held.enterprise_id or 0)
        if post.grade == Grade.OWNER and post.id != held.id
    ]
    if not others:
        raise Conflict("本单位至少要有一位账号管理员。请先把另一位人员设为账号管理员。", code="last_owner")
