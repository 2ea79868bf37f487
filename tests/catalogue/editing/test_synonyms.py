"""Words that administrators add to the extractor's table."""

import html
import re

import pytest
from sqlalchemy import select

from redemption.catalogue import queries, service
from redemption.catalogue.models import Item
from redemption.catalogue.service import synonyms
from redemption.identity.rules import Role
from redemption.kernel import audit
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.policies.reading import read_text
from tests.factories import make_policy

TEXT = """关于支持测试的通知
一、甜枣归属
在本市注册的软件企业。
二、补贴标准
给予10万元补贴。
三、申报材料
1.申请表
四、咨询电话
0990-5550102
"""


@pytest.fixture
def admin(world):
    return world.actor(Role.ADMINISTRATOR)


def target(session, world):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = service.take_in(session, maker, read_text(TEXT))
    [item] = queries.items_of_policy(session, policy.id)
    return queries.working_version(session, item).fields["target"]


def test_a_word_added_is_read_from_the_next_document_on(session, world, admin):
    assert "软件企业" not in target(session, world).get("text", "")
    service.add_word(session, admin, "target", "甜枣归属")
    assert "软件企业" in target(session, world)["text"]
    service.remove_word(session, admin, "甜枣归属")
    assert "软件企业" not in target(session, world).get("text", "")
    actions = [entry.action for entry in audit.entries(session, synonyms.CHAIN)]
    assert actions == ["add_word", "remove_word"]


def test_a_word_filed_elsewhere_is_moved_only_on_purpose(session, admin):
    with pytest.raises(Conflict):
        service.add_word(session, admin, "standard", "申报对象")
    service.add_word(session, admin, "standard", "申报对象", move=True)
    assert synonyms.table(session).roles["申报对象"] == "standard"
    with pytest.raises(Invalid):
        service.add_word(session, admin, "standard", "申报对象")


@pytest.mark.parametrize(
    ("field", "word"),
    [("colour", "颜色说明"), ("target", "一、"), ("target", "对"), ("target", "（一）对象")],
)
def test_what_is_no_word_is_refused(session, admin, field, word):
    with pytest.raises(Invalid):
        service.add_word(session, admin, field, word)


def test_only_administrators_change_the_table(session, world, browser_of):
    for actor in world.actors.values():
        if actor.role is not Role.ADMINISTRATOR:
            with pytest.raises(NotAllowed):
                service.add_word(session, actor, "target", "帮扶群体说明")
    assert browser_of("zhengce").get("/admin/synonyms").status_code == 403


def test_the_page_adds_and_removes(browser_of, session, admin):
    browser = browser_of("guanli")
    assert browser.post("/admin/synonyms", {"word": "申报对象", "field": "standard"}).status_code == 422
    assert browser.post("/admin/synonyms", {"word": "帮扶群体说明", "field": "target"}).status_code == 303
    assert "帮扶群体说明" in browser.get("/admin/synonyms").get_data(as_text=True)
    assert browser.post("/admin/synonyms/remove", {"word": "帮扶群体说明"}).status_code == 303
    with pytest.raises(NotFound):
        service.remove_word(session, admin, "帮扶群体说明")


def test_what_people_changed_leads_to_the_table(browser_of, session, world):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    text = "关于节水补贴的通知\n一、支持对象\n本市企业。\n二、补贴标准\n给予10万元补贴。\n三、帮扶要点说明\n须连续经营。\n"
    policy = make_policy(session, world, text=text, published=False)
    code = session.scalar(select(Item.code).where(Item.policy_id == policy.id))
    service.save_item(session, maker, code, {"fields": {"process": {"text": "须连续经营。"}}})
    session.flush()
    administrator = browser_of("guanli")
    page = html.unescape(administrator.get("/editor/differences").get_data(as_text=True))
    link = re.search(r'href="(/admin/synonyms\?word=[^"]+)"', page)[1]
    form = administrator.get(link).get_data(as_text=True)
    assert 'value="帮扶要点说明"' in form
    assert 'value="process" selected' in form
    assert "归入同义词表" not in browser_of("zhengce").get("/editor/differences").get_data(as_text=True)
