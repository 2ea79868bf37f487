"""Files in an exchange folder: one ZIP a parcel with a manifest and sha256, answers as JSON files.

    out/<referral>.<sequence>.zip     manifest.json, referral.json, materials/<id>-<name>
    in/*.json                         one event each (DESIGN §5), taken in the order of their names
    in/done/                          answers that were kept, also those for a person because they cannot be read

A ZIP appears under its name only when it is complete; the same parcel written twice is the same file.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from marshmallow import Schema, fields

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

MOST_FILES = 100
MOST_BYTES = 1024 * 1024
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
    def _folder(self) -> Path:
        return Path(self.context.options["folder"])

    def check(self) -> list[Finding]:
        folder = self._folder
        if not folder.is_dir():
            return [Finding("目录", False, f"服务器上没有目录 {folder}，请先创建。")]
        try:
            for name in ("out", "in", "in/done"):
                (folder / name).mkdir(exist_ok=True)
            probe = folder / "out" / f".probe-{os.getpid()}"
            probe.write_text("ok")
            probe.unlink()
        except OSError as error:
            return [Finding("目录", False, f"目录 {folder} 不可写：{error.strerror}")]
        return [Finding("目录", True, f"目录 {folder} 可读写。")]

    def submit(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._drop(shipment)

    def _drop(self, shipment: Shipment) -> Outcome:
        target = self._folder / "out" / f"{shipment.key}.zip"
        try:
            if target.exists() or (self._folder / "out" / "done" / target.name).exists():
                return Taken("")
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_suffix(f".{os.getpid()}.part")
            with new.open("wb") as stream:
                self._pack(shipment, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED))
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, target)
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
        paths = sorted((self._folder / "in").glob("*.json"))[:MOST_FILES]
        return Polled([_read(path) for path in paths], {"names": [path.name for path in paths]})

    def settle(self, cursor: Mapping[str, Any]) -> None:
        """Put away the answers that are kept on our side."""
        inbox = self._folder / "in"
        (inbox / "done").mkdir(exist_ok=True)
        for name in cursor.get("names", []):
            path = inbox / Path(name).name
            if path.exists():
                os.replace(path, inbox / "done" / path.name)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    try:
        body = json.loads(raw) if len(raw) <= MOST_BYTES else None
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    return {"id": path.name, "type": "", "unreadable": raw[:2000].decode("utf-8", "replace")}
