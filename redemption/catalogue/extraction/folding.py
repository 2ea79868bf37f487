"""Step 0: one form for signs that authors type in two: half-width punctuation, full-width digits, radicals of a PDF.

Every sign becomes one other sign, so that offsets into the folded text are offsets into the document. The rules that
follow need to know one form only; `restore` gives every value back in the signs of the document.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

from redemption.catalogue.extraction.model import Extraction, Item
from redemption.policies.reading import ReadDocument

_TO_FULL = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？", "!": "！"})
_CJK = "\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e“”"
# A sign beside Chinese is punctuation; between Latin letters or digits it belongs to an address, a time, a number.
_SIGN = re.compile(
    rf"(?<=[{_CJK}\s)])[,;:?!](?!//)|(?<=[A-Za-z\d%])[,;:?!](?=[{_CJK}\s（(]|$)|[()]|(?<=\d),(?=\d{{4}}年)"
)
_ALIKE = {ord(c): unicodedata.normalize("NFKC", c) for c in map(chr, range(0x2F00, 0x2FD6))}
_ALIKE |= {ord("０") + n: str(n) for n in range(10)}
_ALIKE |= {ord("⒈") + n: chr(ord("①") + n) for n in range(20)}
_ALIKE |= {
    ord(c): to
    for c, to in {
        "﹝": "〔", "﹞": "〕", "﹙": "（", "﹚": "）", "﹐": "，", "﹕": "：", "﹔": "；", "﹖": "？", "﹗": "！", "｡": "。",
        "､": "、", "％": "%", "／": "/", "＠": "@", "＂": "”", "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ",
        "⽼": "老", "⻓": "长", "⻔": "门", "⻚": "页", "⻛": "风", "⻢": "马", "⻰": "龙",
    }.items()
}  # fmt: skip


def fold(document: ReadDocument) -> ReadDocument:
    """The document with every sign in its one form; offsets stay."""
    text = document.text.translate(_ALIKE)
    text = _SIGN.sub(lambda match: match.group().translate(_TO_FULL), text)
    return replace(document, text=text) if text != document.text else document


def restore(extraction: Extraction, folded: str, original: str) -> None:
    """Put the signs of the document back into everything that was taken from it."""
    if folded == original:
        return
    for item in extraction.items:
        _restore_item(item, folded, original)
    policy = extraction.policy
    for name in ("title", "issuer", "validity_text"):
        if value := getattr(policy, name):
            at = folded.find(value)
            if at >= 0:
                setattr(policy, name, original[at : at + len(value)])


def _restore_item(item: Item, folded: str, original: str) -> None:
    if item.name_span:
        item.name = _lines(item.name, *item.name_span, folded, original)
    for value in item.fields.values():
        if value.text and value.spans:
            begin, end = value.spans[0][0], max(span[1] for span in value.spans)
            if value.text == "\n".join(folded[a:b] for a, b in value.spans):
                value.text = "\n".join(original[a:b] for a, b in value.spans)
            else:
                value.text = _lines(value.text, begin, end, folded, original)
        for entry in value.entries:
            entry.text = _lines(entry.text, *entry.span, folded, original)
    _restore_values(item.values, folded, original)


def _lines(text: str, begin: int, end: int, folded: str, original: str) -> str:
    """The text line by line as it stands in the document between two offsets."""
    lines = []
    for line in text.split("\n"):
        at = folded.find(line, begin, end)
        if at < 0:
            lines.append(line)
            continue
        lines.append(original[at : at + len(line)])
        begin = at + len(line)
    return "\n".join(lines)


def _restore_values(values: Any, folded: str, original: str) -> None:
    if isinstance(values, list):
        for value in values:
            _restore_values(value, folded, original)
    elif isinstance(values, dict):
        span = values.get("span")
        words = values.get("text")
        if isinstance(words, str) and isinstance(span, list) and folded[slice(*span)] == words:
            values["text"] = original[slice(*span)]
        for value in values.values():
            if isinstance(value, dict | list):
                _restore_values(value, folded, original)
