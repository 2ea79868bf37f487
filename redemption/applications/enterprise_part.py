"""The enterprise part of a form: the same for every item, asked once, filled in from what is known already (条例 32).

Name, USCC and legal representative come from the enterprise's record and are not asked. The account is asked only
where some item pays money, with its purpose shown.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from redemption.applications.forms import Loaded
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
_PHONE = re.compile(
    r"(\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}([- ][0-9]{1,6})?|400[- ]?[0-9]{3}[- ]?[0-9]{4}"
)
_ACCOUNT = re.compile(r"[0-9]{8,32}")


def _short(limit: int) -> validate.Length:
    return validate.Length(max=limit, error=f"请不要超过{limit}个字。")


class EnterprisePart(Schema):
    """企业基本信息（共用部分）。"""

    class Meta:
        unknown = RAISE

    contact_name = fields.String(validate=_short(50))
    contact_phone = fields.String()
    contact_email = fields.Email(
        validate=_short(120), error_messages={"invalid": "请填写电子邮箱，例如：name@example.cn。"}
    )
    address = fields.String(validate=_short(200))
    account_name = fields.String(validate=_short(120))
    bank_name = fields.String(validate=_short(120))
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
    phone = data.get("contact_phone")
    if phone and _PHONE.fullmatch(phone) is None:
        errors["contact_phone"] = ["请填写手机号或带区号的座机，例如：13800001234 或 010-12345678。"]


def _check_account(data: dict[str, Any], errors: dict[str, list[str]]) -> None:
    account = data.get("bank_account")
    if not account:
        return
    plain = re.sub(r"[\s-]+", "", account)
    if _ACCOUNT.fullmatch(plain) is None:
        errors["bank_account"] = ["银行账号由8至32位数字组成，请对照开户许可证或银行回单填写。"]
    else:
        data["bank_account"] = plain
