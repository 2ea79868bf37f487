"""What a parcel holds: facts as they are at that moment, files by their digest, the account masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications.handed_in import answers_of, materials_of_many
from redemption.applications.models import Application, Material, Submission
from redemption.catalogue.models import Item, ItemVersion
from redemption.dispatch.models import Referral
from redemption.dispatch.rules import ParcelKind
from redemption.identity.models import Enterprise, Jurisdiction
from redemption.kernel import clock
from redemption.kernel.db import Json


@dataclass(frozen=True)
class Facts:
    """What a payload tells of one application."""

    submission: Submission
    enterprise: Enterprise
    version: ItemVersion
    item_code: str
    district: str
    materials: list[Json]


def facts_of(session: Session, applications: Sequence[Application]) -> dict[int, Facts]:
    """The facts of many applications, by their ids, in as many statements as for one."""
    rows = session.execute(
        select(Application.id, Submission, Enterprise, ItemVersion, Item.code, Jurisdiction.code)
        .select_from(Application)
        .join(Submission, Submission.id == Application.submission_id)
        .join(Enterprise, Enterprise.id == Application.enterprise_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Item, Item.id == Application.item_id)
        .outerjoin(Jurisdiction, Jurisdiction.id == Enterprise.jurisdiction_id)
        .where(Application.id.in_([application.id for application in applications]))
    ).all()
    materials = materials_of_many(session, applications)
    by_id = {application.id: application for application in applications}
    return {
        row[0]: Facts(
            *(row[1], row[2], row[3], row[4], row[5] or ""),
            materials=_materials(session, by_id[row[0]], row[3], materials[row[0]]),
        )
        for row in rows
    }


def payload_of(
    facts: Facts, application: Application, referral: Referral, sequence: int, kind: ParcelKind
) -> Json:
    """The parcel's content: facts as they are now, files by digest, the account masked."""
    submission, requested = facts.submission, application.amount_requested
    return {
        "version": "1",
        "kind": kind.value,
        "key": f"{referral.number}.{sequence}",
        "referral": referral.number,
        "sequence": sequence,
        "purpose": referral.purpose,
        "application": {
            "number": application.number,
            "submission": submission.number,
            "received_at": (application.received_at or clock.now()).isoformat(),
            "channel": submission.channel,
            "amount_requested": None if requested is None else str(requested),
        },
        "item": {"code": facts.item_code, "name": facts.version.name, "version": facts.version.no},
        "enterprise": _enterprise(facts.enterprise, submission, facts.district),
        "form": application.data,
        "materials": facts.materials,
    }


def _enterprise(enterprise: Enterprise, submission: Submission, district: str) -> Json:
    common: dict[str, Any] = submission.common or {}

    def said(name: str) -> str:
        return str(common.get(name) or getattr(enterprise, name) or "")

    return {
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "district": district,
        "address": said("address"),
        "legal_representative": said("legal_representative"),
        "contact_name": said("contact_name"),
        "contact_phone": said("contact_phone"),
        "contact_email": said("contact_email"),
        "bank_name": said("bank_name"),
        "bank_account": str(common.get("bank_account") or common.get("bank_account_masked") or ""),
    }


def _titles(version: ItemVersion) -> dict[str, str]:
    entries = (version.fields.get("materials") or {}).get("entries") or []
    return {
        str(entry.get("key") or f"m{at}"): str(entry.get("text", "")) for at, entry in enumerate(entries, 1)
    }


def _materials(
    session: Session, application: Application, version: ItemVersion, found: Sequence[Material]
) -> list[Json]:
    """Each under the key of the application's own list, also where several applications share the paper."""
    titles = _titles(version)
    shared = any(material.application_id is None for material in found)
    own = answers_of(session, application) if shared else {}
    return [_material(material, own.get(material.entry, material.entry), titles) for material in found]


def _material(material: Material, entry: str, titles: dict[str, str]) -> Json:
    return {
        "id": material.public_id,
        "entry": entry,
        "title": titles.get(entry, ""),
        "name": material.name,
        "media_type": material.media_type,
        "size": material.size,
        "sha256": material.sha256,
        "form": material.form,
        "round": material.round,
    }
