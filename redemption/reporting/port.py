"""What an adapter to an office's own system must be able to do: take reports of article 25.

An adapter is a class with a marshmallow schema for its options, registered under the entry-point group
`redemption.office_adapters`. It gets a `Context` and `Sending`s, calls the office's system and says in an `Outcome`
what came of it. It knows no database of ours, never raises for something the office's system did, and may be called
twice with the same `Sending.key`: the second call must not have a second effect. The office's signature or return
comes back by a signed callback, or at the built-in desk, which always shows the report too.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

from marshmallow import Schema

from redemption.dispatch.port import (
    Alert,
    Context,
    Finding,
    Later,
    Outcome,
    Refused,
    Retry,
    Taken,
)
from redemption.kernel.errors import Invalid

__all__ = [
    "Alert",
    "Context",
    "Finding",
    "Later",
    "OfficeAdapter",
    "Outcome",
    "Refused",
    "Retry",
    "Sending",
    "Taken",
    "known_adapters",
    "load_options",
    "office_adapter",
]

GROUP = "redemption.office_adapters"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sending:
    """One report, ready to go. `key` (`<duty>.<no>`) is the idempotency key, the same at every try."""

    key: str
    payload: Mapping[str, Any]
    attempt: int = 1


class OfficeAdapter:
    """Parent of every adapter to an office's system."""

    code: ClassVar[str]
    title: ClassVar[str]
    Options: ClassVar[type[Schema]]
    secret_options: ClassVar[tuple[str, ...]] = ()
    """Names of options that are kept encrypted and never shown again."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def check(self) -> list[Finding]:
        """Look at settings, reach and credentials without leaving a report behind."""
        raise NotImplementedError

    def deliver(self, sending: Sending) -> Outcome:
        """Hand over one report."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back connections; the instance is not used again."""


@cache
def known_adapters() -> Mapping[str, type[OfficeAdapter]]:
    """Every installed adapter by its code; one that does not load is left out."""
    found: dict[str, type[OfficeAdapter]] = {}
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()
        except Exception:
            log.exception("office adapter %s does not load", point.name)
    return found


def office_adapter(code: str) -> type[OfficeAdapter]:
    """The class of an adapter. Invalid `adapter_unknown` if none of that code is installed."""
    found = known_adapters().get(code)
    if found is None:
        names = "、".join(sorted(known_adapters())) or "无"
        raise Invalid.field(
            "adapter", f"没有安装名为“{code}”的对接方式，可选：{names}。", code="adapter_unknown"
        )
    return found


def load_options(code: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check options against the adapter's schema: (plain options, secret options).

    Raises:
        Invalid: `options_invalid` with a sentence for each wrong option.
    """
    adapter = office_adapter(code)
    faults = adapter.Options().validate(dict(given))
    if faults:
        fields = {
            str(name): [str(one) for one in (said if isinstance(said, list) else [said])]
            for name, said in faults.items()
        }
        raise Invalid("对接参数有误，请按提示修改。", code="options_invalid", fields=fields)
    plain = dict(given)
    secret = {name: str(plain.pop(name)) for name in adapter.secret_options if plain.get(name)}
    return plain, secret
