"""Bad input at the pages: a clear sentence at the field, and nothing that was typed or uploaded before is lost."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
import time_machine

from redemption.applications import queries, service
from redemption.catalogue import service as catalogue
from redemption.catalogue.rules import ItemAction
from redemption.kernel import clock
from tests.applications.cases import PDF, Stage, make_stage
from tests.factories import BOX, make_item

WORD = "word/document.xml"


@pytest.fixture
def stage(session, world, storage) -> Stage:
    return make_stage(session, world, storage)


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


MACRO = packed(word__document_dot_xml=b"<w/>", word__vbaProject_dot_bin=b"x")
BOMB = packed(word__document_dot_xml=b"<w/>", word__media__image_dot_bin=b"\0" * (120 * 1024 * 1024))
BAD_FILES = [
    ("带宏的申请表.docx", MACRO, "含有宏"),
    ("压缩炸弹.docx", BOMB, "解压后异常庞大"),
    ("假的.pdf", b"MZ\x90\x00 not a pdf", "内容与文件名不符"),
    ("程序.exe", b"MZ", "不是可以上传的类型"),
    ("空的.pdf", b"", "空文件"),
    ("有密码.pdf", b"%PDF-1.7\ntrailer<</Encrypt 1 0 R>>\n%%EOF", "密码或权限保护"),
    ("长" * 300 + ".pdf", PDF, "文件名超过"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD_FILES, ids=lambda value: str(value)[:8])
def test_a_bad_file_is_named_at_its_line_and_the_good_one_stays(
    stage: Stage, browser_of: Any, name: str, content: bytes, said: str
) -> None:
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    stage.session.commit()
    data = {
        "file-1-m1": [(io.BytesIO(PDF), "好的.pdf"), (io.BytesIO(content), name)],
    }
    answer = browser_of("qiye").post(
        f"/apply/{draft.number}/materials", data, content_type="multipart/form-data"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert 'href="#f-file-1-m1"' in page, "the summary leads to the line"
    sheet = queries.sheet(stage.session, stage.filer, draft.number)
    assert [material.name for material in sheet.materials] == ["好的.pdf"]
    assert "好的.pdf" in page


@pytest.mark.parametrize(("name", "content", "said"), BAD_FILES, ids=lambda value: str(value)[:8])
def test_the_same_at_the_counter(stage: Stage, browser_of: Any, name: str, content: bytes, said: str) -> None:
    answer = browser_of("chuangkou").post(
        f"/desk/scans/{stage.item.code}/m1",
        {"file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert said in str(answer.get_json())


def hand_in(browser: Any, number: str) -> Any:
    return browser.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})


def test_a_closed_period_counts_from_the_moment_of_receipt(stage: Stage, browser_of: Any) -> None:
    today = clock.today()
    item = make_item(stage.session, stage.world, name="将截止补贴", closes_on=today, form={})
    early, late = stage.draft(item), None
    stage.session.commit()
    last = clock.end_of_day(today) - dt.timedelta(seconds=2)
    with time_machine.travel(last, tick=False):
        assert hand_in(browser_of("qiye"), early.number).location.endswith("/submitted")
    case = queries.received(stage.session, early.id)[0]
    service.withdraw(stage.session, stage.filer, case.number, "重新申报")
    with time_machine.travel(last, tick=False):
        late = stage.draft(item)
        stage.session.commit()
    with time_machine.travel(last + dt.timedelta(seconds=3), tick=False):
        answer = hand_in(browser_of("qiye"), late.number)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "截止，以收件时间为准" in page
    sheet = queries.sheet(stage.session, stage.filer, late.number)
    assert sheet.is_draft
    assert sheet.submission.common["contact_name"] == "林知夏", "nothing typed is lost"
    assert sheet.materials


def test_an_item_that_ended_while_its_form_was_open_says_so(stage: Stage, browser_of: Any) -> None:
    item = make_item(stage.session, stage.world, name="已废止补贴", form={})
    draft = stage.draft(item)
    maker = stage.world.actors["zhengce"]
    catalogue.change_state(stage.session, maker, item.code, ItemAction.SUSPEND, "资金用完")
    stage.session.commit()
    answer = hand_in(browser_of("qiye"), draft.number)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "已废止补贴" in page
    assert queries.sheet(stage.session, stage.filer, draft.number).materials


def test_an_amount_above_the_cap_is_said_at_its_box_with_what_was_typed(
    stage: Stage, browser_of: Any
) -> None:
    form = {"fields": [{"name": "amount", "label": "申请金额", "type": "money", "required": True, "is_amount": True},
                       {"name": "why", "label": "说明", "type": "text"}]}  # fmt: skip
    item = make_item(
        stage.session, stage.world, name="有上限补贴", form=form, money_rules={"cap": "200000.00"}
    )
    draft = service.start(stage.session, stage.filer, [item.code], box=BOX)
    stage.session.commit()
    answer = browser_of("qiye").post(
        f"/apply/{draft.number}/items/1", {"a.amount": "30万", "a.why": "扩大生产"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-a.amount-error"' in page
    assert "20万元" in page
    assert 'value="30万"' in page
    assert 'value="扩大生产"' in page
