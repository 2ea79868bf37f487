"""A job's ground: its transaction, its log lines, and the register of what handles which topic.

    @job("application.submitted")                 # effect and done-mark in one transaction: once, exactly
    def submitted(session, payload): …

    @outside_job("parcel.ready")                  # calls the outside world; at least once, claims for itself
    def deliver(runtime, payload): …

    @periodic("duties.sweep", every=60)           # or cron="5 * * * *"; two at once are harmless
    def sweep(runtime): …

The queue holds doorbells only: `drain(topic)` claims outbox rows until none is ready.
"""

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
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
OutsideHandler = Callable[["Runtime", Payload], None]
PeriodicHandler = Callable[["Runtime"], None]

BATCH = 20


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


@dataclass(frozen=True)
class Registered:
    """One topic's job."""

    topic: str
    handler: Callable[..., None]
    outside: bool
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
        _add(Registered(topic, handler, False, queue, outbox.LEASE))
        return handler

    return register


def outside_job(
    topic: str, *, queue: str = "default", lease: dt.timedelta = outbox.LEASE
) -> Callable[[OutsideHandler], OutsideHandler]:
    """Register the one job of a topic that calls the outside world, in no transaction."""

    def register(handler: OutsideHandler) -> OutsideHandler:
        _add(Registered(topic, handler, True, queue, lease))
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
    handled = 0
    while handled < most:
        with unit_of_work(parts.database) as session:
            rows = outbox.claim(session, [registered.topic], limit=BATCH, lease=registered.lease)
        if not rows:
            return handled
        for row in rows:
            handle(registered, parts, row)
            handled += 1
    return handled


def handle(registered: Registered, parts: Runtime, row: Claimed) -> bool:
    """Run one claimed row; a failure gives it back with a pause. Returns whether it went through."""
    structlog.contextvars.bind_contextvars(topic=row.topic, row=row.id, key=row.key)
    try:
        if registered.outside:
            registered.handler(parts, row.payload)
            with unit_of_work(parts.database) as session:
                outbox.finish(session, row)
        else:
            with unit_of_work(parts.database) as session:
                if outbox.hold(session, row):
                    registered.handler(session, row.payload)
                    outbox.finish(session, row)
    except Exception as error:
        log.exception("job_failed", attempts=row.attempts + 1)
        with unit_of_work(parts.database) as session:
            outbox.fail(session, row, f"{type(error).__name__}: {error}")
        return False
    finally:
        structlog.contextvars.clear_contextvars()
    return True
