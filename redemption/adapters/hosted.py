"""A department without a system of its own: its cases are in the built-in workbench, there is nothing to send."""

from typing import ClassVar

from marshmallow import Schema

from redemption.dispatch.port import Adapter, Capability, Finding, Outcome, Shipment, Taken


class HostedOptions(Schema):
    """None: the workbench needs no settings."""


class HostedAdapter(Adapter):
    code = "hosted"
    title = "使用本系统的部门工作台"
    Options = HostedOptions
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.LOCAL, Capability.WITHDRAWS})

    def check(self) -> list[Finding]:
        return [Finding("工作台", True, "案件直接出现在部门工作台，无需对接。")]

    def submit(self, shipment: Shipment) -> Outcome:
        return Taken(shipment.referral)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return Taken(shipment.referral)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return Taken(shipment.referral)
