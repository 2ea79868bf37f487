"""An exchange folder: what we write appears whole or not at all, what is laid there for us is read in order.

out/NAME                written to a part file first; the same name written twice is one file
in/*.json               read in the order of their names
in/done/                what has been read
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

MOST_FILES = 100
MOST_BYTES = 1024 * 1024


class ExchangeFolder:
    """One folder. `private`: only the owner may read what is written."""

    def __init__(self, path: str | Path, *, private: bool = False) -> None:
        self._path = Path(path)
        self._mode = 0o600 if private else 0o666

    def check(self) -> tuple[bool, str]:
        """Whether it can be used, in a sentence."""
        if not self._path.is_dir():
            return False, f"服务器上没有目录 {self._path}，请先创建。"
        try:
            for name in ("out", "in", "in/done"):
                (self._path / name).mkdir(exist_ok=True)
            probe = self._path / "out" / f".probe-{os.getpid()}"
            probe.write_text("ok")
            probe.unlink()
        except OSError as error:
            return False, f"目录 {self._path} 不可写（{error.strerror}）。"
        return True, f"目录 {self._path} 可读写。"

    def put(self, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Write a file, once; one that was fetched and put away in out/done/ is there already. OSError if it fails."""
        target = self._path / "out" / name
        if target.exists() or (target.parent / "done" / name).exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, self._mode), "w+b") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, target)

    def read(self) -> list[tuple[str, dict[str, Any]]]:
        """(name, content) of what lies ready; what is no JSON object comes as `unreadable`, for a person."""
        paths = sorted((self._path / "in").glob("*.json"))[:MOST_FILES]
        return [(path.name, _content(path)) for path in paths]

    def settle(self, names: Sequence[str]) -> None:
        """Put away what is kept on our side."""
        done = self._path / "in" / "done"
        done.mkdir(parents=True, exist_ok=True)
        for name in names:
            path = self._path / "in" / Path(name).name
            if path.exists():
                os.replace(path, done / path.name)


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    try:
        body = json.loads(raw) if len(raw) <= MOST_BYTES else None
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    return {"id": path.name, "unreadable": raw[:2000].decode("utf-8", "replace")}
