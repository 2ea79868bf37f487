"""A registry over HTTP: signed questions, answers as JSON (docs/integrators/sharing.md).

`POST {endpoint}/lookups` with the three headers of Standard Webhooks; the body says who asks, about whom, what for.
"""

from typing import Any

from redemption.adapters import http_options
from redemption.adapters.transport import Transport, Unheard
from redemption.applications.port import (
    Answer,
    Context,
    Found,
    Question,
    Registry,
    Remark,
    Silent,
    Unknown,
)
from redemption.dispatch.port import Context as Signing
from redemption.dispatch.port.signing import SigningKey

LONGEST = 10.0
"""Seconds: nobody waits longer for a registry."""


class RegistryHttpOptions(http_options.SignedOptions):
    timeout = http_options.timeout(3.0, LONGEST)


class HttpRegistry(Registry):
    """One address for every subject it answers."""

    code = "http"
    title = "数据共享接口（HTTP）"
    Options = RegistryHttpOptions
    secret_options = ("secret", "key_password")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = RegistryHttpOptions().load({**context.options, **context.secrets})
        key = SigningKey("registry", options["scheme"], options["secret"])
        signing = Signing("", options, context.secrets, (key,))
        self._transport = Transport(signing, options["endpoint"], options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Remark]:
        """An empty question is recorded nowhere."""
        return [Remark(*found) for found in self._transport.look_signed("/lookups")]

    def look_up(self, question: Question) -> Answer:
        body = {
            "id": question.key,
            "subject": question.subject,
            "uscc": question.uscc,
            "purpose": question.purpose,
            "reference": question.reference,
            "asked_by": question.asked_by,
        }
        try:
            status, said = self._transport.ask("/lookups", body, question.key)
        except Unheard as error:
            return Silent(error.sentence)
        return _answer(status, said)


def _answer(status: int, said: dict[str, Any]) -> Answer:
    if status == 404 and said.get("found") is False:
        return Unknown()
    if status == 200:
        if said.get("found") is False:
            return Unknown()
        facts = said.get("facts")
        if isinstance(facts, dict):
            return Found(facts, str(said.get("as_of") or "")[:40])
        return Silent("数据来源的答复不完整。")
    if status in (400, 422):
        return Silent(f"数据来源不接受这次查询（{status}）。", final=True)
    if status in (401, 403, 404):
        return Silent(f"数据来源拒绝了查询（{status}），已提示管理员核对配置。")
    return Silent(f"数据来源暂时没有答复（{status}）。")
