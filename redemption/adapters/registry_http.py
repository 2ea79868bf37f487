"""A registry over HTTP: signed questions, answers as JSON (docs/integrators/sharing.md).

`POST {endpoint}/lookups` with the three headers of Standard Webhooks; the body says who asks, about whom, what for.
"""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

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
from redemption.dispatch.port.signing import SCHEMES, SigningKey, read_secret

LONGEST = 10.0
"""Seconds: nobody waits longer for a registry."""


class RegistryHttpOptions(Schema):
    endpoint = fields.URL(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        error_messages={
            "required": "请填写接口地址。",
            "invalid": "请填写以 http:// 或 https:// 开头的地址。",
        },
        metadata={"description": "接口地址"},
    )
    timeout = fields.Float(
        load_default=3.0,
        validate=validate.Range(0.5, LONGEST, error="超时应在 0.5 到 10 秒之间。"),
        metadata={"description": "等待答复的秒数"},
    )
    scheme = fields.String(
        load_default="v1",
        validate=validate.OneOf(SCHEMES, error="签名算法可选 v1（HMAC-SHA256）或 v1sm3（HMAC-SM3）。"),
        metadata={"description": "签名算法（v1 或 v1sm3）"},
    )
    secret = fields.String(
        required=True,
        error_messages={"required": "请填写签名密钥。"},
        metadata={"description": "签名密钥"},
    )
    authority_file = fields.String(load_default="", metadata={"description": "对方证书颁发机构的文件"})
    certificate_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统证书文件"})
    key_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统私钥文件"})

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        parts = urlsplit(data.get("endpoint", ""))
        if parts.username or parts.query or parts.fragment:
            raise ValidationError("地址里不要带账号、问号参数或 # 号。", "endpoint")
        try:
            read_secret(data.get("secret", ""))
        except ValueError:
            raise ValidationError("密钥应为 24 到 64 字节的 base64，可带 whsec_ 前缀。", "secret") from None


class HttpRegistry(Registry):
    """One address for every subject it answers."""

    code = "http"
    title = "数据共享接口（HTTP）"
    Options = RegistryHttpOptions
    secret_options = ("secret",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = RegistryHttpOptions().load({**context.options, **context.secrets})
        key = SigningKey("registry", options["scheme"], options["secret"])
        self._endpoint = options["endpoint"].rstrip("/")
        signing = Signing("", options, {}, (key,))
        self._transport = Transport(signing, self._endpoint, min(options["timeout"], LONGEST))

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Remark]:
        """Reach, then the signature: an empty question is answered 422 by who can read it, 401 by who cannot."""
        try:
            status, _ = self._transport.ask("/lookups", {}, "check")
        except Unheard as error:
            return [Remark("连通", False, f"连不上 {self._endpoint}：{error.sentence}")]
        reach = Remark("连通", True, f"{self._endpoint} 可以连接。")
        if status in (401, 403):
            return [reach, Remark("密钥", False, f"对方答复 {status}，签名密钥不被接受，请核对双方密钥。")]
        if status == 404 or status >= 500:
            return [reach, Remark("接口", False, f"对方答复 {status}，请核对接口地址和对方系统状态。")]
        return [reach, Remark("密钥", True, "签名被接受。")]

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
