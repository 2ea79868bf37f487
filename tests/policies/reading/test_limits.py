"""Twenty megabytes of anything are read or refused within ten seconds; deep nesting and bombs are refused."""

import io
import time
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from redemption.policies.reading import ReadingError, read

MOST = 20 * 1024 * 1024
SECONDS = 10.0  # of processor time, so that other work on the machine does not count


def _filled(piece: str | bytes) -> bytes:
    data = piece.encode() if isinstance(piece, str) else piece
    return data * (MOST // len(data))


def _page(inner: str) -> bytes:
    frame = "<html><body>{}</body></html>"
    room = MOST - len(frame)
    return frame.format(inner * (room // len(inner.encode()))).encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (_filled("一、申报条件：在本市注册的企业。\n"), "a.txt"),
        (_filled("对在本市注册的企业给予奖励，"), "a.txt"),
        (_filled(b"\x00\xff\x17"), "a.txt"),
        (_filled("|甲|乙|丙|\n"), "a.txt"),
        (_page("<p>申报条件</p>"), "a.html"),
        (_page("<tr><td>甲<td>乙"), "a.html"),
        (_page("<table>"), "a.html"),
        (b"%PDF-1.7\n" + _filled("1 0 obj<<>>endobj\n")[: MOST - 9], "a.pdf"),
        (b"PK\x03\x04" + b"\x00" * (MOST - 4), "a.docx"),
    ],
    ids=["lines", "one line", "noise", "bars", "paragraphs", "cells", "nested tables", "pdf", "zip"],
)  # fmt: skip
def test_twenty_megabytes_within_ten_seconds(data: bytes, name: str) -> None:
    begin = time.process_time()
    with suppress(ReadingError):  # its sentence is checked with the other refusals
        assert read(data, name).text
    assert time.process_time() - begin < SECONDS


def test_a_sheet_that_unpacks_to_a_bomb_is_refused() -> None:
    book = openpyxl.Workbook()
    book.active.append(["事项名称", "支持标准"])
    out = io.BytesIO()
    book.save(out)
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as old, zipfile.ZipFile(bomb, "w", 8) as new:
        for part in old.namelist():
            bloated = part == "xl/worksheets/sheet1.xml"
            new.writestr(part, old.read(part) + (b" " * 120_000_000 if bloated else b""))
    with pytest.raises(ReadingError) as caught:
        read(bomb.getvalue(), "清单.xlsx")
    assert caught.value.code == "archive_bomb"


def test_deeply_nested_xml_is_refused_or_read() -> None:
    deep = b"<w:p>" * 5000
    body = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        + deep
        + b"</w:p>" * 5000
        + b"</w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body)
    with pytest.raises(ReadingError):
        read(out.getvalue(), "a.docx")
