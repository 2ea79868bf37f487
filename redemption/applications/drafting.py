"""What the pages around a draft ask of the catalogue: lists before the form, what an amendment changed, further items."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications.needs import Need, entries_of, needs_of
from redemption.applications.queries import Line, Sheet
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import FIELD_NAMES, ItemState


def needs_of_offers(offers: Iterable[tuple[Item, ItemVersion, str]]) -> list[Need]:
    """What will have to be handed in, before there is a draft."""
    return needs_of((item.id, entries_of(version.fields)) for item, version, _ in offers)


def amendment(session: Session, line: Line) -> list[tuple[str, str, str]]:
    """(what, before, now) of an item that was amended after a draft pinned its version."""
    now = session.get(ItemVersion, line.item.current_version_id or 0)
    if now is None or now.id == line.version.id:
        return []
    found = [
        (label, _text_of(line.version, name), _text_of(now, name))
        for name, label in FIELD_NAMES.items()
        if _text_of(line.version, name) != _text_of(now, name)
    ]
    before = {str(d.get("name")): str(d.get("label")) for d in (line.version.form or {}).get("fields", [])}
    after = {str(d.get("name")): str(d.get("label")) for d in (now.form or {}).get("fields", [])}
    gone = "、".join(label for name, label in before.items() if name not in after)
    added = "、".join(label for name, label in after.items() if name not in before)
    if gone or added:
        found.append(("填报内容", f"取消：{gone}" if gone else "", f"新增：{added}" if added else ""))
    for attribute, label in (("closes_on", "申报截止"), ("time_limit_days", "办理时限（工作日）")):
        old, new = getattr(line.version, attribute), getattr(now, attribute)
        if old != new:
            found.append((label, str(old or "未规定"), str(new or "未规定")))
    return found


def items_to_add(
    session: Session, sheet: Sheet, text: str, limit: int = 20
) -> list[tuple[Item, ItemVersion]]:
    """Items in force that are not on a draft yet, by a part of their name."""
    query = (
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Item.state == ItemState.IN_FORCE.value, Item.id.not_in([line.item.id for line in sheet.lines]))
        .order_by(ItemVersion.name)
        .limit(limit)
    )
    if text:
        plain = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(ItemVersion.name.like(f"%{plain}%"))
    return [(row[0], row[1]) for row in session.execute(query)]


def _text_of(version: ItemVersion, name: str) -> str:
    if name == "name":
        return version.name
    field_ = (version.fields or {}).get(name) or {}
    if "entries" in field_:
        return "；".join(str(entry.get("text") or "") for entry in field_["entries"])
    return str(field_.get("text") or "")
