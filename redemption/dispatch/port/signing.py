"""Signatures between us and a department's system: Standard Webhooks, and the same with HMAC-SM3 (国密).

Three headers: `webhook-id` (the same at every try), `webhook-timestamp` (seconds, of this try) and
`webhook-signature`: one or more `<scheme>,<base64>` separated by blanks. What is signed is
`<id>.<timestamp>.<body>`. Scheme `v1` is HMAC-SHA256 by the `standardwebhooks` library; `v1sm3` is HMAC-SM3 over
the same bytes. While keys are rotated two are live: we sign with both, and accept either.
"""

import base64
import binascii
import datetime as dt
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from standardwebhooks import Webhook

from redemption.kernel.errors import DomainError

PREFIX = "whsec_"
SCHEMES = ("v1", "v1sm3")
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
SHORTEST_SECRET = 24


class SignatureRefused(DomainError):
    """A call does not carry a signature that we accept; the code says which rule failed."""

    default_code = "signature_refused"
    default_status = 401
    default_message = "签名校验未通过。"


@dataclass(frozen=True)
class SigningKey:
    """A live key shared with one department. `secret` is `whsec_` and base64 of 24 to 64 bytes."""

    key_id: str
    scheme: str
    secret: str = field(repr=False)

    @property
    def raw(self) -> bytes:
        """The key's bytes. ValueError if the secret is none."""
        return read_secret(self.secret)

    def seal(self, message_id: str, timestamp: int, body: bytes) -> str:
        """`<scheme>,<base64>` over one message."""
        if self.scheme == "v1":
            at = dt.datetime.fromtimestamp(timestamp, dt.UTC)
            return Webhook(self.raw).sign(message_id, at, body.decode())
        signed = f"{message_id}.{timestamp}.".encode() + body
        digest = hmac.new(self.raw, signed, "sm3").digest()
        return f"{self.scheme},{base64.b64encode(digest).decode()}"


def new_secret() -> str:
    """A fresh secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(text: str) -> bytes:
    """The bytes of a secret. ValueError unless it is base64 of 24 to 64 bytes, with or without `whsec_`."""
    plain = text.strip().removeprefix(PREFIX)
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing secret is base64") from error
    if not SHORTEST_SECRET <= len(raw) <= 64:
        raise ValueError("a signing secret has 24 to 64 bytes")
    return raw


def signed_headers(
    keys: Sequence[SigningKey], message_id: str, at: dt.datetime, body: bytes
) -> dict[str, str]:
    """The three headers of one try, signed with every live key."""
    timestamp = int(at.timestamp())
    seals = " ".join(key.seal(message_id, timestamp, body) for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": seals}


def verify(
    keys: Sequence[SigningKey],
    headers: Mapping[str, str],
    body: bytes,
    now: dt.datetime,
    tolerance: int,
) -> str:
    """The message id of a call that is genuine.

    Args:
        tolerance: seconds by which the sender's clock may differ from ours.

    Raises:
        SignatureRefused: `signature_missing`, `signature_clock` (with our time), `signature_wrong`.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, stamp, seals = (lower.get(name, "") for name in HEADERS)
    if not (message_id and stamp and seals):
        raise SignatureRefused(
            "请求缺少签名头 webhook-id、webhook-timestamp 或 webhook-signature。", code="signature_missing"
        )
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise SignatureRefused("webhook-timestamp 应为以秒计的整数时间戳。", code="signature_clock")
    timestamp = int(stamp)
    if abs(now.timestamp() - timestamp) > tolerance:
        raise SignatureRefused(
            f"请求时间与本系统相差超过 {tolerance} 秒，请校准系统时钟后重新签名发送。",
            code="signature_clock",
            our_time=int(now.timestamp()),
        )
    try:
        body.decode()
    except UnicodeDecodeError:
        raise SignatureRefused("请求内容应为 UTF-8 编码的 JSON。", code="signature_wrong") from None
    given = [seal for seal in seals.split(" ") if seal]
    for key in keys:
        expected = key.seal(message_id, timestamp, body)
        if any(hmac.compare_digest(expected.encode(), seal.encode("utf-8", "replace")) for seal in given):
            return message_id
    raise SignatureRefused("签名与任何一个有效密钥都不相符，请核对密钥与签名内容。", code="signature_wrong")
