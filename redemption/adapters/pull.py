"""A department that fetches its cases itself: `GET /api/v1/departments/{code}/referrals`, then a receipt for each."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from redemption.dispatch.port import Adapter, Capability, Finding, Later, Outcome, Shipment


class PullOptions(Schema):
    bank_account = fields.Boolean(load_default=False, metadata={"description": "传输完整收款账号"})
    expected_every = fields.Integer(
        load_default=3600,
        validate=validate.Range(min=60),
        metadata={"description": "部门应至少每隔多少秒取一次件，超过后提醒"},
    )


class PullAdapter(Adapter):
    """Hands nothing over: a parcel lies ready until the department's receipt says that it has it."""

    code = "pull"
    title = "部门自行取件（拉取）"
    Options = PullOptions
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.FETCHED, Capability.WITHDRAWS})

    def check(self) -> list[Finding]:
        return [Finding("取件", True, "案件已备好，等待部门系统凭令牌取件并回执。")]

    def submit(self, shipment: Shipment) -> Outcome:
        return Later("等待部门取件。")

    def send_correction(self, shipment: Shipment) -> Outcome:
        return Later("等待部门取件。")

    def withdraw(self, shipment: Shipment) -> Outcome:
        return Later("等待部门取件。")
