"""Whose item it is, which version is worked on, and whether what the person saw is still what is stored."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue import queries
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, NotAllowed, Stale
from redemption.policies import queries as policies
from redemption.policies.models import Policy


@dataclass(frozen=True)
class Owned:
    """An item that the actor's department may change, locked, with its policy and the version worked on."""

    item: Item
    policy: Policy
    draft: ItemVersion

    @property
    def is_draft(self) -> bool:
        """Whether there is an unpublished version."""
        return self.draft.published_at is None


def mine(session: Session, actor: Actor, code: str, *, version: int | None = None) -> Owned:
    """Lock an item of a policy that the actor's department leads or drafted.

    Raises:
        NotFound: another department's. NotAllowed: a joint document that another department leads.
        Stale: `version` is given and somebody saved since.
    """
    item, policy = queries.seen_by(session, actor, code)
    if not policies.may_change(policy, actor):
        raise NotAllowed(
            "这是联合发文的事项，由牵头部门维护。如需修改，请联系牵头部门。", code="not_lead_department"
        )
    session.scalar(
        select(Item).where(Item.id == item.id).with_for_update().execution_options(populate_existing=True)
    )
    if version is not None and item.version != version:
        raise Stale(current=item.version)
    return Owned(item, policy, queries.working_version(session, item))


def my_draft(session: Session, actor: Actor, code: str, *, version: int | None = None) -> Owned:
    """The same, and the version worked on is unpublished. Conflict if it is not."""
    owned = mine(session, actor, code, version=version)
    if not owned.is_draft:
        raise Conflict("这个版本已经发布，不能直接修改。如有变化，请发起修订。", code="already_published")
    return owned


def touch(item: Item) -> None:
    """Move the item's version with a change to its draft."""
    item.updated_at = clock.now()


def note(session: Session, owned: Owned, actor: Actor, action: str, **facts: object) -> None:
    """One entry in the audit chain of the policy."""
    chain = f"policy:{owned.policy.id}"
    audit.record(session, chain, actor.ref, action, {"item": owned.item.code, "no": owned.draft.no, **facts})
