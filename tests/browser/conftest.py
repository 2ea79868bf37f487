"""A whole system for the browser: every process of `redemption run`, with its own database, queue and data."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

from redemption import local
from redemption.seed.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
START = 240
"""Seconds a start with demonstration data may take on a busy machine."""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("system"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class System:
    """The running system: its address and the demonstration department's."""

    def __init__(self, address: str, department: str) -> None:
        self.address = address
        self.department = department


@contextlib.contextmanager
def started(var: Path) -> Iterator[System]:
    """`redemption run` as a newcomer starts it; stopped, and its data removed, at the end."""
    port, log = free_port(), var / "run.log"
    keep = {name: value for name, value in os.environ.items() if not name.startswith("REDEMPTION_")}
    keep.pop("DATABASE_URL", None)
    keep.pop("REDIS_URL", None)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "redemption.cli", "run", "--port", str(port)],
            cwd=ROOT,
            env={**keep, "REDEMPTION_VAR": str(var), "REDEMPTION_SIGN_IN_LIMIT": "1000 per minute"},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", process, log)
        department = _line(log, "演示部门系统").split()[-1]
        yield System(f"http://127.0.0.1:{port}", department)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        data = local.data_folder(var, "postgres").parent
        if data.name.startswith("redemption-"):
            shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def system(tmp_path_factory) -> Iterator[System]:
    """One running system for all browser tests; `REDEMPTION_TEST_SYSTEM=address,department` takes one that runs."""
    given = os.environ.get("REDEMPTION_TEST_SYSTEM")
    if given:
        yield System(*given.split(","))
        return
    with started(tmp_path_factory.mktemp("system")) as made:
        yield made


def _wait_for(address: str, process, log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200 and "Ctrl-C" in log.read_text("utf-8", "replace"):
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError("not ready in time: " + log.read_text("utf-8", "replace")[-3000:])


def _line(log: Path, words: str) -> str:
    return next(line for line in log.read_text("utf-8", "replace").splitlines() if words in line)


class Person:
    """Somebody at a browser: signs in, goes to pages, and every page they see is looked over, at each width."""

    def __init__(self, browser, system: System, login: str, *widths: int) -> None:
        self._widths = widths
        self.context = browser.new_context(
            base_url=system.address,
            viewport={"width": widths[0], "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        self.seen: set[str] = set()
        if login:
            self.page.goto("/sign-in")
            self.page.fill("[name=login]", login)
            self.page.fill("[name=password]", PASSWORD)
            self.page.get_by_role("main").get_by_role("button", name="登录").click()
            self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def go(self, address: str) -> Page:
        answer = self.page.goto(address)
        assert answer.status < 400, f"{address}: {answer.status}"
        return self.look()

    def look(self) -> Page:
        """No violation that axe can find, nothing wider than the window, no complaint of the browser."""
        page = self.page
        page.wait_for_load_state("load")
        for width in (*self._widths[1:], self._widths[0]):  # and back to the first
            if len(self._widths) > 1:
                page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page)["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:300]) for one in found] == [], (page.url, width)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{page.url} is {wide} px wider than {width} px"
        assert self.complaints == [], page.url
        return page

    def press(self, name: str, exact: bool = True) -> Page:
        """Press a button or follow a link of the page's main part, and look at what comes."""
        main = self.page.get_by_role("main")
        button = main.get_by_role("button", name=name, exact=exact)
        target = button if button.count() else main.get_by_role("link", name=name, exact=exact)
        with self.page.expect_navigation():
            target.first.click()
        return self.look()

    def enter(self) -> Page:
        """Press Enter in a form."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self.look()

    def follow(self, words: str) -> Page:
        """Follow the first link of the main part with these words in it."""
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("link", name=words).first.click()
        return self.look()

    def until(self, words: str, seconds: float = 25) -> Page:
        """Load the page again until it says so: workers and other systems take their time."""
        end = time.monotonic() + seconds
        while words not in self.page.inner_text("main"):
            assert time.monotonic() < end, (
                f"{self.page.url} never said {words}: {self.page.inner_text('main')[:800]}"
            )
            self.page.wait_for_timeout(400)
            self.page.reload()
        return self.look()


@pytest.fixture
def person(chromium, system):
    """`person("qiye")`: that account at a browser; `person("")`: the public; widths of the window in pixels."""
    made: list[Person] = []

    def make(login: str, *widths: int) -> Person:
        made.append(Person(chromium, system, login, *(widths or (1280,))))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
