"""PDF files with a text layer: lines as printed, joined to paragraphs where a line only wrapped."""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redemption.policies.reading.document import DocumentBuilder, ReadDocument, ReadingFinding, clean
from redemption.policies.reading.errors import ReadingError
from redemption.policies.reading.plain import add_line
from redemption.policies.reading.ruled import RuledPages

MAX_PAGES = 1500
MAX_SECONDS = 6.0
TABLE_SECONDS = 3.0
"""After so long no more tables are looked for: the rest is read as lines."""
RULES = 6
"""Strokes a page draws at least where it has a table: two rows and two columns."""

NARROWEST = 40

_PAGE_NUMBER = re.compile(
    r"[-—－–\s·.]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*/\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-—－–\s·.]*$"
)
_NEW_LINE = re.compile(
    r"\s*(?:第[一二三四五六七八九十百零\d]{1,5}[章节条步]|[一二三四五六七八九十]{1,3}\s*[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}\s*[、.．)）](?!\d)|[①-⑳]|附\s*件|[问答][：:]|[^\s，。；：:（(]{2,10}[：:](?!//))"
)
_OPEN_ADDRESS = re.compile(r"(?:https?|ftp)://[!-~]*$|(?<![!-~])www\.[!-~]*$")  # the web address may go on
_ENDED = re.compile(r"[。；：:！？!?;]\s*$")


def read_pdf(data: bytes) -> ReadDocument:
    """Read a PDF. Raises ReadingError `encrypted`, `damaged`, `no_text_layer`, `too_long`."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise ReadingError("encrypted", "PDF 设有打开密码，请取消密码保护后再上传。") from error
        raise ReadingError("damaged", "PDF 已损坏，无法打开。请重新导出后再上传。") from error
    ruled = RuledPages(data)
    try:
        pages, pictures = _read_pages(pdf, ruled)
    finally:
        ruled.close()
        pdf.close()
    written = sum(len(line.strip()) for page in pages for line in page)
    if written < 10 * max(1, len(pages)) and written < 200:
        raise ReadingError(
            "no_text_layer",
            "这个 PDF 是扫描图片，没有文字层。请上传原始电子文件，或用其他软件识别成文字后粘贴进来。",
        )
    findings = []
    if pictures:
        text = f"第 {'、'.join(map(str, pictures[:20]))} 页没有文字（可能是扫描图片），未读取，请补录。"
        findings.append(ReadingFinding("pages_without_text", text))
    builder = DocumentBuilder()
    for line in _joined(_without_furniture(pages)):
        add_line(builder, line)
    return builder.build("pdf", findings)


def _read_pages(pdf: pdfium.PdfDocument, ruled: RuledPages) -> tuple[list[list[str]], list[int]]:
    if len(pdf) > MAX_PAGES:
        raise ReadingError("too_long", f"PDF 超过 {MAX_PAGES} 页，请只上传政策正文。")
    began = time.monotonic()
    deadline = began + MAX_SECONDS
    pages, pictures = [], []
    for number in range(len(pdf)):
        if time.monotonic() > deadline:
            raise ReadingError("too_long", "PDF 内容过多，请只上传政策正文。")
        page = pdf[number]
        words = page.get_textpage()
        text = clean(words.get_text_bounded())
        words.close()
        rows = None
        if time.monotonic() < began + TABLE_SECONDS and _draws_rules(page):
            rows = ruled.lines(number)
        page.close()
        pages.append(rows if rows is not None else text.split("\n"))
        if len(text.strip()) < 5:
            pictures.append(number + 1)
    return pages, pictures


def _draws_rules(page: pdfium.PdfPage) -> bool:
    paths = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=2)
    return len(list(itertools.islice(paths, RULES))) == RULES


def _without_furniture(pages: list[list[str]]) -> list[str]:
    """All lines without page numbers and without headers and footers that stand on most pages."""
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [line.strip() for line in page if line.strip()]
        edges.update(set(lines[:2] + lines[-2:]))
    repeated = {line for line, times in edges.items() if times >= 3 and times > len(pages) // 2}
    kept = []
    for page in pages:
        lines = [line.rstrip() for line in page if line.strip()]
        for place, line in enumerate(lines):
            at_edge = place < 2 or place >= len(lines) - 2
            if at_edge and (line.strip() in repeated or _PAGE_NUMBER.fullmatch(line)):
                continue
            kept.append(line)
    return kept


def _width(line: str) -> int:
    """Printed width: a Chinese character counts two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in line)


def _joined(lines: list[str]) -> list[str]:
    """Paragraphs: a line as wide as the column that does not end a sentence goes on in the next."""
    if not lines:
        return []
    widths = sorted(_width(line) for line in lines if "\t" not in line) or [NARROWEST]
    # a few short lines around a table say nothing of the column: twenty characters is the narrowest taken for one
    column = max(NARROWEST, widths[int(len(widths) * 0.9)])
    paragraphs: list[str] = []
    open_line = False
    for line in lines:
        if "\t" in line:  # a table row stands for itself
            paragraphs.append(line)
            open_line = False
        elif open_line and not _NEW_LINE.match(line):
            previous = paragraphs.pop()
            latin = previous[-1:].isascii() and previous[-1:].isalpha() and line.lstrip()[:1].isascii()
            latin = latin and not _OPEN_ADDRESS.search(previous)
            paragraphs.append(previous + (" " if latin else "") + line.strip())
        else:
            paragraphs.append(line.strip())
        wide = _width(line) >= column * 0.86
        # an address is not broken at will: the line before it is short
        broken = _width(line) >= column * 0.5 and _OPEN_ADDRESS.search(line)
        open_line = bool(broken) or (wide and not _ENDED.search(line))
    return paragraphs
