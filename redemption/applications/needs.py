"""What has to be handed in for a submission: the lists of its items, with what they share asked once (一表申请).

Pure. A `Need` is one line of the list; materials name the line they answer by `key`, together with the application,
or with none where several applications share it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

SHARED = "c-"
OTHER = "other"

_PARTS = re.compile(r"[\s，。、；：（）()“”\"'·\-—]+|^\d+[.、]")


PAPER_NAMES = {"template": "空白表样", "sample": "填写样例"}


@dataclass(frozen=True)
class Paper:
    """A blank form or a filled-in sample of a material, to download."""

    kind: str
    id: str
    name: str
    size: int

    @property
    def title(self) -> str:
        """空白表样 or 填写样例."""
        return PAPER_NAMES[self.kind]

    @property
    def address(self) -> str:
        """Where anybody may download it."""
        return f"/item-papers/{self.id}"


@dataclass(frozen=True)
class Entry:
    """One line of an item's list of materials."""

    key: str
    text: str
    required: bool = True
    form: str = "either"
    count: int = 1
    papers: tuple[Paper, ...] = ()
    """空白表样 and 填写样例 to download, where the department gave them."""
    valid_months: int | None = None
    """How long a material handed in before may be used again; None: the department did not say."""


@dataclass(frozen=True)
class Need:
    """One line to answer. `answers`: for each application (by id) the key of its own entry."""

    key: str
    text: str
    required: bool
    form: str
    count: int
    answers: Mapping[int, str] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    valid_months: int | None = None

    @property
    def application_id(self) -> int | None:
        """The one application it belongs to; None: several share it."""
        return next(iter(self.answers)) if len(self.answers) == 1 else None


def entries_of(fields: Mapping[str, Any] | None) -> list[Entry]:
    """The list of materials of an item version (`ItemVersion.fields`).

    Where the policy only says 详见附件 there is no list: one open line takes what the annex asks for.
    """
    materials = (fields or {}).get("materials") or {}
    found: list[Entry] = []
    for place, raw in enumerate(materials.get("entries") or [], start=1):
        text = str(raw.get("text") or "").strip()
        if not text:
            continue
        found.append(
            Entry(
                key=str(raw.get("key") or f"m{place}"),
                text=text,
                required=bool(raw.get("required", True)),
                form=str(raw.get("form") or "either"),
                count=max(int(raw.get("count") or 1), 1),
                papers=papers_of(raw),
                valid_months=raw.get("valid_months"),
            )
        )
    if not found and materials.get("state") == "external":
        found.append(Entry(OTHER, "政策附件列明的申报材料", required=False))
    return found


def papers_of(raw: Mapping[str, Any]) -> tuple[Paper, ...]:
    """What one entry of the list offers to download, blank forms first."""
    return tuple(
        Paper(kind, str(one["id"]), str(one["name"]), int(one["size"]))
        for kind in PAPER_NAMES
        for one in raw.get("papers") or ()
        if one.get("kind") == kind
    )


def asked_of(
    fields: Mapping[str, Any] | None, form: Mapping[str, Any] | None, data: Mapping[str, Any]
) -> list[Entry]:
    """The list, with the lines that the form makes necessary for what was declared (a field of type `attachment`)."""
    found = entries_of(fields)
    attached = [raw for raw in (form or {}).get("fields") or [] if raw.get("type") == "attachment"]
    wanted = {
        raw.get("material")
        for raw in attached
        if (is_met(raw["required_if"], data) if raw.get("required_if") else raw.get("required"))
    }
    return [replace(entry, required=entry.required or entry.key in wanted) for entry in found]


def is_met(needed: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether the condition of `required_if` holds for declared values."""
    value = data.get(str(needed.get("field")))
    wanted = needed.get("equals")
    if isinstance(value, list):
        return wanted in value
    return value is not None and str(value) == str(wanted)


def needs_of(lists: Iterable[tuple[int, Iterable[Entry]]]) -> list[Need]:
    """Lines to answer, shared ones first where they first occur. `lists`: (application id, its entries)."""
    grouped: dict[str, list[tuple[int, Entry]]] = {}
    for application_id, entries in lists:
        for entry in entries:
            mark = same_text(entry.text) if entry.key != OTHER else f"{OTHER}:{application_id}"
            group = grouped.setdefault(mark, [])
            if any(known == application_id for known, _ in group):
                # the same words twice in one list are two papers
                grouped[f"{mark}#{entry.key}:{application_id}"] = [(application_id, entry)]
            else:
                group.append((application_id, entry))
    return [_need(group) for group in grouped.values()]


def same_text(text: str) -> str:
    """What two lists must have in common to ask for the same paper."""
    return _PARTS.sub("", text)


def shared_key(text: str) -> str:
    """Key of a line that several applications share: the same words give the same key."""
    return SHARED + hashlib.sha256(same_text(text).encode()).hexdigest()[:10]


def _need(group: list[tuple[int, Entry]]) -> Need:
    _, first = group[0]
    shared = len(group) > 1
    return Need(
        key=shared_key(first.text) if shared else first.key,
        text=first.text,
        required=any(entry.required for _, entry in group),
        form="original" if any(entry.form == "original" for _, entry in group) else first.form,
        count=max(entry.count for _, entry in group),
        answers={application_id: entry.key for application_id, entry in group},
        papers=tuple(dict.fromkeys(paper for _, entry in group for paper in entry.papers)),
        valid_months=first.valid_months,
    )
