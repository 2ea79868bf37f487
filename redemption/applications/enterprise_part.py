"""The enterprise part of a form: the same for every item, asked once, filled in from what is known already (条例 32).

Name, USCC and legal representative come from the enterprise's record and are not asked. The account is asked only
where some item pays money, with its purpose shown.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from redemption.applications.forms import Loaded
from redemption.identity import contact
from redemption.identity.models import Enterprise
from redemption.kernel.secrets import mask_account

LABELS = {
    "contact_name": "经办联系人",
    "contact_phone": "联系电话",
    "contact_email": "电子邮箱",
    "address": "通讯地址",
    "account_name": "开户名称",
    "bank_name": "开户银行",
    "bank_account": "银行账号",
}
ACCOUNT = ("account_name", "bank_name", "bank_account")
_ACCOUNT = re.compile(r"[0-9]{8,32}")


class EnterprisePart(Schema):
    """企业基本信息（共用部分）。"""

    class Meta:
        unknown = RAISE

    contact_name = fields.String(validate=contact.short(50))
    contact_phone = fields.String()
    contact_email = fields.Email(validate=contact.short(120), error_messages=contact.EMAIL)
    address = fields.String(validate=contact.short(200))
    account_name = fields.String(validate=contact.short(120))
    bank_name = fields.String(validate=contact.short(120))
    bank_account = fields.String(metadata={"description": "只用于拨付资金；加密保存，页面上只显示末四位"})


_PART = EnterprisePart()


def prefilled(enterprise: Enterprise) -> dict[str, Any]:
    """What is known, as the first values of a draft; the account is copied sealed, apart from this."""
    return {
        "contact_name": enterprise.contact_name,
        "contact_phone": enterprise.contact_phone,
        "contact_email": enterprise.contact_email,
        "address": enterprise.address,
        "account_name": enterprise.name,
        "bank_name": enterprise.bank_name,
    }


def load(values: Mapping[str, Any], *, pays_money: bool, has_account: bool, partial: bool = False) -> Loaded:
    """Check the enterprise part. `bank_account` in the result is plain digits, or absent: kept as it is stored.

    Args:
        has_account: an account is stored already; an empty box, or its mask sent back, keeps it.
    """
    filled = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if not (value is None or (isinstance(value, str) and not value.strip()))
    }
    typed_account = str(filled.get("bank_account", ""))
    if "*" in typed_account and has_account:
        filled.pop("bank_account")
    try:
        data, errors = _PART.load(filled), {}
    except ValidationError as error:
        data = error.valid_data if isinstance(error.valid_data, dict) else {}
        errors = {
            name: ["没有这一项，请删去。" if said == "Unknown field." else str(said) for said in messages]
            for name, messages in error.normalized_messages().items()
        }
    _check_phone(data, errors)
    _check_account(data, errors)
    if not partial:
        wanted = ["contact_name", "contact_phone", *(ACCOUNT if pays_money else ())]
        for name in wanted:
            kept = name == "bank_account" and has_account
            if not data.get(name) and name not in errors and not kept:
                errors[name] = [f"请填写{LABELS[name]}。"]
    for name in errors:
        data.pop(name, None)
    # an account is never kept as typed: a wrong one is typed again
    typed = {name: filled[name] for name in errors if name in filled and name != "bank_account"}
    return Loaded(data, errors, typed)


def masked(account: str) -> str:
    """As it is shown and stored in `Submission.common`."""
    return mask_account(account)


def _check_phone(data: dict[str, Any], errors: dict[str, list[str]]) -> None:
    try:
        if data.get("contact_phone"):
            contact.phone(data["contact_phone"])
    except ValidationError as error:
        errors["contact_phone"] = [str(said) for said in error.messages]


def _check_account(data: dict[str, Any], errors: dict[str, list[str]]) -> None:
    account = data.get("bank_account")
    if not account:
        return
    plain = re.sub(r"[\s-]+", "", account)
    if _ACCOUNT.fullmatch(plain) is None:
        errors["bank_account"] = ["银行账号由8至32位数字组成，请对照开户许可证或银行回单填写。"]
    else:
        data["bank_account"] = plain
