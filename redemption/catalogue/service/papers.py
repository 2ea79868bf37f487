"""空白表样 and 填写样例 of an item's materials: a paper is a row that never changes, a version's list names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue.models import ItemPaper
from redemption.catalogue.service.owning import Owned, my_draft, note, touch
from redemption.identity.rules import Actor
from redemption.kernel import clock, secrets
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.storage import Storage

KINDS = ("template", "sample")
MOST_MONTHS = 120
MOST = 3
"""Papers of one kind for one material: a form may exist as Word and as PDF."""


@dataclass(frozen=True)
class NewPaper:
    """A file as it came, sniffed, named and scanned by the web layer."""

    stream: IO[bytes]
    name: str
    media_type: str
    scan: str


def attach_paper(
    session: Session,
    actor: Actor,
    code: str,
    key: str,
    kind: str,
    paper: NewPaper,
    *,
    storage: Storage,
    limit: int,
    version: int | None = None,
) -> ItemPaper:
    """Offer a file with one material of the draft version.

    Args:
        key: of the material; limit: bytes.

    Raises:
        NotFound: no such material. Conflict: the version is published. Stale: somebody saved since `version`.
    """
    owned = my_draft(session, actor, code, version=version)
    entry = _entry(owned, key)
    if kind not in KINDS:
        raise Invalid.field("kind", "请选择空白表样或填写样例。")
    if sum(1 for one in entry.get("papers") or () if one["kind"] == kind) >= MOST:
        raise Conflict(f"同一份材料最多放{MOST}个，请先移除旧的。", code="too_many_papers")
    stored = storage.put(paper.stream, limit)
    made = ItemPaper(
        public_id=secrets.token(),
        kind=kind,
        name=paper.name,
        media_type=paper.media_type,
        size=stored.size,
        sha256=stored.sha256,
        scan=paper.scan,
        uploaded_at=clock.now(),
        uploaded_by=actor.ref,
    )
    session.add(made)
    named = {"kind": kind, "id": made.public_id, "name": made.name, "size": made.size}
    _keep(session, owned, actor, key, [*(entry.get("papers") or ()), named])
    note(session, owned, actor, "attach_paper", key=key, kind=kind, name=made.name, sha256=made.sha256)
    return made


def detach_paper(
    session: Session, actor: Actor, code: str, key: str, public_id: str, *, version: int | None = None
) -> None:
    """Offer it no longer in the draft version; versions that were published with it keep it."""
    owned = my_draft(session, actor, code, version=version)
    before = list(_entry(owned, key).get("papers") or ())
    left = [one for one in before if one["id"] != public_id]
    if len(left) == len(before):
        raise NotFound("没有找到这个文件，它可能已被移除。")
    _keep(session, owned, actor, key, left)
    note(session, owned, actor, "detach_paper", key=key, paper=public_id)


def set_validity(
    session: Session, actor: Actor, code: str, key: str, months: int | None, *, version: int | None = None
) -> None:
    """For how many months a material that was handed in may be used again; None: as long as the system's own rule."""
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise Invalid.field(f"valid.{key}", f"请填写 1 到 {MOST_MONTHS} 之间的月数，不填按系统默认。")
    owned = my_draft(session, actor, code, version=version)
    _entry(owned, key)
    _change(session, owned, actor, key, {"valid_months": months})
    note(session, owned, actor, "set_validity", key=key, months=months)


def paper_by_id(session: Session, public_id: str) -> ItemPaper:
    """One paper, for anybody. NotFound."""
    found = session.scalar(select(ItemPaper).where(ItemPaper.public_id == public_id))
    if found is None:
        raise NotFound("没有找到这个文件，请回到事项页面重新下载。")
    return found


def _entry(owned: Owned, key: str) -> Mapping[str, Any]:
    for entry in (owned.draft.fields.get("materials") or {}).get("entries") or ():
        if entry.get("key") == key:
            return dict(entry)
    raise NotFound("材料清单里没有这一项，请刷新页面。")


def _keep(session: Session, owned: Owned, actor: Actor, key: str, papers: list[dict[str, Any]]) -> None:
    _change(session, owned, actor, key, {"papers": papers})


def _change(session: Session, owned: Owned, actor: Actor, key: str, change: Mapping[str, Any]) -> None:
    fields = dict(owned.draft.fields)
    materials = dict(fields["materials"])
    materials["entries"] = [
        {**entry, **change} if entry.get("key") == key else entry for entry in materials["entries"]
    ]
    owned.draft.fields = {**fields, "materials": materials}
    owned.draft.edited_at, owned.draft.edited_by = clock.now(), actor.ref
    touch(owned.item)
    session.flush()
