"""政策解读 and 简明问答 are written beside a draft and become public with it (articles 14, 19 and 30)."""

import html
import io
import re

import pytest
from sqlalchemy import select

from redemption.catalogue.models import Item
from redemption.consultation import service as consultation
from redemption.consultation.models import Question
from redemption.identity.rules import Role
from redemption.policies import service as policies
from redemption.policies.models import Interpretation
from tests.factories import TEXT, make_policy

FULL = (
    TEXT.format(department="清川市经济和信息化局", name="贯通补贴") + "\n清川市经济和信息化局\n2026年3月2日"
)


@pytest.fixture
def maker(browser_of):
    return browser_of("zhengce")


def body(answer):
    return html.unescape(answer.get_data(as_text=True))


def test_a_policy_is_published_with_what_was_written_beside_it(maker, app, session, browser_of):
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    number = address.rsplit("/", 1)[1]
    assert maker.post(f"{address}/interpret", {"title": "", "text": ""}).status_code == 422
    assert maker.post(f"{address}/interpret", {"title": "一图读懂", "text": "初稿"}).status_code == 303
    written = session.scalars(select(Interpretation)).one()
    one = f"{address}/interpretations/{written.id}"
    assert "初稿" in body(maker.get(one))
    assert maker.post(one, {"title": "一图读懂", "text": "谁能申报、给多少钱"}).status_code == 303
    assert "随文件同时发布" in body(maker.get(address))
    confirm = body(maker.get(f"{address}/publish"))
    assert "一图读懂" in confirm
    assert "暂无简明问答的原因" in confirm
    version = re.search(r'name="version" value="(\d+)"', confirm)[1]
    refused = maker.post(f"{address}/publish", {"version": version})
    assert refused.status_code == 422
    assert "还没有简明问答" in body(refused)
    assert browser_of("").get(f"/policies/{number}").status_code == 404

    said = {"policy": number, "text": "谁能申报？", "answer": "本市企业。", "source": "第一条"}
    assert maker.post("/editor/questions", said).status_code == 303
    confirm = body(maker.get(f"{address}/publish"))
    assert "1 条，同日公开" in confirm
    assert "暂无简明问答的原因" not in confirm
    assert maker.post(f"{address}/publish", {"version": version}).status_code == 303
    assert consultation.publish_with_policy(session, written.policy_id) == 1
    session.flush()
    public = body(browser_of("").get(f"/policies/{number}"))
    for words in ("一图读懂", "谁能申报、给多少钱", "谁能申报？", "本市企业。"):
        assert words in public
    assert maker.get(one).status_code == 409
    assert maker.post(f"{one}/withdraw", {}).status_code == 409


def test_an_interpretation_may_be_a_file(maker, session):
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    file = (io.BytesIO("为什么出台\n降低成本。".encode("gb18030")), "解读.txt")
    answer = maker.post(f"{address}/interpret", {"title": "解读", "text": "", "file": file})
    assert answer.status_code == 303
    written = session.scalars(select(Interpretation)).one()
    assert (written.text, written.source_name) == ("为什么出台\n降低成本。", "解读.txt")


def test_a_draft_with_answers_can_be_deleted(maker, session):
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    said = {
        "policy": address.rsplit("/", 1)[1],
        "text": "谁能申报？",
        "answer": "本市企业。",
        "source": "第一条",
    }
    item = session.scalars(select(Item.code)).first()
    assert maker.post("/editor/questions", {**said, "item": item}).status_code == 303
    assert maker.post(f"{address}/delete", {}).status_code == 303
    assert session.scalars(select(Question)).all() == []


def test_others_do_not_touch_an_interpretation(app, session, world, browser_of):
    policy = make_policy(session, world, department="WH-FG", published=False)
    owner = world.actor(Role.POLICY_MAKER, department="WH-FG")
    written = policies.interpret(session, owner, policy.number, "解读", "说明")
    stranger, address = browser_of("zhengce"), f"/editor/policies/{policy.number}"
    assert stranger.get(f"{address}/interpret").status_code == 404
    assert stranger.post(f"{address}/interpret", {"title": "a", "text": "b"}).status_code == 404
    assert stranger.get(f"{address}/interpretations/{written.id}").status_code == 404
    assert (
        stranger.post(f"{address}/interpretations/{written.id}", {"title": "a", "text": "b"}).status_code
        == 404
    )
    assert stranger.post(f"{address}/interpretations/{written.id}/withdraw", {}).status_code == 404
    mine = make_policy(session, world, published=False)
    assert stranger.get(f"/editor/policies/{mine.number}/interpretations/{written.id}").status_code == 404


def test_over_json(api_of, session):
    maker = api_of("zhengce")
    number = maker.post("/api/v1/policies", {"text": FULL}).json["number"]
    address = f"/api/v1/policies/{number}/interpretations"
    made = maker.post(address, {"title": "解读", "text": "初稿"})
    assert (made.status_code, made.json["published_at"]) == (201, None)
    changed = maker.request("PUT", f"{address}/{made.json['id']}", {"title": "解读", "text": "说明"})
    assert changed.json["text"] == "说明"
    dropped = maker.post(address, {"title": "写错的", "text": "x"}).json["id"]
    assert maker.request("DELETE", f"{address}/{dropped}").status_code == 204
    own = maker.get(f"/api/v1/policies/own/{number}").json
    assert [row["text"] for row in own["interpretations"]] == ["说明"]
    refused = maker.post(f"/api/v1/policies/{number}/publish", {})
    assert refused.status_code == 422
    assert "without_answers" in refused.get_data(as_text=True)
    published = maker.post(f"/api/v1/policies/{number}/publish", {"without_answers": "正在收集"})
    assert published.json["lacking"] == {"questions": "正在收集"}
    assert [row["text"] for row in api_of("").get(f"/api/v1/policies/{number}").json["interpretations"]] == [
        "说明"
    ]
    assert (
        maker.request("PUT", f"{address}/{made.json['id']}", {"title": "a", "text": "b"}).status_code == 409
    )


def test_answers_that_wait_are_changed_without_being_published(maker, session):
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    number = address.rsplit("/", 1)[1]
    said = {"policy": number, "text": "谁能申报？", "answer": "本市企业。", "source": "第一条"}
    assert maker.post("/editor/questions", said).status_code == 303
    question = session.scalars(select(Question)).one()
    changed = {"answer": "在本市登记的企业。", "source": "第一条"}
    assert maker.post(f"/questions/{question.number}/answer", changed).status_code == 303
    session.refresh(question)
    assert (question.state, question.answer, question.published_at) == ("draft", "在本市登记的企业。", None)


def test_an_answer_for_an_item_of_another_policy_is_refused(maker, session, world):
    other = make_policy(session, world)
    item = session.scalars(select(Item.code).where(Item.policy_id == other.id)).first()
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    said = {
        "policy": address.rsplit("/", 1)[1],
        "text": "问",
        "answer": "答",
        "source": "第一条",
        "item": item,
    }
    refused = maker.post("/editor/questions", said)
    assert refused.status_code == 422
    assert "不属于所选的政策文件" in body(refused)
