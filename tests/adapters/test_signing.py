"""Signatures: the vectors that integrators get, both schemes, two live keys, clocks."""

import base64
import datetime as dt
import hashlib
import json
import re
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from docs.integrators import vectors
from redemption.dispatch.port.signing import (
    SignatureRefused,
    SigningKey,
    new_secret,
    read_secret,
    signed_headers,
    verify,
)

HANDBOOK = Path(__file__).parents[2] / "docs" / "integrators"
VECTORS = json.loads((HANDBOOK / "vectors.json").read_text("utf-8"))
NOW = dt.datetime(2026, 11, 20, 1, 2, 3, tzinfo=dt.UTC)
BODY = '{"id":"evt-1","type":"accepted","说明":"受理"}'.encode()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_published_vectors_are_what_we_compute(vector):
    key = SigningKey("k", vector["scheme"], vector["secret"])
    at = dt.datetime.fromtimestamp(vector["timestamp"], dt.UTC)
    body = vector["body"].encode()
    headers = signed_headers([key], vector["id"], at, body)
    assert headers["webhook-signature"] == vector["signature"]
    assert verify([key], headers, body, at, 300) == vector["id"]


def test_the_published_file_is_what_its_maker_writes_and_each_is_signed_when_it_happened():
    assert (HANDBOOK / "vectors.json").read_text("utf-8") == vectors.text()
    for vector in VECTORS:
        happened = dt.datetime.fromisoformat(json.loads(vector["body"])["occurred_at"])
        assert vector["timestamp"] == happened.timestamp()


def test_sm3_is_the_one_of_the_standard():
    """GB/T 32905-2016, example 1; and HMAC as RFC 2104 makes it of any hash, without our code."""
    assert hashlib.new("sm3", b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    vector = next(one for one in VECTORS if one["scheme"] == "v1sm3")
    key = base64.b64decode(vector["secret"].removeprefix("whsec_")).ljust(64, b"\0")
    said = f"{vector['id']}.{vector['timestamp']}.{vector['body']}".encode()
    inner = hashlib.new("sm3", bytes(byte ^ 0x36 for byte in key) + said).digest()
    outer = hashlib.new("sm3", bytes(byte ^ 0x5C for byte in key) + inner).digest()
    assert vector["signature"] == "v1sm3," + base64.b64encode(outer).decode()


def test_examples_in_the_handbook_are_of_one_day_and_quote_the_vectors():
    for page in HANDBOOK.glob("*.md"):
        for block in re.findall(r"```http\n(.*?)```", page.read_text("utf-8"), re.S):
            sent = int(re.search(r"webhook-timestamp: (\d+)", block)[1])
            day = dt.datetime.fromtimestamp(sent, dt.timezone(dt.timedelta(hours=8))).date()
            assert f"{day:%y%m%d}" in block or f"{day}" in block, f"{page.name}: {day}"
    protocol = (HANDBOOK / "protocol.md").read_text("utf-8")
    first = VECTORS[0]
    example = protocol.split(f"webhook-signature: {first['signature']}\n")[1].split("```")[0]
    assert re.sub(r"\s", "", example) == first["body"]
    assert f"webhook-timestamp: {first['timestamp']}" in protocol


def test_version_1_is_what_the_standard_library_accepts():
    secret = new_secret()
    now = dt.datetime.now(dt.UTC)
    headers = signed_headers([SigningKey("k", "v1", secret)], "msg_1", now, BODY)
    assert Webhook(secret).verify(BODY, headers)["id"] == "evt-1"


@pytest.mark.parametrize("scheme", ["v1", "v1sm3"])
def test_anything_changed_is_refused(scheme):
    key = SigningKey("k", scheme, new_secret())
    headers = signed_headers([key], "msg_1", NOW, BODY)
    for wrong in (
        ({**headers, "webhook-id": "msg_2"}, BODY),
        ({**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, BODY),
        (headers, BODY + b" "),
        ({**headers, "webhook-signature": headers["webhook-signature"][:-4] + "AAA="}, BODY),
        ({**headers, "webhook-signature": "v2," + headers["webhook-signature"].split(",")[1]}, BODY),
    ):
        with pytest.raises(SignatureRefused) as refused:
            verify([key], wrong[0], wrong[1], NOW, 300)
        assert refused.value.code == "signature_wrong"
    with pytest.raises(SignatureRefused):
        verify([SigningKey("o", scheme, new_secret())], headers, BODY, NOW, 300)


def test_one_scheme_does_not_pass_for_the_other():
    secret = new_secret()
    headers = signed_headers([SigningKey("k", "v1", secret)], "m", NOW, BODY)
    with pytest.raises(SignatureRefused):
        verify([SigningKey("k", "v1sm3", secret)], headers, BODY, NOW, 300)


def test_the_clock_may_differ_by_the_tolerance_and_no_more():
    key = SigningKey("k", "v1", new_secret())
    headers = signed_headers([key], "m", NOW, BODY)
    assert verify([key], headers, BODY, NOW + dt.timedelta(seconds=300), 300) == "m"
    for off in (301, -302):
        with pytest.raises(SignatureRefused) as refused:
            verify([key], headers, BODY, NOW + dt.timedelta(seconds=off), 300)
        assert refused.value.code == "signature_clock"


def test_while_keys_are_rotated_both_sides_understand_each_other():
    old, new = SigningKey("old", "v1", new_secret()), SigningKey("new", "v1sm3", new_secret())
    headers = signed_headers([old, new], "m", NOW, BODY)
    assert verify([old], headers, BODY, NOW, 300) == "m"
    assert verify([new], headers, BODY, NOW, 300) == "m"
    assert verify([new, old], signed_headers([old], "m", NOW, BODY), BODY, NOW, 300) == "m"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m", "webhook-timestamp": "x", "webhook-signature": "v1,AA=="},
        {"webhook-id": "m", "webhook-timestamp": "1e9", "webhook-signature": "v1,AA=="},
        {"webhook-id": "m", "webhook-timestamp": "9" * 40, "webhook-signature": "v1,AA=="},
        {"webhook-id": "m", "webhook-timestamp": "1763600523", "webhook-signature": "无签名"},
    ],
)
def test_headers_that_are_none_are_refused_and_never_an_exception(headers):
    with pytest.raises(SignatureRefused):
        verify([SigningKey("k", "v1", new_secret())], headers, BODY, NOW, 10**10)


def test_bytes_that_are_no_text_are_refused():
    key = SigningKey("k", "v1sm3", new_secret())
    with pytest.raises(SignatureRefused):
        verify([key], signed_headers([key], "m", NOW, b"\xff"), b"\xff", NOW, 300)


def test_a_secret_never_shows_in_a_representation():
    secret = new_secret()
    assert secret not in repr(SigningKey("k", "v1", secret))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_***", "A" * 200])
def test_secrets_that_are_none(secret):
    with pytest.raises(ValueError, match="secret"):
        read_secret(secret)
