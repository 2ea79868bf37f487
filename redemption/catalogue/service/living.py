"""The life of a published item: suspended, closed, expired, repealed; applications made before go on."""

from sqlalchemy.orm import Session

from redemption.catalogue import queries, search
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ITEM_MACHINE, ItemAction, ItemState
from redemption.catalogue.service.owning import Owned, mine, note, touch
from redemption.catalogue.service.publishing import settle
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import clock, outbox
from redemption.kernel.errors import Conflict, Invalid
from redemption.policies import service as policy_service
from redemption.policies.models import Policy

BY_PERSON = (ItemAction.SUSPEND, ItemAction.RESUME, ItemAction.CLOSE, ItemAction.REOPEN, ItemAction.REPEAL)
REASON_NEEDED = (ItemAction.SUSPEND, ItemAction.CLOSE, ItemAction.REPEAL)


def change_state(
    session: Session,
    actor: Actor,
    code: str,
    action: ItemAction,
    reason: str = "",
    *,
    version: int | None = None,
) -> Item:
    """Suspend, resume, close, reopen or repeal a published item. The reason is shown to the public.

    Raises:
        IllegalTransition: the table has no such pair. Invalid: a reason is needed. Conflict: reopening an item
            whose application period is over (amend it with new dates). Stale: somebody saved since `version`.
    """
    if action not in BY_PERSON:
        raise ValueError(f"not a person's action: {action}")
    owned = mine(session, actor, code, version=version)
    item, before = owned.item, owned.item.state
    state = ITEM_MACHINE.next(ItemState(item.state), action)
    if action in REASON_NEEDED and not reason.strip():
        raise Invalid.field("reason", "请写明原因，会向社会公开显示。")
    current = session.get_one(ItemVersion, item.current_version_id)
    if state == ItemState.IN_FORCE and current.ends_on and current.ends_on < clock.today():
        raise Conflict("申报期或有效期已过。如开始新的一批，请发起修订并填写新的时间。", code="period_over")
    item.state, item.state_reason = state, reason.strip()
    touch(item)
    session.flush()
    note(session, owned, actor, f"{action}_item", was=before, reason=item.state_reason)
    if state == ItemState.IN_FORCE:
        outbox.publish(session, "item.announced", item.code, item_id=item.id, version_id=current.id)
    search.index(session, item.id)
    return item


def repeal_policy(session: Session, actor: Actor, number: str, reason: str) -> Policy:
    """Repeal a policy, and with it every published item; unpublished drafts of versions are thrown away by nobody:
    they simply can no longer be published."""
    policy = policy_service.repeal(session, actor, number, reason)
    for item in queries.items_of_policy(session, policy.id):
        state = ItemState(item.state)
        if (state, ItemAction.REPEAL) not in ITEM_MACHINE.table:
            continue
        owned = Owned(item, policy, queries.working_version(session, item))
        item.state = ITEM_MACHINE.next(state, ItemAction.REPEAL)
        item.state_reason = f"随政策文件废止：{policy.repeal_reason}"
        touch(item)
        session.flush()
        note(session, owned, actor, "repeal_item", was=state, reason=item.state_reason)
        search.index(session, item.id)
    return policy


def expire_due(session: Session, *, limit: int = 200) -> int:
    """Close and expire items whose days are over; returns how many. Rows that somebody holds wait for the next
    run, so two runs at once do no harm."""
    rows = session.scalars(
        queries.outdated(clock.today()).limit(limit).with_for_update(of=Item, skip_locked=True)
    ).all()
    actor, done = system_actor("catalogue"), 0
    for item in rows:
        current = session.get_one(ItemVersion, item.current_version_id)
        before = item.state
        action = settle(item, current)
        if action is None:
            continue
        touch(item)
        session.flush()
        owned = Owned(item, session.get_one(Policy, item.policy_id), current)
        note(session, owned, actor, f"{action}_item", was=before, reason=item.state_reason)
        search.index(session, item.id)
        done += 1
    return done
