"""The knowledge base and its search; questions of one asker, one office, one department."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session

from redemption.catalogue.models import Item, ItemVersion
from redemption.consultation.models import Question
from redemption.consultation.rules import State, terms
from redemption.identity.models import Department, Jurisdiction, Office
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound
from redemption.policies.models import Policy, PolicyVersion

KNOWLEDGE = select(Question).where(Question.state == State.PUBLISHED.value)
"""Answered questions that anybody may read."""


def search(
    session: Session, text: str, *, item_id: int | None = None, policy_id: int | None = None, limit: int = 30
) -> list[Question]:
    """Answers to something like this, the best first. A third of what was typed must be found.

    The text is compared by pairs of characters, so that 首贷贴息怎么申请 finds what speaks of 首贷贴息.
    """
    query = KNOWLEDGE
    if item_id is not None:
        query = query.where(Question.item_id == item_id)
    if policy_id is not None:
        query = query.where(Question.policy_id == policy_id)
    wanted = terms(text)
    if not wanted:
        return list(
            session.scalars(query.order_by(Question.published_at.desc(), Question.id.desc()).limit(limit))
        )
    asked = func.lower(func.concat(Question.public_text, Question.text))
    whole = func.concat(asked, func.lower(Question.answer))
    score: Any = literal(0)
    for term in wanted:
        # a hit in the question weighs three times one in the answer
        score = score + cast(
            case(
                (asked.contains(term, autoescape=True), 3),
                (whole.contains(term, autoescape=True), 1),
                else_=0,
            ),
            Integer,
        )
    enough = max(1, len(wanted))
    return list(
        session.scalars(query.where(score >= enough).order_by(score.desc(), Question.id.desc()).limit(limit))
    )


def public(session: Session, number: str) -> Question:
    """An answered question. NotFound for one that is not public."""
    found = session.scalar(KNOWLEDGE.where(Question.number == number))
    if found is None:
        raise NotFound("没有找到这个问题，它可能还没有答复。")
    return found


def of_item(session: Session, item_id: int, policy_id: int, limit: int = 20) -> list[Question]:
    """Answers that belong to an item, its own first, then those of the whole policy."""
    return list(
        session.scalars(
            KNOWLEDGE.where(
                or_(
                    Question.item_id == item_id,
                    and_(Question.policy_id == policy_id, Question.item_id.is_(None)),
                )
            )
            .order_by(Question.item_id.is_(None), Question.id)
            .limit(limit)
        )
    )


def of_policy(session: Session, policy_id: int, limit: int = 50) -> list[Question]:
    """Answers that belong to a policy or to one of its items, in the order in which they were written."""
    query = KNOWLEDGE.where(Question.policy_id == policy_id)
    return list(session.scalars(query.order_by(Question.item_id.nulls_first(), Question.id).limit(limit)))


def answers_of(session: Session, policy_id: int) -> int:
    """How many answers a policy has, public or waiting for its day."""
    query = select(func.count()).where(Question.policy_id == policy_id, Question.answer != "")
    return session.scalar(query) or 0


def visible_to(actor: Actor) -> Select[Question]:
    """Questions the acting person asked, passes on or answers; never somebody else's."""
    mine: Any = false()
    if actor.role is Role.ENTERPRISE:
        mine = Question.asker_enterprise_id == actor.enterprise_id
    elif actor.role is Role.CLERK:
        mine = Question.asker_person_id == actor.person_id
    elif actor.role is Role.OFFICE:
        mine = Question.office_id == actor.office_id
    elif actor.role in {Role.OFFICER, Role.POLICY_MAKER}:
        passed = Question.state.in_([State.PASSED_ON.value, State.PUBLISHED.value, State.DRAFT.value])
        mine = and_(Question.department_id == actor.department_id, passed)
    return select(Question).where(mine)


def mine(session: Session, actor: Actor, number: str) -> Question:
    """NotFound for a question of somebody else, as for none."""
    found = session.scalar(visible_to(actor).where(Question.number == number))
    if found is None:
        raise NotFound("没有找到这个问题，请核对编号。")
    return found


def labels(session: Session, questions: list[Question]) -> dict[int, dict[str, str]]:
    """For each question: the names and addresses of its item, policy and department."""
    items = {
        row.id: row
        for row in session.execute(
            select(Item.id, Item.code, ItemVersion.name)
            .join(ItemVersion, ItemVersion.id == Item.current_version_id)
            .where(Item.id.in_({q.item_id for q in questions if q.item_id}))
        )
    }
    # a draft policy has no current version yet
    newest = (
        select(func.max(PolicyVersion.id)).where(PolicyVersion.policy_id == Policy.id).correlate(Policy)
    ).scalar_subquery()
    policies = {
        row.id: row
        for row in session.execute(
            select(Policy.id, Policy.number, PolicyVersion.title, PolicyVersion.document_number)
            .join(PolicyVersion, PolicyVersion.id == func.coalesce(Policy.current_version_id, newest))
            .where(Policy.id.in_({q.policy_id for q in questions if q.policy_id}))
        )
    }
    departments = {
        row.id: row.name
        for row in session.execute(
            select(Department.id, Department.name).where(
                Department.id.in_({q.department_id for q in questions if q.department_id})
            )
        )
    }
    found: dict[int, dict[str, str]] = {}
    for question in questions:
        item, policy = items.get(question.item_id or 0), policies.get(question.policy_id or 0)
        found[question.id] = {
            "item": item.name if item else "",
            "item_link": f"/items/{item.code}" if item else "",
            "policy": policy.title if policy else "",
            "policy_link": f"/policies/{policy.number}" if policy else "",
            "department": departments.get(question.department_id or 0, ""),
        }
    return found


def public_item(session: Session, code: str) -> tuple[Item, Policy] | None:
    """An item that was published, with its policy."""
    row = session.execute(
        select(Item, Policy)
        .join(Policy, Policy.id == Item.policy_id)
        .where(Item.code == code, Item.published_at.is_not(None))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def public_policy(session: Session, number: str) -> Policy | None:
    return session.scalar(select(Policy).where(Policy.number == number, Policy.published_at.is_not(None)))


def office_for(session: Session, jurisdiction_id: int | None) -> Office | None:
    """The office of that jurisdiction, else of the one above it, at last the city's."""
    while jurisdiction_id is not None:
        office = session.scalar(select(Office).where(Office.jurisdiction_id == jurisdiction_id))
        if office is not None:
            return office
        jurisdiction_id = session.scalar(
            select(Jurisdiction.parent_id).where(Jurisdiction.id == jurisdiction_id)
        )
    return session.scalar(
        select(Office)
        .join(Jurisdiction, Jurisdiction.id == Office.jurisdiction_id)
        .order_by(Jurisdiction.parent_id.nulls_first(), Office.id)
        .limit(1)
    )


def departments_of(session: Session, office_id: int | None) -> list[Department]:
    """Departments an office may pass a question to: of its own level and below it."""
    office = session.get(Office, office_id) if office_id else None
    if office is None:
        return []
    places = select(Jurisdiction.id).where(
        or_(Jurisdiction.id == office.jurisdiction_id, Jurisdiction.parent_id == office.jurisdiction_id)
    )
    return list(
        session.scalars(
            select(Department)
            .where(Department.jurisdiction_id.in_(places), Department.dissolved_at.is_(None))
            .order_by(Department.jurisdiction_id, Department.code)
        )
    )


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many of the acting person's questions stand in each state."""
    mine = visible_to(actor).subquery()
    rows = session.execute(select(mine.c.state, func.count()).group_by(mine.c.state))
    return {row[0]: row[1] for row in rows}


def own_policy(session: Session, actor: Actor, number: str) -> Policy:
    """A policy the acting policy maker's department may write answers for. NotFound for another's."""
    found = session.scalar(select(Policy).where(Policy.number == number, _owned(actor)))
    if found is None:
        raise NotFound("没有找到这份政策文件。")
    return found


def own_policies(session: Session, actor: Actor) -> list[tuple[Policy, str, int]]:
    """The department's policies with their titles and how many answers each has, newest first."""
    count = (
        select(func.count()).where(Question.policy_id == Policy.id, Question.answer != "").scalar_subquery()
    )
    newest = (
        select(PolicyVersion.title)
        .where(PolicyVersion.policy_id == Policy.id)
        .order_by(PolicyVersion.no.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Policy, newest, count).where(_owned(actor)).order_by(Policy.id.desc()).limit(200)
    )
    return [(row[0], row[1] or row[0].number, row[2]) for row in rows]


def own_items(session: Session, actor: Actor, policy_number: str) -> list[tuple[str, str]]:
    """Code and name of the items of one of the department's policies, in their newest version; drafts too."""
    name = (
        select(ItemVersion.name)
        .where(ItemVersion.item_id == Item.id)
        .order_by(ItemVersion.no.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Item.code, name)
        .join(Policy, Policy.id == Item.policy_id)
        .where(Policy.number == policy_number, _owned(actor))
        .order_by(Item.id)
    )
    return [(row[0], row[1] or row[0]) for row in rows]


def own_item(session: Session, policy_id: int, code: str) -> Item | None:
    """An item of a policy, drafts too."""
    return session.scalar(select(Item).where(Item.policy_id == policy_id, Item.code == code))


def _owned(actor: Actor) -> ColumnElement[bool]:
    """Policies the acting person's department leads or drafted."""
    return or_(
        Policy.lead_department_id == actor.department_id, Policy.drafting_department_id == actor.department_id
    )
