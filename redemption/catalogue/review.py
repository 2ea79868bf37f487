"""Judging and changing a draft item's fields. Pure: plain data in, plain data out.

A field is `{"state": found|missing|external, "text", "spans"}` or, for lists, `{"state", "entries": [{"text", "span",
…}]}`; spans are offsets into the text of the policy version. What a person changed carries `"edited": true`, and a
value that can be found word for word in the source gets its span again, so that "where does it come from" still works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redemption.catalogue.rules import (
    FIELD_NAMES,
    LIST_FIELDS,
    MATERIAL_FORMS,
    REQUIRED_FIELDS,
    TEXT_FIELDS,
)

FOUND, MISSING, EXTERNAL = "found", "missing", "external"
_SAID_FORMS = {"original": "original", "copy": "copy", "scan": "copy"}
MATERIAL_DETAILS = ("required", "form", "count", "note", "valid_months")
Fields = Mapping[str, Any]
Span = tuple[int, int]


@dataclass(frozen=True)
class Check:
    """One line of the checklist of article 24."""

    field: str
    label: str
    state: str
    """found, external (the text says where), or missing."""
    reason: str
    """Why it is not given, if a person said so."""

    @property
    def settled(self) -> bool:
        """Given, referred to elsewhere, or missing for a stated reason."""
        return self.state != MISSING or bool(self.reason)


def checklist(name: str, fields: Fields, lacking: Mapping[str, str]) -> list[Check]:
    """What article 24 asks for, with the standard of article 25, and how this item stands."""
    lines = [Check("name", FIELD_NAMES["name"], FOUND if name.strip() else MISSING, "")]
    for field in REQUIRED_FIELDS:
        reason = (lacking.get(field) or "").strip()
        lines.append(Check(field, FIELD_NAMES[field], state_of(fields.get(field)), reason))
    return lines


def state_of(field: Any) -> str:
    """found, external or missing; whatever the field claims, an empty one is missing."""
    if not isinstance(field, Mapping):
        return MISSING
    if field.get("state") == EXTERNAL:
        return EXTERNAL
    return FOUND if (field.get("text") or field.get("entries")) and field.get("state") == FOUND else MISSING


def lines_of(field: Any) -> list[str]:
    """The words of a field: the entries of a list, or its text as one."""
    if not isinstance(field, Mapping) or state_of(field) == MISSING:
        return []
    if field.get("entries"):
        return [str(entry.get("text", "")) for entry in field["entries"]]
    return [field["text"]] if field.get("text") else []


def spans_of(field: Any) -> list[Span]:
    """Where the words of a field stand in the source."""
    if not isinstance(field, Mapping):
        return []
    spans = [tuple(span) for span in field.get("spans") or ()]
    spans += [tuple(entry["span"]) for entry in field.get("entries") or () if entry.get("span")]
    return spans


def with_keys(fields: Fields) -> dict[str, Any]:
    """The same fields, with a key on each material that has none (`m1`, `m2`, …) and its details filled in.

    Keys are never used twice within an item: files of an application are filed under them.
    """
    done = dict(fields)
    entries = [dict(entry) for entry in (done.get("materials") or {}).get("entries", ())]
    taken = [int(entry["key"][1:]) for entry in entries if re.fullmatch(r"m\d+", str(entry.get("key", "")))]
    following = max(taken, default=0) + 1
    for entry in entries:
        if not entry.get("key"):
            entry["key"] = f"m{following}"
            following += 1
        entry["required"] = entry.get("required") is not False
        if entry.get("form") not in MATERIAL_FORMS:
            # the extractor says on what (paper, electronic) as `form`, and original or copy apart
            medium = entry.get("form")
            entry.update({"medium": medium} if medium else {})
            entry["form"] = _SAID_FORMS.get(str(entry.get("original")), "either")
        count = entry.get("count") or entry.get("copies")
        entry["count"] = (
            count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < 100 else 1
        )
    if entries:
        done["materials"] = {**done["materials"], "entries": entries}
    return done


class Source:
    """The text of a policy version, searched without regard to white space."""

    def __init__(self, text: str) -> None:
        self.text = text
        kept = [(char, at) for at, char in enumerate(text) if not char.isspace()]
        self._dense = "".join(char for char, _ in kept)
        self._places = [at for _, at in kept]

    def locate(self, words: str) -> Span | None:
        """Where the words first stand, or None."""
        dense = re.sub(r"\s+", "", words)
        at = self._dense.find(dense) if dense else -1
        return None if at < 0 else (self._places[at], self._places[at + len(dense) - 1] + 1)

    def holds(self, words: str, spans: Iterable[Sequence[int]]) -> bool:
        """Whether these spans hold these words, white space aside."""
        said = "".join(self.text[start:end] for start, end in spans)
        return bool(said) and re.sub(r"\s+", "", said) == re.sub(r"\s+", "", words)


def changed(fields: Fields, changes: Mapping[str, Mapping[str, Any]], source: Source) -> dict[str, Any]:
    """The fields after a person's changes.

    Args:
        changes: field → `{"text", "external", "spans"?}` or, for lists, `{"entries": [{"text", …}], "external"}`.
    """
    done = dict(fields)
    for name, change in changes.items():
        before = done.get(name) or {"state": MISSING}
        if name in TEXT_FIELDS:
            done[name] = _changed_text(before, change, source)
        elif name in LIST_FIELDS:
            done[name] = _changed_list(before, change, source)
        else:
            raise ValueError(f"not a field: {name}")
    return with_keys(done)


def relocated(fields: Fields, source: Source) -> dict[str, Any]:
    """The same words with their places in another text; words that are not there lose theirs."""
    done: dict[str, Any] = {}
    for name, before in fields.items():
        field = dict(before)
        if field.get("text"):
            place = source.locate(field["text"])
            field["spans"] = [list(place)] if place else []
        if field.get("entries"):
            field["entries"] = [_relocated_entry(entry, source) for entry in field["entries"]]
        done[name] = field
    return done


def _relocated_entry(entry: Mapping[str, Any], source: Source) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name != "span"}
    place = source.locate(str(entry.get("text", "")))
    return {**kept, "span": list(place)} if place else kept


def _changed_text(before: Mapping[str, Any], change: Mapping[str, Any], source: Source) -> dict[str, Any]:
    text = (change.get("text") or "").replace("\r\n", "\n").strip()
    external = bool(change.get("external"))
    state = EXTERNAL if external else FOUND if text else MISSING
    if state == before.get("state", MISSING) and _same(text, before.get("text", "")):
        return dict(before)
    spans: list[Any] = list(change.get("spans") or before.get("spans") or ())
    if not source.holds(text, spans):
        place = source.locate(text)
        spans = [list(place)] if place else []
    done: dict[str, Any] = {"state": state, "edited": True}
    if text:
        done |= {"text": text, "spans": spans}
    return done


def _changed_list(before: Mapping[str, Any], change: Mapping[str, Any], source: Source) -> dict[str, Any]:
    known = {_dense(entry.get("text", "")): entry for entry in before.get("entries") or ()}
    by_key = {entry["key"]: entry for entry in before.get("entries") or () if entry.get("key")}
    entries = []
    for typed in change.get("entries") or ():
        text = str(typed.get("text") or "").strip()
        if not text:
            continue
        old = by_key.get(typed.get("key") or "") or known.get(_dense(text)) or {}
        entry = {**old, "text": text}
        entry |= {name: typed[name] for name in MATERIAL_DETAILS if typed.get(name) is not None}
        if not _same(text, old.get("text", "")):
            place = source.locate(text)
            entry.pop("span", None)
            if place:
                entry["span"] = list(place)
        entries.append(entry)
    external = bool(change.get("external"))
    state = EXTERNAL if external else FOUND if entries else MISSING
    if state == before.get("state", MISSING) and entries == list(before.get("entries") or ()):
        return dict(before)
    done: dict[str, Any] = {"state": state, "edited": True}
    if entries:
        done["entries"] = entries
    if external and before.get("text"):
        done |= {"text": before["text"], "spans": before.get("spans", [])}
    return done


def _dense(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _same(one: str, other: str) -> bool:
    return _dense(one) == _dense(other)


@dataclass(frozen=True)
class Difference:
    """What the extractor proposed for a field, and what a person made of it."""

    field: str
    label: str
    extracted: str
    confirmed: str


def differences(name: str, fields: Fields, extracted: Mapping[str, Any]) -> list[Difference]:
    """What people changed, field by field: the material from which the synonym table is improved."""
    found: list[Difference] = []
    if extracted.get("name") is not None and not _same(extracted["name"], name):
        found.append(Difference("name", FIELD_NAMES["name"], extracted["name"], name))
    proposed = extracted.get("fields") or {}
    for field in (*TEXT_FIELDS, *LIST_FIELDS):
        before, after = "\n".join(lines_of(proposed.get(field))), "\n".join(lines_of(fields.get(field)))
        if not _same(before, after):
            found.append(Difference(field, FIELD_NAMES[field], before, after))
    return found
