"""The adapter contract: what a department's connection must be able to do (DESIGN §5).

An adapter is a class with a marshmallow schema for its options, registered under the entry-point group
`redemption.adapters`. It gets a `Context` and `Shipment`s, calls its department and says in an `Outcome` what came
of it; it knows no database of ours, never raises for something the department did, and may be called twice with the
same `Shipment.key`: the second call must not have a second effect. One instance serves several threads.

    class Mine(Adapter):
        code, title = "mine", "我的部门系统"
        Options = MineOptions
        def submit(self, shipment): ...
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import Schema

from redemption.dispatch.port.signing import SigningKey
from redemption.kernel import clock, plugins

GROUP = "redemption.adapters"


class Capability(StrEnum):
    """What an adapter can do; delivery and the configuration page ask for it."""

    LOCAL = "local"
    """No outside world: taken the moment it is handed over."""
    SIGNED = "signed"
    """Needs a signing key shared with the department."""
    POLLED = "polled"
    """Answers are fetched by `poll`, not called back."""
    FETCHED = "fetched"
    """The department fetches parcels itself and posts a receipt."""
    FILES = "files"
    """Carries the bytes of materials (`Context.read_file`) instead of links."""
    WITHDRAWS = "withdraws"
    """Can tell the department about a withdrawal."""


@dataclass(frozen=True)
class Shipment:
    """One parcel, ready to go: payload mapped and with fresh links.

    `key` (`<referral>.<sequence>`) is the idempotency key, the same at every try.
    """

    key: str
    referral: str
    sequence: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int = 1


@dataclass(frozen=True)
class Taken:
    """The department has it, under its own number if it told one."""

    number: str = ""
    status: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Later:
    """The department has received it and will say later whether it takes it."""

    note: str = ""
    status: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Refused:
    """A technical refusal with reasons for a person; never a 不予受理, which is an event."""

    reasons: tuple[str, ...]
    status: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Retry:
    """Not now: try again, not before `retry_after` seconds if given."""

    reason: str
    retry_after: float | None = None
    status: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Alert(Retry):
    """Try again, and tell a person: somebody's configuration is wrong."""


Outcome = Taken | Later | Refused | Retry


@dataclass(frozen=True)
class Finding:
    """One thing `check` looked at: a sentence a person can act on."""

    what: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Polled:
    """What `poll` brought: event bodies (DESIGN §5 `In`), and where to go on next time."""

    events: Sequence[Mapping[str, Any]] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    receipts: Sequence[tuple[str, str]] = ()
    """(idempotency key, the department's number) of parcels taken since."""


@dataclass(frozen=True)
class Context:
    """What an adapter is given: who it speaks to, how, and the few things of ours it may use."""

    department: str
    options: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[SigningKey, ...] = ()
    read_file: Callable[[str], bytes] | None = None
    """Bytes of a material by its sha256."""
    now: Callable[[], dt.datetime] = clock.now


class Adapter:
    """Parent of every adapter; override what your department can do."""

    code: ClassVar[str]
    title: ClassVar[str]
    Options: ClassVar[type[Schema]]
    secret_options: ClassVar[tuple[str, ...]] = ()
    """Names of options that are kept encrypted and never shown again."""
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def __init__(self, context: Context) -> None:
        self.context = context

    def check(self) -> list[Finding]:
        """Look at settings, reach and credentials without leaving a case behind."""
        raise NotImplementedError

    def submit(self, shipment: Shipment) -> Outcome:
        raise NotImplementedError

    def send_correction(self, shipment: Shipment) -> Outcome:
        raise NotImplementedError

    def withdraw(self, shipment: Shipment) -> Outcome:
        raise NotImplementedError

    def poll(self, cursor: Mapping[str, Any]) -> Polled:
        """Events since `cursor`; called again with the same cursor it brings the same events again."""
        return Polled(cursor=cursor)

    def settle(self, cursor: Mapping[str, Any]) -> None:
        """Everything up to `cursor` is kept on our side: the department's copies may be put away."""

    def drop(self, shipment: Shipment) -> None:
        """Hand over a submission and be gone before the answer: how the contract test loses one (`SIGNED` only)."""
        self.submit(shipment)

    def close(self) -> None:
        """Give back connections; the instance is not used again."""

    def send(self, shipment: Shipment) -> Outcome:
        """Hand over a parcel of any kind."""
        if shipment.kind == "submission":
            return self.submit(shipment)
        if shipment.kind == "correction":
            return self.send_correction(shipment)
        return self.withdraw(shipment)


def known_adapters() -> Mapping[str, type[Adapter]]:
    """Every installed adapter by its code, third-party ones included; one that does not load is left out."""
    return plugins.known(GROUP)


def adapter_class(code: str) -> type[Adapter]:
    """The class of an adapter. Invalid `adapter_unknown` if none of that code is installed."""
    found: type[Adapter] = plugins.find(GROUP, code)
    return found


def load_options(code: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check options against the adapter's schema: (plain options, secret options).

    Raises:
        Invalid: `options_invalid` with a sentence for each wrong option.
    """
    return plugins.load_options(adapter_class(code), given)
