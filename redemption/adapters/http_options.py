"""Settings that everything called over HTTP shares: where it is, how long to wait, certificates, a signing key."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from redemption.adapters.transport import LONGEST_CALL, tls
from redemption.dispatch.port.signing import SCHEMES, read_secret

LOCAL = {"127.0.0.1", "localhost", "::1"}
CERTIFICATES = ("certificate_file", "key_file", "key_password")


def endpoint(word: str) -> fields.URL:
    """The field of an address; `word` is what it is called."""
    return fields.URL(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        error_messages={
            "required": f"请填写{word}。",
            "invalid": "请填写以 http:// 或 https:// 开头的地址。",
        },
        metadata={"description": word},
    )


def timeout(default: float, longest: float = LONGEST_CALL) -> fields.Float:
    """The field of the seconds to wait for an answer."""
    return fields.Float(
        load_default=default,
        validate=validate.Range(0.5, longest, error=f"超时应在 0.5 到 {longest:g} 秒之间。"),
        metadata={"description": "等待答复的秒数"},
    )


class HttpOptions(Schema):
    """Address and certificates; files are paths on our server. Keep `key_password` among the secret options."""

    endpoint = endpoint("接口地址")
    timeout = timeout(10.0)
    authority_file = fields.String(load_default="", metadata={"description": "对方证书颁发机构的文件"})
    certificate_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统证书文件"})
    key_file = fields.String(load_default="", metadata={"description": "双向 TLS：本系统私钥文件"})
    key_password = fields.String(load_default="", metadata={"description": "双向 TLS：私钥口令"})

    @validates_schema
    def _reachable(self, data: dict[str, Any], **_: Any) -> None:
        parts = urlsplit(data.get("endpoint", ""))
        if parts.username or parts.query or parts.fragment:
            raise ValidationError("地址里不要带账号、问号参数或 # 号。", "endpoint")
        try:
            tls({"authority_file": data.get("authority_file")}, {})
        except OSError:
            raise ValidationError(
                "服务器上没有这个文件，或里面没有可用的证书（PEM 格式）。", "authority_file"
            ) from None
        try:
            tls(
                {name: data.get(name) for name in CERTIFICATES},
                {"key_password": data.get("key_password") or ""},
            )
        except (OSError, ValueError):
            raise ValidationError(
                "服务器上没有这些文件，或证书、私钥和口令不配套，请核对。", "certificate_file"
            ) from None


class SignedOptions(HttpOptions):
    """The same with a signing key of its own, for systems that are no department's."""

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

    @validates_schema
    def _signable(self, data: dict[str, Any], **_: Any) -> None:
        try:
            read_secret(data.get("secret", ""))
        except ValueError:
            raise ValidationError("密钥应为 24 到 64 字节的 base64，可带 whsec_ 前缀。", "secret") from None


def is_private(address: str) -> bool:
    """Whether what is sent there is nobody else's to read: TLS, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in LOCAL
