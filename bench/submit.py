"""Handing in: a complete draft with three files, against a bare handler that writes the same rows.

Both run under gunicorn with the same workers and threads on the same database, loaded in turns by 32 connections. The bare one takes the rows of a real submission and writes copies of them with psycopg in one commit:
no reading, no checking, no sign-in, no token. What is measured is how much of that remains when all of it is there.
"""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask
import psycopg
from flask_wtf.csrf import generate_csrf
from psycopg import sql
from psycopg.types.json import Jsonb

from bench.copies import copy_drafts
from redemption import local, migrate
from redemption.app import create_app
from redemption.applications import queries, service
from redemption.config import Settings
from redemption.kernel.db import Database
from redemption.kernel.storage import open_storage
from redemption.kernel.uow import unit_of_work

CONNECTIONS = 32
DRAFTS = 1600
BARE = 3600
ROUNDS = 8
WARM = 96
WORKERS, THREADS = 2, 4
VAR = Path("var/bench-submit")
DECLARED = {"declarations.truth": "1", "declarations.consent": "1"}


def run() -> dict[str, dict[str, Any]]:
    """Throughput of both, their ratio, and the slowest hundredth of real submissions in medians."""
    VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="submit-", dir=VAR))
    try:
        return _measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path) -> dict[str, dict[str, Any]]:
    server = local.start_postgres(local.data_folder(VAR, "postgres"))
    name = f"submit_{os.getpid()}"
    url = local.database(server, name)
    settings = Settings(
        database_url=url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key="secret-of-the-bench-0123456789-0123456789",
        field_keys=("key-of-the-tests-only-0123456789-0123456789",),
        audit_key="11" * 32,
        base_url="http://127.0.0.1",
        storage=str(folder / "files"),
        var=folder,
        log_level="ERROR",
    )
    try:
        cookie, token, rows = _prepare(settings)
        (folder / "rows.json").write_text(json.dumps(rows, default=str))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        body = urlencode({**DECLARED, "csrf_token": token}).encode()
        headers = {"Cookie": f"session={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        with (
            _serving("bench.submit:bare()", settings, folder) as (bare_port, _),
            _serving("wsgi:application", settings, folder) as (port, pid),
        ):
            bare = _Side(bare_port, 204, lambda n: (f"/bare/{n}", b"", {}))
            real = _Side(port, 303, lambda n: (f"/apply/R-{n:06d}/check", body, headers))
            bare.load(WARM, count=False)
            real.load(WARM, count=False)
            began = _cpu(pid)
            # in turns, so that whatever else the machine does falls on both alike
            for _ in range(ROUNDS):
                bare.load((BARE - WARM) // ROUNDS)
                real.load((DRAFTS - WARM) // ROUNDS)
            cpu = (_cpu(pid) - began) / len(real.times)
        _check(url, WARM + (DRAFTS - WARM) // ROUNDS * ROUNDS)
    finally:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    median, p99 = statistics.median(real.times), statistics.quantiles(real.times, n=100)[98]
    return {
        "submit.bare": {"value": bare.rate, "unit": "requests/s", "bar": None, "better": "higher"},
        "submit.throughput": {"value": real.rate, "unit": "requests/s", "bar": None, "better": "higher"},
        "submit.ratio": {"value": real.rate / bare.rate, "unit": "of bare", "bar": 0.35, "better": "higher"},
        "submit.cpu": {"value": cpu * 1000, "unit": "ms a request", "bar": None, "better": "lower"},
        "submit.median": {"value": median * 1000, "unit": "ms", "bar": None, "better": "lower"},
        "submit.p99": {"value": p99 / median, "unit": "medians", "bar": 5.0, "better": "lower"},
    }


# --- the ground: one real submission, and many copies of a complete draft ------------------------------------------


def _prepare(settings: Settings) -> tuple[str, str, dict[str, list[dict[str, Any]]]]:
    from tests.applications.cases import DECLARED as TICKED
    from tests.applications.cases import make_stage
    from tests.factories import make_world

    database = Database(settings.database_url)
    migrate.upgrade(database)
    storage = open_storage(settings.storage)
    with unit_of_work(database) as session:
        world = make_world(session)
        # several applications of the item at once: one enterprise hands in all the copies
        stage = make_stage(session, world, storage, money_rules={"several": True})  # type: ignore[arg-type]
        pattern = stage.draft()
        sheet = queries.sheet(session, stage.filer, pattern.number)
        stage.upload(pattern, sheet.needs()[0].key, body=b"%PDF-1.4 the third file\n%%EOF\n")
        first = stage.draft()
        ids = (pattern.id, first.id)
        person, post, epoch = world.people["qiye"], stage.filer.post_id, world.people["qiye"].session_epoch
        identity = {"person": person.id, "post": post, "epoch": epoch}
        filer = stage.filer
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        copy_drafts(connection, ids[0], "R", DRAFTS)
        copy_drafts(connection, ids[0], "B", BARE)
        before = _marks(connection)
    with unit_of_work(database) as session:
        number = session.get_one(type(pattern), ids[1]).number
        service.submit(session, filer, number, declared=TICKED)
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        rows = _written_since(connection, before)
    app = create_app(settings, database, storage)
    with app.test_request_context():
        flask.session.update(identity)
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = serializer.dumps(dict(flask.session))
    database.dispose()
    return cookie, token, rows


TABLES = ("document", "application_event", "outbox", "audit_entry", "message", "message_delivery")


def _marks(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return {
        table: (connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone() or (0,))[0]
        for table in TABLES
    }


def _written_since(
    connection: psycopg.Connection[Any], before: dict[str, int]
) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [
            row[0]
            for row in connection.execute(
                f"SELECT to_jsonb(t) - 'id' FROM {table} t WHERE id > %s", (before[table],)
            )
        ]
        for table in TABLES
    }


def _check(url: str, count: int) -> None:
    """Every copy is a received application with its event, receipt and outbox row, once."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*), count(DISTINCT e.application_id), count(DISTINCT s.receipt_id) FROM submission s "
            "JOIN application a ON a.submission_id = s.id LEFT JOIN application_event e ON e.application_id = a.id "
            "WHERE s.number LIKE 'R-%' AND a.status = 'received'"
        ).fetchone()
    if found != (count, count, count):
        raise RuntimeError(f"not all drafts were received once: {found}, not {count}")


# --- the bare handler ----------------------------------------------------------------------------------------------


def bare() -> flask.Flask:
    """The same rows by psycopg in one commit; values are those of a real submission."""
    app = flask.Flask("bare")
    rows = json.loads((Path(os.environ["BENCH_FOLDER"]) / "rows.json").read_text())
    url = os.environ["DATABASE_URL"].replace("+psycopg", "")
    here = threading.local()
    inserts = {table: [_insert(table, row) for row in found] for table, found in rows.items()}

    @app.post("/bare/<int:n>")
    def hand_in(n: int) -> tuple[str, int]:
        connection = getattr(here, "connection", None)
        if connection is None:
            connection = here.connection = psycopg.connect(url)
        with connection.cursor() as cursor:
            _write(cursor, inserts, n)
        connection.commit()
        return "", 204

    return app


Insert = tuple[str, dict[str, Any]]


def _insert(table: str, row: dict[str, Any]) -> Insert:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f"%({name})s" for name in row)
    back = " RETURNING id" if table in ("document", "message") else ""
    plain = {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()}
    if table == "audit_entry":
        plain["hash"] = b"\0" * 32
    return f"INSERT INTO {table} ({names}) VALUES ({values}){back}", plain


def _write(cursor: psycopg.Cursor[Any], inserts: dict[str, list[Insert]], n: int) -> None:
    number, received = f"B-{n:06d}", inserts["application_event"][0][1]["at"]
    statement, row = inserts["document"][0]
    cursor.execute(statement, {**row, "number": f"HZ-{number}", "code": number})
    (document,) = cursor.fetchone() or (0,)
    cursor.execute(
        "UPDATE submission SET received_at = %s, entered_at = %s, saved_at = %s, declarations = %s, receipt_id = %s, "
        "version = version + 1 WHERE number = %s",
        (received, received, received, Jsonb({}), document, number),
    )
    cursor.execute(
        "UPDATE application SET status = 'received', received_at = %s, due_at = %s, due_kind = 'acceptance', "
        "version = version + 1 WHERE number = %s RETURNING id",
        (received, received, f"{number}-01"),
    )
    (application,) = cursor.fetchone() or (0,)
    for statement, row in inserts["application_event"]:
        cursor.execute(statement, {**row, "application_id": application, "document_id": document})
    for statement, row in inserts["outbox"]:
        cursor.execute(statement, {**row, "key": number})
    for statement, row in inserts["audit_entry"]:
        chain = f"application:{application}"
        cursor.execute("INSERT INTO audit_chain (chain, seq, hash) VALUES (%s, 1, %s)", (chain, b"\0" * 32))
        cursor.execute(statement, {**row, "chain": chain})
    statement, row = inserts["message"][0]
    cursor.execute(statement, {**row, "once": number})
    (message,) = cursor.fetchone() or (0,)
    for statement, row in inserts["message_delivery"]:
        cursor.execute(statement, {**row, "message_id": message})


# --- gunicorn and the load -----------------------------------------------------------------------------------------


@contextmanager
def _serving(target: str, settings: Settings, folder: Path) -> Iterator[tuple[int, int]]:
    """The port of a gunicorn, and its process."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "REDEMPTION_SECRET_KEY": settings.secret_key,
        "REDEMPTION_FIELD_KEYS": ",".join(settings.field_keys),
        "REDEMPTION_AUDIT_KEY": settings.audit_key,
        "REDEMPTION_STORAGE": settings.storage,
        "REDEMPTION_VAR": str(folder),
        "REDEMPTION_LOG_LEVEL": "ERROR",
        "BENCH_FOLDER": str(folder),
    }
    process = subprocess.Popen(
        [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                target,
                "--bind",
                f"127.0.0.1:{port}",
                "--log-level",
                "error",
            ),
            *(
                "--workers",
                str(WORKERS),
                "--threads",
                str(THREADS),
                "--worker-class",
                "gthread",
                "--keep-alive",
                "30",
            ),
        ],
        env=environment,
    )
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("gunicorn ended before it served")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


Request = Callable[[int], tuple[str, bytes, dict[str, str]]]


class _Side:
    """One of the two servers under load; requests are numbered on from round to round."""

    def __init__(self, port: int, status: int, request: Request) -> None:
        self.port, self.status, self.request = port, status, request
        self.next, self.seconds = 0, 0.0
        self.times: list[float] = []

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def load(self, requests: int, *, count: bool = True) -> None:
        """So many more requests, over CONNECTIONS connections that stay open."""
        numbers, lock = iter(range(self.next, self.next + requests)), threading.Lock()
        self.next += requests
        times: list[float] = []
        wrong: list[str] = []

        def work() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            mine: list[float] = []
            while True:
                with lock:
                    n = next(numbers, None)
                if n is None or wrong:
                    break
                address, body, headers = self.request(n)
                began = time.perf_counter()
                connection.request("POST", address, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                mine.append(time.perf_counter() - began)
                if answer.status != self.status:
                    wrong.append(f"{address}: {answer.status} {text[:300]!r}")
            connection.close()
            with lock:
                times.extend(mine)

        workers = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if wrong:
            raise RuntimeError(wrong[0])
        if count:
            self.seconds += time.perf_counter() - began
            self.times += times


def _cpu(parent: int) -> float:
    """Seconds of processor time that the children of a process have used."""
    tick, total = os.sysconf("SC_CLK_TCK"), 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            total += int(fields[11]) + int(fields[12])
    return total / tick
