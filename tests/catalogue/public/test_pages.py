"""The public pages over HTTP: what stands on them, what an odd address does, what nobody may see."""

import datetime as dt
import re

import pytest

from redemption.kernel import clock
from redemption.policies.models import Interpretation
from tests.catalogue.published import fields


@pytest.fixture
def client(app):
    return app.test_client()


def page(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["/", "/items", "/items?q=没有", "/policies", "/items.atom", "/items.ics"]
)
def test_pages_of_an_empty_system_say_what_to_do(client, address):
    html = page(client, address)
    if not address.startswith("/items."):
        assert "惠企政策兑现" in html


def test_home_shows_what_closes_soon_and_what_is_new(client, catalogue):
    catalogue.item("首贷贴息补助", closes_on=clock.today() + dt.timedelta(days=3))
    catalogue.item("稳岗返还", mode="without_application")
    html = page(client, "/")
    closing, newest = html.split("最新发布</h2>")
    assert "首贷贴息补助" in closing
    assert "稳岗返还" not in closing
    assert "稳岗返还" in newest
    assert "还剩 3 天" in html
    assert re.search(r'stat-figure">2<', html)


def test_list_searches_filters_and_counts(client, catalogue):
    catalogue.item("首贷贴息补助", theme="金融支持")
    catalogue.item("高新技术企业奖励")
    html = page(client, "/items?q=贴息")
    assert "首贷贴息补助" in html
    assert "高新技术企业奖励" not in html
    assert "共 1 项" in html
    html = page(client, "/items?theme=科技创新")
    assert "高新技术企业奖励" in html
    assert "首贷贴息补助" not in html
    assert "主题：科技创新" in html
    assert "相近" in page(client, "/items?q=首代贴息")
    assert "没有找到" in page(client, "/items?q=海洋渔业")
    assert "去掉一两个筛选条件" in page(client, "/items?theme=无此主题")


def test_list_pages(client, catalogue):
    for n in range(23):
        catalogue.item(f"第{n:02}号补贴")
    first = page(client, "/items")
    following = re.search(r'href="(/items\?cursor=[^"]+)"', first)
    assert following
    second = page(client, following[1].replace("&amp;", "&"))
    shown = set(re.findall(r"第\d\d号补贴", first)) | set(re.findall(r"第\d\d号补贴", second))
    assert len(shown) == 23
    assert "回到第一页" in second


@pytest.mark.parametrize(
    "query",
    ["level=moon", "department=abc", "department=999999999999999999999", "deadline=x", "mode=1", "sort=evil",
     "q=%00", "theme=%00", "q=" + "长" * 3000, "deadline=soon&deadline=closed&level=city&q=补贴&sort=closing"],
)  # fmt: skip
def test_odd_addresses_still_give_a_list(client, catalogue, query):
    catalogue.item("首贷贴息补助")
    page(client, f"/items?{query}")


@pytest.mark.parametrize("cursor", ["x", "WzFd", "%F0%9F", "bnVsbA"])
def test_made_up_cursors(client, catalogue, cursor):
    assert client.get(f"/items?cursor={cursor}").status_code in (200, 422)


def test_an_item_shows_everything_of_article_24(client, catalogue, session):
    item = catalogue.item("首贷贴息补助", closes_on=clock.today() + dt.timedelta(days=10))
    session.add(
        Interpretation(
            policy_id=catalogue.policy.id,
            title="一图读懂",
            text="谁能申报？",
            created_at=clock.now(),
            created_by="person:1",
            published_at=clock.now(),
            published_by="person:1",
        )
    )
    session.flush()
    html = page(client, f"/items/{item.code}")
    for words in (
        "首贷贴息补助", "适用对象", "适用条件", "申报材料", "申报渠道", "办理流程", "在线办理链接", "现场办理地址",
        "办理时限", "咨询电话", "兑现标准", "按研发投入的10%给予补贴", "营业执照复印件", "010-12345678", "还剩 10 天",
        "云科发〔2026〕8号", "一图读懂", "第 1 版", f"/apply/new?item={item.code}",
    ):  # fmt: skip
        assert words in html, words
    assert '<a href="https://example.org/apply"' in html


def test_the_rules_of_the_money_are_public(client, catalogue):
    rules = {"budget": "5000000", "quota": 10, "order": "receipt", "cap": "200000", "yearly_cap": "300000"}
    shared = {"group": "首贷", "group_rule": "exclusive", "exclude_bad_credit": True}
    other = catalogue.item("首贷担保费补助", money_rules=shared)
    catalogue.item("同组的旧事项", money_rules=shared, state="expired")
    item = catalogue.item("首贷贴息补助", money_rules=rules | shared)
    html = page(client, f"/items/{item.code}")
    for words in (
        "500万元", "5,000,000.00元", "10 个", "按收件先后，额满即止", "20万元", "30万元", "同组事项不重复享受",
        f'<a href="/items/{other.code}">首贷担保费补助</a>', "有严重失信记录的不予兑现",
    ):  # fmt: skip
        assert words in html, words
    assert html.count("同组的旧事项") == 1, "among the items of the policy, not of the group"


def test_what_is_not_given_says_why(client, catalogue):
    given = fields(phone={"state": "missing"}, process={"state": "external"})
    item = catalogue.item("首贷贴息补助", fields=given, lacking={"phone": "统一由热线受理"})
    html = page(client, f"/items/{item.code}")
    assert "未列明：统一由热线受理" in html
    assert "详见政策原文附件" in html


def test_text_of_a_policy_never_becomes_markup(client, catalogue):
    evil = fields(
        standard={"state": "found", "text": "<script>alert(1)</script>\njavascript:alert(2)", "spans": []}
    )
    evil["online_url"] = {"state": "found", "entries": [{"text": "javascript:alert(3)", "span": [0, 1]}]}
    item = catalogue.item("<b>粗</b>", summary="<i>斜</i>", fields=evil)
    for html in (page(client, f"/items/{item.code}"), page(client, "/items"), page(client, "/")):
        assert "<script>alert" not in html
        assert "<b>粗" not in html
        assert "<i>斜" not in html
        assert 'href="javascript:' not in html


@pytest.mark.parametrize(
    ("over", "words", "apply"),
    [
        ({}, "可申报", True),
        ({"state": "suspended", "state_reason": "预算调整。"}, "暂停申报。预算调整", False),
        ({"state": "closed"}, "本批次申报已截止", False),
        ({"state": "expired"}, "已失效", False),
        ({"state": "repealed"}, "已废止", False),
        ({"closes_on": dt.date(2020, 1, 1)}, "本批次申报已截止（2020年1月1日）", False),
        ({"valid_until": dt.date(2020, 1, 1)}, "已失效（有效期至2020年1月1日）", False),
        ({"opens_on": dt.date(2099, 1, 1)}, "2099年1月1日起受理", False),
        ({"valid_from": dt.date(2099, 1, 1)}, "2099年1月1日起受理", False),
        ({"valid_from": dt.date(2020, 1, 1)}, "常年受理", True),
        ({"mode": "without_application"}, "无需申报", False),
    ],
)
def test_state_of_an_item_is_said_and_decides_whether_one_can_apply(client, catalogue, over, words, apply):
    item = catalogue.item("首贷贴息补助", **over)
    html = page(client, f"/items/{item.code}")
    assert words in html
    assert ("我要申报" in html) is apply


def test_drafts_and_strangers_are_not_found(client, catalogue):
    draft = catalogue.item("未发布", state="draft", index=False)
    for address in (
        f"/items/{draft.code}",
        "/items/none",
        f"/items/{draft.code}/guide.pdf",
        "/policies/none",
    ):
        page(client, address, 404)
    assert client.get(f"/api/v1/items/{draft.code}").status_code == 404


def test_policy_with_its_text_items_and_interpretation(client, catalogue):
    catalogue.item("首贷贴息补助")
    html = page(client, "/policies/P20260001")
    assert "第一条 支持高新技术企业。" in html
    assert "首贷贴息补助" in html
    assert "现行" in html or "在施行" in html
    assert "云州市促进科技企业发展若干措施" in page(client, "/policies?q=云科发(2026)8号")
    assert "没有找到符合条件的政策" in page(client, "/policies?q=云科发(2025)8号")
    assert "没有找到符合条件的政策" in page(client, "/policies?standing=over")


def test_policy_text_keeps_headings_and_tables(client, catalogue, session):
    text = "总则\n第一条内容\n甲\t乙\n丙\t丁\n"
    blocks = [
        {"kind": "heading", "start": 0, "end": 2, "level": 1},
        {"kind": "paragraph", "start": 3, "end": 8},
        {"kind": "table_row", "start": 9, "end": 12, "cells": [[9, 10], [11, 12]], "table": 0},
        {"kind": "table_row", "start": 13, "end": 16, "cells": [[13, 14], [15, 16]], "table": 0},
    ]
    catalogue.publish_policy("P20260002", title="表格文件", text=text, blocks=blocks)
    html = page(client, "/policies/P20260002")
    assert re.search(r"<h2[^>]*>总则</h2>", html)
    assert re.search(r"<tr><td>甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr>", html)


def test_library_pages_newest_first(client, catalogue):
    for n in range(25):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=n // 2)
        catalogue.publish_policy(f"Q{n:03}", title=f"文件{n:03}", publication_date=day)
    first = page(client, "/policies")
    second = page(client, re.search(r'href="(/policies\?cursor=[^"]+)"', first)[1])
    shown = re.findall(r"文件\d{3}", first) + re.findall(r"文件\d{3}", second)
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) == 25


def test_guide_is_a_pdf_with_the_fields(client, catalogue):
    import io

    import pdfplumber

    item = catalogue.item("首贷贴息补助", money_rules={"budget": "5000000"})
    answer = client.get(f"/items/{item.code}/guide.pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        text = "".join(sheet.extract_text() or "" for sheet in pdf.pages)
    for words in (
        "首贷贴息补助",
        "申报材料",
        "营业执照复印件",
        "010-12345678",
        "云科发",
        "预算总额：500万元",
        item.code,
    ):
        assert words in text


def test_feeds_are_well_formed(client, catalogue):
    from lxml import etree

    item = catalogue.item(
        "首贷 & 贴息 <补助>", closes_on=clock.today() + dt.timedelta(days=2), summary="甲;乙,丙"
    )
    catalogue.item("常年受理的")
    feed = etree.fromstring(client.get("/items.atom").data)
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("//a:entry/a:title/text()", namespaces=names) == ["常年受理的", "首贷 & 贴息 <补助>"]
    calendar = client.get("/items.ics").data.decode()
    unfolded = calendar.replace("\r\n ", "")
    assert unfolded.count("BEGIN:VEVENT") == 1
    assert f"DTSTART;VALUE=DATE:{clock.today() + dt.timedelta(days=2):%Y%m%d}" in unfolded
    assert "DESCRIPTION:甲\\;乙\\,丙" in unfolded
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    assert "BEGIN:VEVENT" in client.get(f"/items/{item.code}/deadline.ics").get_data(as_text=True)


def test_json_of_items_and_policies(client, catalogue):
    item = catalogue.item("首贷贴息补助", closes_on=dt.date(2099, 1, 1))
    listed = client.get("/api/v1/items?q=贴息").get_json()
    assert [row["code"] for row in listed["items"]] == [item.code]
    assert listed["total"] == 1
    assert listed["next_cursor"] is None
    one = client.get(f"/api/v1/items/{item.code}").get_json()
    assert one["fields"]["standard"]["text"].startswith("按研发投入")
    assert one["standing"] == "open"
    assert one["policy"]["document_number"] == "云科发〔2026〕8号"
    assert client.get("/api/v1/items?department=kx").get_json()["total"] == 1
    assert client.get("/api/v1/items?department=nobody").get_json()["total"] == 0
    policy = client.get("/api/v1/policies/P20260001").get_json()
    assert policy["items"][0]["code"] == item.code
    assert policy["text"].startswith("云州市")
    assert client.get("/api/v1/policies?q=若干措施").get_json()["policies"][0]["number"] == "P20260001"


def test_json_says_what_is_wrong(client, catalogue):
    answer = client.get("/api/v1/items?sort=evil")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert client.get("/api/v1/items?limit=0").status_code == 422


def test_json_pages(client, catalogue):
    for n in range(5):
        catalogue.item(f"第{n}号补贴")
    seen, cursor = [], ""
    while True:
        answer = client.get("/api/v1/items?limit=2" + (f"&cursor={cursor}" if cursor else "")).get_json()
        seen += [row["name"] for row in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert seen == [f"第{n}号补贴" for n in (4, 3, 2, 1, 0)]
