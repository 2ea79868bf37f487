"""A policy's text on the public page, whole however long it is."""

import html

import pytest

from redemption.catalogue.public import text as shown


def lines_of(n):
    return [f"第{at}条 支持企业发展。" for at in range(n)]


@pytest.mark.parametrize("with_blocks", [True, False])
def test_pages_together_are_the_whole_text(monkeypatch, with_blocks):
    monkeypatch.setattr(shown, "LONGEST", 100)
    lines = lines_of(50)
    text, blocks, at = "\n".join(lines), [], 0
    for line in lines:
        blocks.append({"kind": "paragraph", "start": at, "end": at + len(line)})
        at += len(line) + 1
    given = blocks if with_blocks else []
    pages = shown.pages(text, given)
    assert pages > 3
    parts = [part for page in range(1, pages + 1) for part in shown.parts(text, given, page)]
    assert [part.text for part in parts] == lines
    assert [text[part.anchor : part.anchor + len(part.text)] for part in parts] == lines
    assert shown.parts(text, given, pages + 1) == []


def test_an_empty_text_has_one_empty_page():
    assert (shown.pages("", []), shown.parts("", [])) == (1, [])


def test_a_long_policy_is_turned_page_by_page(monkeypatch, app, catalogue):
    monkeypatch.setattr(shown, "LONGEST", 200)
    catalogue.publish_policy("P20260077", title="长文件", text="\n".join(lines_of(60)), blocks=[])
    client = app.test_client()
    first = html.unescape(client.get("/policies/P20260077").get_data(as_text=True))
    assert "第0条" in first
    assert "第59条" not in first
    assert "?part=2" in first
    last = html.unescape(client.get("/policies/P20260077?part=9999").get_data(as_text=True))
    assert "第59条" in last
    assert client.get("/policies/P20260077?part=x").status_code == 200
