"""Saving parts of a draft. Two tabs or two colleagues never overwrite each other in silence: each part has a version."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from redemption.applications import enterprise_part, forms, queries
from redemption.applications.forms import Loaded
from redemption.applications.queries import Line, Sheet
from redemption.applications.service.access import must_be_draft, must_file, touch
from redemption.applications.service.starting import account_context
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, Stale
from redemption.kernel.money import yuan_text
from redemption.kernel.secrets import SecretBox

TYPED_LIMIT = 200_000
"""Characters of unreadable typing that a draft keeps; more stays on the page alone."""


def save_common(
    session: Session,
    actor: Actor,
    number: str,
    values: Mapping[str, Any],
    *,
    box: SecretBox,
    version: int | None = None,
    keep_typed: bool = False,
) -> Sheet:
    """Save the enterprise part.

    Args:
        version: the version of the submission that the page was made from; None: no check (a program that did not ask).
        keep_typed: for a draft that saves itself: keep what cannot be taken as it was typed, and do not refuse.

    Raises:
        Stale: somebody saved this part in between. Invalid: with the fields to mend.
    """
    must_file(actor)
    sheet = queries.sheet(session, actor, number, with_materials=False)
    must_be_draft(sheet)
    submission = sheet.submission
    loaded = enterprise_part.load(
        values, pays_money=sheet.pays_money, has_account=bool(submission.bank_account), partial=keep_typed
    )
    if not loaded.ok and not keep_typed:
        raise Invalid(fields=loaded.errors)
    common = {**submission.common, **_emptied(values, enterprise_part.LABELS), **loaded.data}
    account = loaded.data.get("bank_account")
    if account:
        common["bank_account"] = enterprise_part.masked(account)
    else:
        common["bank_account"] = submission.common.get("bank_account", "")
    if version not in (None, submission.version):
        if loaded.ok and not account and common == submission.common:
            return sheet  # a second press of the same button
        raise Stale
    if account:
        submission.bank_account = box.seal(account, account_context(submission))
    submission.common = common
    submission.typed = _kept(loaded)
    submission.saved_at = clock.now()
    _flush(session)
    return sheet


def save_item(
    session: Session,
    actor: Actor,
    number: str,
    place: int,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    keep_typed: bool = False,
) -> Line:
    """Save the item part of one application of a draft; arguments and errors as of `save_common`.

    Where the form is complete it is checked as a whole; a draft that saves itself may be incomplete.
    """
    must_file(actor)
    sheet = queries.sheet(session, actor, number, with_materials=False)
    must_be_draft(sheet)
    line = sheet.line(place)
    application = line.application
    loaded = forms.load(line.version.form, values, partial=keep_typed)
    if version not in (None, application.version):
        if loaded.ok and loaded.data == application.data:
            return line  # a second press of the same button
        raise Stale
    cap_errors = over_cap(line.version, loaded.data)
    if (not loaded.ok or cap_errors) and not keep_typed:
        raise Invalid(fields={**loaded.errors, **cap_errors})
    application.data = loaded.data
    application.typed = _kept(loaded)
    application.amount_requested = forms.amount_of(line.version.form, loaded.data)
    touch(session, sheet.submission)
    _flush(session)
    return line


def adopt_version(session: Session, actor: Actor, number: str, place: int) -> Line:
    """Go on with the item as it stands now, after it was amended while the form was open.

    What was filled in stays as far as the new form has the field; the rest is shown as to be filled in.
    """
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True, with_materials=False)
    must_be_draft(sheet)
    line = sheet.line(place)
    item = session.get_one(Item, line.item.id)
    if item.current_version_id is None:
        raise Conflict("这个事项现在不接受申报。", code="item_not_open")
    version = session.get_one(ItemVersion, item.current_version_id)
    known = {declared["name"] for declared in forms.fields_of(version.form)}
    kept = {name: value for name, value in line.application.data.items() if name in known}
    loaded = forms.load(version.form, kept, partial=True)
    line.application.item_version_id = version.id
    line.application.data = loaded.data
    line.application.typed = _kept(loaded)
    line.application.department_id = item.department_id
    line.version = version
    touch(session, sheet.submission)
    _flush(session)
    return line


def over_cap(version: ItemVersion, data: Mapping[str, Any]) -> dict[str, list[str]]:
    """An amount applied for above the item's cap, said at its field."""
    cap = (version.money_rules or {}).get("cap") or (version.values or {}).get("cap")
    amount = forms.amount_of(version.form, data)
    if not isinstance(cap, int | str | float) or amount is None or amount <= Decimal(str(cap)):
        return {}
    declared = next(d for d in forms.fields_of(version.form) if d.get("is_amount") or d["name"] == "amount")
    return {declared["name"]: [f"本事项最高{yuan_text(Decimal(str(cap)))}，请按不超过上限的金额填写。"]}


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError:
        raise Stale from None


def _emptied(values: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Boxes that were sent empty are emptied; the account stays until another is typed."""
    return {
        name: ""
        for name, value in values.items()
        if name in known and name != "bank_account" and not str(value or "").strip()
    }


def _kept(loaded: Loaded) -> dict[str, Any]:
    if not loaded.typed or len(json.dumps(loaded.typed, ensure_ascii=False)) > TYPED_LIMIT:
        return {}
    return loaded.typed
