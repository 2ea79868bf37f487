"""Payment batches over HTTP, signed like everything that goes to a department (docs/integrators/payments.md)."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from redemption.adapters import http_options
from redemption.adapters.transport import Transport, Unheard
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
from redemption.dispatch.port.signing import SigningKey


class HttpPaymentOptions(http_options.SignedOptions):
    endpoint = http_options.endpoint("支付系统接口地址")
    timeout = http_options.timeout(20.0)

    @validates_schema
    def _discreet(self, data: dict[str, Any], **_: Any) -> None:
        if not http_options.is_private(data.get("endpoint", "")):
            raise ValidationError("清单含完整收款账号，接口地址必须是 https。", "endpoint")


class HttpPayments(Payments):
    """`POST {endpoint}/batches`; results come back to us."""

    code = "http"
    title = "支付系统接口（HTTP）"
    Options = HttpPaymentOptions
    secret_options = ("secret", "key_password")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = HttpPaymentOptions().load({**context.options, **context.secrets})
        key = SigningKey("payments", options["scheme"], options["secret"])
        self._transport = Transport(
            Signing("", options, context.secrets, (key,)), options["endpoint"], options["timeout"]
        )

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Remark]:
        """An empty batch pays nothing."""
        return [Remark(*found) for found in self._transport.look_signed("/batches")]

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
