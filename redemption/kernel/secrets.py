"""Secrets at rest, masks for pages and logs, bearer tokens, and links that expire.

`SecretBox` encrypts bank accounts and id numbers (AES-256-GCM). Each value is bound to a context string, the
place it belongs to (`application:17:account`): a token copied into another row does not open there. Several
keys may live at once: the first one writes, all of them read, and `rewrite` moves a value to the first one.

Keys are long random texts from the settings; each purpose derives its own key from them.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from redemption.kernel import clock
from redemption.kernel.errors import Gone, NotAllowed

KEY_LENGTH = 32
"""The fewest characters a key text may have."""

_VERSION = "s1"
_NONCE = 12


class SecretUnreadable(Exception):
    """A stored secret does not open: its key is gone, it was changed, or it belongs to another place."""


class SecretBox:
    """Authenticated encryption under the first of several live keys.

    Tokens are ASCII: `s1.<key id>.<nonce and ciphertext>`.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._boxes = {
            _derive(key, "field key id").hex()[:8]: AESGCM(_derive(key, "field")) for key in _checked(keys)
        }
        self._writes = next(iter(self._boxes))

    def seal(self, value: str, context: str) -> str:
        """Encrypt a text for one place."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._boxes[self._writes].encrypt(nonce, value.encode(), self._bound(self._writes, context))
        return f"{_VERSION}.{self._writes}.{_encode(nonce + sealed)}"

    def open(self, token: str, context: str) -> str:
        """The text. SecretUnreadable if its key is not live, it was changed or the place is another."""
        version, _, rest = token.partition(".")
        key_id, _, body = rest.partition(".")
        box = self._boxes.get(key_id)
        if version != _VERSION or box is None:
            raise SecretUnreadable(f"no live key for a secret in {context}")
        try:
            raw = _decode(body)
            return box.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound(key_id, context)).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable(f"a secret does not open in {context}") from None

    def is_current(self, token: str) -> bool:
        """Whether a token was written with the first key; if not, `rewrite` it."""
        return token.startswith(f"{_VERSION}.{self._writes}.")

    def rewrite(self, token: str, context: str) -> str:
        """The same value under the first key, so that an old key can be taken out of service."""
        return token if self.is_current(token) else self.seal(self.open(token, context), context)

    @staticmethod
    def _bound(key_id: str, context: str) -> bytes:
        return f"{_VERSION}.{key_id}.{context}".encode()


class Signer:
    """Values that travel through other hands and come back unchanged, for one purpose and a limited time.

    The value can be read by who carries it; it cannot be changed, used for something else or used later.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_derive(key, "sign") for key in _checked(keys)]

    def sign(self, value: str, expires_at: datetime, purpose: str) -> str:
        """An ASCII token that fits into an address. ValueError for an `expires_at` without a zone."""
        clock.local(expires_at)
        claim = f"{_encode(value.encode())}.{int(expires_at.timestamp())}"
        return f"{claim}.{_encode(_seal(self._keys[0], purpose, claim))}"

    def unsign(self, token: str, purpose: str) -> str:
        """The value. NotAllowed `link_not_genuine`, or Gone `link_expired` from `expires_at` on."""
        claim, _, seal = token.rpartition(".")
        value, _, expires = claim.partition(".")
        try:
            given = _decode(seal)
        except ValueError:
            given = b""
        if not any(hmac.compare_digest(_seal(key, purpose, claim), given) for key in self._keys):
            raise NotAllowed("链接不完整或已被改动，请从原页面重新打开。", code="link_not_genuine")
        if clock.now().timestamp() >= int(expires):
            raise Gone("链接已过期，请回到原页面重新获取。", code="link_expired")
        return _decode(value).decode()


def token() -> str:
    """A bearer token or the secret part of a link: 256 random bits, fit for an address. Store its digest."""
    return secrets.token_urlsafe(32)


def digest_token(value: str) -> str:
    """What is stored of a token: SHA-256 in hex. Enough for random tokens, not for passwords."""
    return hashlib.sha256(value.encode()).hexdigest()


# --- masks: what may be seen on a page and in a log ------------------------------------------------------


def mask_account(account: str) -> str:
    """A bank account: its last four characters."""
    return _masked("".join(account.split()), 0, 4)


def mask_id_number(number: str) -> str:
    """An identity number: the first three and the last two characters; the birthday never."""
    return _masked("".join(number.split()), 3, 2)


def mask_phone(phone: str) -> str:
    """A mobile number: 138****5678; any other: its last two characters."""
    plain = "".join(phone.split())
    return _masked(plain, 3, 4) if len(plain) == 11 and plain.startswith("1") else _masked(plain, 0, 2)


def mask_name(name: str) -> str:
    """A person: the first character (张**)."""
    plain = name.strip()
    return plain[:1] + "*" * max(len(plain) - 1, 1) if plain else ""


def _masked(text: str, head: int, tail: int) -> str:
    """A value so short that most of it would be seen shows nothing."""
    hidden = len(text) - head - tail
    if hidden < 4:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


# --- keys ------------------------------------------------------------------------------------------------


def _checked(keys: Sequence[str]) -> Sequence[str]:
    if isinstance(keys, str) or not keys:
        raise ValueError("keys is a list with at least one key")
    if any(len(key) < KEY_LENGTH for key in keys):
        raise ValueError(f"a key has at least {KEY_LENGTH} characters")
    return keys


def _derive(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"redemption {purpose}".encode()).derive(key.encode())


def _seal(key: bytes, purpose: str, claim: str) -> bytes:
    # the length in front keeps "a" + "b.c" apart from "a.b" + "c"
    return hmac.digest(key, f"{len(purpose)}.{purpose}.{claim}".encode("utf-8", "surrogatepass"), "sha256")


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """ValueError unless the text is exactly what `_encode` writes: one value has one token."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _encode(raw) != text:
        raise ValueError("not canonical base64")
    return raw
