"""What an enterprise keeps about itself: contact, account for payments, facts that conditions compute on.

The account is sealed and bound to its enterprise; pages show its last digits, and every look at the clear value is
in the audit log.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from redemption.identity import queries
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit
from redemption.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from redemption.kernel.secrets import SecretBox, SecretUnreadable, mask_account

CONTACT = ("contact_name", "contact_phone", "contact_email", "address", "legal_representative", "founded_on")
LABELS = {
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "contact_email": "电子邮箱",
    "address": "住所",
    "legal_representative": "法定代表人",
    "founded_on": "成立日期",
    "bank_name": "开户银行",
    "bank_account": "银行账号",
}
_ACCOUNT = re.compile(r"[0-9]{8,32}")


def account_context(enterprise_id: int) -> str:
    """Where the sealed account of an enterprise belongs."""
    return f"enterprise:{enterprise_id}:bank_account"


def own_enterprise(session: Session, actor: Actor, *, to_change: bool = False) -> Enterprise:
    """The enterprise of the acting person.

    Raises:
        NotFound: not an enterprise user. NotAllowed: a reader who wants to change something.
    """
    if actor.role is not Role.ENTERPRISE or actor.enterprise_id is None:
        raise NotFound
    if to_change and not actor.may_file:
        raise NotAllowed(
            "您的账号只能查看。需要修改的，请联系本单位账号管理员开通经办权限。", code="reader_only"
        )
    return queries.enterprise_by_id(session, actor.enterprise_id)


def save_contact(session: Session, actor: Actor, version: int, values: Mapping[str, Any]) -> Enterprise:
    """Change contact and registration data.

    Raises:
        Stale: somebody else saved in between. Invalid: a day of foundation that is still to come.
    """
    enterprise = own_enterprise(session, actor, to_change=True)
    _must_be(enterprise, version)
    changed = {}
    for name in CONTACT:
        if name not in values:
            continue
        value = values[name]
        if getattr(enterprise, name) != value:
            changed[name] = value
            setattr(enterprise, name, value)
    if changed:
        session.flush()
        audit.record(
            session, f"enterprise:{enterprise.id}", actor.ref, "save_contact", {"fields": sorted(changed)}
        )
    return enterprise


def save_account(
    session: Session, actor: Actor, version: int, *, bank_name: str, account: str, box: SecretBox
) -> Enterprise:
    """Set the account that payments go to; the log keeps its mask only.

    Raises:
        Invalid: not an account number. Stale.
    """
    enterprise = own_enterprise(session, actor, to_change=True)
    _must_be(enterprise, version)
    plain = re.sub(r"[\s-]+", "", account)
    if _ACCOUNT.fullmatch(plain) is None:
        raise Invalid.field("bank_account", "银行账号由8至32位数字组成，请对照开户许可证或银行回单填写。")
    enterprise.bank_name = bank_name.strip()
    enterprise.bank_account = box.seal(plain, account_context(enterprise.id))
    session.flush()
    audit.record(
        session,
        f"enterprise:{enterprise.id}",
        actor.ref,
        "save_account",
        {"bank_name": enterprise.bank_name, "masked": mask_account(plain)},
    )
    return enterprise


def save_facts(session: Session, actor: Actor, version: int, facts: Mapping[str, Any]) -> Enterprise:
    """Change the facts that conditions compute on; None takes a fact away.

    Args:
        facts: by the names of `catalogue.vocabulary`, checked by the caller; only these are touched.
    """
    enterprise = own_enterprise(session, actor, to_change=True)
    _must_be(enterprise, version)
    profile = dict(enterprise.profile)
    changed = sorted(name for name, value in facts.items() if profile.get(name) != value)
    for name in changed:
        if facts[name] is None:
            profile.pop(name, None)
        else:
            profile[name] = facts[name]
    if changed:
        enterprise.profile = profile
        session.flush()
        audit.record(session, f"enterprise:{enterprise.id}", actor.ref, "save_facts", {"fields": changed})
    return enterprise


def masked_account(enterprise: Enterprise, box: SecretBox) -> str:
    """The account as pages show it; empty where there is none, or none that can be read: then it is asked again."""
    if not enterprise.bank_account:
        return ""
    try:
        return mask_account(box.open(enterprise.bank_account, account_context(enterprise.id)))
    except SecretUnreadable:
        return ""


def look_at_account(session: Session, actor: Actor, box: SecretBox, purpose: str) -> str:
    """The account in clear, for the owner or a filer; the look is logged.

    Raises:
        NotFound: no account is kept. Invalid: no purpose given.
    """
    enterprise = own_enterprise(session, actor, to_change=True)
    if not enterprise.bank_account:
        raise NotFound("还没有登记收款账户。")
    if not purpose.strip():
        raise Invalid.field("purpose", "请写明查看完整账号的用途。")
    audit.record(
        session,
        f"enterprise:{enterprise.id}",
        actor.ref,
        "look_at_account",
        {"purpose": purpose.strip()[:200]},
    )
    return box.open(enterprise.bank_account, account_context(enterprise.id))


def founded_text(value: dt.date | None) -> str:
    """For forms: an ISO day, or nothing."""
    return value.isoformat() if value else ""


def _must_be(enterprise: Enterprise, version: int) -> None:
    if enterprise.version != version:
        raise Stale
