"""`redemption run`: every process of the system on one machine, started, watched, restarted and stopped together.

In production an init system does this (see deploy/); the processes are the same.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import click

from redemption.config import Settings
from redemption.kernel.db import Database
from redemption.migrate import upgrade

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60
GRACE = 15


@dataclass
class Child:
    """One child process; restarted when it ends by itself, slower each time it ends at once."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    quick_ends: int = 0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env={**os.environ, **self.environment}, start_new_session=True
        )
        self.started = time.monotonic()

    def watch(self) -> None:
        """Start again when it is gone."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started
        self.quick_ends = self.quick_ends + 1 if lived < 10 else 0
        if lived > min(30, 2**self.quick_ends - 1):
            click.echo(f"{self.name} ended ({self.process.returncode}); started again", err=True)
            self.start()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


def run_all(settings: Settings, *, port: int, seed: bool, department: bool) -> int:
    """Migrate, fill, start everything, print where it is, wait for Ctrl-C; returns the exit status."""
    if not _free(port):
        click.echo(f"port {port} is taken: use --port with another number", err=True)
        return 1
    database = Database(settings.database_url)
    upgrade(database)
    database.dispose()
    department_port = _any_port() if department else 0
    if seed:
        from redemption.seed import fill

        fill(settings, department_port=department_port)
    children = _children(settings, port, department_port)
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for child in children:
        child.start()
    try:
        if _wait(f"http://127.0.0.1:{port}/readyz", stopping):
            _print_welcome(settings, port, department_port)
        while not stopping:
            time.sleep(0.5)
            for child in children:
                child.watch()
    finally:
        _stop(children)
    return 0


def _children(settings: Settings, port: int, department_port: int) -> list[Child]:
    python = [sys.executable, "-m"]
    command = [*python, "redemption.cli"]
    made = [
        Child("web", [*command, "web", "--bind", f"127.0.0.1:{port}"]),
        Child("worker", [*command, "worker", "--queue", "high", "--queue", "default", "--queue", "low"]),
        Child("delivery", [*command, "worker", "--queue", "delivery", "--queue", "high"]),
        Child("relay", [*command, "relay"]),
        Child("schedule", [*command, "schedule"]),
    ]
    if department_port:
        from redemption.seed import simulator_secret

        made.append(
            Child(
                "department",
                [
                    *python,
                    "redemption.adapters.simulator",
                    "--port",
                    str(department_port),
                    "--department",
                    "QC-KJ",
                    "--callback",
                    f"http://127.0.0.1:{port}",
                    "--folder",
                    str(settings.var / "department"),
                ],
                {"REDEMPTION_SIMULATOR_SECRET": simulator_secret(settings)},
            )
        )
    return made


def _stop(children: list[Child]) -> None:
    for child in children:
        child.stop()
    end = time.monotonic() + GRACE
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()


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


def _print_welcome(settings: Settings, port: int, department_port: int) -> None:
    from redemption.seed import ACCOUNTS, PASSWORD

    click.echo(f"\n惠企政策兑现“一窗”系统  http://127.0.0.1:{port}\n")
    for account in ACCOUNTS:
        click.echo(f"  {account.role_name:　<8}{account.login:<12} {PASSWORD}   {account.place_name}")
    if department_port:
        click.echo(f"\n  演示部门系统  http://127.0.0.1:{department_port}")
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
