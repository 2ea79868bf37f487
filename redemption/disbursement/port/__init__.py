"""The payment contract: how a batch of orders reaches the bank or the finance office, and how results come back.

A payment adapter is a class with a marshmallow schema for its options, registered under the entry-point group
`redemption.payments`. `send` may be called twice with the same batch: the second call must not pay a second time.
It never raises for something the other side did. Results are fetched by `poll`, or posted back, signed
(docs/integrators/payments.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema

GROUP = "redemption.payments"


@dataclass(frozen=True)
class Order:
    """One payment. `account` is in clear: the other side needs it."""

    number: str
    payee: str
    uscc: str
    bank: str
    account: str = field(repr=False)
    amount: Decimal
    purpose: str


@dataclass(frozen=True)
class Batch:
    """Orders handed over together; `number` is the idempotency key, `callback` where results are posted to."""

    number: str
    department: str
    amount: Decimal
    orders: Sequence[Order]
    callback: str = ""


@dataclass(frozen=True)
class Sent:
    """The payment system has the batch, under its own number if it told one."""

    reference: str = ""


@dataclass(frozen=True)
class Refused:
    """It will not take the batch as it is: reasons for a person."""

    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Again:
    """Not now; try again."""

    reason: str


Outcome = Sent | Refused | Again


@dataclass(frozen=True)
class Remark:
    """One thing `check` looked at: a sentence a person can act on."""

    what: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Context:
    """What an adapter is given: plain options and the secret ones in clear."""

    options: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)


class Payments:
    """Parent of every payment adapter."""

    code: ClassVar[str]
    title: ClassVar[str]
    Options: ClassVar[type[Schema]]
    secret_options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: Context) -> None:
        self.context = context

    def check(self) -> list[Remark]:
        """Look at settings, reach and credentials without leaving a payment behind."""
        raise NotImplementedError

    def send(self, batch: Batch) -> Outcome:
        raise NotImplementedError

    def poll(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(a name for `settle`, body of a result) of everything that lies ready; again until it is settled."""
        return []

    def settle(self, names: Sequence[str]) -> None:
        """These results are kept on our side."""

    def close(self) -> None:
        """Give back connections; the instance is not used again."""


def body_of(batch: Batch) -> dict[str, Any]:
    """A batch as JSON: amounts as text with two places, so that nobody rounds."""
    return {
        "version": "1",
        "batch": batch.number,
        "department": batch.department,
        "count": len(batch.orders),
        "amount": f"{batch.amount:.2f}",
        "callback": batch.callback,
        "orders": [
            {
                "order": order.number,
                "payee": order.payee,
                "uscc": order.uscc,
                "bank": order.bank,
                "account": order.account,
                "amount": f"{order.amount:.2f}",
                "purpose": order.purpose,
            }
            for order in batch.orders
        ],
    }
