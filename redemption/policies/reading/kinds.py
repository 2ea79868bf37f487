"""What kind of file it is: sniffed from the content, compared with the name, then handed to its reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from redemption.policies.reading.archive import Archive
from redemption.policies.reading.document import ReadDocument
from redemption.policies.reading.errors import ReadingError
from redemption.policies.reading.page import read_page
from redemption.policies.reading.plain import decode, read_lines, wide_encoding
from redemption.policies.reading.printed import read_pdf
from redemption.policies.reading.sheet import read_sheet
from redemption.policies.reading.word import read_word

MAX_BYTES = 20 * 1024 * 1024

_NAMED = {
    "txt": "txt", "text": "txt", "md": "txt",
    "html": "html", "htm": "html", "shtml": "html", "xhtml": "html",
    "docx": "docx", "pdf": "pdf", "xlsx": "xlsx",
}  # fmt: skip
_CHINESE = {"txt": "纯文本", "html": "网页", "docx": "Word 文档", "pdf": "PDF", "xlsx": "Excel 表格"}
_SAVE_AS = {
    "doc": "请在 Word 或 WPS 中打开，另存为 .docx 或 PDF 后再上传。",
    "wps": "请在 WPS 中打开，另存为 .docx 或 PDF 后再上传。",
    "ofd": "请用 OFD 阅读器打开，另存（导出）为 PDF 或 .docx 后再上传。",
    "xls": "请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。",
    "et": "请在 WPS 中打开，另存为 .xlsx 后再上传。",
    "rtf": "请在 Word 或 WPS 中打开，另存为 .docx 或 PDF 后再上传。",
}
_TAG = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|%@\s*page|jsp:)", re.I)
_COMMON_TAGS = re.compile(rb"<(?:p|div|br|table|tr|td|span|li|ul|h[1-6]|meta|a)\b[^<>]{0,400}>", re.I)


def read(data: bytes, filename: str = "") -> ReadDocument:
    """Read a file. `filename` is only compared with the content. Raises ReadingError, nothing else."""
    if not data or not data.strip(b"\x00 \t\r\n"):
        raise ReadingError("empty", "文件是空的，请重新选择文件。")
    if len(data) > MAX_BYTES:
        raise ReadingError("too_big", "文件超过 20 MB，请只上传政策正文，或压缩其中的图片后再上传。")
    kind = _sniff(data, filename)
    _compare_with_name(kind, filename)
    reader: Callable[[bytes], ReadDocument] = _READERS[kind]
    try:
        return reader(data)
    except ReadingError:
        raise
    except (RecursionError, MemoryError) as error:
        raise ReadingError("too_deep", "文件的结构过于复杂，请另存为纯文本后再上传。") from error
    except Exception as error:  # a reader of a foreign format meets anything; the person gets one sentence
        message = f"文件已损坏，无法作为{_CHINESE[kind]}读取，请在原软件中打开检查，另存后再上传。"
        raise ReadingError("damaged", message) from error


def read_text(text: str) -> ReadDocument:
    """Read pasted text. Raises ReadingError `empty` or `too_long`."""
    return read_lines(text, "text")


def _sniff(data: bytes, filename: str) -> str:
    head = data[:4096]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-") or b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _sniff_archive(data, filename)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_old_office(data, filename)
    if head.startswith(b"{\\rtf"):
        raise ReadingError("unsupported_kind", "暂不支持 .rtf 文件。" + _SAVE_AS["rtf"])
    if _binary(head):
        suffix = _suffix(filename)
        advice = _SAVE_AS.get(suffix, "请上传 .docx、.pdf、.xlsx、.html 或 .txt 文件，或直接粘贴文字。")
        raise ReadingError("unsupported_kind", f"无法识别这个文件的内容。{advice}")
    return "html" if _looks_like_page(data) else "txt"


def _sniff_archive(data: bytes, filename: str) -> str:
    names = Archive(data).names()
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "OFD.xml" in names or _suffix(filename) == "ofd":
        raise ReadingError("unsupported_kind", "暂不支持 .ofd 文件。" + _SAVE_AS["ofd"])
    raise ReadingError(
        "unsupported_kind", "这是一个压缩包，请解压后上传其中的 .docx、.pdf、.xlsx、.html 或 .txt 文件。"
    )


def _refuse_old_office(data: bytes, filename: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ReadingError("encrypted", "文件设有打开密码，请在原软件中取消密码保护后再上传。")
    suffix = _suffix(filename)
    suffix = suffix if suffix in _SAVE_AS else "doc"
    raise ReadingError("unsupported_kind", f"暂不支持旧版 .{suffix} 文件。{_SAVE_AS[suffix]}")


def _looks_like_page(data: bytes) -> bool:
    head = data[:65536]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.replace(b"\x00", b"")
    return bool(_TAG.search(head)) or len(_COMMON_TAGS.findall(head)) >= 4


def _binary(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    if b"\x00" in head:
        return wide_encoding(head) is None
    strange = sum(head.count(bytes((c,))) for c in (*range(1, 8), *range(14, 27), 28, 29, 30, 31))
    return strange > len(head) // 50


def _suffix(filename: str) -> str:
    return PurePosixPath(filename.replace("\\", "/")).suffix.lstrip(".").lower()


def _compare_with_name(kind: str, filename: str) -> None:
    suffix = _suffix(filename)
    if suffix in _SAVE_AS and kind not in ("txt", "html"):
        return  # a new file with an old ending: the content can be read
    named = _NAMED.get(suffix)
    if named and named != kind and not (named == "html" and kind == "txt"):
        raise ReadingError(
            "name_mismatch",
            f"文件名以 .{suffix} 结尾，内容却是{_CHINESE[kind]}。请改成正确的扩展名，或重新导出后再上传。",
        )


def _read_plain(data: bytes) -> ReadDocument:
    text, findings = decode(data)
    return read_lines(text, "txt", findings)


_READERS: dict[str, Callable[[bytes], ReadDocument]] = {
    "txt": _read_plain,
    "html": read_page,
    "docx": read_word,
    "pdf": read_pdf,
    "xlsx": read_sheet,
}
