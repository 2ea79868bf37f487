"""A paper case entered at the window, without JavaScript: every step a round trip that loses nothing."""

import datetime as dt
import re
from io import BytesIO

import pytest

from redemption.applications.models import Application, Correction, Material, Submission
from redemption.identity.models import Enterprise
from redemption.kernel import audit, clock
from redemption.kernel.uscc import make_uscc
from tests.factories import make_item

FORM = {"fields": [{"name": "amount", "label": "申请金额", "type": "money", "required": True}]}


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def item(session, world):
    return make_item(session, world, name="首次贷款贴息", form=FORM)


def hidden(page, name):
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)


def filled(world, item, page="", **over):
    firm = world.enterprises[0]
    values = {
        "enterprise_id": firm.id,
        "code": item.code,
        "client_key": (hidden(page, "client_key") or ["k" * 20])[0],
        f"items.{item.code}.amount": "120,000",
        f"checklist.{item.code}.m1": "original_seen",
        f"checklist.{item.code}.m2": "copy_kept",
        "common.contact_name": "林知夏",
        "common.contact_phone": "13900000001",
        "common.account_name": firm.name,
        "common.bank_name": "清川银行",
        "counter.name": "林知夏",
        "counter.relation": "employee",
        "id_number": "11010519491231002X",
        "step": "submit",
    }
    return {**values, **over}


@pytest.mark.parametrize("typed", ["青禾智能", "qcqhzn", make_uscc(1, region="990102")])
def test_an_enterprise_is_found_by_name_initials_and_code(browser_of, world, item, typed):
    page = text(browser_of("chuangkou").post("/desk/new", {"enterprise_text": typed, "step": "find"}))
    assert "清川青禾智能科技有限公司" in page
    assert f'value="pick:{world.enterprises[0].id}"' in page


def test_what_was_typed_stays_through_every_step(browser_of, world, item):
    browser, firm = browser_of("chuangkou"), world.enterprises[0]
    page = text(browser.get("/desk/new"))
    values = {"client_key": hidden(page, "client_key")[0], "enterprise_text": "青禾", "counter.name": "王一"}
    page = text(browser.post("/desk/new", {**values, "step": f"pick:{firm.id}"}))
    assert hidden(page, "enterprise_id") == [str(firm.id)]
    assert hidden(page, "client_key") == [values["client_key"]]
    page = text(browser.post("/desk/new", {**values, "enterprise_id": firm.id, "item_text": "贷款贴息"}))
    assert f'value="add:{item.code}"' in page
    page = text(browser.post("/desk/new", {**values, "enterprise_id": firm.id, "step": f"add:{item.code}"}))
    assert hidden(page, "code") == [item.code]
    assert 'value="王一"' in page
    assert 'value="13900000001"' in page, "what is known of the enterprise is filled in"
    assert "测试补贴申请表" in page or "申请表" in page
    assert "62009900" not in page, "the account is masked"
    page = text(
        browser.post(
            "/desk/new", {**values, "enterprise_id": firm.id, "code": item.code, "step": f"drop:{item.code}"}
        )
    )
    assert hidden(page, "code") == []


def test_enter_never_hands_in(browser_of, session, world, item):
    answer = browser_of("chuangkou").post("/desk/new", filled(world, item, step="find"))
    assert answer.status_code == 200
    assert session.query(Submission).count() == 0
    assert text(answer).index('value="find"') < text(answer).index('value="submit"'), (
        "the first button is 'find'"
    )


def test_an_unknown_enterprise_is_made_on_the_spot(browser_of, session, world):
    browser, code = browser_of("chuangkou"), make_uscc(77, region="990102")
    page = text(browser.post("/desk/new", {"enterprise_text": code}))
    assert "当场登记" in page
    assert f'value="{code}"' in page
    answer = browser.post(
        "/desk/new",
        {
            "enterprise_text": code,
            "new.uscc": code,
            "new.name": "望湖新生有限公司",
            "step": "create_enterprise",
        },
    )
    made = session.query(Enterprise).filter_by(uscc=code).one()
    assert made.initials.startswith("whxs")
    assert hidden(text(answer), "enterprise_id") == [str(made.id)]


def test_the_rule_a_code_breaks_is_named(browser_of):
    browser = browser_of("chuangkou")
    wrong = make_uscc(77, region="990102")[:-1] + "0"
    wrong = wrong if wrong != make_uscc(77, region="990102") else wrong[:-1] + "1"
    page = text(browser.post("/desk/new", {"enterprise_text": wrong}))
    assert "最后一位校验不符" in page
    answer = browser.post(
        "/desk/new",
        {"enterprise_text": wrong, "new.uscc": wrong, "new.name": "甲", "step": "create_enterprise"},
    )
    assert answer.status_code == 422
    assert 'id="f-new.uscc-error"' in text(answer)


def test_a_case_is_received_with_its_slip(browser_of, session, world, item):
    browser = browser_of("chuangkou")
    answer = browser.post("/desk/new", filled(world, item))
    assert answer.status_code == 303, text(answer)
    submission = session.query(Submission).one()
    assert answer.location == f"/desk/cases/{submission.number}?entered=1"
    assert (submission.channel, submission.clerk_person_id) == ("window", world.people["chuangkou"].id)
    case = session.query(Application).one()
    assert (case.status, str(case.amount_requested)) == ("received", "120000.00")
    forms = {one.form for one in session.query(Material).all()}
    assert forms == {"original_seen", "copy_kept"}
    assert "11010519491231002X" not in submission.counter_id_number
    page = text(browser.get(answer.location))
    assert submission.number in page
    assert "11010519491231002X" not in page
    assert "barcode" in page
    slip = text(browser.get(f"/desk/cases/{submission.number}/slip"))
    assert "收件凭条" in slip
    assert "已核验原件" in slip
    assert case.number in text(browser.get("/desk/cases/" + submission.number))
    home = text(browser.get("/desk"))
    assert submission.number in home
    assert "查政策问答" in home
    assert case.number in text(browser_of("qiye").get("/space")), "the enterprise sees it as its own"


def test_a_double_click_is_one_case(browser_of, session, world, item):
    browser, values = browser_of("chuangkou"), filled(world, item)
    first, second = browser.post("/desk/new", values), browser.post("/desk/new", values)
    assert first.location == second.location
    assert session.query(Submission).count() == 1


def test_mistakes_are_said_at_their_fields_and_nothing_is_lost(browser_of, session, world, item):
    values = filled(
        world,
        item,
        **{
            f"items.{item.code}.amount": "许多",
            f"checklist.{item.code}.m2": "",
            "counter.name": "",
            "common.contact_name": "改过的人",
        },
    )
    answer = browser_of("chuangkou").post("/desk/new", values)
    page = text(answer)
    assert answer.status_code == 422
    for name in (f"items.{item.code}.amount", f"checklist.{item.code}.m2", "counter.name"):
        assert f'href="#f-{name}"' in page, name
        assert f'id="f-{name}"' in page, name
    assert 'value="许多"' in page
    assert 'value="改过的人"' in page
    assert session.query(Submission).count() == 0


def test_an_earlier_receipt_counts_and_needs_a_reason(browser_of, session, world, item):
    earlier = clock.local(clock.now() - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    browser = browser_of("chuangkou")
    answer = browser.post("/desk/new", filled(world, item, received_at=earlier))
    assert answer.status_code == 422
    assert 'href="#f-earlier_reason"' in text(answer)
    answer = browser.post(
        "/desk/new", filled(world, item, received_at=earlier, earlier_reason="昨日下班前收件")
    )
    assert answer.status_code == 303
    submission = session.query(Submission).one()
    assert clock.local(submission.received_at).strftime("%Y-%m-%dT%H:%M") == earlier
    assert submission.entered_at > submission.received_at
    assert "昨日下班前收件" in text(browser.get(answer.location))
    bad = browser.post("/desk/new", filled(world, item, received_at="前天"))
    assert bad.status_code == 422
    assert 'href="#f-received_at"' in text(bad)


def test_what_is_missing_is_told_at_once_in_one_notice(browser_of, session, world, item):
    values = filled(world, item, step="submit_missing", **{f"checklist.{item.code}.m2": "missing"})
    browser = browser_of("chuangkou")
    answer = browser.post("/desk/new", values)
    assert answer.status_code == 303, text(answer)
    case, notice = session.query(Application).one(), session.query(Correction).one()
    assert case.status == "correction_requested"
    assert [entry["key"] for entry in notice.entries] == ["m2"]
    page = text(browser.get(answer.location))
    assert "补正通知书" in page
    assert browser.post("/desk/new", values).location == answer.location
    assert session.query(Correction).count() == 1


def test_a_mandate_must_be_seen_from_an_agent(browser_of, world, item):
    answer = browser_of("chuangkou").post("/desk/new", filled(world, item, **{"counter.relation": "agent"}))
    assert 'href="#f-counter.mandate_seen"' in text(answer)


def test_scanned_files_travel_with_the_page_and_become_materials(browser_of, session, world, item, storage):
    browser = browser_of("chuangkou")
    token = browser.token()
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"

    def upload(name, content, entry="m1"):
        return browser.client.post(
            f"/desk/scans/{item.code}/{entry}",
            data={"file": (BytesIO(content), name)},
            headers={"X-CSRFToken": token, "Accept": "application/json"},
        )

    refused = upload("扫描.pdf", b"not a pdf at all")
    assert refused.status_code == 422
    assert "扫描.pdf" in refused.json["detail"]
    assert upload("扫描.pdf", pdf, entry="nothing").status_code == 404
    note = upload("扫描.pdf", pdf).json["id"]
    page = text(browser.post("/desk/new", filled(world, item, step="find", files=note)))
    assert "扫描.pdf" in page
    assert hidden(page, "files") == [note]
    forged = text(browser.post("/desk/new", filled(world, item, step="find", files=note[:-4] + "AAAA")))
    assert hidden(forged, "files") == []
    answer = browser.post("/desk/new", filled(world, item, files=note, **{f"checklist.{item.code}.m1": ""}))
    assert answer.status_code == 303, text(answer)
    kept = session.query(Material).filter_by(entry="m1", form="file").one()
    assert (kept.name, storage.exists(kept.sha256)) == ("扫描.pdf", True)


def test_the_id_number_is_shown_once_for_a_purpose_and_logged(browser_of, session, world, item):
    browser = browser_of("chuangkou")
    browser.post("/desk/new", filled(world, item))
    submission = session.query(Submission).one()
    address = f"/desk/cases/{submission.number}/look"
    assert "11010519491231002X" not in text(browser.post(address, {"purpose": " "}))
    assert "11010519491231002X" in text(browser.post(address, {"purpose": "核对代办人身份"}))
    looked = [
        row
        for row in audit.entries(session, f"submission:{submission.id}")
        if row.action == "look_at_id_number"
    ]
    assert len(looked) == 1
    assert "11010519491231002X" not in looked[0].body


def test_cases_are_found_by_whatever_is_scanned_or_typed(browser_of, session, world, item):
    browser = browser_of("chuangkou")
    browser.post("/desk/new", filled(world, item))
    submission = session.query(Submission).one()
    case = session.query(Application).one()
    for typed in (submission.number, case.number):
        assert browser.get("/desk", query_string={"q": typed}).location == f"/desk/cases/{submission.number}"
    for typed in (world.enterprises[0].uscc, "青禾", "qcqh"):
        assert submission.number in text(browser.get("/desk", query_string={"q": typed}))


def test_other_centres_see_nothing(browser_of, session, world, item):
    from redemption.identity.models import Post

    browser_of("chuangkou").post("/desk/new", filled(world, item))
    submission = session.query(Submission).one()
    post = session.get_one(Post, world.actors["chuangkou"].post_id)
    post.centre_id = world.centres["WH-ZW"].id
    session.flush()
    stranger = browser_of("chuangkou")
    assert stranger.get(f"/desk/cases/{submission.number}").status_code == 404
    assert stranger.get(f"/desk/cases/{submission.number}/slip").status_code == 404
    assert stranger.post(f"/desk/cases/{submission.number}/look", {"purpose": "x"}).status_code == 404
    found = text(stranger.get("/desk", query_string={"q": submission.number}))
    assert "本中心没有找到" in found


def test_a_second_running_case_of_one_item_is_refused_with_a_sentence(browser_of, session, world, item):
    browser = browser_of("chuangkou")
    assert browser.post("/desk/new", filled(world, item)).status_code == 303
    again = browser.post("/desk/new", filled(world, item, client_key="another-key"))
    assert again.status_code == 422, text(again)[:2000]
    assert "error-summary" in text(again)
    assert 'value="林知夏"' in text(again)
    assert session.query(Submission).count() == 1
