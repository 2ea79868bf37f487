"""一次提交、多次使用: a material handed in before answers the same line again, while it is valid."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import queries
from redemption.applications.models import Application, Material, Submission
from redemption.applications.needs import Need, entries_of, same_text, shared_key
from redemption.applications.queries import Sheet
from redemption.applications.rules import Scan
from redemption.applications.service.access import must_be_draft, must_file, touch
from redemption.catalogue.models import ItemVersion
from redemption.identity.rules import Actor
from redemption.kernel import clock, secrets
from redemption.kernel.errors import NotFound

VALID_MONTHS = 12
"""How long a material may be used again where the item's list does not say."""
MOST = 5


def reusable(session: Session, sheet: Sheet) -> dict[tuple[str, int | None], list[Material]]:
    """For each line of a draft: files of the same enterprise that answered a line of the same words, newest first.

    One statement for the whole list. Only what was received, is not in quarantine and lies in storage.
    """
    needs = sheet.needs()
    oldest = clock.now() - dt.timedelta(
        days=31 * max((n.valid_months or VALID_MONTHS for n in needs), default=0)
    )
    rows = session.execute(
        select(Material, ItemVersion.fields)
        .join(Submission, Submission.id == Material.submission_id)
        .join(Application, Application.submission_id == Submission.id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            Submission.enterprise_id == sheet.submission.enterprise_id,
            Submission.received_at >= oldest,
            Material.removed_at.is_(None),
            Material.sha256 != "",
            Material.scan.in_([Scan.CLEAN.value, Scan.NOT_CONFIGURED.value]),
            (Material.application_id.is_(None)) | (Material.application_id == Application.id),
        )
        .order_by(Material.id.desc())
        .limit(500)
    ).all()
    by_text: dict[str, list[Material]] = {}
    for material, fields in rows:
        text = _text_of(material, fields)
        known = by_text.setdefault(text, [])
        if text and all(one.sha256 != material.sha256 for one in known) and len(known) < MOST:
            known.append(material)
    found = {}
    for need in needs:
        here = {material.sha256 for material in sheet.handed_in(need)}
        fits = [m for m in by_text.get(same_text(need.text), []) if m.sha256 not in here and _valid(m, need)]
        if fits:
            found[need.key, need.application_id] = fits
    return found


def reuse_material(
    session: Session, actor: Actor, number: str, key: str, public_id: str, *, place: int | None
) -> Material:
    """Hand a material in again for a line of a draft. NotFound unless it is offered for that line."""
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True)
    must_be_draft(sheet)
    application_id = None if place is None else sheet.line(place).application.id
    offered = reusable(session, sheet).get((key, application_id), [])
    old = next((material for material in offered if material.public_id == public_id), None)
    if old is None:
        raise NotFound("没有找到可以沿用的材料，它可能已过有效期，请重新上传。")
    made = Material(
        submission_id=sheet.submission.id,
        application_id=application_id,
        public_id=secrets.token(),
        entry=key,
        name=old.name,
        media_type=old.media_type,
        size=old.size,
        sha256=old.sha256,
        scan=old.scan,
        kind=old.kind,
        uploaded_at=clock.now(),
        uploaded_by=actor.ref,
    )
    session.add(made)
    touch(session, sheet.submission)
    session.flush()
    return made


def _text_of(material: Material, fields: dict[str, object]) -> str:
    if material.application_id is not None:
        texts = {entry.key: entry.text for entry in entries_of(fields)}
        return same_text(texts.get(material.entry, ""))
    for entry in entries_of(fields):
        if shared_key(entry.text) == material.entry:
            return same_text(entry.text)
    return ""


def _valid(material: Material, need: Need) -> bool:
    months = need.valid_months or VALID_MONTHS
    return material.uploaded_at >= clock.now() - dt.timedelta(days=31 * months)
