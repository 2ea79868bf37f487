"""Real servers for every test: one embedded PostgreSQL, a migrated template, a database for each pytest worker.

`session` is one transaction that is rolled back at the end, whatever the test committed inside it. `database` is for
tests that need several connections or processes; they clean up by using a database of their own (`fresh_database`).
"""

import fcntl
import hashlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.orm import Session

from redemption import local, migrate
from redemption.kernel.db import Database

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test"


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """The embedded server, shared by all pytest processes on this checkout; it ends with the last of them."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "postgres.lock").open("w") as lock, warnings.catch_warnings():
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = local.start_postgres(local.data_folder(VAR, "postgres"), durable=False)
    yield server


def _schema_mark() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def template(postgres) -> str:
    """Name of a migrated, empty database; made once for each state of the migrations."""
    name = f"template_{_schema_mark()}"
    with (VAR / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
            done = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", (name,)
            ).fetchone()
            if not done:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
                made = Database(local.database(postgres, name))
                migrate.upgrade(made)
                made.dispose()
                connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
    return name


def _copy(postgres, template: str, name: str) -> str:
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return postgres.get_uri(database=name)


def _drop(postgres, name: str) -> None:
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def database_url(postgres, template) -> Iterator[str]:
    """A migrated database for this pytest process."""
    name = f"test_{os.getpid()}"
    yield _copy(postgres, template, name)
    _drop(postgres, name)


@pytest.fixture(scope="session")
def database(database_url) -> Iterator[Database]:
    made = Database(database_url, pool_size=4)
    yield made
    made.dispose()


@pytest.fixture
def session(database) -> Iterator[Session]:
    """One transaction around the test; commits inside it are savepoints."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        made = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        yield made
        made.close()
        outer.rollback()


@pytest.fixture
def fresh_database(postgres, template, request) -> Iterator[Database]:
    """A database of its own for one test, for tests that commit for real."""
    name = f"fresh_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    made = Database(_copy(postgres, template, name), pool_size=4)
    yield made
    made.dispose()
    _drop(postgres, name)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory) -> str:
    """The address of an embedded Valkey of this pytest process."""
    return local.start_valkey(tmp_path_factory.mktemp("valkey"))
