"""Files in an exchange folder: one ZIP a parcel with a manifest and sha256, answers as JSON files.

    out/<referral>.<sequence>.zip     manifest.json, referral.json, materials/<id>-<name>
    in/*.json                         one event each (DESIGN §5), taken in the order of their names
    in/done/                          answers that were kept, also those for a person because they cannot be read

A ZIP appears under its name only when it is complete; the same parcel written twice is the same file.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar

from marshmallow import Schema, fields

from redemption.adapters.exchange_folder import ExchangeFolder
from redemption.dispatch.port import (
    Adapter,
    Alert,
    Capability,
    Finding,
    Outcome,
    Polled,
    Retry,
    Shipment,
    Taken,
)

EPOCH = (1980, 1, 1, 0, 0, 0)


class FileDropOptions(Schema):
    folder = fields.String(
        required=True,
        error_messages={"required": "请填写交换目录。"},
        metadata={"description": "交换目录（服务器上的路径）"},
    )
    bank_account = fields.Boolean(load_default=False, metadata={"description": "传输完整收款账号"})


class FileDropAdapter(Adapter):
    code = "file_drop"
    title = "文件交换"
    Options = FileDropOptions
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.POLLED, Capability.FILES, Capability.WITHDRAWS}
    )

    @property
    def _folder(self) -> ExchangeFolder:
        return ExchangeFolder(self.context.options["folder"])

    def check(self) -> list[Finding]:
        return [Finding("目录", *self._folder.check())]

    def submit(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def _drop(self, shipment: Shipment) -> Outcome:
        try:
            self._folder.put(
                f"{shipment.key}.zip",
                lambda stream: self._pack(shipment, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)),
            )
        except OSError as error:
            return Alert(f"写入交换目录失败：{error.strerror or error}")
        except LookupError as error:
            return Retry(f"材料暂不可读：{error}")
        return Taken("")

    def _pack(self, shipment: Shipment, archive: zipfile.ZipFile) -> None:
        listed: list[dict[str, Any]] = []

        def add(name: str, content: bytes) -> None:
            digest = hashlib.sha256(content).hexdigest()
            listed.append({"path": name, "size": len(content), "sha256": digest})
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)

        with archive:
            body = json.dumps(shipment.payload, ensure_ascii=False, indent=1, sort_keys=True).encode()
            add("referral.json", body)
            for material in shipment.payload.get("materials", []):
                if material.get("sha256") and self.context.read_file is not None:
                    name = PurePosixPath(material["name"].replace("\\", "/")).name
                    add(f"materials/{material['id']}-{name}", self.context.read_file(material["sha256"]))
            manifest = {"key": shipment.key, "kind": shipment.kind, "files": listed}
            archive.writestr(
                zipfile.ZipInfo("manifest.json", EPOCH),
                json.dumps(manifest, ensure_ascii=False, indent=1).encode(),
            )

    def poll(self, cursor: Mapping[str, Any]) -> Polled:
        """Answers that lie in the folder now; one that is no JSON comes as an event that a person has to read."""
        found = self._folder.read()
        return Polled([body for _, body in found], {"names": [name for name, _ in found]})

    def settle(self, cursor: Mapping[str, Any]) -> None:
        """Put away the answers that are kept on our side."""
        self._folder.settle(cursor.get("names", []))
