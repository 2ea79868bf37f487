"""The administrator's pages: places, accounts, state, the log, wordings, the calendar."""

import re

from redemption.identity.models import Department, Person, Post
from redemption.kernel import audit, outbox
from redemption.messages import service as messages


def text(answer):
    return answer.get_data(as_text=True)


def test_the_state_names_what_waits_and_what_is_away(browser_of, session, world):
    outbox.publish(session, "parcel.ready", 1, parcel_id=1)
    session.flush()
    page = text(browser_of("guanli").get("/admin"))
    assert "parcel.ready" in page
    assert "定时任务" in page
    assert "中断" in page, "no schedule runs in a test, and the page says so"


def test_places_are_made_changed_and_never_twice(browser_of, session, world):
    browser = browser_of("guanli")
    values = {
        "code": "QC-WL",
        "jurisdiction_id": world.city.id,
        "name": "清川市文化和旅游局",
        "short_name": "文旅",
    }
    assert browser.post("/admin/places/department/new", values).status_code == 303
    made = session.query(Department).filter_by(code="QC-WL").one()
    again = browser.post("/admin/places/department/new", {**values, "short_name": "文"})
    assert again.status_code == 422
    assert "这个代码已被使用" in text(again)
    assert 'value="清川市文化和旅游局"' in text(again)
    edited = {
        "name": "清川市文旅局",
        "short_name": "文旅",
        "phone": "0990-1",
        "two_person": "1",
    }
    assert browser.post(f"/admin/places/department/{made.id}", edited).status_code == 303
    session.expire_all()
    assert made.settings == {"two_person": True}
    assert (made.name, made.code) == ("清川市文旅局", "QC-WL")
    assert [row.action for row in audit.entries(session, f"department:{made.id}")] == [
        "create_place",
        "change_place",
    ]
    same = browser.post("/admin/places/department/new", {**values, "code": "QC-W2"})
    assert "文书字号会重复" in text(same)
    for kind in ("jurisdiction", "office", "department", "centre"):
        assert browser.get(f"/admin/places/{kind}/new").status_code == 200
    assert browser.get("/admin/places/castle/new").status_code == 404


def test_a_department_is_dissolved_with_a_successor(browser_of, session, world):
    browser, old = browser_of("guanli"), world.departments["QC-KJ"]
    address = f"/admin/places/department/{old.id}/dissolve"
    assert browser.post(address, {"successor": "QC-KJ"}).status_code == 422
    assert browser.post(address, {"successor": "QC-JX"}).status_code == 303
    session.expire_all()
    assert old.successor_id == world.departments["QC-JX"].id
    assert "已撤并" in text(browser.get("/admin/places"))


def test_an_account_is_opened_set_up_by_its_link_and_closed(browser_of, session, world):
    browser = browser_of("guanli")
    values = {"login": "xinren", "name": "新人", "role": "officer", "place": "QC-JX", "grade": "member"}
    wrong = browser.post("/admin/accounts/new", {**values, "place": "QC-XX"})
    assert wrong.status_code in {404, 422}
    opened = browser.post("/admin/accounts/new", values)
    assert opened.status_code == 201
    link = re.search(r"http://localhost(/recover/\S+?)<", text(opened))[1]
    person = session.query(Person).filter_by(login="xinren").one()
    newcomer = browser_of("")
    assert newcomer.get(link).status_code == 200
    set_up = newcomer.post(link, {"password": "xin-de-mima-2026", "again": "xin-de-mima-2026"})
    assert set_up.location == "/sign-in"
    assert newcomer.get(link).status_code == 410, "a link is good once"
    signed_in = browser_of("").post("/sign-in", {"login": "xinren", "password": "xin-de-mima-2026"})
    assert signed_in.location == "/workbench"
    assert browser.post(f"/admin/accounts/{person.id}/close", {"reason": ""}).status_code == 422
    assert browser.post(f"/admin/accounts/{person.id}/close", {"reason": "调离"}).status_code == 303
    refused = browser_of("").post("/sign-in", {"login": "xinren", "password": "xin-de-mima-2026"})
    assert refused.status_code == 401
    browser.post(f"/admin/accounts/{person.id}/reopen")
    session.expire_all()
    assert person.closed_at is None


def test_posts_are_added_and_ended_but_not_ones_own(browser_of, session, world):
    browser, person = browser_of("guanli"), world.people["shenpi"]
    post = {"role": "policy_maker", "place": "QC-JX", "grade": "member"}
    assert browser.post(f"/admin/accounts/{person.id}/posts", post).status_code == 303
    assert browser.post(f"/admin/accounts/{person.id}/posts", post).status_code == 422
    held = session.query(Post).filter_by(person_id=person.id, role="policy_maker").one()
    assert browser.post(f"/admin/accounts/{person.id}/posts/{held.id}/end").status_code == 303
    own = world.actors["guanli"]
    refused = browser.post(f"/admin/accounts/{own.person_id}/posts/{own.post_id}/end")
    assert refused.status_code == 409
    assert browser.post(f"/admin/accounts/{own.person_id}/close", {"reason": "x"}).status_code == 422


def test_the_log_is_read_by_chain_and_verified(browser_of, session, world):
    browser, person = browser_of("guanli"), world.people["shenpi"]
    browser.post(f"/admin/accounts/{person.id}/link")
    page = text(browser.get(f"/admin/audit?chain=account:{person.id}"))
    assert "give_activation_link" in page
    assert "管理员" in page
    assert f"account:{person.id}" in text(browser.get("/admin/audit?chain=acc"))
    assert "核验通过" in text(browser.post("/admin/audit/verify"))


def test_a_wording_is_changed_checked_and_restored(browser_of, session):
    browser = browser_of("guanli")
    address = "/admin/templates/application_accepted"
    bad = browser.post(address, {"subject": "已受理 {nonsense}", "body": "请等待"})
    assert bad.status_code == 422
    assert "{nonsense}" in text(bad)
    assert browser.post(address, {"subject": "受理了：{item}", "body": "请等待。"}).status_code == 303
    assert messages.wording(session, "application_accepted").subject == "受理了：{item}"
    browser.post(address, {"subject": "x", "body": "y", "action": "restore"})
    session.info.clear()
    assert messages.wording(session, "application_accepted").subject != "x"


def test_the_calendar_is_the_offices_page_and_open_to_the_administrator(browser_of):
    browser = browser_of("guanli")
    assert 'href="/office/calendar"' in text(browser.get("/admin"))
    assert browser.get("/office/calendar").status_code == 200


def test_only_administrators_come_in(browser_of):
    for login in ("qiye", "chuangkou", "shenpi", "zhengce", "gongkai"):
        assert browser_of(login).get("/admin").status_code == 403


def test_a_head_is_named_and_shown_at_the_department(session, world, browser_of):
    admin = browser_of("guanli")
    person = world.people["zhengce"]
    post = world.actors["zhengce"].post_id
    here = f"/admin/accounts/{person.id}"
    assert "设为负责人" in admin.get(here).text
    assert admin.post(f"{here}/posts/{post}/head", data={"head": "1"}).status_code == 303
    assert "不再是负责人" in admin.get(here).text
    department = world.actors["zhengce"].department_id
    assert person.name in admin.get(f"/admin/places/department/{department}").text
    assert admin.post(f"{here}/posts/{post}/head", data={"head": ""}).status_code == 303
    assert session.get(Post, post).grade == "member"
    clerk = world.people["chuangkou"]
    refused = admin.post(
        f"/admin/accounts/{clerk.id}/posts/{world.actors['chuangkou'].post_id}/head", data={"head": "1"}
    )
    assert refused.status_code == 409
    assert admin.post(f"{here}/posts/{world.actors['chuangkou'].post_id}/head").status_code == 404
    assert browser_of("zhengce").post(f"{here}/posts/{post}/head", data={"head": "1"}).status_code == 403
