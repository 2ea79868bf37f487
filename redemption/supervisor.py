"""`redemption run`: every process of the system on one machine, started, watched, restarted and stopped together.

In production an init system does this (see deploy/); the processes are the same.
"""

import importlib
import os
import secrets
import signal
import socket
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import click

from redemption.config import Settings
from redemption.kernel.db import Database
from redemption.migrate import UnfitDatabase, upgrade

PATIENCE = 60
GRACE = 15


@dataclass
class Child:
    """One child process; restarted when it ends by itself, slower each time it ends at once.

    Children are forked, not started anew: everything is imported once, which is most of the time a start takes.
    """

    name: str
    run: Callable[[], object]
    pid: int = 0
    started: float = 0.0
    quick_ends: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            self._become()

    def _become(self) -> None:
        """In the child: run, and leave without the parent's clean-up (it would stop the database)."""
        status = 1
        try:
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            self.run()
            status = 0
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def ended(self) -> bool:
        """Whether it is gone; takes note of its end once."""
        if self.pid == 0:
            return True
        try:
            gone, _ = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            gone = self.pid
        if gone:
            self.pid = 0
            self.quick_ends = self.quick_ends + 1 if time.monotonic() - self.started < 10 else 0
        return bool(gone)

    def watch(self) -> None:
        """Start again when it is gone, after a pause that grows while it keeps ending at once."""
        if self.ended() and time.monotonic() - self.started > min(30, 2**self.quick_ends - 1):
            click.echo(f"{self.name} ended; started again", err=True)
            self.start()

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.pid:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                self.pid = 0


def run_all(settings: Settings, *, port: int, seed: bool, department: bool) -> int:
    """Migrate, fill, start everything, print where it is, wait for Ctrl-C; returns the exit status."""
    if not _free(port):
        click.echo(f"port {port} is taken: use --port with another number", err=True)
        return 1
    database = Database(settings.database_url)
    try:
        upgrade(database)
    except UnfitDatabase as error:
        click.echo(str(error), err=True)
        return 1
    finally:
        database.dispose()
    department_port = _any_port() if department else 0
    if seed:
        from redemption.seed import fill

        fill(settings, department_port=department_port)
    registry_port, known = _register(settings) if department else (0, {})
    children = _children(settings, port, department_port)
    if registry_port:
        children.append(Child("registry", lambda: _registry(settings, registry_port, known)))
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for child in children:
        child.start()
    try:
        if _wait(f"http://127.0.0.1:{port}/readyz", stopping):
            _print_welcome(settings, port, department_port, registry_port)
        while not stopping:
            time.sleep(0.5)
            for child in children:
                child.watch()
    finally:
        _stop(children)
    return 0


def _children(settings: Settings, port: int, department_port: int) -> list[Child]:
    # Workers stand above this package: they are found by name, never imported.
    main: Any = importlib.import_module("workers.main")
    importlib.import_module("redemption.app")
    made = [
        Child("web", lambda: serve_web(port)),
        Child("worker", lambda: main.work(("high", "default"), 20_000)),
        Child("delivery", lambda: main.work(("delivery", "high"), 20_000)),
        Child("documents", lambda: main.work(("low",), 20_000)),
        Child("relay", lambda: main.keep_relay(settings)),
        Child("schedule", lambda: main.keep_schedule(settings)),
    ]
    if department_port:
        made.append(Child("department", lambda: _department(settings, port, department_port)))
    return made


def serve_web(port: int) -> None:
    """gunicorn in this process, with the application loaded before its workers are forked."""
    from gunicorn.app.base import BaseApplication

    class Web(BaseApplication):
        def load_config(self) -> None:
            for name, value in {
                "bind": f"127.0.0.1:{port}",
                "workers": 2,
                "threads": 4,
                "worker_class": "gthread",
                "timeout": 120,
                "keepalive": 30,
                "preload_app": True,
                "loglevel": "warning",
                "control_socket_disable": True,
            }.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> object:
            from redemption.app import create_app
            from redemption.kernel.memory import settle

            application = create_app()
            settle()
            return application

    Web().run()


def _department(settings: Settings, port: int, department_port: int) -> None:
    from redemption.adapters.simulator.main import serve
    from redemption.seed import simulator_secret

    serve(
        department_port,
        "QC-KJ",
        f"http://127.0.0.1:{port}",
        simulator_secret(settings),
        settings.var / "department",
    )


def _register(settings: Settings) -> tuple[int, dict[str, Any]]:
    """Connect the demonstration registry at a free port; returns the port and what it shall know."""
    from redemption.kernel.secrets import SecretBox
    from redemption.kernel.uow import unit_of_work
    from redemption.seed.registering import connect_registry, facts, registry_secret

    registry_port = _any_port()
    database = Database(settings.database_url)
    with unit_of_work(database) as session:
        connect_registry(session, SecretBox(settings.field_keys), registry_port, registry_secret(settings))
        known = facts(session)
    database.dispose()
    return registry_port, known


def _registry(settings: Settings, registry_port: int, known: dict[str, Any]) -> None:
    from redemption.adapters.simulator.registry import serve
    from redemption.seed.registering import registry_secret

    serve(registry_port, registry_secret(settings), known)


def _stop(children: list[Child]) -> None:
    for child in children:
        child.stop()
    end = time.monotonic() + GRACE
    for child in children:
        while not child.ended() and time.monotonic() < end:
            time.sleep(0.05)
        child.stop(signal.SIGKILL)


def _wait(address: str, stopping: list[int]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not stopping:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.15)
    if not stopping:
        click.echo("the system did not become ready; see the lines above", err=True)
    return False


def _print_welcome(settings: Settings, port: int, department_port: int, registry_port: int) -> None:
    from redemption.seed import ACCOUNTS, PASSWORD

    click.echo(f"\n惠企政策兑现“一窗”系统  http://127.0.0.1:{port}\n")
    for account in ACCOUNTS:
        click.echo(f"  {account.role_name:　<8}{account.login:<12} {PASSWORD}   {account.place_name}")
    if department_port:
        click.echo(f"\n  演示部门系统  http://127.0.0.1:{department_port}")
        click.echo(f"  演示数据共享  http://127.0.0.1:{registry_port}")
    click.echo("\nCtrl-C 停止\n")
    sys.stdout.flush()


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    for _ in range(50):
        port = 8610 + secrets.randbelow(300)
        if _free(port):
            return port
    raise RuntimeError("no free port for the demonstration department")
