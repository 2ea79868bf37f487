"""How telephone numbers and e-mail addresses are checked and refused, the same on every form."""

import re
from typing import Any

from marshmallow import ValidationError, validate

PHONE = re.compile(
    r"(\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}([- ][0-9]{1,6})?|400[- ]?[0-9]{3}[- ]?[0-9]{4}"
)
PHONE_WANTED = "请填写手机号或带区号的座机，例如：13800001234 或 010-12345678。"
EMAIL: dict[str, Any] = {"invalid": "请填写电子邮箱，例如：name@example.cn。"}
DAY: dict[str, Any] = {"invalid": "请按 2026-01-01 的格式填写日期。"}


def phone(text: str) -> None:
    """A validator: ValidationError for what is no telephone number of the mainland."""
    if PHONE.fullmatch(text.strip()) is None:
        raise ValidationError(PHONE_WANTED)


def short(limit: int) -> validate.Length:
    """A validator: at most so many characters."""
    return validate.Length(max=limit, error=f"请不要超过{limit}个字。")
