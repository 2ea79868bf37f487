"""Files in and out: what was uploaded is sniffed, named safely and streamed to storage; what goes out is harmless.

The name a browser sends is only a label: any path in it is refused, its ending must agree with what the bytes are.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

import filetype
from flask import Response
from werkzeug.datastructures import FileStorage

from redemption.kernel.errors import Invalid, NotFound
from redemption.web.bodies import BoundedFile
from redemption.web.session import storage

HEAD = 8192
NAME_LIMIT = 150

KINDS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "image/webp": ("webp",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/ofd": ("ofd",),
    "application/zip": ("zip",),
    "application/msword": ("doc", "wps"),
    "application/vnd.ms-excel": ("xls", "et"),
    "text/plain": ("txt", "csv"),
    "text/html": ("html", "htm"),
    "application/json": ("json",),
}
MATERIAL_ENDINGS = frozenset(
    {"pdf", "jpg", "jpeg", "png", "bmp", "tif", "tiff", "docx", "xlsx", "doc", "xls", "wps", "et", "ofd"}
)
INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser may show itself; everything else is offered for saving."""


@dataclass
class Upload:
    """A file as it came: its stream at the start, its bare name, what it really is, its size in bytes."""

    stream: IO[bytes]
    name: str
    media_type: str
    size: int


def read_upload(
    file: FileStorage, limit: int, endings: frozenset[str] = MATERIAL_ENDINGS, field: str = "file"
) -> Upload:
    """Check one uploaded file.

    Args:
        limit: bytes.
        endings: the kinds that are taken, as file endings.

    Raises:
        Invalid: with a sentence that names the file and the reason, at `field`.
    """
    name = (file.filename or "").strip()
    shown = name[-60:]

    def refuse(reason: str, code: str) -> Invalid:
        return Invalid.field(field, f"“{shown}”{reason}", code=code)

    if not name:
        raise Invalid.field(field, "请选择要上传的文件。", code="file_missing")
    if "/" in name or "\\" in name or "\x00" in name or name in {".", ".."}:
        raise refuse("的文件名里含有路径，请改名后再上传。", "file_name_path")
    if len(name) > NAME_LIMIT:
        raise refuse(f"的文件名超过 {NAME_LIMIT} 个字，请改短后再上传。", "file_name_long")
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in endings:
        raise refuse(f"不是可以上传的类型。可以上传：{'、'.join(sorted(endings))}。", "file_kind")
    cut = isinstance(file.stream, BoundedFile) and file.stream.cut
    size = file.stream.seen if isinstance(file.stream, BoundedFile) and cut else _size(file.stream)
    if cut and size <= limit:
        raise refuse("没有收到：几个文件一次选得太多。请分几次上传。", "files_too_large")
    if size == 0:
        raise refuse("是空文件，请检查后重新选择。", "file_empty")
    if size > limit:
        raise refuse(
            f"有 {size / 1048576:.1f} MB，超过每个文件 {limit // 1048576} MB 的上限，请压缩后再上传。",
            "file_too_large",
        )
    media_type = sniff(file.stream, ending)
    if media_type is None or ending not in KINDS.get(media_type, ()):
        raise refuse("的内容与文件名不符，可能是改过后缀的文件。请上传原始文件。", "file_disguised")
    reason = trouble(file.stream, media_type)
    if reason:
        raise refuse(reason[1], reason[0])
    return Upload(file.stream, name, media_type, size)


def _size(stream: IO[bytes]) -> int:
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return size


def sniff(stream: IO[bytes], ending: str = "") -> str | None:
    """The media type the bytes speak of; the ending only decides between kinds of plain text and old Office."""
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    if head.startswith(b"%PDF-") or b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/vnd.ms-excel" if ending in {"xls", "et"} else "application/msword"
    guess = filetype.guess(head)
    if guess is not None:
        return str(guess.mime)
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if ending in {"html", "htm"}:
        return "text/html" if b"<" in head else None
    return "application/json" if ending == "json" else "text/plain"


def _sniff_zip(stream: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist()[:5000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    finally:
        stream.seek(0)
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    if "OFD.xml" in names:
        return "application/ofd"
    return "application/zip"


def trouble(stream: IO[bytes], media_type: str) -> tuple[str, str] | None:
    """Reasons to refuse a file of a fitting kind: (code, sentence), or None."""
    if media_type == "application/pdf":
        stream.seek(0, io.SEEK_END)
        stream.seek(max(0, stream.tell() - 65536))
        tail = stream.read()
        stream.seek(0)
        if b"/Encrypt" in tail:
            return "file_encrypted", "设有密码或权限保护，请去除保护后再上传。"
        return None
    if media_type in {"application/zip", "application/ofd"} or "openxmlformats" in media_type:
        return _zip_trouble(stream)
    if media_type in {"application/msword", "application/vnd.ms-excel"}:
        stream.seek(0)
        content = stream.read()
        stream.seek(0)
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in content:
            return "file_encrypted", "设有密码，请去除密码后再上传。"
        if b"_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T" in content:
            return "file_macro", "含有宏，为安全起见不能接收。请另存为不含宏的文件或 PDF 后再上传。"
    return None


def _zip_trouble(stream: IO[bytes]) -> tuple[str, str] | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "file_broken", "已损坏，打不开。请重新导出后再上传。"
    finally:
        stream.seek(0)
    packed = sum(entry.compress_size for entry in entries) or 1
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > 10_000
        or unpacked > 500 * 1048576
        or (unpacked > 50 * 1048576 and unpacked / packed > 100)
    ):
        return "file_bomb", "解压后异常庞大，不能接收。请上传正常的文件。"
    if any(entry.flag_bits & 1 for entry in entries):
        return "file_encrypted", "设有密码，请去除密码后再上传。"
    if any(
        entry.filename.rsplit("/", 1)[-1].lower() in {"vbaproject.bin", "vbadata.xml"} for entry in entries
    ):
        return "file_macro", "含有宏，为安全起见不能接收。请另存为不含宏的文件或 PDF 后再上传。"
    return None


def send_stored(sha256: str, name: str, media_type: str, *, inline: bool = False) -> Response:
    """Stream a stored file. Only kinds a browser shows without running anything may be inline."""
    if not sha256 or not storage().exists(sha256):
        raise NotFound("文件不存在或已按规定清除。", code="file_missing")
    stream = storage().open(sha256)
    return send_stream(stream, name, media_type, inline=inline)


def send_stream(stream: IO[bytes], name: str, media_type: str, *, inline: bool = False) -> Response:
    """Stream bytes as a download (or inline), with a name that survives every browser."""
    shown = inline and media_type in INLINE

    def blocks() -> Iterator[bytes]:
        with stream:
            while block := stream.read(65536):
                yield block

    response = Response(blocks(), mimetype=media_type or "application/octet-stream")
    kind = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    )
    if media_type == "application/pdf" and shown:
        # A sandboxed PDF viewer shows nothing in Chromium; the bytes were sniffed, and nosniff holds.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
        )
    response.headers["Cache-Control"] = "private, no-store"
    return response
