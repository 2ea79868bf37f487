"""Whose policy it is, and whether what the person saw is still what is stored."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import NotAllowed, Stale
from redemption.policies import queries
from redemption.policies.models import Policy


def mine(session: Session, actor: Actor, number: str, *, version: int | None = None) -> Policy:
    """Lock a policy that the actor's department may change.

    Raises:
        NotFound: another department's. NotAllowed: a joint document that another department leads.
        Stale: `version` is given and somebody saved since.
    """
    policy = queries.seen_by(session, actor, number)
    if not queries.may_change(policy, actor):
        raise NotAllowed(
            "这是联合发文，由牵头部门维护。如需修改，请联系牵头部门。", code="not_lead_department"
        )
    session.scalar(
        select(Policy)
        .where(Policy.id == policy.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if version is not None and policy.version != version:
        raise Stale(current=policy.version)
    return policy


def touch(policy: Policy) -> None:
    """Move the policy's version with a change to its draft or its items."""
    policy.updated_at = clock.now()


def may_make(actor: Actor) -> bool:
    """Whether the acting person makes policy for a department."""
    return actor.role is Role.POLICY_MAKER and actor.department_id is not None


def count_answers(session: Session, policy_id: int, answers: int) -> None:
    """How many 简明问答 the policy has (第二十九条). Leaves `version` alone: nobody's open form becomes stale by it."""
    session.execute(update(Policy).where(Policy.id == policy_id).values(answers=answers))
