"""Whole policy texts of our own: a file holds the text, a line of dashes, and what a reader would take from it.

In the expectation 甲…乙 stands for the text from 甲 to 乙, and （不计） for a field on which readers may differ.
Fields that are not named must not be found.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from redemption.catalogue.extraction import FIELDS, LIST_FIELDS, extract
from redemption.policies.reading import read, read_text

CASES = sorted((Path(__file__).parent / "texts").glob("*.case"))
ANY = "（不计）"


def _pairs(text: str) -> Counter[str]:
    bare = re.sub(r"[\W_]+", "", text)
    return Counter(bare[i : i + 2] for i in range(len(bare) - 1)) or Counter([bare])


def likeness(a: str, b: str) -> float:
    """Shared character pairs, 0 to 1."""
    x, y = _pairs(a), _pairs(b)
    total = sum(x.values()) + sum(y.values())
    return 2 * sum((x & y).values()) / total if total else 0.0


def _resolved(value: str, text: str) -> str:
    parts = []
    for part in value.split("\n"):
        if "…" in part:
            first, last = part.split("…", 1)
            begin = text.index(first)
            parts.append(text[begin : text.index(last, begin) + len(last)])
        else:
            parts.append(part)
    return "\n".join(parts)


def _right(want: Any, have: Any, text: str) -> bool:
    if want in (ANY, [ANY]):
        return True
    if not want or not have:
        return not want and not have
    if isinstance(want, list):
        return len(want) == len(have) and all(
            likeness(_resolved(w, text), h) >= 0.6 for w, h in zip(want, have, strict=True)
        )
    return likeness(_resolved(want, text), have) >= 0.8


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_text(path: Path) -> None:
    text, expectation = path.read_text("utf-8").split("\n-----\n")
    expected = json.loads(expectation)
    result = extract(read_text(text)).as_json()
    for name, value in expected.get("policy", {}).items():
        assert result["policy"][name] == value
    assert len(result["items"]) == len(expected["items"]), [item["name"] for item in result["items"]]
    wrong = []
    for want, have in zip(expected["items"], result["items"], strict=True):
        names = [want["name"], *want.get("name_alternatives", [])]
        if ANY not in names and max(likeness(name, have["name"]) for name in names) < 0.6:
            wrong.append(("name", names, have["name"]))
        for name in FIELDS:
            value = have["fields"][name]
            found = (
                [entry["text"] for entry in value.get("entries", [])]
                if name in LIST_FIELDS
                else value.get("text")
            )
            if not _right(want["fields"].get(name), found, text):
                wrong.append((have["name"], name, found))
    assert not wrong


def test_page_gives_the_same_as_its_text() -> None:
    text = CASES[0].read_text("utf-8").split("\n-----\n")[0]
    lines = text.split("\n")[2:]
    rows = "".join(
        f"<tr><td>{line}</td>" if i % 2 == 0 else f"<td>{line}</td></tr>" for i, line in enumerate(lines[:8])
    )
    rest = "".join(f"<p>{line}</p>" for line in lines[8:])
    page = f"<html><head><title>办事指南-云溪市政府网</title></head><body><table>{rows}</table><div>{rest}</div></body></html>"
    items = extract(read(page.encode(), "a.html")).items
    assert [item.name for item in items] == ["小微企业首次贷款贴息"]
    assert items[0]["target"].text == "在云溪市注册的小型、微型企业和个体工商户"
    assert [entry.text for entry in items[0]["phone"].entries] == ["0799-8632011"]
