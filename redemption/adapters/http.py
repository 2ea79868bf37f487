"""Push to a department's own system over HTTP, signed, as the protocol v1 says."""

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validates_schema

from redemption.adapters import http_options
from redemption.adapters.transport import Transport
from redemption.dispatch.port import Adapter, Capability, Context, Finding, Outcome, Shipment


class HttpOptions(http_options.HttpOptions):
    """Options of the adapter."""

    endpoint = http_options.endpoint("部门接口地址")
    bank_account = fields.Boolean(
        load_default=False, metadata={"description": "传输完整收款账号（仅限 https）"}
    )

    @validates_schema
    def _discreet(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("bank_account") and not http_options.is_private(data.get("endpoint", "")):
            raise ValidationError("传输完整收款账号时，接口地址必须是 https。", "bank_account")


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
        self._transport = Transport(context, options["endpoint"], options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Finding]:
        return [
            keys_finding(self.context, "请先为该部门生成密钥并交给对方。"),
            Finding(*self._transport.look()),
        ]

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


def keys_finding(context: Context, missing: str) -> Finding:
    """Whether there is a key to sign with; `missing` says what to do where there is none."""
    if not context.keys:
        return Finding("密钥", False, f"还没有签名密钥，{missing}")
    schemes = "、".join(sorted({key.scheme for key in context.keys}))
    return Finding("密钥", True, f"有 {len(context.keys)} 个有效密钥（{schemes}）。")
