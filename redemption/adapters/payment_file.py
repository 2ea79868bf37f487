"""Payment batches as files in an exchange folder.

    out/<batch>.json        one batch each; appears under its name only when it is complete
    in/*.json               one result each, taken in the order of their names
    in/done/                results that were kept, also those for a person because they cannot be read

Only the owner may read what is written: it holds accounts.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from redemption.adapters.exchange_folder import ExchangeFolder
from redemption.disbursement.port import Again, Batch, Outcome, Payments, Remark, Sent, body_of


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
    def _folder(self) -> ExchangeFolder:
        return ExchangeFolder(self.context.options["folder"], private=True)

    def check(self) -> list[Remark]:
        return [Remark("目录", *self._folder.check())]

    def send(self, batch: Batch) -> Outcome:
        raw = json.dumps(body_of(batch), ensure_ascii=False, indent=1).encode()
        try:
            self._folder.put(f"{batch.number}.json", lambda stream: stream.write(raw))
        except OSError as error:
            return Again(f"写入交换目录失败：{error.strerror or error}")
        return Sent(batch.number)

    def poll(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [*self._folder.read()]

    def settle(self, names: Sequence[str]) -> None:
        self._folder.settle(names)
