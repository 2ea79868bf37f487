"""Signed HTTP to a department's system, and how its answers are read (DESIGN §5).

One `Transport` an endpoint: connections are kept and reused by all threads. A call is bounded as a whole, not only
between bytes, so that a system that drips an answer cannot hold a parcel longer than its lease.
"""

import contextlib
import json
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from redemption.dispatch.port import Alert, Context, Later, Outcome, Refused, Retry, Taken
from redemption.dispatch.port.signing import signed_headers

LONGEST_CALL = 60.0
"""Seconds; options may ask for less, never for more."""
MOST_ANSWER = 64 * 1024
KEPT_ANSWER = 2000
WRONG_SETTINGS = (401, 403, 404)
TRY_AGAIN = (408, 425, 429)


class Unheard(Exception):
    """A call that brought no answer; `sentence` says why, `settings` that somebody's settings are wrong."""

    def __init__(self, sentence: str, *, settings: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.settings = sentence, settings


class Transport:
    """Calls below one address. `timeout` in seconds bounds each call."""

    def __init__(self, context: Context, endpoint: str, timeout: float) -> None:
        self._context = context
        self._endpoint = endpoint.rstrip("/")
        self._timeout = min(timeout, LONGEST_CALL)
        self._client = httpx.Client(
            timeout=httpx.Timeout(self._timeout, connect=min(5.0, self._timeout)),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
            follow_redirects=False,
            trust_env=False,
            verify=tls(context.options, context.secrets),
        )

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, body: Mapping[str, Any], key: str) -> Outcome:
        """Send one body and read the answer; whatever happens ends in an `Outcome`."""
        try:
            status, answered, content = self._send(path, body, key)
        except Unheard as error:
            return Alert(error.sentence) if error.settings else Retry(error.sentence)
        return outcome_of(status, answered, content, self._context.now().timestamp())

    def ask(self, path: str, body: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Send one body; (status, the answer's JSON object, empty where it is none).

        Raises:
            Unheard: there was no answer.
        """
        status, _, content = self._send(path, body, key)
        return status, _object(content.decode("utf-8", "replace"))

    def _send(
        self, path: str, body: Mapping[str, Any], key: str, timeout: httpx.Timeout | None = None
    ) -> tuple[int, httpx.Headers, bytes]:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "idempotency-key": key,
            "user-agent": "redemption/1",
            **signed_headers(self._context.keys, key, self._context.now(), raw),
        }
        try:
            return self._call(self._endpoint + path, raw, headers, timeout or self._client.timeout)
        except httpx.ConnectTimeout:
            raise Unheard("连接对方系统超时。") from None
        except httpx.TimeoutException:
            raise Unheard(f"对方系统在 {self._timeout:g} 秒内没有答复。") from None
        except (ssl.SSLError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Unheard(f"连接设置有误：{_short(error)}", settings=True) from error
        except httpx.TransportError as error:
            raise _unheard(error) from error

    def look(self) -> tuple[str, bool, str]:
        """(what, whether it is well, a sentence) of reaching the address, with the certificates of every call."""
        try:
            status = self._reach()
        except Unheard as error:
            return "连通", False, f"连不上 {self._endpoint}：{error.sentence}"
        if status >= 500:
            return "连通", False, f"{self._endpoint} 可以连接，但答复 {status}。"
        return "连通", True, f"{self._endpoint} 可以连接。"

    def look_signed(self, path: str) -> list[tuple[str, bool, str]]:
        """The same, and of our key: an empty body is answered 422 by who can read it, 401 by who cannot."""
        try:
            status, _ = self.ask(path, {}, "check")
        except Unheard as error:
            return [("连通", False, f"连不上 {self._endpoint}：{error.sentence}")]
        reach = ("连通", True, f"{self._endpoint} 可以连接。")
        if status in (401, 403):
            return [reach, ("密钥", False, f"对方答复 {status}，签名密钥不被接受，请核对双方密钥。")]
        if status == 404 or status >= 500:
            return [reach, ("接口", False, f"对方答复 {status}，请核对接口地址和对方系统状态。")]
        return [reach, ("密钥", True, "签名被接受。")]

    def _reach(self) -> int:
        try:
            return self._client.get(self._endpoint, timeout=min(5.0, self._timeout)).status_code
        except httpx.TimeoutException:
            raise Unheard("连接对方系统超时。") from None
        except (ssl.SSLError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Unheard(f"连接设置有误：{_short(error)}", settings=True) from error
        except httpx.TransportError as error:
            raise _unheard(error) from error

    def drop(self, path: str, body: Mapping[str, Any], key: str) -> None:
        """Send one body and hang up before the answer: how a contract test loses one."""
        hasty = httpx.Timeout(self._timeout, read=0.001)
        with contextlib.suppress(Unheard):
            self._send(path, body, key, hasty)

    def _call(
        self, url: str, raw: bytes, headers: Mapping[str, str], timeout: httpx.Timeout
    ) -> tuple[int, httpx.Headers, bytes]:
        deadline = time.monotonic() + self._timeout
        with self._client.stream(
            "POST", url, content=raw, headers=dict(headers), timeout=timeout
        ) as response:
            parts, size = [], 0
            for chunk in response.iter_raw():
                size += len(chunk)
                parts.append(chunk)
                if size > MOST_ANSWER:
                    break
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer drips")
            return response.status_code, response.headers, b"".join(parts)[:MOST_ANSWER]


def outcome_of(status: int, headers: Mapping[str, str], content: bytes, now: float) -> Outcome:
    """The table of DESIGN §5: what each answer of a department means."""
    text = content.decode("utf-8", "replace")
    body = _object(text)
    kept = text[:KEPT_ANSWER]
    number = str(body.get("number") or "")[:100]
    if status == 202:
        return Later(str(body.get("message") or "部门将稍后答复。")[:500], status, kept)
    if status in (200, 201):
        return Taken(number, status, kept)
    if status == 409:
        # already there: as good as taken if the department says under which number, else its answer is not complete
        if number:
            return Taken(number, status, kept)
        return Retry("部门答复已收过，但没有给出编号。", None, status, kept)
    if status == 422:
        return Refused(_reasons(body, text), status, kept)
    wait = retry_after(headers.get("retry-after", ""), now)
    if status in TRY_AGAIN or status >= 500:
        return Retry(f"部门系统答复 {status}。", wait, status, kept)
    if status in WRONG_SETTINGS:
        word = {401: "签名或密钥不被接受", 403: "被拒绝访问", 404: "地址不存在"}[status]
        if status == 401 and body.get("code") == "signature_clock":
            # the key is the right one: whoever looked for a wrong key would look in vain
            sentence = "部门系统答复 401（请求时间与对方时钟相差过大），请双方校准时钟。"
            return Alert(sentence, wait, status, kept)
        return Alert(f"部门系统答复 {status}（{word}），请核对对接配置。", wait, status, kept)
    return Alert(f"部门系统给出了协议之外的答复 {status}，请核对对接配置。", wait, status, kept)


def retry_after(value: str, now: float) -> float | None:
    """Seconds from a Retry-After header (a number or a date); None when there is none that can be read."""
    plain = value.strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 8:
        return float(plain)
    try:
        return max(0.0, parsedate_to_datetime(plain).timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def tls(options: Mapping[str, Any], secrets: Mapping[str, str]) -> ssl.SSLContext:
    """The system's authorities, or the department's own; our certificate where it asks for one (mutual TLS).

    Raises:
        OSError: a file cannot be read, or is none of the kind (`ssl.SSLError`).
    """
    made = ssl.create_default_context(cafile=options.get("authority_file") or None)
    certificate = options.get("certificate_file")
    if certificate:
        # never asks on the terminal: without a password a sealed key is an error
        password = secrets.get("key_password") or ""
        made.load_cert_chain(certificate, options.get("key_file") or None, lambda: password)
    return made


def _object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _reasons(body: Mapping[str, Any], text: str) -> tuple[str, ...]:
    given = body.get("reasons") or body.get("errors") or body.get("detail") or body.get("message") or text
    if isinstance(given, Mapping):
        given = [f"{name}：{said}" for name, said in given.items()]
    found = [str(reason)[:500] for reason in (given if isinstance(given, list) else [given]) if reason]
    return tuple(found[:50]) or ("部门系统退回，没有说明原因。",)


WORDS = (
    (("certificate_verify_failed",), "对方的证书不受信任，请核对证书颁发机构文件", True),
    (("certificate", "ssl", "tls"), "TLS 握手没有成功，请核对双方证书", True),
    (("not known", "no address", "name resolution", "nodename"), "域名解析不到", False),
    (("refused",), "对方没有在这个地址和端口上服务", False),
    (("no route", "unreachable"), "网络不通", False),
    (("disconnected", "reset by peer", "closed", "broken pipe", "incomplete"), "对方中途断开了连接", False),
)
"""Signs in what the libraries say in English, what it means to whoever has to mend it, and whether it is a setting."""


def _unheard(error: httpx.TransportError) -> Unheard:
    said = str(error).lower()
    for signs, word, settings in WORDS:
        if any(sign in said for sign in signs):
            return Unheard(f"连接没有成功：{word}。", settings=settings)
    return Unheard(f"连接中断：{_short(error)}")


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
