"""Wording of messages: built-in templates, their placeholders, and how they are filled in."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
BUILT_IN = Path(__file__).with_name("templates.toml")


class Channel(StrEnum):
    """How a message leaves the house; it stands in the space of whom it is for in any case."""

    EMAIL = "email"
    SMS = "sms"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OFF = "off"


DELIVERY_STATE_NAMES = {
    DeliveryState.WAITING: "待发送",
    DeliveryState.SENDING: "发送中",
    DeliveryState.SENT: "已发送",
    DeliveryState.FAILED: "发送失败",
    DeliveryState.UNKNOWN: "发送结果不明",
    DeliveryState.OFF: "渠道未配置",
}


@dataclass(frozen=True)
class Template:
    """One wording. `channels` beside the space; `keys` are the placeholders an administrator may use."""

    code: str
    subject: str
    body: str
    channels: tuple[Channel, ...] = (Channel.EMAIL,)

    @property
    def keys(self) -> frozenset[str]:
        return placeholders(self.subject) | placeholders(self.body)


@cache
def built_in() -> Mapping[str, Template]:
    """The wordings of `templates.toml` by code."""
    whole = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
    return {
        code: Template(
            code,
            entry["subject"],
            entry["body"].strip(),
            tuple(Channel(name) for name in entry.get("channels", ["email"])),
        )
        for code, entry in whole.items()
    }


def placeholders(text: str) -> frozenset[str]:
    """Names in braces."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, data: Mapping[str, Any]) -> str:
    """Put values in the place of {names}. ValueError names what is missing: a half sentence is never sent.

    Plain names only, so that a wording typed by an administrator reaches nothing but these values.
    """
    missing = sorted(name for name in placeholders(text) if name not in data)
    if missing:
        raise ValueError(f"a message needs {', '.join(missing)}")
    filled = _PLACEHOLDER.sub(lambda match: str(data[match.group(1)]), text)
    # people end their reasons with a full stop, and so does the sentence around them
    return filled.replace("。。", "。")
