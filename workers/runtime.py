"""A job's ground: its transaction, its log lines, and the register of what handles which topic.

    @job("application.submitted")                 # effect and done-mark in one transaction: once, exactly
    def submitted(session, payload): …

    @together("application.submitted")            # the same for a batch at once, in as few statements as for one
    def submitted(session, payloads): …

    @outside_job("message.ready")                 # calls the outside world; at least once, claims for itself
    def send(runtime, payload): …

    @bell("parcel.ready")                         # rows say only "look": one look answers all of them
    def deliver(runtime): …

    @periodic("duties.sweep", every=60)           # or cron="5 * * * *"; two at once are harmless
    def sweep(runtime): …

The queue holds doorbells only: `drain(topic)` claims outbox rows until none is ready.
"""

import datetime as dt
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import redis
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from redemption.config import Settings
from redemption.kernel import outbox
from redemption.kernel.db import Database
from redemption.kernel.outbox import Claimed
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.storage import Storage, open_storage
from redemption.kernel.uow import unit_of_work

log = structlog.get_logger("redemption.worker")

Payload = dict[str, Any]
Handler = Callable[[Session, Payload], None]
BatchHandler = Callable[[Session, list[Payload]], None]
BellHandler = Callable[["Runtime"], None]
OutsideHandler = Callable[["Runtime", Payload], None]
PeriodicHandler = Callable[["Runtime"], None]

BATCH = 20
SPELL = 1.0
"""Seconds a worker stays with one topic while others may be waiting; what is left is rung for again."""


@dataclass
class Runtime:
    """The parts of a worker process."""

    settings: Settings
    database: Database
    storage: Storage
    box: SecretBox
    signer: Signer
    redis: redis.Redis

    @classmethod
    def from_settings(cls, settings: Settings) -> "Runtime":
        return cls(
            settings=settings,
            database=Database(settings.database_url, pool_size=2, application_name="redemption-worker"),
            storage=open_storage(settings.storage),
            box=SecretBox(settings.field_keys),
            signer=Signer([settings.secret_key]),
            redis=redis.Redis.from_url(settings.redis_url),
        )

    @property
    def audit_key(self) -> Ed25519PrivateKey:
        """Signs the hourly anchors of the audit log."""
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.settings.audit_key))

    def dispose(self) -> None:
        self.database.dispose()
        self.redis.close()


class Kind(StrEnum):
    """How a topic's rows are handled; see the decorators."""

    INSIDE = "inside"
    TOGETHER = "together"
    OUTSIDE = "outside"
    BELL = "bell"


@dataclass(frozen=True)
class Registered:
    """One topic's job."""

    topic: str
    handler: Callable[..., None]
    kind: Kind
    queue: str
    lease: dt.timedelta


@dataclass(frozen=True)
class Periodic:
    """One thing that runs again and again: every so many seconds, or at a cron time of Asia/Shanghai."""

    name: str
    handler: PeriodicHandler
    every: int | None
    cron: str | None
    queue: str


JOBS: dict[str, Registered] = {}
PERIODIC: dict[str, Periodic] = {}


def job(topic: str, *, queue: str = "default") -> Callable[[Handler], Handler]:
    """Register the one job of a topic that works inside the database only."""

    def register(handler: Handler) -> Handler:
        _add(Registered(topic, handler, Kind.INSIDE, queue, outbox.LEASE))
        return handler

    return register


def together(topic: str, *, queue: str = "default") -> Callable[[BatchHandler], BatchHandler]:
    """Register the one job of a topic that handles many rows in one transaction; one that fails is handled alone."""

    def register(handler: BatchHandler) -> BatchHandler:
        _add(Registered(topic, handler, Kind.TOGETHER, queue, outbox.LEASE))
        return handler

    return register


def bell(topic: str, *, queue: str = "default") -> Callable[[BellHandler], BellHandler]:
    """Register the one job of a topic whose rows are bells only: what is to be done stands in other tables, and a
    periodic job would find it without them."""

    def register(handler: BellHandler) -> BellHandler:
        _add(Registered(topic, handler, Kind.BELL, queue, outbox.LEASE))
        return handler

    return register


def outside_job(
    topic: str, *, queue: str = "default", lease: dt.timedelta = outbox.LEASE
) -> Callable[[OutsideHandler], OutsideHandler]:
    """Register the one job of a topic that calls the outside world, in no transaction."""

    def register(handler: OutsideHandler) -> OutsideHandler:
        _add(Registered(topic, handler, Kind.OUTSIDE, queue, lease))
        return handler

    return register


def periodic(
    name: str, *, every: int | None = None, cron: str | None = None, queue: str = "default"
) -> Callable[[PeriodicHandler], PeriodicHandler]:
    """Register something the schedule starts."""
    if (every is None) == (cron is None):
        raise ValueError("a periodic job has either a distance or a cron time")

    def register(handler: PeriodicHandler) -> PeriodicHandler:
        if name in PERIODIC:
            raise ValueError(f"{name} is registered twice")
        PERIODIC[name] = Periodic(name, handler, every, cron, queue)
        return handler

    return register


def _add(registered: Registered) -> None:
    if registered.topic in JOBS:
        raise ValueError(f"{registered.topic} has two jobs")
    JOBS[registered.topic] = registered


@functools.cache
def runtime() -> Runtime:
    """This process's parts, made on first use (after the fork)."""
    return Runtime.from_settings(Settings.from_environment())


def drain(registered: Registered, parts: Runtime, *, most: int = 1000) -> int:
    """Handle ready rows of one topic until there are none (or `most` are done); returns how many were handled."""
    if registered.kind is Kind.BELL:
        return _answer(registered, parts)
    handled, until = 0, time.monotonic() + SPELL
    while handled < most and time.monotonic() < until:
        done = _together(registered, parts) if registered.kind is Kind.TOGETHER else None
        if done is None:
            done = _one_by_one(registered, parts)
        if not done:
            return handled
        handled += done
    return handled


def _one_by_one(registered: Registered, parts: Runtime) -> int:
    with unit_of_work(parts.database) as session:
        rows = outbox.claim(session, [registered.topic], limit=BATCH, lease=registered.lease)
    for row in rows:
        handle(registered, parts, row)
    return len(rows)


def _together(registered: Registered, parts: Runtime) -> int | None:
    """A batch in one transaction; None when it failed, and somebody has to find out which row it was."""
    try:
        with unit_of_work(parts.database) as session:
            rows = outbox.claim(session, [registered.topic], limit=BATCH, lease=registered.lease)
            if rows:
                registered.handler(session, [row.payload for row in rows])
                outbox.finish(session, *rows)
            return len(rows)
    except Exception:
        log.exception("batch_failed", topic=registered.topic)
        return None


def _answer(registered: Registered, parts: Runtime) -> int:
    with unit_of_work(parts.database) as session:
        rung = outbox.take_bells(session, registered.topic)
    if rung:
        registered.handler(parts)
    return rung


def handle(registered: Registered, parts: Runtime, row: Claimed) -> bool:
    """Run one claimed row; a failure gives it back with a pause. Returns whether it went through."""
    structlog.contextvars.bind_contextvars(topic=row.topic, row=row.id, key=row.key)
    try:
        if registered.kind is Kind.OUTSIDE:
            registered.handler(parts, row.payload)
            with unit_of_work(parts.database) as session:
                outbox.finish(session, row)
        else:
            with unit_of_work(parts.database) as session:
                if outbox.hold(session, row):
                    batch = registered.kind is Kind.TOGETHER
                    registered.handler(session, [row.payload] if batch else row.payload)
                    outbox.finish(session, row)
    except Exception as error:
        log.exception("job_failed", attempts=row.attempts + 1)
        with unit_of_work(parts.database) as session:
            outbox.fail(session, row, f"{type(error).__name__}: {error}")
        return False
    finally:
        structlog.contextvars.clear_contextvars()
    return True
