"""Payment batches over HTTP, signed like everything that goes to a department (docs/integrators/payments.md)."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.adapters.transport import LONGEST_CALL, Transport, Unheard
from redemption.disbursement.port import (
    Again,
    Batch,
    Context,
    Outcome,
    Payments,
    Refused,
    Remark,
    Sent,
    body_of,
)
from redemption.dispatch.port import Context as Signing
from redemption.dispatch.port.signing import SCHEMES, SigningKey, read_secret


class HttpPaymentOptions(Schema):
    endpoint = fields.URL(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        error_messages={
            "required": "请填写支付系统的接口地址。",
            "invalid": "请填写以 http:// 或 https:// 开头的地址。",
        },
        metadata={"description": "支付系统接口地址"},
    )
    timeout = fields.Float(
        load_default=20.0,
        validate=validate.Range(0.5, LONGEST_CALL, error="超时应在 0.5 到 60 秒之间。"),
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
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValidationError("清单含完整收款账号，接口地址必须是 https。", "endpoint")
        try:
            read_secret(data.get("secret", ""))
        except ValueError:
            raise ValidationError("密钥应为 24 到 64 字节的 base64，可带 whsec_ 前缀。", "secret") from None


class HttpPayments(Payments):
    """`POST {endpoint}/batches`; results come back to us."""

    code = "http"
    title = "支付系统接口（HTTP）"
    Options = HttpPaymentOptions
    secret_options = ("secret",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = HttpPaymentOptions().load({**context.options, **context.secrets})
        self._endpoint = options["endpoint"].rstrip("/")
        key = SigningKey("payments", options["scheme"], options["secret"])
        self._transport = Transport(Signing("", options, {}, (key,)), self._endpoint, options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Remark]:
        """An empty batch: refused (422) by who accepts our signature, 401 by who does not."""
        try:
            status, _ = self._transport.ask("/batches", {}, "check")
        except Unheard as error:
            return [Remark("连通", False, f"连不上 {self._endpoint}：{error.sentence}")]
        reach = Remark("连通", True, f"{self._endpoint} 可以连接。")
        if status in (401, 403):
            return [reach, Remark("密钥", False, f"对方答复 {status}，签名密钥不被接受，请核对双方密钥。")]
        if status == 404 or status >= 500:
            return [reach, Remark("接口", False, f"对方答复 {status}，请核对接口地址和对方系统状态。")]
        return [reach, Remark("密钥", True, "签名被接受。")]

    def send(self, batch: Batch) -> Outcome:
        try:
            status, said = self._transport.ask("/batches", body_of(batch), batch.number)
        except Unheard as error:
            return Again(error.sentence)
        number = str(said.get("number") or "")[:100]
        if status in (200, 201, 202) or (status == 409 and number):
            return Sent(number)
        if status == 422:
            reasons = said.get("reasons") or [said.get("message") or "支付系统退回，没有说明原因。"]
            return Refused(
                tuple(str(reason)[:500] for reason in (reasons if isinstance(reasons, list) else [reasons]))
            )
        return Again(f"支付系统答复 {status}。")
