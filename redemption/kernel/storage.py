"""Files, kept under the SHA-256 of their content.

The same content is one file, however often it is handed in, and a name from outside never becomes a path.
Files are written before the transaction that mentions them commits: a crash in between leaves a file that
nobody mentions, never a row without its file. Who may read a file, and for how long a link lives, is
decided elsewhere.

`FolderStorage` for one machine or a shared folder, `S3Storage` for anything that speaks S3 (extra `s3`);
`open_storage` makes the one that the setting names.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qs, urlsplit

from redemption.kernel.errors import NotFound, TooLarge

CHUNK = 1024 * 1024
_IN_MEMORY = 8 * CHUNK
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ABSENT = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True)
class StoredFile:
    """What was stored: the hexadecimal SHA-256 of the content, and its size in bytes."""

    sha256: str
    size: int


class Storage(Protocol):
    """Content by its digest. All methods may be called from many processes at once."""

    def put(self, stream: IO[bytes], limit: int) -> StoredFile:
        """Store what is left in a stream. TooLarge beyond `limit` bytes; then nothing is kept."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The content, to be read once and closed. NotFound `file_missing`."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether the content is there."""
        ...

    def delete(self, sha256: str) -> None:
        """Remove the content; nothing happens if it is not there."""
        ...


def open_storage(address: str) -> Storage:
    """The storage of a setting: a folder, or `s3://bucket/prefix?endpoint=https://…&region=…`.

    S3 credentials come from where boto3 looks for them (environment, profile, role of the machine).
    """
    if not address.startswith("s3://"):
        return FolderStorage(Path(address))
    parts = urlsplit(address)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = set(options) - {"endpoint", "region"}
    if unknown or not parts.netloc:
        raise ValueError(f"not an address of a bucket: {address}")
    return S3Storage(
        parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint_url=options.get("endpoint"),
        region=options.get("region"),
    )


class FolderStorage:
    """Files in a folder: `ab/cd/<sha256>`, each whole or not there at all, also after a power cut."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._incoming = self.root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, stream: IO[bytes], limit: int) -> StoredFile:
        """See `Storage.put`."""
        handle, name = tempfile.mkstemp(dir=self._incoming)
        incoming = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = _copy(stream, file, limit)
                file.flush()
                os.fsync(file.fileno())
            path = self._path(stored.sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            # also over a file that is there: the content is the same, and a damaged one is mended
            incoming.replace(path)
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self.root):
            _sync_folder(folder)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """See `Storage.open`."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise _missing(sha256) from None

    def exists(self, sha256: str) -> bool:
        """See `Storage.exists`."""
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """See `Storage.delete`."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        _check(sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256


class S3Storage:
    """Objects in a bucket: `<prefix>/<sha256>`. An object that is there is not sent again."""

    def __init__(
        self, bucket: str, *, prefix: str = "", endpoint_url: str | None = None, region: str | None = None
    ) -> None:
        import boto3  # an optional extra: an installation without S3 does not need it

        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self._client = boto3.client("s3", endpoint_url=endpoint_url, region_name=region)

    def put(self, stream: IO[bytes], limit: int) -> StoredFile:
        """See `Storage.put`. The content waits on disk, because its name is only known at its end."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            stored = _copy(stream, file, limit)
            if not self.exists(stored.sha256):
                file.seek(0)
                self._send(stored, file)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """See `Storage.open`."""
        try:
            answer = self._client.get_object(Bucket=self.bucket, Key=self._key(sha256))
        except self._client.exceptions.ClientError as error:
            raise _missing(sha256) if _code(error) in _ABSENT else error from None
        return cast("BinaryIO", answer["Body"])

    def exists(self, sha256: str) -> bool:
        """See `Storage.exists`."""
        try:
            self._client.head_object(Bucket=self.bucket, Key=self._key(sha256))
        except self._client.exceptions.ClientError as error:
            if _code(error) in _ABSENT:
                return False
            raise
        return True

    def delete(self, sha256: str) -> None:
        """See `Storage.delete`."""
        self._client.delete_object(Bucket=self.bucket, Key=self._key(sha256))

    def _send(self, stored: StoredFile, file: Any) -> None:
        """Put if absent; without the condition where a server does not know it: the content is the same."""
        request = {"Bucket": self.bucket, "Key": self._key(stored.sha256), "ContentLength": stored.size}
        try:
            self._client.put_object(Body=file, IfNoneMatch="*", **request)
        except self._client.exceptions.ClientError as error:
            # 412: it is there now; 409: somebody is putting the same content this moment
            if _code(error) in {"PreconditionFailed", "412"}:
                return
            if _code(error) not in {"NotImplemented", "ConditionalRequestConflict", "501", "409"}:
                raise
            file.seek(0)
            self._client.put_object(Body=file, **request)

    def _key(self, sha256: str) -> str:
        _check(sha256)
        return f"{self.prefix}{sha256}"


def _copy(stream: IO[bytes], target: Any, limit: int) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"文件超过允许的大小（{_size_text(limit)}），请压缩或拆分后再上传。", limit=limit)
        digest.update(chunk)
        target.write(chunk)
    return StoredFile(digest.hexdigest(), size)


def _check(sha256: str) -> None:
    # the digest becomes a path: nothing else may pass
    if _SHA256.fullmatch(sha256) is None:
        raise _missing(sha256)


def _missing(sha256: str) -> NotFound:
    return NotFound("没有找到这个文件，它可能已被删除。", code="file_missing", sha256=sha256[:64])


def _sync_folder(folder: Path) -> None:
    # so that the name survives a power cut too; some network file systems cannot
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _size_text(size: int) -> str:
    for unit, name in ((1024 * 1024, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} 字节"


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
