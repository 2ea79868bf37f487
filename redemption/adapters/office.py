"""Push to an office's own system over HTTP, signed as the department protocol is (docs/integrators/office.md)."""

from dataclasses import replace

import httpx
from marshmallow import fields

from redemption.adapters.http import HttpOptions
from redemption.adapters.transport import Transport
from redemption.dispatch.port import Context
from redemption.reporting.port import Finding, OfficeAdapter, Outcome, Retry, Sending


class OfficeHttpOptions(HttpOptions):
    """The same settings as a department's interface; a report carries no bank account."""

    class Meta:
        exclude = ("bank_account",)

    endpoint = fields.URL(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        error_messages={
            "required": "请填写公开办系统的接口地址。",
            "invalid": "请填写以 http:// 或 https:// 开头的地址。",
        },
        metadata={"description": "公开办系统的接口地址"},
    )
    authority_file = fields.String(
        load_default="", metadata={"description": "对方证书颁发机构的文件（本系统服务器上的路径）"}
    )


class HttpOfficeAdapter(OfficeAdapter):
    """`POST {endpoint}/reports`: metadata and standards as JSON, the package as a signed, expiring link."""

    code = "http"
    title = "接口推送（HTTP）"
    Options = OfficeHttpOptions
    secret_options = ("key_password",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        options = OfficeHttpOptions().load(dict(context.options))
        self._endpoint = options["endpoint"].rstrip("/")
        self._transport = Transport(context, self._endpoint, options["timeout"])

    def close(self) -> None:
        self._transport.close()

    def check(self) -> list[Finding]:
        return [self._check_keys(), self._check_reach()]

    def deliver(self, sending: Sending) -> Outcome:
        outcome = self._transport.post("/reports", sending.payload, sending.key)
        if isinstance(outcome, Retry):
            # the transport is shared with departments' systems and speaks of them
            return replace(outcome, reason=outcome.reason.replace("部门", "公开办"))
        return outcome

    def _check_keys(self) -> Finding:
        if not self.context.keys:
            return Finding("密钥", False, "还没有签名密钥，请先生成密钥并交给公开办的系统。")
        schemes = "、".join(sorted({key.scheme for key in self.context.keys}))
        return Finding("密钥", True, f"有 {len(self.context.keys)} 个有效密钥（{schemes}）。")

    def _check_reach(self) -> Finding:
        try:
            response = httpx.get(self._endpoint, timeout=5, follow_redirects=False, trust_env=False)
        except httpx.HTTPError as error:
            return Finding("连通", False, f"连不上 {self._endpoint}：{str(error)[:200]}")
        if response.status_code >= 500:
            return Finding("连通", False, f"{self._endpoint} 可以连接，但答复 {response.status_code}。")
        return Finding("连通", True, f"{self._endpoint} 可以连接。")
