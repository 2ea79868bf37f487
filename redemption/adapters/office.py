"""Push to an office's own system over HTTP, signed as the department protocol is (docs/integrators/office.md)."""

from dataclasses import replace

from redemption.adapters.http import keys_finding
from redemption.adapters.http_options import HttpOptions, endpoint
from redemption.adapters.transport import Transport
from redemption.dispatch.port import Context
from redemption.reporting.port import Finding, OfficeAdapter, Outcome, Retry, Sending


class OfficeHttpOptions(HttpOptions):
    """The same settings as a department's interface; a report carries no bank account."""

    endpoint = endpoint("公开办系统的接口地址")


class HttpOfficeAdapter(OfficeAdapter):
    """`POST {endpoint}/reports`: metadata and standards as JSON, the package as a signed, expiring link."""

    code = "http"
    title = "接口推送（HTTP）"
    Options = OfficeHttpOptions
    secret_options = ("key_password",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = OfficeHttpOptions().load({**context.options, **context.secrets})
        self._transport = Transport(context, options["endpoint"], options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Finding]:
        keys = keys_finding(self.context, "请先生成密钥并交给公开办的系统。")
        return [Finding(keys.what, keys.ok, keys.sentence), Finding(*self._transport.look())]

    def deliver(self, sending: Sending) -> Outcome:
        outcome = self._transport.post("/reports", sending.payload, sending.key)
        if isinstance(outcome, Retry):
            # the transport is shared with departments' systems and speaks of them
            return replace(outcome, reason=outcome.reason.replace("部门", "公开办"))
        return outcome
