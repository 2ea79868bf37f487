"""What the pages around a draft ask of the catalogue: lists before the form, what an amendment changed, further items."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications.needs import Need, entries_of, needs_of
from redemption.applications.queries import Line, Sheet
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import FIELD_NAMES, ItemState, Mode
from redemption.kernel import clock


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
    before, after = _asked(line.version), _asked(now)
    told = [
        ("取消", [label for name, (label, _) in before.items() if name not in after]),
        ("新增", [label for name, (label, _) in after.items() if name not in before]),
        (
            "改变",
            [label for name, (label, rule) in after.items() if before.get(name, (label, rule))[1] != rule],
        ),
    ]
    words = "；".join(f"{what}：{'、'.join(labels)}" for what, labels in told if labels)
    if words:
        found.append(("填报内容", "", words))
    old = line.version
    if old.closes_on != now.closes_on:
        found.append(("申报截止", _day(old.closes_on), _day(now.closes_on)))
    if old.time_limit_days != now.time_limit_days:
        found.append(("办理时限", _days(old.time_limit_days), _days(now.time_limit_days)))
    return found


def reason_of_amendment(session: Session, line: Line) -> str:
    """What the department said about its amendment."""
    now = session.get(ItemVersion, line.item.current_version_id or 0)
    return now.change_note if now is not None and now.id != line.version.id else ""


def _asked(version: ItemVersion) -> dict[str, tuple[str, dict[str, object]]]:
    """Each field of the form by name: its label, and all that is declared of it."""
    fields = (version.form or {}).get("fields") or []
    return {str(raw.get("name")): (str(raw.get("label")), raw) for raw in fields}


def items_to_add(
    session: Session, sheet: Sheet, text: str, limit: int = 20
) -> list[tuple[Item, ItemVersion]]:
    """Items in force that are not on a draft yet, by a part of their name."""
    query = (
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            Item.state == ItemState.IN_FORCE.value,
            ItemVersion.mode != Mode.WITHOUT_APPLICATION.value,
            Item.id.not_in([line.item.id for line in sheet.lines]),
        )
        .order_by(ItemVersion.name)
        .limit(limit)
    )
    if text:
        plain = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(ItemVersion.name.like(f"%{plain}%"))
    return [(row[0], row[1]) for row in session.execute(query)]


def _day(day: dt.date | None) -> str:
    return clock.day_text(day) if day else "不限期"


def _days(days: int | None) -> str:
    return f"{days}个工作日" if days else "未规定"


def _text_of(version: ItemVersion, name: str) -> str:
    if name == "name":
        return version.name
    field_ = (version.fields or {}).get(name) or {}
    if "entries" in field_:
        return "；".join(str(entry.get("text") or "") for entry in field_["entries"])
    return str(field_.get("text") or "")
