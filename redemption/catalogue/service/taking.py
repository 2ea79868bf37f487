"""Taking one row of an imported catalogue over."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from redemption.catalogue import review
from redemption.catalogue.exchange.columns import BY_KEY, COUNT, DAY, ITEM_KEYS
from redemption.catalogue.exchange.ruled import plain_money
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import LIST_FIELDS, TEXT_FIELDS
from redemption.catalogue.service.editing import amend_item, write
from redemption.catalogue.service.intake import draft_item
from redemption.catalogue.service.owning import Owned, note
from redemption.identity.rules import Actor
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Policy, PolicyVersion
from redemption.policies.reading import read_text
from redemption.policies.service.drafting import written_number
from redemption.policies.service.publishing import TEXT_MISSING

CHANGE_NOTE = "按部门目录更新"
NO_TEXT = "这份文件由目录导入建立，还没有政策原文。请替换为原文后再发布。"


def standing(version: ItemVersion) -> dict[str, Any]:
    """What stands here, as a canonical row."""
    row: dict[str, Any] = {}
    for key in ITEM_KEYS:
        if key in TEXT_FIELDS:
            row[key] = (version.fields.get(key) or {}).get("text", "")
        elif key == "materials":
            row[key] = [_material(entry) for entry in (version.fields.get(key) or {}).get("entries", ())]
        elif key in LIST_FIELDS:
            entries = (version.fields.get(key) or {}).get("entries", ())
            row[key] = [" ".join(str(entry["text"]).split()) for entry in entries]
        elif key == "money_rules":
            row[key] = plain_money(version.money_rules)
        elif key == "computed_conditions":
            row[key] = dict(version.conditions or {})
        else:
            value = getattr(version, key)
            row[key] = value.isoformat() if isinstance(value, dt.date) else value
    return row


def number_of(row: Mapping[str, Any]) -> str:
    """The row's 文号 as it is stored."""
    return written_number(row.get("document_number") or "")


def make_policy(session: Session, actor: Actor, row: Mapping[str, Any]) -> Policy:
    """A draft policy for rows whose policy is not here. It lacks its text, says so, and waits for it."""
    published = row.get("publication_date")
    details = {
        "title": row["policy_title"],
        "document_number": number_of(row),
        "issuer": row.get("issuer") or "",
        "publication_date": dt.date.fromisoformat(published) if published else None,
    }
    finding = {"code": TEXT_MISSING, "message": NO_TEXT, "item": None, "field": None, "span": None}
    text = read_text(row["policy_title"])
    return policy_service.create(session, actor, text, details, source="import", findings=[finding])


class Taker:
    """Takes rows over; keeps the texts of policies between them, so that a row costs few round trips."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session, self.actor = session, actor
        self._sources: dict[int, review.Source] = {}
        self._drafts: dict[int, PolicyVersion] = {}

    def new(self, policy: Policy | None, row: Mapping[str, Any], source_id: str) -> Item:
        """A draft item of a row; a person reviews and publishes it."""
        assert policy is not None
        if policy.id not in self._drafts:
            self._drafts[policy.id] = policies.working_version(self.session, policy)
        proposed = {"name": row["name"], "fields": {}}
        text = self._drafts[policy.id]
        item, draft = draft_item(self.session, self.actor, policy, text, proposed, [], source_id=source_id)
        self._write(Owned(item, policy, draft), row, [key for key in ITEM_KEYS if key in row])
        return item

    def changed(self, item: Item, draft: ItemVersion, row: Mapping[str, Any], wanted: Sequence[str]) -> None:
        """Write the wanted columns; of a published item into an amendment that waits for a person."""
        if not wanted:
            if draft.published_at is None:
                _remember(draft, row)
            return
        if draft.published_at is not None:
            draft = amend_item(self.session, self.actor, item.code, CHANGE_NOTE)
        self._write(Owned(item, self.session.get_one(Policy, item.policy_id), draft), row, wanted)

    def _write(self, owned: Owned, row: Mapping[str, Any], keys: Sequence[str]) -> None:
        changes = _changes(row, keys)
        write(self.session, self.actor, owned, changes, self._source(owned.draft.policy_version_id))
        # what a file says is nobody's edit
        fields = dict(owned.draft.fields)
        for key in keys:
            if key in fields:
                fields[key] = {name: value for name, value in fields[key].items() if name != "edited"}
        owned.draft.fields = fields
        _remember(owned.draft, row)
        note(self.session, owned, self.actor, "import_item", columns=list(keys))

    def _source(self, policy_version_id: int) -> review.Source:
        if policy_version_id not in self._sources:
            text = policies.version_with_text(self.session, policy_version_id).text
            self._sources[policy_version_id] = review.Source(text)
        return self._sources[policy_version_id]


def _changes(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """A row's columns as the changes that the editor takes too."""
    changes: dict[str, Any] = {"fields": {}}
    for key in keys:
        value, kind = row[key], BY_KEY[key].kind
        if key in TEXT_FIELDS:
            changes["fields"][key] = {"text": value or ""}
        elif key == "materials":
            changes["fields"][key] = {"entries": value}
        elif key in LIST_FIELDS:
            changes["fields"][key] = {"entries": [{"text": line} for line in value]}
        elif key == "computed_conditions":
            changes["conditions"] = value or {}
        elif key == "money_rules":
            changes[key] = value or {}
        elif kind == DAY:
            changes[key] = dt.date.fromisoformat(value) if value else None
        elif key == "publicity_days":
            changes[key] = value or 0
        elif value or key != "mode":  # an empty mode says nothing
            changes[key] = value if value is not None or kind == COUNT else ""
    return changes


def _remember(version: ItemVersion, row: Mapping[str, Any]) -> None:
    """What the source said last: the base of the next comparison."""
    before = (version.extracted or {}).get("imported", {})
    said = {key: row[key] for key in ITEM_KEYS if key in row}
    extracted = {**(version.extracted or {}), "imported": {**before, **said}}
    version.extracted = extracted


def _material(entry: Mapping[str, Any]) -> dict[str, Any]:
    text = " ".join(str(entry["text"]).split()).replace("|", "／")
    return {
        "text": text,
        "form": entry.get("form", "either"),
        "count": entry.get("count", 1),
        "required": entry.get("required", True),
    }
