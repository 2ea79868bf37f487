"""Twenty megabytes of anything are read or refused in good time; deep nesting and bombs are refused."""

import io
import time
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from bench.reading import LARGE
from redemption.policies.reading import ReadingError, read

SECONDS = 30.0  # of processor time: three times the promise, since machines differ; `make bench` measures the promise


@pytest.mark.parametrize(("data", "name"), LARGE.values(), ids=LARGE)
def test_twenty_megabytes_are_read_or_refused(data: bytes, name: str) -> None:
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
