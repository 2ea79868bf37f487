import hashlib
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Thread

import boto3
import httpx
import pytest

from redemption.kernel.errors import NotFound, TooLarge
from redemption.kernel.storage import CHUNK, FolderStorage, S3Storage, Storage, StoredFile, open_storage

BUCKET = "materials"
LIMIT = 3 * CHUNK


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """A real S3 server over HTTP, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/moto-api/", timeout=2)
                break
            except httpx.TransportError:
                assert server.poll() is None, "the S3 server did not start"
                assert time.monotonic() < until, "the S3 server does not answer"
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def s3(s3_address, monkeypatch) -> Iterator[S3Storage]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    made = open_storage(f"s3://{BUCKET}/some/folder?endpoint={s3_address}&region=us-east-1")
    assert isinstance(made, S3Storage)
    yield made
    httpx.post(f"{s3_address}/moto-api/reset")


@pytest.fixture(params=["folder", "s3"])
def storage(request, tmp_path) -> Storage:
    if request.param == "s3":
        return request.getfixturevalue("s3")
    return open_storage(str(tmp_path / "files"))


def stored(content: bytes) -> StoredFile:
    return StoredFile(hashlib.sha256(content).hexdigest(), len(content))


def key_of(kept: StoredFile) -> str:
    return f"some/folder/{kept.sha256}"


def read(storage: Storage, sha256: str) -> bytes:
    with storage.open(sha256) as file:
        return file.read()


@pytest.mark.parametrize("content", [b"", b"a", os.urandom(2 * CHUNK + 17)], ids=["empty", "byte", "large"])
def test_what_is_put_comes_back(storage, content):
    kept = storage.put(io.BytesIO(content), LIMIT)
    assert kept == stored(content)
    assert storage.exists(kept.sha256)
    assert read(storage, kept.sha256) == content


def test_the_same_content_is_one_file(storage):
    assert storage.put(io.BytesIO(b"same"), LIMIT) == storage.put(io.BytesIO(b"same"), LIMIT)
    assert read(storage, stored(b"same").sha256) == b"same"


def test_exactly_the_limit_is_taken_and_one_byte_more_is_not(storage):
    assert storage.put(io.BytesIO(b"x" * 10), 10).size == 10
    with pytest.raises(TooLarge) as refused:
        storage.put(io.BytesIO(b"y" * 11), 10)
    assert "10 字节" in refused.value.message
    assert not storage.exists(stored(b"y" * 11).sha256)


def test_deleting(storage):
    kept = storage.put(io.BytesIO(b"gone"), LIMIT)
    storage.delete(kept.sha256)
    storage.delete(kept.sha256)
    assert not storage.exists(kept.sha256)
    with pytest.raises(NotFound) as refused:
        storage.open(kept.sha256)
    assert refused.value.code == "file_missing"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_digest_names_a_file(storage, name):
    for ask in (storage.open, storage.exists, storage.delete):
        with pytest.raises(NotFound):
            ask(name)


def test_many_at_once_put_the_same_content(storage):
    content = os.urandom(CHUNK)
    kept: list[StoredFile] = []
    threads = [Thread(target=lambda: kept.append(storage.put(io.BytesIO(content), LIMIT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [stored(content)] * 8
    assert read(storage, kept[0].sha256) == content


class Broken(io.RawIOBase):
    """A connection that is lost after the first piece."""

    def __init__(self) -> None:
        self.sent = False

    def read(self, size: int = -1) -> bytes:
        if self.sent:
            raise ConnectionResetError
        self.sent = True
        return b"half"


def test_a_lost_connection_leaves_nothing(storage):
    with pytest.raises(ConnectionResetError):
        storage.put(Broken(), LIMIT)
    assert not storage.exists(stored(b"half").sha256)


def test_a_folder_holds_whole_files_and_nothing_else(tmp_path):
    folder = FolderStorage(tmp_path)
    kept = folder.put(io.BytesIO(b"kept"), LIMIT)
    for refused in (Broken(), io.BytesIO(b"too much")):
        with pytest.raises((ConnectionResetError, TooLarge)):
            folder.put(refused, 7)
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"{kept.sha256[:2]}/{kept.sha256[2:4]}/{kept.sha256}"]


def test_putting_again_mends_a_damaged_file(tmp_path):
    folder = FolderStorage(tmp_path)
    kept = folder.put(io.BytesIO(b"kept"), LIMIT)
    (tmp_path / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256).write_bytes(b"")
    folder.put(io.BytesIO(b"kept"), LIMIT)
    assert read(folder, kept.sha256) == b"kept"


def test_an_object_that_is_there_is_not_sent_again(s3, s3_address):
    kept = s3.put(io.BytesIO(b"once"), LIMIT)
    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1")
    client.put_object(Bucket=BUCKET, Key=key_of(kept), Body=b"once", Metadata={"mark": "mine"})
    s3.put(io.BytesIO(b"once"), LIMIT)
    assert client.head_object(Bucket=BUCKET, Key=key_of(kept))["Metadata"] == {"mark": "mine"}
    # two who both saw nothing: the second one's put is refused by the server and that is success
    s3._send(kept, io.BytesIO(b"once"))
    assert client.head_object(Bucket=BUCKET, Key=key_of(kept))["Metadata"] == {"mark": "mine"}


def test_an_unreachable_bucket_is_no_missing_file(s3, s3_address):
    other = S3Storage("no-such-bucket", endpoint_url=s3_address, region="us-east-1")
    with pytest.raises(Exception, match="NoSuchBucket"):
        other.open("a" * 64)
    with pytest.raises(Exception, match="NoSuchBucket"):
        other.put(io.BytesIO(b"lost"), LIMIT)


@pytest.mark.parametrize("address", ["s3://", "s3://bucket?color=red"])
def test_an_address_that_is_none(address):
    with pytest.raises(ValueError, match="address"):
        open_storage(address)
