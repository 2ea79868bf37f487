"""The simulated department does what its options say."""

import json
import threading

import httpx
import pytest
from werkzeug.serving import make_server

from redemption.adapters.simulator.faults import Faults
from redemption.adapters.simulator.main import FAULT_WORDS, main
from redemption.adapters.simulator.server import make_app
from redemption.adapters.simulator.store import Store
from redemption.dispatch.port.signing import SigningKey, new_secret, signed_headers
from redemption.kernel import clock

KEY = SigningKey("k", "v1", new_secret())


@pytest.fixture
def department(tmp_path):
    running = []

    def start(**faults) -> tuple[Store, str]:
        store = Store(tmp_path)
        server = make_server("127.0.0.1", 0, make_app("D", (KEY,), store, Faults(**faults), auto=False))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        running.append(server)
        return store, f"http://127.0.0.1:{server.server_port}/referrals"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def send(address: str) -> httpx.Response:
    key = "ZB-1.1"
    body = json.dumps({"key": key, "referral": "ZB-1", "kind": "submission", "sequence": 1}).encode()
    headers = {"idempotency-key": key, **signed_headers([KEY], key, clock.now(), body)}
    return httpx.post(address, content=body, headers=headers, trust_env=False)


def test_a_lost_answer_is_a_broken_connection_and_the_case_is_kept_once(department):
    store, address = department(lost=1.0)
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            send(address)
    assert (store.counts()["cases"], store.counts()["deliveries"]) == (1, 2)


@pytest.mark.parametrize(
    ("faults", "status"), [({}, 200), ({"errors": 1.0}, 500), ({"later": 1.0}, 202), ({"skew": 301.0}, 401)]
)
def test_what_each_fault_answers(department, faults, status):
    _, address = department(**faults)
    assert send(address).status_code == status


def test_help_is_in_chinese_and_names_every_fault(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for name, words in FAULT_WORDS.items():
        assert f"--{name}" in said
        assert words in said
    assert "启动一个模拟部门" in said
