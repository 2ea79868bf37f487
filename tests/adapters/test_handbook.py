"""The receiving departments of the handbook work as they are printed."""

import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from redemption.dispatch.port import Context, known_adapters
from redemption.dispatch.port.contract import run
from redemption.dispatch.port.signing import SigningKey, new_secret
from tests.dispatch.line import free_port, until

HANDBOOK = Path(__file__).parents[2] / "docs" / "integrators"


def contract(port: int, secret: str):
    key = SigningKey("k", "v1", secret)
    context = Context("D", {"endpoint": f"http://127.0.0.1:{port}", "timeout": 5}, {}, (key,))
    adapter = known_adapters()["http"](context)
    try:
        return run(adapter, context)
    finally:
        adapter.close()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.chaos
def test_sixty_lines_of_python(tmp_path):
    assert len((HANDBOOK / "receiver.py").read_text("utf-8").splitlines()) <= 60
    port, secret = free_port(), new_secret()
    process = subprocess.Popen(
        [sys.executable, str(HANDBOOK / "receiver.py"), str(port), secret],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: listening(port))
        report = contract(port, secret)
        assert report.passed, report.text("python")
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.chaos
@pytest.mark.skipif(shutil.which("javac") is None, reason="no Java here")
def test_java(tmp_path):
    subprocess.run(
        ["javac", "-d", str(tmp_path), str(HANDBOOK / "Receiver.java")], check=True, capture_output=True
    )
    port, secret = free_port(), new_secret()
    process = subprocess.Popen(
        ["java", "-cp", str(tmp_path), "Receiver", str(port), secret], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: listening(port), 30)
        report = contract(port, secret)
        assert report.passed, report.text("java")
    finally:
        process.terminate()
        process.wait(10)


def test_the_example_of_the_protocol_is_a_payload():
    from redemption.dispatch.port.payload import faults

    text = (HANDBOOK / "protocol.md").read_text("utf-8")
    example = text.split('\n\n{"version"', 1)[1].split("\n```", 1)[0]
    assert faults(json.loads('{"version"' + example)) == {}


def test_every_error_code_of_the_handbook_exists():
    text = (HANDBOOK / "protocol.md").read_text("utf-8").split("## 5.")[1]
    source = "".join(
        path.read_text("utf-8")
        for folder in ("dispatch", "decisions", "kernel", "web")
        for path in (HANDBOOK.parents[1] / "redemption" / folder).rglob("*.py")
    )
    cells = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `") and "`code`" not in row]
    codes = [code for cell in cells for code in cell.split("`")[1::2]]
    assert codes
    for code in codes:
        assert f'"{code}"' in source, code


@pytest.mark.chaos
def test_the_printed_page_of_a_simulator_is_small_and_plain(tmp_path):
    from tests.dispatch.line import Simulator

    department = Simulator("D", "http://127.0.0.1:9", new_secret(), tmp_path)
    try:
        with urllib.request.urlopen(department.endpoint, timeout=5) as answer:
            page = answer.read().decode()
        assert "还没有收到转办的案件" in page
        assert "<script" not in page
    finally:
        department.stop()
