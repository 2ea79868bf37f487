"""Twenty megabytes of anything are read or refused within ten seconds of processor time."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from redemption.policies.reading import MAX_BYTES, ReadingError, read

BAR_SECONDS = 10.0


def _filled(piece: str | bytes) -> bytes:
    data = piece.encode() if isinstance(piece, str) else piece
    return data * (MAX_BYTES // len(data))


def _page(inner: str) -> bytes:
    frame = "<html><body>{}</body></html>"
    room = MAX_BYTES - len(frame)
    return frame.format(inner * (room // len(inner.encode()))).encode()


LARGE: dict[str, tuple[bytes, str]] = {
    "lines": (_filled("一、申报条件：在本市注册的企业。\n"), "a.txt"),
    "one line": (_filled("对在本市注册的企业给予奖励，"), "a.txt"),
    "noise": (_filled(b"\x00\xff\x17"), "a.txt"),
    "bars": (_filled("|甲|乙|丙|\n"), "a.txt"),
    "paragraphs": (_page("<p>申报条件</p>"), "a.html"),
    "cells": (_page("<tr><td>甲<td>乙"), "a.html"),
    "nested tables": (_page("<table>"), "a.html"),
    "pdf": (b"%PDF-1.7\n" + _filled("1 0 obj<<>>endobj\n")[: MAX_BYTES - 9], "a.pdf"),
    "zip": (b"PK\x03\x04" + b"\x00" * (MAX_BYTES - 4), "a.docx"),
}


def run() -> dict[str, dict[str, Any]]:
    """Entries of `make bench`, one for each kind of file."""
    results = {}
    for kind, (data, name) in LARGE.items():
        begin = time.process_time()
        with suppress(ReadingError):  # refused is an answer too
            read(data, name)
        results[f"reading 20 MB: {kind}"] = {
            "value": round(time.process_time() - begin, 2),
            "unit": "s",
            "bar": BAR_SECONDS,
            "better": "lower",
        }
    return results
