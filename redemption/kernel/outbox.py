"""The outbox: what must happen after a commit, written in the same transaction.

A service that wants something done later, or done elsewhere, calls `publish(session, topic, key, ...)`. The row
commits with the change it belongs to, or not at all. The relay looks several times a second (one small partial
index; NOTIFY would make commits wait for each other) and rings the queue; a job claims rows with a lease and
handles them (`workers.runtime`). Lose the queue, and the relay's next look finds the rows again; kill a job, and
the lease runs out. A topic has exactly one job (`workers.routes`).

Payloads are ids and small facts, never objects: the job loads again what it needs.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from redemption.kernel import clock
from redemption.kernel.db import Base, Identified, Json

LEASE = dt.timedelta(minutes=2)
RETRY_STEPS = (1, 5, 30, 120, 600, 3600)
"""Seconds to wait after the first, second, … failure; the last one repeats for ever: a row is never dropped."""


class OutboxRow(Identified, Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_open", "topic", "not_before", postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_done", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    topic: Mapped[str]
    key: Mapped[str]
    payload: Mapped[Json]
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[dt.datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    done_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]


@dataclass(frozen=True)
class Claimed:
    """A row a worker holds until its lease ends."""

    id: int
    topic: str
    key: str
    payload: dict[str, Any]
    attempts: int
    token: uuid.UUID


def publish(
    session: Session, topic: str, key: str | int, *, not_before: dt.datetime | None = None, **payload: Any
) -> None:
    """Add one row. `key` names the subject (an id or number) for people who read the table."""
    now = clock.now()
    session.add(
        OutboxRow(topic=topic, key=str(key), payload=payload, created_at=now, not_before=not_before or now)
    )


def claim(
    session: Session, topics: Sequence[str], *, limit: int = 20, lease: dt.timedelta = LEASE
) -> list[Claimed]:
    """Take up to `limit` ready rows for this worker; the caller commits the claim before it works."""
    now = clock.now()
    ready = (
        select(OutboxRow.id)
        .where(
            OutboxRow.topic.in_(topics),
            OutboxRow.done_at.is_(None),
            OutboxRow.not_before <= now,
            (OutboxRow.lease_until.is_(None)) | (OutboxRow.lease_until < now),
        )
        .order_by(OutboxRow.not_before, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    token = uuid.uuid4()
    rows = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ready.scalar_subquery()))
        .values(lease_until=now + lease, lease_token=token)
        .returning(OutboxRow.id, OutboxRow.topic, OutboxRow.key, OutboxRow.payload, OutboxRow.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return sorted((Claimed(*row, token) for row in rows), key=lambda row: row.id)


def hold(session: Session, row: Claimed) -> bool:
    """Lock a claimed row for the rest of the transaction; False when somebody else finished or took it."""
    found = session.scalar(
        select(OutboxRow.id)
        .where(OutboxRow.id == row.id, OutboxRow.lease_token == row.token, OutboxRow.done_at.is_(None))
        .with_for_update()
    )
    return found is not None


def take_bells(session: Session, topic: str) -> int:
    """Mark every ready row of a topic as done, because one look at the tables answers them all; how many there were.

    Only for topics whose work a sweep would find without them.
    """
    now = clock.now()
    ready = (
        select(OutboxRow.id)
        .where(OutboxRow.topic == topic, OutboxRow.done_at.is_(None), OutboxRow.not_before <= now)
        .with_for_update(skip_locked=True)
    )
    done = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ready.scalar_subquery()))
        .values(done_at=now, lease_until=None, last_error=None)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def finish(session: Session, *rows: Claimed) -> None:
    """Mark held rows of one claim as done."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([row.id for row in rows]), OutboxRow.lease_token == rows[0].token)
        .values(done_at=clock.now(), lease_until=None, last_error=None)
        .execution_options(synchronize_session=False)
    )


def fail(session: Session, row: Claimed, error: str) -> None:
    """Give a row back with the reason; it is tried again after a growing pause."""
    wait = RETRY_STEPS[min(row.attempts, len(RETRY_STEPS) - 1)]
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.lease_token == row.token)
        .values(
            attempts=OutboxRow.attempts + 1,
            not_before=clock.now() + dt.timedelta(seconds=wait),
            lease_until=None,
            last_error=error[:2000],
        )
        .execution_options(synchronize_session=False)
    )


def release(session: Session, row: Claimed) -> None:
    """Give a row back untouched, for the next worker (a job that is told to stop)."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.lease_token == row.token)
        .values(lease_until=None)
        .execution_options(synchronize_session=False)
    )


def ready_topics(session: Session) -> list[str]:
    """Topics with at least one row that could be claimed now."""
    now = clock.now()
    return list(
        session.scalars(
            select(OutboxRow.topic)
            .where(
                OutboxRow.done_at.is_(None),
                OutboxRow.not_before <= now,
                (OutboxRow.lease_until.is_(None)) | (OutboxRow.lease_until < now),
            )
            .distinct()
        )
    )


@dataclass(frozen=True)
class Backlog:
    """How one topic stands: open rows, the oldest one's age in seconds, rows that failed three times or more."""

    topic: str
    open: int
    oldest_seconds: float
    failing: int


def backlog(session: Session) -> list[Backlog]:
    """Open rows by topic, for the system page and the metrics."""
    rows = session.execute(
        select(
            OutboxRow.topic,
            func.count(),
            func.min(OutboxRow.created_at),
            func.count().filter(OutboxRow.attempts >= 3),
        )
        .where(OutboxRow.done_at.is_(None))
        .group_by(OutboxRow.topic)
        .order_by(OutboxRow.topic)
    )
    now = clock.now()
    return [Backlog(topic, count, (now - oldest).total_seconds(), bad) for topic, count, oldest, bad in rows]


def forget_done(session: Session, older_than: dt.timedelta = dt.timedelta(days=7)) -> int:
    """Delete rows done long ago; returns how many."""
    cut = clock.now() - older_than
    gone = session.execute(
        text("DELETE FROM outbox WHERE done_at IS NOT NULL AND done_at < :cut"), {"cut": cut}
    )
    return gone.rowcount  # type: ignore[attr-defined]
