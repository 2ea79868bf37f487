"""Real servers for every test: one embedded PostgreSQL, a migrated template, a database for each pytest worker.

`session` is one transaction that is rolled back at the end, whatever the test committed inside it. `database` is for
tests that need several connections or processes; they clean up by using a database of their own (`fresh_database`).
"""

import fcntl
import hashlib
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import sync_playwright
from psycopg import sql
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from redemption import local, migrate
from redemption.app import create_app
from redemption.config import Settings
from redemption.identity.models import Post
from redemption.identity.service import issue_token
from redemption.kernel.db import Database
from redemption.kernel.storage import Storage, open_storage
from redemption.seed.world import World
from tests.factories import make_world

hypothesis.settings.register_profile("quick", max_examples=25, deadline=None)
hypothesis.settings.register_profile("full", max_examples=100, deadline=None)
hypothesis.settings.load_profile("full")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--lang=zh-CN",
]
ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test"


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """The embedded server, shared by all pytest processes on this checkout; it ends with the last of them."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "postgres.lock").open("w") as lock, warnings.catch_warnings():
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = local.start_postgres(local.data_folder(VAR, "postgres"), durable=False)
    yield server  # noqa: PT022 - the server lives as long as this generator


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
def chromium() -> Iterator[PlaywrightBrowser]:
    """One browser for this process; each test opens contexts of its own."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: the browser tests cannot run")
        pytest.skip("Chromium is missing: THE BROWSER TESTS DO NOT RUN (apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory) -> str:
    """The address of an embedded Valkey of this pytest process."""
    return local.start_valkey(tmp_path_factory.mktemp("valkey"))


@pytest.fixture
def connected(session) -> Database:
    """A `Database` whose sessions all live inside the test's transaction: for the web application and jobs."""
    made = Database.__new__(Database)
    made.url, made.engine = "", session.get_bind().engine
    made.sessions = sessionmaker(
        session.get_bind(), join_transaction_mode="create_savepoint", expire_on_commit=False
    )
    return made


@pytest.fixture
def settings(database_url, valkey, tmp_path) -> Settings:
    return _settings(database_url, valkey, tmp_path)


def _settings(database_url: str, valkey: str, var: Path) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=valkey,
        secret_key="secret-of-the-tests-0123456789-0123456789",
        field_keys=("key-of-the-tests-only-0123456789-0123456789",),
        audit_key="11" * 32,
        base_url="http://localhost",
        storage=str(var / "files"),
        var=var,
        sign_in_limit="1000 per minute",
        objection_limit="1000 per minute",
        opinion_limit="1000 per minute",
        log_level="ERROR",
    )


@pytest.fixture
def storage(settings) -> Storage:
    return open_storage(settings.storage)


@pytest.fixture(scope="session")
def application(database_url, database, valkey, tmp_path_factory) -> Flask:
    """The whole application, wired once for this process: wiring three hundred routes takes its time."""
    made = create_app(
        _settings(database_url, valkey, tmp_path_factory.mktemp("application")),
        database,
        open_storage(str(tmp_path_factory.mktemp("unused"))),
    )
    made.testing = True
    return made


@pytest.fixture
def app(application, settings, connected, storage) -> Iterator[Flask]:
    """The application on the test's transaction and the test's own storage. CSRF is on, as in life."""
    parts, views = application.extensions["redemption"], dict(application.view_functions)
    before = dict(parts)
    parts.update(settings=settings, database=connected, storage=storage)
    yield application
    parts.update(before)
    application.view_functions.clear()
    application.view_functions.update(views)


@pytest.fixture
def world(session) -> World:
    """The invented city (`redemption.seed.world`)."""
    return make_world(session)


@pytest.fixture
def browser_of(app, world) -> Callable[[str], "Browser"]:
    """`browser_of("qiye")`: a client signed in as that demonstration account; "" for nobody."""
    return lambda login: Browser(app, world, login)


class Browser:
    """A test client that posts forms the way a browser does: with the CSRF token of its session."""

    def __init__(self, app: Flask, world: World, login: str) -> None:
        self.client = app.test_client()
        if login:
            actor, person = world.actors[login], world.people[login]
            with self.client.session_transaction() as cookies:
                cookies.update(person=person.id, post=actor.post_id, epoch=person.session_epoch)

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.client.get(address, **options)

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Post a form; follow with `get` where it redirects."""
        return self.client.post(address, data={**(data or {}), "csrf_token": self.token()}, **options)

    def token(self) -> str:
        page = self.client.get("/account/post" if self._signed_in() else "/sign-in").get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, "every page carries the token"
        return found[1]

    def _signed_in(self) -> bool:
        with self.client.session_transaction() as cookies:
            return "person" in cookies


@pytest.fixture
def api_of(app, world, session) -> Callable[[str], "Program"]:
    """`api_of("qiye")`: a program with that account's bearer token; "" for none."""

    def make(login: str) -> Program:
        token = ""
        if login:
            post = session.get_one(Post, world.actors[login].post_id)
            token, _ = issue_token(session, post)
        return Program(app, token)

    return make


class Program:
    """A JSON client."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.headers = {"Accept": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )

    def request(self, method: str, address: str, json: Any = None, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(address, method=method, json=json, headers=headers, **options)

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.request("GET", address, **options)

    def post(self, address: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("POST", address, json, **options)

    def patch(self, address: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("PATCH", address, json, **options)
