"""What a text says of a paper besides its name: original or copy, how many, on paper or not; and papers in tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from redemption.catalogue.extraction.model import Entry, Span
from redemption.catalogue.extraction.structure import Node

_SEEN = r"(?:核[对验实查]?|[查校]?验(?!收|证|资)|校对)"
_COPIES = re.compile(
    r"([一二两三四五六七八九十\d]{1,3})\s*份(?!额)|一式\s*([一二两三四五六七八九十\d]{1,3})\s*份?"
)
_CN = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_COLUMNS = {
    "材料名称": "name", "申报材料名称": "name", "申请材料名称": "name", "资料名称": "name", "申请材料": "name", "申报材料": "name",
    "材料": "name", "份数": "copies", "材料份数": "copies", "数量": "copies", "是否必须": "required", "是否必需": "required",
    "必要性": "required", "是否必要": "required", "材料必要性": "required", "材料形式": "form", "材料类型": "form", "形式": "form",
    "原件/复印件": "form", "来源渠道": "source", "备注": "remark", "序号": "number",
}  # fmt: skip


def material_rows(text: str, nodes: Iterable[Node]) -> list[Entry] | None:
    """A table of papers: a header with 材料名称, then one paper a row."""
    lines = [line for node in nodes for sub in node.walk() for line in sub.lines if line.cells]
    header: dict[str, int] = {}
    entries: list[Entry] = []
    for line in lines:
        cells = [text[a:b].strip() for a, b in line.cells]
        names = {
            name: place
            for place, cell in enumerate(cells)
            for name in [_COLUMNS.get(re.sub(r"\s|（.*?）", "", cell))]
            if name
        }
        if "name" in names and len(names) >= 1 and not header:
            header = names
            continue
        if not header or header["name"] >= len(cells) or not cells[header["name"]]:
            continue
        span = line.cells[header["name"]]
        rest = "，".join(
            cell for place, cell in enumerate(cells) if place != header["name"] and len(cell) <= 60
        )
        details = details_of(cells[header["name"]] + "（" + rest + "）")
        if (
            "copies" in header
            and header["copies"] < len(cells)
            and (m := re.search(r"\d+", cells[header["copies"]]))
        ):
            details["copies"] = int(m.group())
        if "required" in header and header["required"] < len(cells):
            details["required"] = cells[header["required"]] in ("是", "必须", "必要", "必需", "√")
        entries.append(Entry(text[slice(*span)], span, details))
    return entries or None


_ORIGINAL = re.compile(r"原件(?!核|备查|核对|校验|查验)")
_SEEN_FIRST = re.compile(_SEEN + r"[^，。；]{0,10}原件")
_SHOWN = re.compile(_SEEN + r"[^，。；]{0,12}原件|原件(?:核|备查|核对|校验|查验)")
_ELECTRONIC = re.compile(r"电子(?:版|文档|文件|件|档)|excel|word|上传|扫描", re.I)
_OPTIONAL = re.compile(
    r"如有|若有|如为|若为|若是|如是|根据实际|可选|选填|如需|适用于|的企业需|委托.{0,8}办理的|非必"
)
_SEALED = re.compile(r"盖(?:单位|企业)?公?章")


def details_of(words: str) -> dict[str, Any]:
    """original/copy, number of copies, electronic/paper, required: only what the words say."""
    details: dict[str, Any] = {}
    copy = "复印件" in words or "影印件" in words
    original = _ORIGINAL.search(words) and not _SEEN_FIRST.search(words)
    scanned = "扫描件" in words
    if original and copy:
        details["original"] = "both"
    elif original:
        details["original"] = "original"
    elif copy:
        details["original"] = "copy"
    elif scanned:
        details["original"] = "scan"
    if "原件" in words and _SHOWN.search(words):
        details["original_shown"] = True
    if match := _COPIES.search(words):
        number = match.group(1) or match.group(2)
        details["copies"] = int(number) if number.isdigit() else _CN.get(number, 0) or None
    if _ELECTRONIC.search(words):
        details["form"] = "electronic"
    elif "纸质" in words or "书面" in words:
        details["form"] = "paper"
    if _OPTIONAL.search(words):
        details["required"] = False
    elif any(word in words for word in ("必须", "必备", "必需")):
        details["required"] = True
    if _SEALED.search(words):
        details["sealed"] = True
    return {key: value for key, value in details.items() if value is not None}


_SPACED_HEAD = re.compile(r"\s*(?:序号[\s　]+)?(?:材料|资料|申报材料|申请材料)名称[\s　]+\S")
_NEEDLESS = re.compile(r"免提交|无需提交|无须提交|不需提交|系统共享")


def spaced_rows(text: str, spans: list[Span]) -> list[Entry] | None:
    """材料名称　份数　形式 above rows with spaces between their cells: the first cell of each, the others told of it."""
    if len(spans) < 2 or not _SPACED_HEAD.match(text, *spans[0]):
        return None
    counted = text[slice(*spans[0])].lstrip().startswith("序号")
    entries: list[Entry] = []
    for a, b in spans[1:]:
        cells = [(a + m.start(), a + m.end()) for m in re.finditer(r"[^\s　]+", text[a:b])]
        cells = cells[1:] if counted and cells and text[slice(*cells[0])].isdigit() else cells
        if not cells or _NEEDLESS.search(text, a, b):
            continue
        words = text[slice(*cells[0])]
        details = details_of(words + "（" + "，".join(text[x:y] for x, y in cells[1:]) + "）")
        if copies := next((text[x:y] for x, y in cells[1:] if text[x:y].isdigit()), None):
            details["copies"] = int(copies)
        entries.append(Entry(words, cells[0], details))
    return entries
