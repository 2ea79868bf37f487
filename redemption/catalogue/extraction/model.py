"""What extraction yields: a draft of every benefit item of a policy, with the place each word came from.

`Extraction.as_json()` is the object that `redemption extract FILE --json` prints. All spans are offsets into the
text of the document that was read; the end is exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Span = tuple[int, int]

TEXT_FIELDS = (
    "target", "conditions", "standard", "channels", "process", "time_limit", "application_period", "legal_basis",
)  # fmt: skip
LIST_FIELDS = ("materials", "online_url", "onsite_address", "phone")
FIELDS = (*TEXT_FIELDS, *LIST_FIELDS)

FOUND, MISSING, EXTERNAL = "found", "missing", "external"


@dataclass(slots=True)
class Entry:
    """One entry of a list field: `text` verbatim, `details` what the text says of it (copies, form, district …)."""

    text: str
    span: Span
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "span": list(self.span), **self.details}


@dataclass(slots=True)
class FieldValue:
    """A field of an item: found in the text, missing, or external (the text says: see the annex)."""

    state: str = MISSING
    text: str = ""
    spans: list[Span] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def as_json(self, is_list: bool) -> dict[str, Any]:
        out: dict[str, Any] = {"state": self.state}
        if self.state == MISSING:
            return out
        if self.text:
            out |= {"text": self.text, "spans": [list(span) for span in self.spans]}
        if is_list and self.state == FOUND:
            out["entries"] = [entry.as_json() for entry in self.entries]
        return out


@dataclass(slots=True)
class Item:
    """A draft benefit item (惠企政策事项)."""

    name: str
    name_span: Span | None
    fields: dict[str, FieldValue] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FieldValue:
        value = self.fields.get(name)
        if value is None:
            value = self.fields[name] = FieldValue()
        return value

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "name_span": list(self.name_span) if self.name_span else None,
            "fields": {name: self[name].as_json(name in LIST_FIELDS) for name in FIELDS},
            "values": self.values,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person has to look at. `item` is the index of the item, None for the whole document."""

    code: str
    message: str
    item: int | None = None
    field: str | None = None
    span: Span | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "item": self.item,
            "field": self.field,
            "message": self.message,
            "span": list(self.span) if self.span else None,
        }


@dataclass(slots=True)
class Policy:
    """What the document says of itself; None where it says nothing."""

    title: str | None = None
    document_number: str | None = None
    issuer: str | None = None
    publish_date: str | None = None  # ISO 8601
    level: str | None = None  # city, district, town, province, state: a guess from title and issuer
    valid_from: str | None = None
    valid_to: str | None = None
    validity_text: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "document_number": self.document_number,
            "issuer": self.issuer,
            "publish_date": self.publish_date,
            "level": self.level,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "validity_text": self.validity_text,
        }


@dataclass(slots=True)
class Extraction:
    """The whole result."""

    policy: Policy
    items: list[Item]
    findings: list[Finding]

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy.as_json(),
            "items": [item.as_json() for item in self.items],
            "findings": [finding.as_json() for finding in self.findings],
        }


def text_of(document_text: str, spans: Sequence[Span]) -> str:
    """The text of several spans, one a line."""
    return "\n".join(document_text[a:b] for a, b in spans)
