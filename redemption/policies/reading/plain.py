"""Plain text: which encoding, and one block a line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from redemption.policies.reading.document import (
    HEADING,
    LIST_ENTRY,
    MAX_BLOCKS,
    PARAGRAPH,
    DocumentBuilder,
    ReadDocument,
    ReadingFinding,
    clean,
)
from redemption.policies.reading.errors import ReadingError

_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十百零\d]{1,5}[章节篇]|[一二三四五六七八九十]{1,3}[、.．])[^。；]{0,40}$"
)
_ENTRY = re.compile(
    r"(?:第[一二三四五六七八九十百零\d]{1,5}[条款步]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．)）]|[①-⑳]|[-•·●])"
)
# 办理程序：1.⇥登录平台…: the tab belongs to the number, it parts no cells
_NUMBER_TAB = re.compile(r"((?:^|[：:。；])\s*(?:[（(]?\d{1,2}[、.．)）]|[一二三四五六七八九十]{1,3}、))\t+")
_PIPED = re.compile(r"\|[^|]*(?:\|[^|]*){1,30}\|")
_RULE = re.compile(r"[|:\-\s]+")
_USUAL = re.compile(
    "[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u2010-\u2027\u2160-\u217f\u2460-\u24ff]"
)
# A space in the middle of a sentence, where a line of a PDF ended before its text was copied.
_WRAPPED = re.compile(
    r"(?<=[\u4e00-\u9fff，、“”（）()\d][\u4e00-\u9fff，、]) (?=[\u4e00-\u9fff])(?<=[^\s]{12} )"
)
_LONG_LINE, _WRAPPED_LINES = 60, 5
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[ReadingFinding]]:
    """The text of some bytes: a byte order mark, UTF-8, UTF-16, the `declared` charset, GB18030, Big5.

    Raises ReadingError `unknown_encoding` when nothing fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), []
    if wide := wide_encoding(data[:4096]):
        return data.decode(wide, "replace"), []
    for encoding in filter(None, ("utf-8", declared, "gb18030", "big5")):
        try:
            return data.decode(encoding), []
        except (UnicodeDecodeError, LookupError):
            continue
    return _decode_leniently(data)


def wide_encoding(head: bytes) -> str | None:
    """utf-16-le or utf-16-be where bytes without a mark read as Chinese text in it, else None."""
    if b"\x00" not in head:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, "ignore")
        if text and len(_USUAL.findall(text)) >= 0.95 * len(head) // 2:
            return encoding
    return None


def _decode_leniently(data: bytes) -> tuple[str, list[ReadingFinding]]:
    """A page with a few broken bytes is still readable; a file of nothing else is not text."""
    best = min(
        (data.decode(e, "replace") for e in ("utf-8", "gb18030")), key=lambda text: text.count("\ufffd")
    )
    broken = best.count("\ufffd")
    if broken > max(20, len(best) // 100):
        raise ReadingError(
            "unknown_encoding", "无法识别文件的文字编码，请用记事本打开，另存为 UTF-8 编码后再上传。"
        )
    return best, [ReadingFinding("broken_characters", f"有 {broken} 处文字无法识别，请对照原文检查。")]


def read_lines(text: str, kind: str, findings: Sequence[ReadingFinding] = ()) -> ReadDocument:
    """One block a line; lines of tab-parted cells become table rows."""
    builder = DocumentBuilder()
    text = clean(text)
    if text.count("\n") > 2 * MAX_BLOCKS:  # refused before a list of millions of lines is made
        raise ReadingError("too_long", "文件的段落过多，请只上传政策正文，或分成几个文件上传。")
    lines = text.split("\n")
    if sum(len(line) >= _LONG_LINE and bool(_WRAPPED.search(line)) for line in lines) >= _WRAPPED_LINES:
        lines = [_WRAPPED.sub("", line) if len(line) >= _LONG_LINE else line for line in lines]
    for line in lines:
        add_line(builder, line)
    return builder.build(kind, findings)


def add_line(builder: DocumentBuilder, line: str) -> None:
    """Add a line of text as the block that it looks like."""
    line = line.strip()
    if not line:
        return
    if _PIPED.fullmatch(line):  # a table in Markdown, or copied out of one
        if not _RULE.fullmatch(line):
            builder.add_row([cell.strip() for cell in line.strip("|").split("|")])
        return
    line = _NUMBER_TAB.sub(r"\1 ", line)
    cells = [cell for cell in line.split("\t") if cell.strip()] if "\t" in line else []
    if len(cells) > 1 and not _ENTRY.fullmatch(cells[0].strip()) and not _HEADING.match(line):
        builder.add_row(line.split("\t"))
    elif _HEADING.match(line):
        builder.add(HEADING, line, 1)
    elif _ENTRY.match(line):
        builder.add(LIST_ENTRY, line)
    else:
        builder.add(PARAGRAPH, line)
