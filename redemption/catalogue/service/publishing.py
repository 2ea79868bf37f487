"""Making items public: each published version is immutable, searchable, and reported."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue import checking, queries, review, search
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import FIELD_NAMES, ITEM_MACHINE, ItemAction, ItemState
from redemption.catalogue.service.editing import amend_item, follow_policy
from redemption.catalogue.service.owning import Owned, mine, note, touch
from redemption.identity.rules import Actor
from redemption.kernel import clock, outbox
from redemption.kernel.errors import Conflict, Fields, Invalid
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import PolicyVersion
from redemption.policies.rules import PolicyState


def what_is_missing(draft: ItemVersion) -> Fields:
    """What keeps a version from being published, by field (`lacking.<field>` where a reason would do)."""
    wrong: Fields = {}
    for check in review.checklist(draft.name, draft.fields, draft.lacking):
        if check.settled:
            continue
        if check.field == "name":
            wrong["name"] = ["请填写事项名称。"]
        else:
            wrong[f"lacking.{check.field}"] = [
                f"“{check.label}”是第二十四条要求列明的内容。请补充，或说明暂缺的原因（会报送公开办）。"
            ]
    if draft.conditions:
        faults = checking.check(draft.conditions)
        if faults:
            wrong["conditions"] = [fault.message for fault in faults]
    return wrong


def publish_item(session: Session, actor: Actor, code: str, *, version: int | None = None) -> Item:
    """Confirm and publish the draft version; publishing once more changes nothing.

    An item whose application period or validity is over by then is closed or expired at once. Writes
    `item.published`, and `item.announced` when it takes applications.

    Raises:
        Conflict: its policy is not published, or is repealed. Invalid: a field of article 24 is neither given nor
            explained. Stale: somebody saved since `version`.
    """
    owned = mine(session, actor, code)
    if not owned.is_draft:
        return owned.item
    owned = mine(session, actor, code, version=version)
    item, draft = owned.item, owned.draft
    if owned.policy.state == PolicyState.DRAFT:
        raise Conflict("请先发布政策文件，再发布它的事项。", code="policy_not_published")
    if owned.policy.state == PolicyState.REPEALED:
        raise Conflict("政策文件已经废止，不能再发布它的事项。", code="policy_repealed")
    wrong = what_is_missing(draft)
    if wrong:
        raise Invalid(
            f"“{draft.name or '未命名事项'}”还不能发布：有必列内容既没有填写，也没有说明原因。",
            code="item_incomplete",
            fields=wrong,
        )
    item.state = ITEM_MACHINE.next(ItemState(item.state), ItemAction.PUBLISH)
    if draft.valid_until is None:
        # an item ends with its policy unless it says otherwise
        text = session.get_one(PolicyVersion, draft.policy_version_id)
        draft.valid_from, draft.valid_until = draft.valid_from or text.valid_from, text.valid_until
    now = clock.now()
    draft.published_at, draft.published_by = now, actor.ref
    item.published_at = item.published_at or now
    item.current_version_id = draft.id
    item.state_reason = ""
    settle(item, draft)
    touch(item)
    session.flush()
    lacking = {FIELD_NAMES[name]: reason for name, reason in draft.lacking.items()}
    note(session, owned, actor, "publish_item", name=draft.name, lacking=lacking, change=draft.change_note)
    outbox.publish(session, "item.published", item.code, item_id=item.id, version_id=draft.id)
    if item.state == ItemState.IN_FORCE:
        outbox.publish(session, "item.announced", item.code, item_id=item.id, version_id=draft.id)
    search.index(session, item.id)
    return item


def publish_policy(
    session: Session,
    actor: Actor,
    number: str,
    *,
    items: Iterable[str] = (),
    version: int | None = None,
    without_answers: str = "",
) -> PolicyVersion:
    """Publish a policy together with its 政策解读 and those of its items that are named by code.

    All or nothing: one item that cannot be published keeps the policy from being published too; `fields` then name
    it as `items.<code>`.
    """
    published = policy_service.publish(
        session, actor, number, version=version, without_answers=without_answers
    )
    follow_policy(session, published)
    _follow_validity(session, actor, published)
    policy = policies.seen_by(session, actor, number)
    known = {item.code for item in queries.items_of_policy(session, policy.id)}
    wrong: Fields = {}
    for code in dict.fromkeys(items):
        if code not in known:
            wrong[f"items.{code}"] = ["这个事项不属于这份文件。"]
            continue
        try:
            publish_item(session, actor, code)
        except Invalid as error:
            wrong[f"items.{code}"] = [error.message]
    if wrong:
        raise Invalid(
            "有事项还不能发布，请补全后再试，或先只发布文件。", code="items_incomplete", fields=wrong
        )
    return published


def _follow_validity(session: Session, actor: Actor, published: PolicyVersion) -> None:
    """Items that end with their policy end with the amended one from now on; those with a day of their own keep it.

    What is in force gets a version of its own, so that applications stay on the one they were made on.
    """
    before = session.scalar(
        select(PolicyVersion)
        .where(
            PolicyVersion.policy_id == published.policy_id,
            PolicyVersion.no < published.no,
            PolicyVersion.published_at.is_not(None),
        )
        .order_by(PolicyVersion.no.desc())
        .limit(1)
    )
    if before is None or before.valid_until in (None, published.valid_until):
        return
    said = f"有效期至{clock.day_text(published.valid_until)}" if published.valid_until else "不再限定有效期"
    items = queries.items_of_policy(session, published.policy_id)
    versions = queries.working_versions(session, [item.id for item in items])
    for item in items:
        draft = versions[item.id]
        if draft.valid_until != before.valid_until or item.state == ItemState.REPEALED:
            continue
        if draft.published_at is None:
            draft.valid_until = published.valid_until
            continue
        following = amend_item(session, actor, item.code, f"随政策文件修订，{said}。")
        following.valid_until = published.valid_until
        session.flush()
        # one whose period a person closed, or that lacks something by today's rules, waits for a person
        if item.state != ItemState.CLOSED and not what_is_missing(following):
            publish_item(session, actor, item.code)


def settle(item: Item, version: ItemVersion) -> ItemAction | None:
    """Close or expire an item whose days are over; says which, None while they are not."""
    today, state = clock.today(), ItemState(item.state)
    over = version.valid_until is not None and version.valid_until < today
    closed = version.closes_on is not None and version.closes_on < today
    for wanted, action, reason in (
        (over, ItemAction.EXPIRE, "有效期已满"),
        (closed, ItemAction.CLOSE, "申报期已过"),
    ):
        if wanted and (state, action) in ITEM_MACHINE.table:
            item.state, item.state_reason = ITEM_MACHINE.next(state, action), reason
            return action
    return None


def owned_for_reading(session: Session, actor: Actor, code: str) -> Owned:
    """The same as `mine`, without a lock, for pages; joint departments may look."""
    item, policy = queries.seen_by(session, actor, code)
    return Owned(item, policy, queries.working_version(session, item))
