"""What marshmallow says of itself in English, in the words people read. Schemas that say it better keep their own. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

_SAID: dict[str, str] = {
    "Unknown field.": "没有这一项，请删去或核对名称。",
    "Missing data for required field.": "请填写这一项。",
    "Field may not be null.": "这一项不能为空。",
    "Invalid value.": "取值不正确，请核对。",
    "Invalid input type.": "格式不正确，这里应是一个对象。",
    "Not a valid string.": "这里应是文字。",
    "Not a valid integer.": "请填写整数。",
    "Not a valid number.": "请填写数字。",
    "Not a valid boolean.": "这里应是 true 或 false。",
    "Not a valid list.": "这里应是一个列表。",
    "Not a valid mapping type.": "这里应是一个对象。",
    "Not a valid date.": "请按 2026-01-31 的格式填写日期。",
    "Not a valid datetime.": "请按 2026-01-31T09:30:00+08:00 的格式填写时间。",
    "Not a valid aware datetime.": "请写明时区，例如 2026-01-31T09:30:00+08:00。",
    "Not a valid naive datetime.": "请按 2026-01-31T09:30:00 的格式填写时间，不带时区。",
    "Not a valid time.": "请按 09:30 的格式填写时间。",
    "Not a valid email address.": "请填写有效的电子邮箱。",
    "Not a valid URL.": "请填写完整的网址，以 https:// 开头。",
    "Not a valid UUID.": "编号不正确，请核对。",
    "Invalid JSON body.": "请求正文不是有效的 JSON。",
    "String does not match expected pattern.": "格式不正确，请核对。",
    "Special numeric values (nan or infinity) are not permitted.": "请填写数字。",
    "Number too large.": "数字太大，请核对。",
    "Shorter than minimum length 1.": "请填写这一项。",
}
_N = r"(-?[\d.]+)"
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (r"Must be one of: (.+)\.", lambda m: f"只能是以下之一：{m[1].replace(', ', '、')}。"),
        (
            rf"Must be greater than or equal to {_N} and less than or equal to {_N}\.",
            lambda m: f"请填写 {m[1]} 到 {m[2]} 之间的数。",
        ),
        (rf"Must be greater than or equal to {_N}\.", lambda m: f"不能小于 {m[1]}。"),
        (rf"Must be less than or equal to {_N}\.", lambda m: f"不能大于 {m[1]}。"),
        (rf"Must be greater than {_N}\.", lambda m: f"应大于 {m[1]}。"),
        (rf"Must be less than {_N}\.", lambda m: f"应小于 {m[1]}。"),
        (rf"Length must be between {_N} and {_N}\.", lambda m: f"长度应在 {m[1]} 到 {m[2]} 之间。"),
        (rf"Length must be {_N}\.", lambda m: f"长度应为 {m[1]}。"),
        (rf"Longer than maximum length {_N}\.", lambda m: f"不能超过 {m[1]} 个字（项）。"),
        (rf"Shorter than minimum length {_N}\.", lambda m: f"不能少于 {m[1]} 个字（项）。"),
    )
)


def in_chinese(said: str) -> str:
    """The sentence in Chinese; one that is none of marshmallow's own stays as it is."""
    if (known := _SAID.get(said)) is not None:
        return known
    for pattern, made in _PATTERNS:
        if match := pattern.fullmatch(said):
            return made(match)
    return said


def flat(messages: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Marshmallow's nested messages as (dotted name, sentence)."""
    if isinstance(messages, dict):
        for key, value in messages.items():
            part = "" if key == "_schema" else str(key)
            yield from flat(value, ".".join(bit for bit in (prefix, part) if bit))
    elif isinstance(messages, (list, tuple)):
        for value in messages:
            yield from flat(value, prefix)
    else:
        yield prefix, in_chinese(str(messages))


def in_a_line(messages: Any) -> str:
    """Marshmallow's nested messages as one line a person can read."""
    return "；".join(f"{name}：{sentence}" if name else sentence for name, sentence in flat(messages))
