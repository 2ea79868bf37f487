"""Items that the extractor cut wrongly: one made of several, several made of one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from redemption.catalogue import proposals, queries, review
from redemption.catalogue.models import Item
from redemption.catalogue.rules import LIST_FIELDS, TEXT_FIELDS, ItemState
from redemption.catalogue.service.editing import PLAIN_COLUMNS, delete_draft
from redemption.catalogue.service.intake import add_proposed
from redemption.catalogue.service.owning import mine, note, touch
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid
from redemption.policies import service as policy_service
from redemption.policies.models import PolicyVersion

_COPIED = (*(column for column in PLAIN_COLUMNS if column not in ("name", "change_note")), "lacking")


def split_item(session: Session, actor: Actor, code: str, name: str) -> Item:
    """A second draft item with the words of the first: what is shared stays, a person cuts the rest.

    Raises:
        Conflict: the item was published (what was applied for must not change its meaning). Invalid: no name, or
            the same name.
    """
    owned = mine(session, actor, code)
    _never_published(owned.item)
    if not name.strip():
        raise Invalid.field("name", "请填写拆出的事项名称。")
    if name.strip() == owned.draft.name:
        raise Invalid.field("name", "拆出的事项应有不同的名称。")
    proposed = {**owned.draft.extracted, "name": name.strip(), "fields": owned.draft.fields}
    text = session.get_one(PolicyVersion, owned.draft.policy_version_id)
    made = add_proposed(session, actor, owned.policy, text, proposed, [])
    draft = queries.working_version(session, made)
    for column in _COPIED:
        setattr(draft, column, getattr(owned.draft, column))
    draft.extracted = {**owned.draft.extracted, "split_from": owned.item.code}
    made.department_id, made.jurisdiction_id = owned.item.department_id, owned.item.jurisdiction_id
    session.flush()
    note(session, owned, actor, "split_item", into=made.code, name=name.strip())
    return made


def merge_items(session: Session, actor: Actor, number: str, codes: Sequence[str]) -> Item:
    """One draft item of several: the first keeps its name and code, the words of the others are added to it.

    Raises:
        Conflict: one of them was published. Invalid: fewer than two, or not of this policy.
    """
    policy = policy_service.mine(session, actor, number)
    items = {item.code: item for item in queries.items_of_policy(session, policy.id)}
    chosen = list(dict.fromkeys(codes))
    if len(chosen) < 2:
        raise Invalid.field("items", "请勾选两个以上要合并的事项。")
    if any(code not in items for code in chosen):
        raise Invalid.field("items", "要合并的事项应属于同一份文件。")
    owned = [mine(session, actor, code) for code in items if code in chosen]
    for one in owned:
        _never_published(one.item)
    first, others = owned[0], owned[1:]
    fields: dict[str, Any] = dict(first.draft.fields)
    for other in others:
        fields = _joined(fields, other.draft.fields)
    first.draft.fields = review.with_keys(fields)
    drafts = [one.draft for one in owned]
    first.draft.conditions = proposals.joined(draft.conditions for draft in drafts)
    proposed = proposals.joined(draft.values.get("conditions") for draft in drafts)
    first.draft.values = {**first.draft.values, "conditions": proposed}
    first.draft.extracted = {
        **first.draft.extracted,
        "merged": [{"name": other.draft.name, "extracted": other.draft.extracted} for other in others],
    }
    first.draft.edited_at, first.draft.edited_by = clock.now(), actor.ref
    touch(first.item)
    names = [other.draft.name for other in others]
    note(session, first, actor, "merge_items", codes=chosen, names=names)
    for other in others:
        delete_draft(session, other.item, other.draft)
    return first.item


def _never_published(item: Item) -> None:
    if item.state != ItemState.DRAFT:
        raise Conflict(
            "已发布的事项不能拆分或合并。如有变化，请发起修订，或新增事项。", code="already_published"
        )


def _joined(fields: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    done = dict(fields)
    for name in TEXT_FIELDS:
        done[name] = _joined_text(fields.get(name) or {}, more.get(name) or {})
    for name in LIST_FIELDS:
        done[name] = _joined_list(fields.get(name) or {}, more.get(name) or {})
    return done


def _joined_text(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    if review.state_of(other) == review.MISSING or one.get("text") == other.get("text"):
        return one or {"state": review.MISSING}
    if review.state_of(one) == review.MISSING:
        return other
    texts = [field["text"] for field in (one, other) if field.get("text")]
    spans = [*one.get("spans", ()), *other.get("spans", ())]
    return {**one, "text": "\n".join(texts), "spans": spans, "edited": True}


def _joined_list(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    if review.state_of(other) == review.MISSING:
        return one or {"state": review.MISSING}
    if review.state_of(one) == review.MISSING:
        return other
    have = {entry["text"] for entry in one.get("entries", ())}
    fresh = [
        {name: value for name, value in entry.items() if name != "key"}
        for entry in other.get("entries", ())
        if entry["text"] not in have
    ]
    return {**one, "entries": [*one.get("entries", ()), *fresh], "edited": True} if fresh else one
