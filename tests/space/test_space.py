"""The enterprise's space: what it shows, and to whom."""

import datetime as dt

from redemption.applications.models import Application, Correction, Submission
from redemption.applications.rules import Status
from redemption.kernel import audit, clock
from redemption.messages import service as messages
from redemption.messages.models import Message
from tests.factories import make_item


def make_case(session, world, item, *, status, enterprise=0, place=1, **over):
    """A case as the service leaves it, in one row; the verbs themselves are tested with their slice."""
    firm, now = world.enterprises[enterprise], clock.now()
    submission = Submission(
        number=f"990100-261101-00000{place}-0{enterprise}",
        enterprise_id=firm.id,
        channel="online",
        created_at=now,
        saved_at=now,
        received_at=None if status is None else now,
        entered_at=None if status is None else now,
    )
    session.add(submission)
    session.flush()
    case = Application(
        number=f"{submission.number}-01",
        submission_id=submission.id,
        enterprise_id=firm.id,
        item_id=item.id,
        item_version_id=item.current_version_id,
        department_id=item.department_id,
        status=status,
        received_at=submission.received_at,
        **over,
    )
    session.add(case)
    session.flush()
    return case


def text(answer):
    return answer.get_data(as_text=True)


def test_an_empty_space_says_what_to_do(browser_of):
    page = browser_of("qiye").get("/space")
    assert page.status_code == 200
    assert "现在没有需要您处理的事" in text(page)
    assert "去看看事项" in text(page)


def test_a_correction_stands_on_top_with_its_due_date(browser_of, session, world):
    item = make_item(session, world, name="首贷贴息")
    due = clock.end_of_day(clock.today() + dt.timedelta(days=1))
    case = make_case(
        session,
        world,
        item,
        status=Status.CORRECTION_REQUESTED.value,
        due_at=due,
        due_kind="correction",
    )
    session.add(
        Correction(
            application_id=case.id,
            round=1,
            stage="received",
            entries=[{"kind": "note", "key": "n1", "message": "补盖章"}] * 2,
            asked_at=clock.now(),
            due_at=due,
        )
    )
    session.flush()
    page = text(browser_of("qiye").get("/space"))
    assert page.index("补正：首贷贴息") < page.index("正在办理")
    assert "共 2 项需要补齐" in page
    assert f"/applications/{case.number}/correction" in page
    assert "首贷贴息" not in text(browser_of("qiye2").get("/space")), "another enterprise sees nothing of it"


def test_running_over_and_drafts_are_apart(browser_of, session, world):
    names = ["稳岗补贴", "技改补助", "房租补贴"]
    items = [make_item(session, world, name=name) for name in names]
    make_case(session, world, items[0], status="accepted", place=1)
    make_case(session, world, items[1], status="denied", place=2, over_at=clock.now())
    make_case(session, world, items[2], status=None, place=3)
    home = text(browser_of("qiye").get("/space"))
    running = home[home.index("正在办理") : home.index("没写完的申报")]
    assert "稳岗补贴" in running
    assert "技改补助" not in running
    assert "房租补贴" in home[home.index("没写完的申报") :]
    assert "评价本次服务：技改补助" in home
    assert "技改补助" in text(browser_of("qiye").get("/space/finished"))


def test_cases_are_found_by_number_and_by_name(browser_of, session, world):
    case = make_case(session, world, make_item(session, world, name="稳岗补贴"), status="accepted")
    for typed in (case.number, "稳岗"):
        assert case.number in text(browser_of("qiye").get("/space", query_string={"q": typed}))
    assert "没有找到" in text(browser_of("qiye").get("/space", query_string={"q": "%"}))
    assert case.number not in text(browser_of("qiye2").get("/space", query_string={"q": "稳岗"}))


def test_the_list_costs_the_same_however_long_it_is(browser_of, session, world, count_statements):
    items = [make_item(session, world, name=f"补贴{place}") for place in range(6)]
    make_case(session, world, items[0], status="accepted", place=1)
    browser = browser_of("qiye")
    with count_statements() as few:
        browser.get("/space")
    for place, item in enumerate(items[1:], 2):
        make_case(session, world, item, status="accepted", place=place)
    with count_statements() as many:
        browser.get("/space")
    assert len(many) <= len(few)


def test_messages_are_read_once_and_only_ones_own(browser_of, session, world):
    firm, other = world.enterprises[0], world.enterprises[1]
    data = {
        "item": "首贷贴息",
        "number": "1",
        "enterprise": "甲",
        "department": "乙",
        "day": "",
        "reason": "",
    }
    for owner in (firm, other):
        messages.tell(
            session,
            template="submission_received",
            once=f"t:{owner.id}",
            data=data,
            enterprise_id=owner.id,
        )
    mine = session.query(Message).filter_by(enterprise_id=firm.id).one()
    theirs = session.query(Message).filter_by(enterprise_id=other.id).one()
    browser = browser_of("qiye")
    assert "未读" in text(browser.get("/space/messages"))
    browser.post("/space/messages/read", {"message": [mine.id, theirs.id]})
    session.expire_all()
    assert mine.read_at is not None
    assert theirs.read_at is None
    assert "没有未读消息" in text(browser.get("/space/messages?show=unread"))


def test_the_account_is_masked_sealed_and_every_look_is_logged(browser_of, session, world):
    firm = world.enterprises[0]
    browser = browser_of("qiye")
    saved = browser.post(
        "/space/profile/account",
        {"version": firm.version, "bank_name": "清川银行", "bank_account": "6222 0000 1234 5678"},
    )
    assert saved.status_code == 303
    session.expire_all()
    assert "6222" not in firm.bank_account
    shown = text(browser.get("/space/profile"))
    assert "5678" in shown
    assert "6222000012345678" not in shown
    refused = browser.post("/space/profile/account/look", {"purpose": ""})
    assert refused.status_code == 422
    assert "6222000012345678" not in text(refused)
    looked = browser.post("/space/profile/account/look", {"purpose": "与银行核对"})
    assert "6222000012345678" in text(looked)
    assert looked.headers["Cache-Control"] == "no-store"
    actions = [(row.action, row.body) for row in audit.entries(session, f"enterprise:{firm.id}")]
    assert [action for action, _ in actions][-2:] == ["save_account", "look_at_account"]
    assert not any("6222000012345678" in body for _, body in actions)


def test_a_wrong_account_is_said_at_the_field_and_the_rest_stays(browser_of, world):
    firm = world.enterprises[0]
    answer = browser_of("qiye").post(
        "/space/profile/account",
        {"version": firm.version, "bank_name": "新的银行", "bank_account": "12A"},
    )
    assert answer.status_code == 422
    assert "8至32位数字" in text(answer)
    assert 'value="新的银行"' in text(answer)


def test_who_saved_first_is_not_overwritten(browser_of, session, world):
    firm = world.enterprises[0]
    values = {"version": firm.version, "contact_name": "甲", "contact_phone": "13900000001"}
    browser = browser_of("qiye")
    assert browser.post("/space/profile/contact", values).status_code == 303
    late = browser.post("/space/profile/contact", {**values, "contact_name": "乙"})
    assert late.status_code == 422
    assert 'value="乙"' in text(late)
    session.expire_all()
    assert firm.contact_name == "甲"


def test_facts_feed_the_profile_and_can_be_taken_away(browser_of, session, world):
    firm = world.enterprises[0]
    values = {
        "version": firm.version,
        "revenue": "23,600,000",
        "staff": "",
        "listed": "0",
        "qualifications": ["high_tech"],
        "until_high_tech": "2027-11-30",
    }
    browser = browser_of("qiye")
    assert browser.post("/space/profile/facts", values).status_code == 303
    session.expire_all()
    assert firm.profile["revenue"] == 23_600_000
    assert firm.profile["listed"] is False
    assert firm.profile["qualifications"] == [{"code": "high_tech", "valid_until": "2027-11-30"}]
    assert "staff" not in firm.profile
    assert firm.profile["credit_status"] == "good", "not hers to say, so not touched"
    bad = browser.post("/space/profile/facts", {"version": firm.version, "revenue": "很多"})
    assert bad.status_code == 422
    assert "请填写数字" in text(bad)


def test_a_reader_looks_and_changes_nothing(browser_of, session, world):
    from redemption.identity.models import Post

    post = session.get_one(Post, world.actors["qiye"].post_id)
    post.grade = "reader"
    session.flush()
    browser = browser_of("qiye")
    assert browser.get("/space/profile").status_code == 200
    for address in ("/space/profile/contact", "/space/profile/account", "/space/profile/facts"):
        assert browser.get(address).status_code == 403
    firm = world.enterprises[0]
    values = {"version": firm.version, "bank_name": "x", "bank_account": "6222000012345678"}
    answer = browser.post("/space/profile/account", values)
    assert answer.status_code == 403
