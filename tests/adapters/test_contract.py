"""The one contract test, against every adapter: built in, and the third-party sample of the documentation."""

import dataclasses
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from redemption.adapters.catalog import BUILT_IN
from redemption.dispatch.port import GROUP, Context, Refused, Retry, Taken, known_adapters
from redemption.dispatch.port.contract import run
from redemption.dispatch.port.signing import SigningKey, new_secret
from tests.dispatch.line import Simulator

SAMPLE = Path(__file__).parents[2] / "docs" / "integrators" / "sample"
OUT = """CREATE TABLE redemption_out (id bigserial PRIMARY KEY, parcel_key text UNIQUE NOT NULL, kind text,
    referral text, seq int, uscc text, enterprise_name text, item_code text, item_name text, payload text)"""
IN = """CREATE TABLE redemption_in (id bigserial PRIMARY KEY, event_id text, referral text, seq int, type text,
    occurred_at timestamptz, data text)"""


@pytest.fixture
def exchange(database_url):
    """Tables of a department, in a schema of their own on PostgreSQL."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS qzk CASCADE"))
        connection.execute(text("CREATE SCHEMA qzk"))
        connection.execute(text(OUT.replace("redemption_out", "qzk.redemption_out")))
        connection.execute(text(IN.replace("redemption_in", "qzk.redemption_in")))
    yield engine, {"url": url, "out_table": "qzk.redemption_out", "in_table": "qzk.redemption_in"}
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA qzk CASCADE"))
    engine.dispose()


def passes(code: str, context: Context) -> None:
    adapter = known_adapters()[code](context)
    try:
        report = run(adapter, context)
        assert report.passed, report.text(code)
    finally:
        adapter.close()


def test_the_entry_points_are_the_catalogue():
    installed = {point.name: point.load() for point in entry_points(group=GROUP)}
    assert {code: installed[code] for code in BUILT_IN} == BUILT_IN


def test_hosted():
    passes("hosted", Context("D", {}))


def test_pull():
    passes("pull", Context("D", {}))


@pytest.mark.parametrize("mode", ["ok", "slow"])
def test_demo(mode):
    passes("demo", Context("D", {"mode": mode, "seconds": 0.1}))


def test_demo_departments_that_fail_are_found_out():
    for mode, kind in (("failing", Retry), ("refusing", Refused)):
        context = Context("D", {"mode": mode})
        report = run(known_adapters()["demo"](context), context)
        assert not report.passed
        from redemption.dispatch.port.contract import _shipment

        shipment = _shipment("ZBTEST-1", 1, "submission", None)
        assert isinstance(known_adapters()["demo"](context).send(shipment), kind)


def test_the_lying_demo_takes_it_at_the_second_try():
    from redemption.dispatch.port.contract import _shipment

    adapter = known_adapters()["demo"](Context("D", {"mode": "lying"}))
    shipment = _shipment("ZBTEST-1", 1, "submission", None)
    assert isinstance(adapter.send(shipment), Retry)
    assert isinstance(adapter.send(dataclasses.replace(shipment, attempt=2)), Taken)


def test_file_drop(tmp_path):
    passes("file_drop", Context("D", {"folder": str(tmp_path)}))
    assert len(list((tmp_path / "out").glob("*.zip"))) == 3
    assert not list((tmp_path / "out").glob("*.part"))


def test_exchange_db(exchange):
    engine, options = exchange
    passes(
        "exchange_db", Context("D", {k: v for k, v in options.items() if k != "url"}, {"url": options["url"]})
    )
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT parcel_key, enterprise_name FROM qzk.redemption_out")).all()
    assert len(rows) == 3
    assert len({row.parcel_key for row in rows}) == 3


@pytest.mark.chaos
@pytest.mark.parametrize("scheme", ["v1", "v1sm3"])
def test_http_against_a_simulated_department(tmp_path, scheme):
    secret = new_secret()
    department = Simulator("D", "http://127.0.0.1:9", secret, tmp_path, "--scheme", scheme)
    try:
        key = SigningKey("k", scheme, secret)
        passes("http", Context("D", {"endpoint": department.endpoint, "timeout": 3}, {}, (key,)))
        assert department.read("counts.json")["cases"] == 2
    finally:
        department.stop()


@pytest.mark.chaos
def test_a_department_that_checks_no_signature_fails_the_contract(tmp_path):
    department = Simulator("D", "http://127.0.0.1:9", new_secret(), tmp_path)
    try:
        key = SigningKey("k", "v1", new_secret())
        context = Context("D", {"endpoint": department.endpoint, "timeout": 3}, {}, (key,))
        adapter = known_adapters()["http"](context)
        report = run(adapter, context)
        adapter.close()
        assert not report.passed
        assert "签名" in report.text("D")
    finally:
        department.stop()


@pytest.mark.chaos
def test_the_third_party_sample_installs_and_passes(tmp_path):
    """Installed the way anybody would, into a folder of its own, found through the entry-point group."""
    target = tmp_path / "site"
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation",
            "--no-index", "--target", str(target), str(SAMPLE),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    code = f"""
import sys
sys.path.insert(0, {str(target)!r})
from redemption.dispatch.port import Context, known_adapters
from redemption.dispatch.port.contract import run
adapter = known_adapters()["sample_csv"](Context("D", {{"folder": {str(tmp_path)!r}}}))
report = run(adapter, adapter.context)
print(report.text("示例"))
sys.exit(0 if report.passed else 1)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
