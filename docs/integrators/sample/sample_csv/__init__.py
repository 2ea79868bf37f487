"""示例：第三方对接方式。把每个转办单追加为 CSV 文件的一行；同一幂等键只写一次。"""

import csv
import fcntl
from pathlib import Path

from marshmallow import Schema, fields

from redemption.dispatch.port import Adapter, Alert, Capability, Finding, Outcome, Shipment, Taken

HEAD = ["key", "kind", "referral", "uscc", "enterprise", "item"]


class SampleCsvOptions(Schema):
    folder = fields.String(required=True, metadata={"description": "CSV 所在目录"})


class SampleCsvAdapter(Adapter):
    code = "sample_csv"
    title = "示例：CSV 文件"
    Options = SampleCsvOptions
    capabilities = frozenset({Capability.WITHDRAWS})

    def check(self) -> list[Finding]:
        folder = Path(self.context.options["folder"])
        sentence = f"目录 {folder} 可用。" if folder.is_dir() else f"没有目录 {folder}，请先创建。"
        return [Finding("目录", folder.is_dir(), sentence)]

    def submit(self, shipment: Shipment) -> Outcome:
        return self._append(shipment)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._append(shipment)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._append(shipment)

    def _append(self, shipment: Shipment) -> Outcome:
        path = Path(self.context.options["folder"]) / "referrals.csv"
        try:
            with path.open("a+", encoding="utf-8", newline="") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                stream.seek(0)
                if any(row and row[0] == shipment.key for row in csv.reader(stream)):
                    return Taken(shipment.referral)
                payload = shipment.payload
                csv.writer(stream).writerow(
                    [
                        shipment.key,
                        shipment.kind,
                        shipment.referral,
                        payload["enterprise"]["uscc"],
                        payload["enterprise"]["name"],
                        payload["item"]["name"],
                    ]
                )
        except OSError as error:
            return Alert(f"写入失败：{error.strerror}")
        return Taken(shipment.referral)
