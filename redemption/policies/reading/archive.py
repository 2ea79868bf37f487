"""Opening the ZIP container of .docx and .xlsx without being blown up by it."""

from __future__ import annotations

import io
import zipfile

from redemption.policies.reading.errors import ReadingError

MAX_PART = 64 * 1024 * 1024
MAX_PARTS = 10_000
MAX_RATIO = 400


class Archive:
    """A ZIP file whose parts are measured before and while they are unpacked.

    Raises ReadingError `damaged`, `encrypted` or `archive_bomb`.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ReadingError("damaged", "文件不完整或已损坏，请在原软件中打开，另存后再上传。") from error
        if len(self._zip.infolist()) > MAX_PARTS:
            raise _bomb()
        if any(info.flag_bits & 0x1 for info in self._zip.infolist()):
            raise ReadingError("encrypted", "文件设有密码，请取消密码保护后再上传。")

    def names(self) -> set[str]:
        return set(self._zip.namelist())

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is none; at most MAX_PART bytes whatever it claims."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        suspicious = info.file_size > 1024 * 1024 and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if info.file_size > MAX_PART or suspicious:
            raise _bomb()
        with self._zip.open(info) as stream:
            data = stream.read(MAX_PART + 1)
        if len(data) > MAX_PART:
            raise _bomb()
        return data


def _bomb() -> ReadingError:
    return ReadingError("archive_bomb", "文件解压后过大，已拒绝读取。请只保留政策正文，另存后再上传。")
