"""Push to a department's own system over HTTP, signed, as the protocol v1 says."""

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.adapters.transport import LONGEST_CALL, Transport, Unheard, tls
from redemption.dispatch.port import Adapter, Capability, Context, Finding, Outcome, Shipment


class HttpOptions(Schema):
    """Options of the adapter; files are paths on our server."""

    endpoint = fields.URL(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        error_messages={
            "required": "请填写部门接口地址。",
            "invalid": "请填写以 http:// 或 https:// 开头的地址。",
        },
        metadata={"description": "部门接口地址"},
    )
    timeout = fields.Float(
        load_default=10.0,
        validate=validate.Range(0.5, LONGEST_CALL, error="超时应在 0.5 到 60 秒之间。"),
        metadata={"description": "等待答复的秒数"},
    )
    bank_account = fields.Boolean(
        load_default=False, metadata={"description": "传输完整收款账号（仅限 https）"}
    )
    authority_file = fields.String(load_default="", metadata={"description": "部门证书颁发机构的文件"})
    certificate_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统证书文件"})
    key_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统私钥文件"})
    key_password = fields.String(load_default="", metadata={"description": "双向 TLS：私钥口令"})

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        parts = urlsplit(data.get("endpoint", ""))
        if parts.username or parts.query or parts.fragment:
            raise ValidationError("地址里不要带账号、问号参数或 # 号。", "endpoint")
        for name in ("authority_file", "certificate_file", "key_file"):
            if data.get(name) and not Path(data[name]).is_file():
                raise ValidationError(f"服务器上没有文件 {data[name]}。", name)
        _check_certificates(data)
        local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if data.get("bank_account") and parts.scheme != "https" and not local:
            raise ValidationError("传输完整收款账号时，接口地址必须是 https。", "bank_account")


def _check_certificates(data: dict[str, Any]) -> None:
    """ValidationError where the files do not hold what they should, or the password is wrong."""
    authority = {"authority_file": data.get("authority_file")}
    try:
        tls(authority, {})
    except OSError:
        raise ValidationError("这个文件里没有可用的证书（PEM 格式）。", "authority_file") from None
    own = {name: data.get(name) for name in ("certificate_file", "key_file")}
    try:
        tls(own, {"key_password": data.get("key_password") or ""})
    except (OSError, ValueError):
        raise ValidationError(
            "证书、私钥和口令不配套，或不是 PEM 格式，请核对。", "certificate_file"
        ) from None


class HttpAdapter(Adapter):
    """`POST {endpoint}/referrals` and its siblings."""

    code = "http"
    title = "接口推送（HTTP）"
    Options = HttpOptions
    secret_options = ("key_password",)
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SIGNED, Capability.WITHDRAWS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = HttpOptions().load({**context.options, **context.secrets})
        self._endpoint = options["endpoint"].rstrip("/")
        self._transport = Transport(context, self._endpoint, options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Finding]:
        return [self._check_keys(), self._check_reach()]

    def _check_keys(self) -> Finding:
        if not self.context.keys:
            return Finding("密钥", False, "还没有签名密钥，请先为该部门生成密钥并交给对方。")
        schemes = "、".join(sorted({key.scheme for key in self.context.keys}))
        return Finding("密钥", True, f"有 {len(self.context.keys)} 个有效密钥（{schemes}）。")

    def _check_reach(self) -> Finding:
        try:
            status = self._transport.reach()
        except Unheard as error:
            return Finding("连通", False, f"连不上 {self._endpoint}：{error.sentence}")
        if status >= 500:
            return Finding("连通", False, f"{self._endpoint} 可以连接，但答复 {status}。")
        return Finding("连通", True, f"{self._endpoint} 可以连接。")

    def submit(self, shipment: Shipment) -> Outcome:
        return self._transport.post("/referrals", shipment.payload, shipment.key)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._transport.post(
            f"/referrals/{shipment.referral}/corrections", shipment.payload, shipment.key
        )

    def drop(self, shipment: Shipment) -> None:
        self._transport.drop("/referrals", shipment.payload, shipment.key)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._transport.post(
            f"/referrals/{shipment.referral}/withdrawal", shipment.payload, shipment.key
        )
