"""Kinds of boxes that policy makers fill, with words that say how."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from redemption.kernel import money
from redemption.kernel.errors import Invalid

MOST_TEXT = 100_000


class Day(fields.Date):
    """A day, YYYY-MM-DD."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own protocol
        "invalid": "请按 2026-01-31 的格式填写日期。",
        "format": "请按 2026-01-31 的格式填写日期。",
        "null": "请填写日期。",
    }


class Count(fields.Integer):
    """A whole number, not negative."""

    default_error_messages = {"invalid": "请填写整数。", "too_large": "数字太大，请核对。"}  # noqa: RUF012

    def __init__(self, most: int = 1000, **options: Any) -> None:
        sentence = f"请填写 0 到 {most} 之间的整数。"
        super().__init__(validate=validate.Range(0, most, error=sentence), **options)


class Amount(fields.Field[str]):
    """An amount in yuan, typed as people type it (20万); kept as a decimal string, which JSON does not round."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        try:
            return str(money.parse_amount(str(value)))
        except Invalid as error:
            raise ValidationError(error.message) from None


class Words(fields.String):
    """Text of a bounded length."""

    default_error_messages = {"invalid": "请填写文字。", "invalid_utf8": "含有无法识别的字符，请重新填写。"}  # noqa: RUF012

    def __init__(self, most: int = MOST_TEXT, **options: Any) -> None:
        super().__init__(validate=validate.Length(max=most, error=f"不能超过 {most} 个字。"), **options)
