"""Departments that behave in one known way, for demonstrations and tests: ok, slow, failing, lying."""

import time
from typing import ClassVar

from marshmallow import Schema, fields, validate

from redemption.dispatch.port import (
    Adapter,
    Capability,
    Finding,
    Outcome,
    Refused,
    Retry,
    Shipment,
    Taken,
)

MODES = ("ok", "slow", "failing", "refusing", "lying")


class DemoOptions(Schema):
    mode = fields.String(
        load_default="ok",
        validate=validate.OneOf(MODES, error="可选：ok、slow、failing、refusing、lying。"),
        metadata={
            "description": "ok 立即接收；slow 延迟后接收；failing 总是失败；refusing 技术退回；lying 先答复失败后又接收"
        },
    )
    seconds = fields.Float(
        load_default=3.0, validate=validate.Range(0, 30), metadata={"description": "slow 的延迟秒数"}
    )


class DemoAdapter(Adapter):
    code = "demo"
    title = "演示（不连接任何系统）"
    Options = DemoOptions
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.WITHDRAWS})

    def check(self) -> list[Finding]:
        return [Finding("演示", True, f"演示部门，行为：{self.context.options.get('mode', 'ok')}。")]

    def submit(self, shipment: Shipment) -> Outcome:
        return self._answer(shipment)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._answer(shipment)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._answer(shipment)

    def _answer(self, shipment: Shipment) -> Outcome:
        options = DemoOptions().load(dict(self.context.options))
        number = f"YS-{shipment.referral}"
        match options["mode"]:
            case "slow":
                time.sleep(options["seconds"])
            case "failing":
                return Retry("演示部门总是失败。", status=503)
            case "refusing":
                return Refused(("演示部门总是技术退回。",), status=422)
            case "lying" if shipment.attempt == 1:
                # took it, and said it did not: the second try must not make a second case
                return Retry("演示部门收下了，却答复失败。", status=500)
        return Taken(number, 200)
