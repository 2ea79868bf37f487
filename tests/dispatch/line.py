"""A whole line for tests: the application served on a port, couriers, and departments as processes of their own."""

import dataclasses
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.serving import make_server

from redemption.app import create_app
from redemption.applications import queries as applications
from redemption.applications.models import Application
from redemption.config import Settings
from redemption.dispatch import configuring
from redemption.dispatch.claiming import Outfit
from redemption.dispatch.delivery import Courier
from redemption.dispatch.models import Connection
from redemption.dispatch.port.signing import new_secret
from redemption.dispatch.service import refer
from redemption.identity.models import Department, Enterprise
from redemption.identity.rules import Actor, Role, system_actor
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.secrets import Signer
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from redemption.kernel.uscc import make_uscc
from tests.applications.cases import Stage, make_stage
from tests.factories import BOX, make_world

ROOT = Path(__file__).resolve().parents[2]
ADMINISTRATOR = Actor(1, "管理员", Role.ADMINISTRATOR)
TESTER = system_actor("test")
FIELD_KEY = "key-of-the-tests-only-0123456789-0123456789"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def until(true: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Wait for something to become true; returns it. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Simulator:
    """One simulated department in a child process."""

    def __init__(self, department: str, callback: str, secret: str, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._command = [
            sys.executable, "-m", "redemption.adapters.simulator", "--port", str(self.port),
            "--department", department, "--callback", callback, "--folder", str(folder), *options,
        ]  # fmt: skip
        self._environ = {**os.environ, "REDEMPTION_SIMULATOR_SECRET": secret}
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, 20)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def read(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.endpoint}/{name}", timeout=10) as answer:
            return json.load(answer)

    def click(self, referral: str, action: str, **form: str) -> None:
        body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        request = urllib.request.Request(f"{self.endpoint}/cases/{referral}/{action}", body, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def _answers(self) -> bool:
        try:
            return bool(self.read("counts.json"))
        except OSError:
            return False


@dataclasses.dataclass
class Line:
    """Everything that has to run for a case to go to a department and come back."""

    database: Database
    storage: FolderStorage
    base_url: str
    courier: Courier
    folder: Path
    department_id: int
    secret: str

    def connect(self, adapter: str, options: dict[str, Any], **more: Any) -> int:
        with unit_of_work(self.database) as session:
            made = configuring.connect(
                session, BOX, ADMINISTRATOR, self.department_id, adapter=adapter, options=options, **more
            )
            return made.id

    def simulator(self, *options: str) -> Simulator:
        made = Simulator("QC-JX", self.base_url, self.secret, self.folder, *options)
        self.connect("http", {"endpoint": made.endpoint, "timeout": 3})
        return made

    def submit(self, stage: Stage | None = None) -> int:
        """A new application, referred; returns its id."""
        with unit_of_work(self.database) as session:
            filer = self._filer(session)
            application = dataclasses.replace(self.stage(session), filer=filer).case()
            refer(session, application.id)
            return application.id

    def _filer(self, session: Any) -> Actor:
        """Each case is another enterprise's: one enterprise has one running case of an item."""
        taken = select(Application.enterprise_id)
        enterprise = session.scalars(
            select(Enterprise).where(Enterprise.id.not_in(taken)).order_by(Enterprise.id).limit(1)
        ).first()
        if enterprise is None:
            place = session.scalar(select(Enterprise).limit(1)).jurisdiction_id
            enterprise = Enterprise(
                uscc=make_uscc(random.randrange(10**7)),
                name="清川测试企业",
                jurisdiction_id=place,
                created_at=clock.now(),
            )
            session.add(enterprise)
            session.flush()
        return dataclasses.replace(self._stage.filer, enterprise_id=enterprise.id)

    def stage(self, session: Any) -> Stage:
        world = self._world
        kept = self._stage
        return dataclasses.replace(kept, session=session, world=world)

    def status(self, application_id: int) -> str:
        with unit_of_work(self.database) as session:
            return str(session.scalar(select(Application.status).where(Application.id == application_id)))

    def pump(self, seconds: float = 5.0) -> int:
        return self.courier.pump(seconds)

    def rows(self, query: Any) -> list[Any]:
        with unit_of_work(self.database) as session:
            return list(session.execute(query).all())

    def close_breaker(self) -> None:
        """As if the pauses were over."""
        with unit_of_work(self.database) as session:
            for connection in session.scalars(select(Connection)):
                connection.open_until, connection.failures = None, 0
            from redemption.dispatch.models import Parcel

            for parcel in session.scalars(select(Parcel).where(Parcel.state == "waiting")):
                parcel.next_at = parcel.created_at

    _world: Any = None
    _stage: Any = None


@contextmanager
def running(database: Database, settings: Settings, folder: Path, **item: Any) -> Iterator[Line]:
    """Serve the application on a port of its own, over a database that the test may commit to."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    storage = FolderStorage(folder / "files")
    settings = dataclasses.replace(
        settings,
        database_url=database.url.replace("+psycopg", ""),
        base_url=base_url,
        field_keys=(FIELD_KEY,),
    )
    app = create_app(settings, database, storage)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    courier = Courier(Outfit(database, storage, BOX, Signer([settings.secret_key]), base_url), threads=8)
    secret = new_secret()
    with unit_of_work(database) as session:
        world = make_world(session)
        stage = make_stage(session, world, storage, **item)
        department = session.scalars(select(Department).where(Department.code == "QC-JX")).one()
        configuring.add_key(session, BOX, TESTER, department.id, secret=secret)
        session.flush()
        session.expunge_all()
        department_id = department.id
    line = Line(database, storage, base_url, courier, folder, department_id, secret)
    line._world, line._stage = world, stage
    try:
        yield line
    finally:
        courier.close()
        server.shutdown()
        thread.join(10)
        server.server_close()


__all__ = ["Line", "Simulator", "applications", "running", "until"]
