"""Payment batches as files in an exchange folder.

    out/<batch>.json        one batch each; appears under its name only when it is complete
    in/*.json               one result each, taken in the order of their names
    in/done/, in/bad/       results that were kept, and those that are no JSON

Only the owner may read what is written: it holds accounts.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from redemption.disbursement.port import Again, Batch, Outcome, Payments, Remark, Sent, body_of

MOST_FILES = 200
MOST_BYTES = 256 * 1024


class FilePaymentOptions(Schema):
    folder = fields.String(
        required=True,
        error_messages={"required": "请填写交换目录。"},
        metadata={"description": "交换目录（服务器上的路径）"},
    )


class FilePayments(Payments):
    code = "file"
    title = "文件交换"
    Options = FilePaymentOptions

    @property
    def _folder(self) -> Path:
        return Path(self.context.options["folder"])

    def check(self) -> list[Remark]:
        if not self._folder.is_dir():
            return [Remark("目录", False, f"服务器上没有目录 {self._folder}，请先创建。")]
        try:
            for name in ("out", "in", "in/done", "in/bad"):
                (self._folder / name).mkdir(exist_ok=True)
            probe = self._folder / "out" / f".probe-{os.getpid()}"
            probe.write_text("ok")
            probe.unlink()
        except OSError as error:
            return [Remark("目录", False, f"目录 {self._folder} 不可写：{error.strerror}")]
        return [Remark("目录", True, f"目录 {self._folder} 可读写。")]

    def send(self, batch: Batch) -> Outcome:
        target = self._folder / "out" / f"{batch.number}.json"
        try:
            if target.exists() or (self._folder / "out" / "done" / target.name).exists():
                return Sent(batch.number)
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_suffix(f".{os.getpid()}.part")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(json.dumps(body_of(batch), ensure_ascii=False, indent=1).encode())
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, target)
        except OSError as error:
            return Again(f"写入交换目录失败：{error.strerror or error}")
        return Sent(batch.number)

    def poll(self) -> list[tuple[str, Mapping[str, Any]]]:
        inbox = self._folder / "in"
        found: list[tuple[str, Mapping[str, Any]]] = []
        for path in sorted(inbox.glob("*.json"))[:MOST_FILES]:
            try:
                if path.stat().st_size > MOST_BYTES:
                    raise ValueError("too large")
                body = json.loads(path.read_text("utf-8"))
                if not isinstance(body, dict):
                    raise ValueError("not an object")
            except (ValueError, OSError):
                (inbox / "bad").mkdir(exist_ok=True)
                os.replace(path, inbox / "bad" / path.name)
                continue
            found.append((path.name, body))
        return found

    def settle(self, names: Sequence[str]) -> None:
        done = self._folder / "in" / "done"
        done.mkdir(parents=True, exist_ok=True)
        for name in names:
            path = self._folder / "in" / Path(name).name
            if path.exists():
                os.replace(path, done / path.name)
