"""The registry contract: where enterprises' data are looked up (数据共享, article 27 of the Measure; 条例 32).

A registry is a class with a marshmallow schema for its options, registered under the entry-point group
`redemption.registries`. It is asked one `Question` at a time and says in an `Answer` what came of it; it never raises
for something the other side did, knows no database of ours, and one instance serves several threads.

    class Mine(Registry):
        code, title, Options = "mine", "我的登记系统", MineOptions
        def check(self): ...
        def look_up(self, question): ...
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from marshmallow import Schema

GROUP = "redemption.registries"


@dataclass(frozen=True)
class Question:
    """What is asked, about whom, by whom and why: the other side may write all of it into its own log.

    `key` is the same at every try. `reference` is the number of the submission or application it is for.
    """

    key: str
    subject: str
    uscc: str
    purpose: str
    reference: str
    asked_by: str


@dataclass(frozen=True)
class Found:
    """The enterprise is known. `facts` by the names of `sharing.rules.FACTS`; others are dropped by the caller."""

    facts: Mapping[str, Any]
    as_of: str = ""
    """Day of the registry's data (ISO), if it says so."""


@dataclass(frozen=True)
class Unknown:
    """The registry has nothing about this enterprise."""


@dataclass(frozen=True)
class Silent:
    """No answer now: `reason` is a sentence for a person. `final`: asking again would not help."""

    reason: str
    final: bool = False


Answer = Found | Unknown | Silent


@dataclass(frozen=True)
class Remark:
    """One thing `check` looked at: a sentence a person can act on."""

    what: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Context:
    """What a registry is given: plain options and the secret ones in clear."""

    options: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)


class Registry:
    """Parent of every registry."""

    code: ClassVar[str]
    title: ClassVar[str]
    Options: ClassVar[type[Schema]]
    secret_options: ClassVar[tuple[str, ...]] = ()
    """Names of options that are kept encrypted and never shown again."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def check(self) -> list[Remark]:
        """Look at settings, reach and credentials without asking about anybody."""
        raise NotImplementedError

    def look_up(self, question: Question) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        """Give back connections; the instance is not used again."""
