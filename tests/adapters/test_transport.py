"""How a department's answers are read (DESIGN §5)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from redemption.adapters.transport import Transport, outcome_of, retry_after
from redemption.dispatch.port import Alert, Context, Later, Refused, Retry, Taken
from redemption.dispatch.port.signing import SigningKey, new_secret

NOW = 1_763_600_523.0


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"number": "BM-1"}', Taken("BM-1", 200, '{"number": "BM-1"}')),
        (200, b"", Taken("", 200, "")),
        (409, b'{"number": "BM-1"}', Taken("BM-1", 409, '{"number": "BM-1"}')),
    ],
)
def test_taken(status, body, expected):
    assert outcome_of(status, {}, body, NOW) == expected


def test_409_without_a_number_is_tried_again():
    assert type(outcome_of(409, {}, b"{}", NOW)) is Retry


def test_202_waits_for_the_departments_word():
    assert isinstance(outcome_of(202, {}, b"", NOW), Later)


def test_422_carries_its_reasons_for_a_person():
    found = outcome_of(422, {}, '{"reasons": ["缺少项目编号", "金额超限"]}'.encode(), NOW)
    assert isinstance(found, Refused)
    assert found.reasons == ("缺少项目编号", "金额超限")
    assert outcome_of(422, {}, b"", NOW).reasons


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_again_and_nobody_is_alarmed(status):
    found = outcome_of(status, {"retry-after": "120"}, b"", NOW)
    assert type(found) is Retry
    assert found.retry_after == 120


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 405, 410, 418])
def test_again_and_somebody_is_told(status):
    assert isinstance(outcome_of(status, {}, b"", NOW), Alert)


def test_a_clock_that_is_off_is_not_called_a_wrong_key():
    found = outcome_of(401, {}, b'{"code":"signature_clock","message":"..."}', NOW)
    assert isinstance(found, Alert)
    assert "时钟" in found.reason
    assert "密钥" not in found.reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("Thu, 20 Nov 2025 01:03:03 GMT", 60.0),
        ("Thu, 20 Nov 2025 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after(value, expected):
    assert retry_after(value, NOW) == expected


@contextmanager
def answering(raw: bytes, *, close: bool = True, drip: float = 0.0) -> Iterator[str]:
    """A server that says exactly these bytes."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    ended = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        connection.recv(65536)
        for at in range(0, len(raw), 1 if drip else len(raw) or 1):
            try:
                connection.sendall(raw[at : at + (1 if drip else len(raw))])
            except OSError:
                break
            if drip and ended.wait(drip):
                break
        if not close:
            ended.wait(10)
        connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        thread.join(5)
        listening.close()


def sent(endpoint: str, timeout: float = 1.0):
    transport = Transport(Context("D", {}, {}, (SigningKey("k", "v1", new_secret()),)), endpoint, timeout)
    try:
        return transport.post("/referrals", {"a": 1}, "ZB-1.1")
    finally:
        transport.close()


def test_a_connection_that_breaks_is_tried_again():
    with answering(b"") as endpoint:
        assert type(sent(endpoint)) is Retry


def test_half_an_answer_is_no_answer():
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") as endpoint:
        assert type(sent(endpoint)) is Retry


def test_silence_ends_at_the_timeout():
    with answering(b"", close=False) as endpoint:
        assert type(sent(endpoint, 0.5)) is Retry


def test_an_answer_that_drips_ends_at_the_timeout_too():
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    with answering(body, drip=0.02) as endpoint:
        assert type(sent(endpoint, 0.6)) is Retry


def test_nobody_there_is_tried_again():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert type(sent(f"http://127.0.0.1:{port}")) is Retry


def test_an_endless_answer_is_cut():
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 200_000
    with answering(body, close=False) as endpoint:
        found = sent(endpoint, 2)
    assert isinstance(found, Taken)
    assert len(found.answer) <= 2000
