"""Beside the entry: matters that could not be served, hand-over, the day's list, the bar code, first accounts."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine

from redemption.desk.models import Handover, Matter
from redemption.documents import barcode
from redemption.identity import service as identity
from redemption.identity.models import Invitation, Person, Post
from redemption.kernel import audit, clock
from redemption.kernel.uscc import make_uscc
from redemption.messages.models import Message
from workers.jobs.retention import clear


def text(answer):
    return answer.get_data(as_text=True)


def other_clerk(session, world, login="chuangkou2"):
    person = identity.create_person(
        session, world.actors["guanli"], login=login, name="陈接班", password="qingchuan-2026"
    )
    post = identity.grant(
        session, world.actors["guanli"], person, "clerk", centre_id=world.centres["QC-ZW"].id
    )
    world.people[login] = person
    world.actors[login] = identity.actor_of(session, post, person)
    return login


MATTER = {
    "visitor_name": "赵来访",
    "visitor_phone": "13800000000",
    "enterprise_name": "望湖拾光",
    "item_name": "展会补贴",
    "reason": "materials",
    "description": "展会合同遗失",
}


def test_a_matter_is_registered_followed_up_and_closed(browser_of, session, world):
    browser = browser_of("chuangkou")
    assert browser.post("/desk/matters/new", {**MATTER, "reason": ""}).status_code == 422
    answer = browser.post("/desk/matters/new", MATTER)
    matter = session.query(Matter).one()
    assert answer.location == f"/desk/matters/{matter.number}"
    assert "展会补贴" in text(browser.get("/desk"))
    assert browser.post(answer.location, {"text": "", "outcome": "done"}).status_code == 422
    browser.post(answer.location, {"text": "已电话联系主办方补开证明"})
    browser.post(answer.location, {"text": "证明已补，已收件", "outcome": "done"})
    session.expire_all()
    assert (matter.state, matter.outcome, len(matter.steps)) == ("closed", "done", 2)
    late = browser.post(answer.location, {"text": "再记一笔"})
    assert late.status_code == 422
    assert "已经办结" in text(late)
    assert "展会补贴" not in text(browser.get("/desk"))
    assert "展会补贴" in text(browser.get("/desk/matters?show=all"))


def test_a_shift_is_handed_to_somebody_else(browser_of, session, world):
    browser = browser_of("chuangkou")
    browser.post("/desk/matters/new", MATTER)
    browser.post("/desk/handover", {"note": "三号扫描仪报修"})
    row = session.query(Handover).one()
    assert row.figures["matters"] == [session.query(Matter).one().number]
    own = browser.post(f"/desk/handover/{row.id}/take")
    assert own.status_code == 409
    taker = browser_of(other_clerk(session, world))
    assert "三号扫描仪报修" in text(taker.get("/desk/handover"))
    assert taker.post(f"/desk/handover/{row.id}/take").status_code == 303
    session.expire_all()
    assert row.to_person_id == world.people["chuangkou2"].id
    assert taker.post(f"/desk/handover/{row.id}/take").status_code == 409


def test_the_day_list_takes_any_day(browser_of):
    browser = browser_of("chuangkou")
    assert "2026年1月5日" in text(browser.get("/desk/day?date=2026-01-05&of=centre"))
    assert browser.get("/desk/day?date=yesterday").status_code == 200


def test_every_bar_code_symbol_is_eleven_modules_and_its_own():
    assert len(barcode._WIDTHS) == len(set(barcode._WIDTHS)) == 107
    for widths in barcode._WIDTHS[:-1]:
        assert sum(map(int, widths)) == 11
        assert sum(map(int, widths[::2])) % 2 == 0, "bars are an even number of modules"
    assert sum(map(int, barcode._WIDTHS[-1])) == 13


def test_a_bar_code_reads_back_as_what_was_written():
    number = "990102-261122-000457-38"
    values = barcode.symbols(number)
    *body, check, stop = values
    assert check == (body[0] + sum(at * value for at, value in enumerate(body[1:], 1))) % 103
    assert stop == 106
    read, in_c = "", body[0] == 105
    for value in body[1:]:
        if value == 99 and not in_c:
            in_c = True
        elif value == 100 and in_c:
            in_c = False
        else:
            read += f"{value:02d}" if in_c else chr(value + 32)
    assert read == number
    assert len(values) < len(number) + 3, "pairs of digits share a symbol"
    with pytest.raises(ValueError, match="bar code"):
        barcode.symbols("编号")


ACCOUNT = {
    "uscc": make_uscc(3, region="990102"),
    "name": "沈亦舟",
    "login": "13900000003",
    "email": "shen@example.org",
    "id_number": "11010519491231002X",
    "licence_seen": "1",
    "mandate_seen": "1",
}


def test_the_first_account_needs_licence_and_mandate(browser_of, session, world):
    browser = browser_of("chuangkou")
    for missing in ("licence_seen", "mandate_seen"):
        answer = browser.post("/desk/accounts/new", {**ACCOUNT, missing: ""})
        assert answer.status_code == 422
        assert f'href="#f-{missing}"' in text(answer)
    assert session.query(Invitation).count() == 0


def test_a_first_account_is_opened_printed_told_and_taken(browser_of, session, world):
    answer = browser_of("chuangkou").post("/desk/accounts/new", ACCOUNT)
    assert answer.status_code == 201
    invitation = session.query(Invitation).one()
    page = text(answer)
    code = page.split("开通码 <strong>")[1].split("</strong>")[0]
    assert "11010519491231002X" not in page
    assert "11010519491231002X" not in invitation.id_number
    assert code not in invitation.code_digest
    person = session.query(Person).filter_by(login="13900000003").one()
    assert code in session.query(Message).filter_by(person_id=person.id).one().body
    newcomer = browser_of("")
    assert "沈亦舟" in text(newcomer.get(f"/invitations/{code}"))
    taken = newcomer.post(
        f"/invitations/{code}", {"password": "yizhou-de-mima", "again": "yizhou-de-mima", "consent": "1"}
    )
    assert taken.status_code == 303, text(taken)
    post = session.query(Post).filter_by(person_id=person.id).one()
    assert (post.role, post.grade, post.enterprise_id) == ("enterprise", "owner", world.enterprises[2].id)
    assert browser_of("").get(f"/invitations/{code}").status_code == 410


def test_an_enterprise_with_an_owner_gets_no_second_first_account(browser_of):
    answer = browser_of("chuangkou").post(
        "/desk/accounts/new", {**ACCOUNT, "uscc": make_uscc(1, region="990102")}
    )
    assert answer.status_code == 422
    assert "已有账号管理员" in text(answer)


def test_an_owner_who_lost_the_password_gets_a_code_at_the_counter(browser_of, session, world):
    owner = browser_of("qiye")
    facts = {**ACCOUNT, "uscc": make_uscc(1, region="990102"), "name": "林知夏", "login": "qiye", "email": ""}
    opened = browser_of("chuangkou").post("/desk/accounts/new", facts)
    assert opened.status_code == 201, text(opened)
    code = text(opened).split("开通码 <strong>")[1].split("</strong>")[0]
    assert owner.get("/account").status_code == 303, "sessions with the old password are over"
    new = {"password": "xin-de-mima-2026", "again": "xin-de-mima-2026", "consent": "1"}
    assert browser_of("").post(f"/invitations/{code}", new).location == "/space"
    posts = session.query(Post).filter_by(person_id=world.people["qiye"].id).all()
    assert len(posts) == 1, "the same post, not a second one"
    assert browser_of("").post("/sign-in", {"login": "qiye", "password": new["password"]}).status_code == 303


def test_the_id_number_of_an_account_is_masked_looked_at_with_a_reason_and_cleared(
    browser_of, session, world, settings, connected, storage
):
    clerk = browser_of("chuangkou")
    assert clerk.post("/desk/accounts/new", ACCOUNT).status_code == 201
    row = session.query(Invitation).filter(Invitation.id_number.is_not(None)).one()
    number = ACCOUNT["id_number"]
    page = clerk.get("/desk/accounts").get_data(as_text=True)
    assert number not in page
    assert row.checked["id_number"] in page
    assert number not in row.id_number, "sealed in the table"
    silent = clerk.post(f"/desk/accounts/{row.id}/look", {"purpose": ""})
    assert silent.status_code == 422
    assert number not in silent.get_data(as_text=True)
    seen = clerk.post(f"/desk/accounts/{row.id}/look", {"purpose": "核对本人"})
    assert number in seen.get_data(as_text=True)
    assert seen.headers["Cache-Control"] == "no-store"
    looks = [
        e
        for e in audit.entries(session, f"enterprise:{row.enterprise_id}")
        if e.action == "look_at_id_number"
    ]
    assert len(looks) == 1
    assert "核对本人" in looks[0].body
    for login in ("qiye", "shenpi", "guanli"):
        assert browser_of(login).post(f"/desk/accounts/{row.id}/look", {"purpose": "x"}).status_code == 403
    row.checked = {**row.checked, "centre_id": 10**6}
    session.flush()
    assert clerk.post(f"/desk/accounts/{row.id}/look", {"purpose": "别的中心"}).status_code == 404
    jobs = SimpleNamespace(database=connected, storage=storage, settings=settings)
    with time_machine.travel(clock.now() + dt.timedelta(days=729)):
        clear(jobs)
        session.expire_all()
        assert row.id_number
    with time_machine.travel(clock.now() + dt.timedelta(days=731)):
        clear(jobs)
    session.expire_all()
    assert row.id_number is None
    assert row.checked["id_number"], "the masked one stays on record"
