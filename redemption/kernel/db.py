"""The database: one PostgreSQL, declared in typed SQLAlchemy.

`Database` holds the engine of a process; sessions come from `redemption.kernel.uow` and nowhere else.
All times are stored as `timestamptz` in UTC; days that people mean (a publication date) are plain dates.
"""

import datetime as dt
import select
import time
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import BigInteger, DateTime, MetaData, Numeric, String, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ASK_AFTER = 30.0
"""Seconds a connection may lie unused before it is asked whether its server is still there."""

Json = dict[str, Any]
"""A JSON object as kept in a JSONB column."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment. Refuses naive datetimes, because a naive time is a guess about a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Parent of every table. Python types map to columns here, so that models stay short."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own protocol
        dt.datetime: UtcDateTime(),
        Decimal: Numeric(16, 2),
        Json: JSONB(),
        list[Json]: JSONB(),
        list[str]: JSONB(),
        str: String(),
    }


class Identified:
    """A table with a numeric key of its own. The key never leaves the system: addresses show numbers or codes."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True, sort_order=-1)


class Database:
    """The engine of this process and its sessions.

    Args:
        url: a libpq or SQLAlchemy address of a PostgreSQL database.
        pool_size: connections kept open; a web process needs one a thread, a worker two.
    """

    def __init__(self, url: str, *, pool_size: int = 5, application_name: str = "redemption") -> None:
        self.url = sqlalchemy_url(url)
        self.engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args={"application_name": application_name, "options": "-c timezone=UTC"},
        )
        event.listen(self.engine, "checkin", _note_return)
        event.listen(self.engine, "checkout", _refuse_dead)
        self.sessions: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)

    def dispose(self) -> None:
        """Close every pooled connection; call before forking and at the end of a process."""
        self.engine.dispose()


def _note_return(connection: Any, record: Any) -> None:
    record.info["returned"] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, proxy: Any) -> None:
    """Hand out no connection whose server went away; the pool opens a new one instead.

    A server that ends closes the socket, and a closed socket is readable although nothing was asked: looking costs
    a hundredth of the question `SELECT 1`, which is asked only where something is there to read or where the
    connection has lain unused for so long that a firewall may have forgotten it.
    """
    returned = record.info.get("returned")
    if returned is None:
        return
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if not poll.poll(0) and time.monotonic() - returned < ASK_AFTER:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def sqlalchemy_url(url: str) -> str:
    """Name psycopg 3 as the driver in a plain `postgresql://` address."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
