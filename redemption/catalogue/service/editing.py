"""Changing the draft of an item: its words, its numbers, the reasons for what it lacks."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from redemption.catalogue import checking, queries, review
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import FIELD_NAMES, REQUIRED_FIELDS, ItemState, Mode
from redemption.catalogue.service import intake
from redemption.catalogue.service.owning import Owned, mine, my_draft, note, touch
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Fields, Invalid
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import PolicyVersion
from redemption.policies.reading import ReadDocument

PLAIN_COLUMNS = (
    "name",
    "summary",
    "theme",
    "mode",
    "object_classes",
    "time_limit_days",
    "acceptance_days",
    "deemed_acceptance",
    "correction_days",
    "publicity_days",
    "payment_days",
    "opens_on",
    "closes_on",
    "valid_from",
    "valid_until",
    "form",
    "money_rules",
    "conditions",
    "values",
    "change_note",
)
CORRECTION = "更正："
NOT_COPIED = frozenset(
    ("id", "no", "published_at", "published_by", "created_at", "created_by", "edited_at", "edited_by")
)
"""What a version has of its own when it is made after an earlier one."""
PERIODS = (
    ("opens_on", "closes_on", "申报截止日期早于开始日期，请核对。"),
    ("valid_from", "valid_until", "有效期截止日期早于起始日期，请核对。"),
)


def add_item(session: Session, actor: Actor, number: str, name: str, *, source_id: str | None = None) -> Item:
    """An empty draft item of a policy, for what the extractor did not see. Invalid without a name."""
    policy = policy_service.mine(session, actor, number)
    if not name.strip():
        raise Invalid.field("name", "请填写事项名称。")
    draft = policies.working_version(session, policy)
    item = intake.add_proposed(
        session, actor, policy, draft, {"name": name.strip(), "fields": {}}, [], source_id=source_id
    )
    owned = Owned(item, policy, queries.working_version(session, item))
    owned.draft.extracted = {}
    note(session, owned, actor, "add_item", name=name.strip())
    return item


def save_item(
    session: Session, actor: Actor, code: str, changes: Mapping[str, Any], *, version: int | None = None
) -> Item:
    """Save what a person changed in a draft; what is not in `changes` stays.

    Args:
        changes: any of `PLAIN_COLUMNS`; `department` (a code); `fields`: see `review.changed`; `lacking`: field →
            reason. What the extractor proposed stays beside it in `extracted`.

    Raises:
        Stale: somebody saved since `version`. Conflict: published; amend it. Invalid: with `fields`.
    """
    owned = my_draft(session, actor, code, version=version)
    source = None
    if changes.get("fields"):
        text = policies.version_with_text(session, owned.draft.policy_version_id).text
        source = review.Source(text)
    changed = write(session, actor, owned, changes, source)
    note(session, owned, actor, "save_item", changed=changed)
    return owned.item


def write(
    session: Session, actor: Actor, owned: Owned, changes: Mapping[str, Any], source: review.Source | None
) -> list[str]:
    """Put changes into a draft that the caller holds; says which columns changed. See `save_item`.

    Args:
        source: the text of its policy version; needed where `changes` has `fields`.
    """
    item, draft = owned.item, owned.draft
    before = {name: getattr(draft, name) for name in (*PLAIN_COLUMNS, "fields", "lacking")}
    wrong: Fields = {}
    for name in PLAIN_COLUMNS:
        if name in changes:
            value = changes[name]
            setattr(draft, name, value.strip() if isinstance(value, str) else value)
    if changes.get("fields"):
        assert source is not None
        draft.fields = review.changed(draft.fields, changes["fields"], source)
    if "lacking" in changes:
        draft.lacking = _reasons({**draft.lacking, **changes["lacking"]})
    if changes.get("department"):
        _set_department(session, item, changes["department"], wrong)
    _check(draft, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    draft.edited_at, draft.edited_by = clock.now(), actor.ref
    touch(item)
    session.flush()
    return sorted(name for name, value in before.items() if getattr(draft, name) != value)


def discard_item(session: Session, actor: Actor, code: str, *, version: int | None = None) -> None:
    """Throw away the unpublished version; an item that was never published goes with it."""
    owned = my_draft(session, actor, code, version=version)
    note(session, owned, actor, "discard_item", name=owned.draft.name)
    delete_draft(session, owned.item, owned.draft)


def discard_policy(session: Session, actor: Actor, number: str) -> None:
    """Throw away the draft of a policy, with its items if it was never published."""
    policy = policy_service.mine(session, actor, number)
    if policy.published_at is None:
        items = queries.items_of_policy(session, policy.id)
        drafts = queries.working_versions(session, [item.id for item in items])
        for item in items:
            delete_draft(session, item, drafts[item.id])
    policy_service.discard(session, actor, number)


def replace_text(
    session: Session,
    actor: Actor,
    number: str,
    document: ReadDocument,
    *,
    source_name: str = "",
    source_sha256: str = "",
) -> PolicyVersion:
    """Put another text under a draft policy. Words of its items keep their places where the new text has them."""
    draft = policy_service.replace_text(
        session, actor, number, document, source_name=source_name, source_sha256=source_sha256
    )
    items = queries.items_of_policy(session, draft.policy_id)
    versions = queries.working_versions(session, [item.id for item in items])
    here = [item for item in items if versions[item.id].policy_version_id == draft.id]
    _stand_on(draft, document.text, here, versions)
    session.flush()
    return draft


def follow_policy(session: Session, published: PolicyVersion) -> None:
    """Drafts of items made on an earlier text of their policy go over to the one just published."""
    items = queries.items_of_policy(session, published.policy_id)
    versions = queries.working_versions(session, [item.id for item in items])
    behind = [item for item in items if versions[item.id].policy_version_id != published.id]
    if any(versions[item.id].published_at is None for item in behind):
        words = policies.version_with_text(session, published.id).text
        _stand_on(published, words, behind, versions)
        session.flush()


def _stand_on(
    text: PolicyVersion, words: str, items: Iterable[Item], versions: Mapping[int, ItemVersion]
) -> None:
    """Put the unpublished versions of items on a text; what is found there in the same words has its place again."""
    source = review.Source(words)
    for item in items:
        version = versions[item.id]
        if version.published_at is None:
            version.policy_version_id = text.id
            version.fields = review.relocated(version.fields, source)
            place = source.locate(version.name)
            version.extracted = {**version.extracted, "name_span": list(place) if place else None}
            touch(item)


def amend_item(
    session: Session, actor: Actor, code: str, change_note: str, *, correction: bool = False
) -> ItemVersion:
    """Begin the next version of a published item; asked for again while one is open, it is that one.

    Applications stay on the version they were made on.

    Args:
        correction: a slip is put right and nothing else changes; the public reads 更正 before the note.

    Raises:
        Conflict: the item is still a draft, or repealed. Invalid: no note.
    """
    owned = mine(session, actor, code)
    if owned.item.state == ItemState.DRAFT:
        raise Conflict("事项还没有发布，可以直接修改。", code="not_published")
    if owned.item.state == ItemState.REPEALED:
        raise Conflict("事项已经废止，不能再修订。", code="repealed")
    if owned.is_draft:
        return owned.draft
    if not change_note.strip():
        raise Invalid.field("change_note", "请说明修订了什么、为什么修订，发布后会公开显示。")
    copied = {
        column.key: getattr(owned.draft, column.key)
        for column in ItemVersion.__mapper__.column_attrs
        if column.key not in NOT_COPIED
    }
    following = ItemVersion(
        **{
            **copied,
            "no": owned.draft.no + 1,
            "policy_version_id": owned.policy.current_version_id,
            "change_note": f"{CORRECTION if correction else ''}{change_note.strip()}",
            "created_at": clock.now(),
            "created_by": actor.ref,
        }
    )
    session.add(following)
    touch(owned.item)
    session.flush()
    if following.policy_version_id != owned.draft.policy_version_id:
        text = policies.version_with_text(session, following.policy_version_id)
        _stand_on(text, text.text, [owned.item], {owned.item.id: following})
    note(
        session, Owned(owned.item, owned.policy, following), actor, "amend_item", change=following.change_note
    )
    return following


def delete_draft(session: Session, item: Item, draft: ItemVersion) -> None:
    """Delete an unpublished version, and the item if it has no other."""
    session.execute(delete(ItemVersion).where(ItemVersion.id == draft.id, ItemVersion.published_at.is_(None)))
    if item.state == ItemState.DRAFT:
        session.delete(item)
    else:
        touch(item)
    session.flush()
    session.expunge(draft)


def _set_department(session: Session, item: Item, code: str, wrong: Fields) -> None:
    found = policies.department_by_code(session, code)
    if found is None:
        wrong["department"] = [f"没有找到部门“{code}”，请从列表中选择。"]
    else:
        item.department_id, item.jurisdiction_id = found.id, found.jurisdiction_id


def _reasons(reasons: Mapping[str, str]) -> dict[str, str]:
    unknown = set(reasons) - set(REQUIRED_FIELDS)
    if unknown:
        raise Invalid(fields={f"lacking.{name}": ["没有这个栏目。"] for name in sorted(unknown)})
    return {name: reason.strip() for name, reason in reasons.items() if reason and reason.strip()}


def _check(draft: ItemVersion, wrong: Fields) -> None:
    """What may not even be saved. A gap may: a draft is work in progress."""
    if not draft.name.strip():
        wrong["name"] = [f"请填写{FIELD_NAMES['name']}。"]
    for first, last, sentence in PERIODS:
        begins: dt.date | None = getattr(draft, first)
        ends: dt.date | None = getattr(draft, last)
        if begins and ends and ends < begins:
            wrong[last] = [sentence]
    if draft.deemed_acceptance and draft.mode == Mode.BY_REVIEW:
        wrong["deemed_acceptance"] = ["评审兑现的事项不能逾期视为受理，请取消勾选。"]
    if draft.conditions:
        faults = checking.check(draft.conditions)
        if faults:
            wrong["conditions"] = [fault.message for fault in faults]
