"""An enterprise takes over what a registry said about it: into its own record, and into the draft it is filling in."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from redemption.applications import forms, service
from redemption.applications import queries as applications
from redemption.applications.sharing import differing, queries
from redemption.applications.sharing.rules import LookupState
from redemption.identity import profile
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor
from redemption.kernel.errors import Invalid
from redemption.kernel.secrets import SecretBox

_CONTACT = ("legal_representative", "address", "founded_on")
_SHOWN_ONLY = ("name", "tax_arrears")
"""A name is corrected at the window with the licence; what the tax office says is for the department."""


def offered(session: Session, submission_id: int, enterprise: Enterprise) -> list[dict[str, Any]]:
    """What was found that is not the enterprise's own record already: name, label, registered, kept, source."""
    made: dict[str, dict[str, Any]] = {}
    for lookup, registry in queries.of_submission(session, submission_id):
        if lookup.state != LookupState.FOUND:
            continue
        for name, value in lookup.facts.items():
            kept = _kept(enterprise, name)
            made[name] = {
                "name": name,
                "label": differing.label_of(name),
                "value": value,
                "registered": differing.text_of(name, value),
                "kept": differing.text_of(name, kept),
                "same": kept == value,
                "may_adopt": name not in _SHOWN_ONLY and kept != value,
                "source": registry.title,
                "as_of": lookup.as_of,
            }
    return list(made.values())


def adopt(session: Session, actor: Actor, number: str, names: Iterable[str], *, box: SecretBox) -> int:
    """Take over the named facts; returns how many. What the draft's forms have already stays as it was typed.

    Raises:
        Invalid: nothing was ticked, or what was ticked was not offered.
    """
    sheet = applications.sheet(session, actor, number, lock=True, with_materials=False)
    service.must_be_draft(sheet)
    enterprise = profile.own_enterprise(session, actor, to_change=True)
    wanted = set(names)
    chosen = {
        row["name"]: row["value"]
        for row in offered(session, sheet.submission.id, enterprise)
        if row["name"] in wanted and row["may_adopt"]
    }
    if not chosen:
        raise Invalid.field("fact", "请勾选要采用的内容。")
    contact = {name: _record_value(name, chosen[name]) for name in _CONTACT if name in chosen}
    if contact:
        profile.save_contact(session, actor, enterprise.version, contact)
    facts = {name: value for name, value in chosen.items() if name not in _CONTACT}
    if facts:
        profile.save_facts(session, actor, enterprise.version, facts)
    if "address" in chosen and not sheet.submission.common.get("address"):
        common = {name: value for name, value in sheet.submission.common.items() if name != "bank_account"}
        service.save_common(
            session, actor, number, {**common, "address": chosen["address"]}, box=box, keep_typed=True
        )
    for line in sheet.lines:
        fitting = {
            declared["name"]: _form_value(chosen[declared["name"]])
            for declared in forms.fields_of(line.version.form)
            if declared["name"] in chosen and not line.application.data.get(declared["name"])
        }
        if fitting:
            values = {**line.application.data, **line.application.typed, **fitting}
            service.save_item(session, actor, number, line.place, values, keep_typed=True)
    return len(chosen)


def _kept(enterprise: Enterprise, name: str) -> Any:
    if name in (*_CONTACT, "name"):
        value = getattr(enterprise, name)
        return value.isoformat() if isinstance(value, dt.date) else value
    return enterprise.profile.get(name)


def _record_value(name: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if name == "founded_on" else value


def _form_value(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
