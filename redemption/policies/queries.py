"""Selects over policy documents: one's own, and what higher slices join."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, undefer

from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound
from redemption.policies.models import Interpretation, Policy, PolicyDepartment, PolicyVersion
from redemption.policies.rules import PolicyState


def owned_by(department_id: int | None) -> ColumnElement[bool]:
    """Policies that a department may change: it leads them, or drafted them for the government (第三条)."""
    return or_(Policy.lead_department_id == department_id, Policy.drafting_department_id == department_id)


def shared_with(department_id: int | None) -> ColumnElement[bool]:
    """Policies that a department may open: its own, and those it signed jointly."""
    joint = select(PolicyDepartment.policy_id).where(PolicyDepartment.department_id == department_id)
    return or_(owned_by(department_id), Policy.id.in_(joint))


def of_department(department_id: int | None) -> Select[Policy]:
    """What a department's policy makers work on."""
    return select(Policy).where(shared_with(department_id))


def seen_by(session: Session, actor: Actor, number: str) -> Policy:
    """A policy that a policy maker may open. NotFound for everybody else's."""
    mine = actor.role is Role.POLICY_MAKER and actor.department_id is not None
    found = session.scalar(select(Policy).where(Policy.number == number, shared_with(actor.department_id)))
    if not mine or found is None:
        raise NotFound("没有找到这份政策文件，请核对编号，或确认它是否属于您的部门。")
    return found


def may_change(policy: Policy, actor: Actor) -> bool:
    """Whether the acting person's department leads or drafted the policy."""
    place = actor.department_id
    return place is not None and place in (policy.lead_department_id, policy.drafting_department_id)


def versions(session: Session, policy_id: int) -> list[PolicyVersion]:
    """All versions, newest first, without their texts."""
    return list(
        session.scalars(
            select(PolicyVersion)
            .where(PolicyVersion.policy_id == policy_id)
            .order_by(PolicyVersion.no.desc())
        )
    )


def version_with_text(session: Session, version_id: int) -> PolicyVersion:
    """One version with its text and blocks, in one round trip. NotFound if there is none."""
    found = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.id == version_id)
        .options(undefer(PolicyVersion.text), undefer(PolicyVersion.blocks))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def versions_with_text(session: Session, version_ids: Iterable[int]) -> dict[int, PolicyVersion]:
    """Versions with their texts and blocks by id, in one round trip."""
    rows = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.id.in_(list(version_ids)))
        .options(undefer(PolicyVersion.text), undefer(PolicyVersion.blocks))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def working_versions(session: Session, policy_ids: Iterable[int]) -> dict[int, PolicyVersion]:
    """For each policy the version that is worked on: the unpublished one if there is one, else the newest."""
    rows = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.policy_id.in_(list(policy_ids)))
        .ext(distinct_on(PolicyVersion.policy_id))
        .order_by(
            PolicyVersion.policy_id, PolicyVersion.published_at.is_(None).desc(), PolicyVersion.no.desc()
        )
    )
    return {row.policy_id: row for row in rows}


def working_version(session: Session, policy: Policy) -> PolicyVersion:
    """The version that is being worked on. NotFound if the policy has none."""
    found = working_versions(session, [policy.id]).get(policy.id)
    if found is None:
        raise NotFound
    return found


def departments_of(session: Session, policy: Policy) -> list[Department]:
    """The other departments of a joint document."""
    return list(
        session.scalars(
            select(Department)
            .join(PolicyDepartment, PolicyDepartment.department_id == Department.id)
            .where(PolicyDepartment.policy_id == policy.id)
            .order_by(Department.id)
        )
    )


def department_by_code(session: Session, code: str) -> Department | None:
    """A department that still exists."""
    return session.scalar(
        select(Department).where(Department.code == code, Department.dissolved_at.is_(None))
    )


def departments_by_code(session: Session, codes: Iterable[str]) -> dict[str, Department]:
    """Departments that still exist, by their codes; unknown codes are left out."""
    found = session.scalars(
        select(Department).where(Department.code.in_(list(codes)), Department.dissolved_at.is_(None))
    )
    return {department.code: department for department in found}


def numbers(session: Session, policy_ids: Iterable[int]) -> dict[int, str]:
    """The public numbers of policies, by their ids."""
    rows = session.execute(select(Policy.id, Policy.number).where(Policy.id.in_(list(policy_ids))))
    return {row.id: row.number for row in rows}


def department_codes(session: Session, department_ids: Iterable[int]) -> dict[int, str]:
    """The codes of departments, dissolved ones too, by their ids."""
    rows = session.execute(
        select(Department.id, Department.code).where(Department.id.in_(list(department_ids)))
    )
    return {row.id: row.code for row in rows}


def departments_of_jurisdiction(session: Session, jurisdiction_id: int | None) -> list[Department]:
    """Departments that may issue a document together."""
    return list(
        session.scalars(
            select(Department)
            .where(Department.jurisdiction_id == jurisdiction_id, Department.dissolved_at.is_(None))
            .order_by(Department.id)
        )
    )


def numbers_taken(session: Session, drafts: Iterable[tuple[Policy, PolicyVersion]]) -> dict[int, str]:
    """For each policy (by id) the number of another published one of its jurisdiction that carries its 文号."""
    wanted = {
        policy.id: (policy.jurisdiction_id, draft.document_number)
        for policy, draft in drafts
        if draft.document_number
    }
    if not wanted:
        return {}
    rows = session.execute(
        select(Policy.jurisdiction_id, PolicyVersion.document_number, Policy.id, Policy.number)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .where(
            Policy.state == PolicyState.PUBLISHED,
            PolicyVersion.document_number.in_({number for _, number in wanted.values()}),
        )
        .order_by(Policy.id)
    ).all()
    taken: dict[int, str] = {}
    for policy_id, said in wanted.items():
        others = (row.number for row in rows if (row[0], row[1]) == said and row.id != policy_id)
        if (other := next(others, None)) is not None:
            taken[policy_id] = other
    return taken


PUBLIC_INTERPRETATIONS = select(Interpretation).where(Interpretation.published_at.is_not(None))
"""What the public may read; one that waits for its policy is not among them."""


def interpretations(session: Session, policy_id: int) -> list[Interpretation]:
    """政策解读 of a policy as its makers see them: what waits first, then newest first (articles 12 and 19)."""
    return list(
        session.scalars(
            select(Interpretation)
            .where(Interpretation.policy_id == policy_id)
            .order_by(Interpretation.published_at.desc().nulls_first(), Interpretation.id.desc())
        )
    )


def waiting_interpretations(session: Session, policy_id: int) -> list[Interpretation]:
    """政策解读 that the next publication of the policy makes public."""
    return [row for row in interpretations(session, policy_id) if row.published_at is None]
