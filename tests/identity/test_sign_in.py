"""Signing in: who gets in, who waits, and what a failed try leaves behind."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import func, select

from redemption.identity import service
from redemption.identity.models import SignInAttempt
from redemption.identity.views import inside
from redemption.seed.world import PASSWORD


def sign_in(browser, login, password, **more):
    return browser.post("/sign-in", {"login": login, "password": password, **more})


def test_each_account_lands_in_its_own_place(browser_of, world):
    for login, home in [
        ("qiye", "/space"),
        ("chuangkou", "/desk"),
        ("gongkai", "/office"),
        ("guanli", "/admin"),
    ]:
        answer = sign_in(browser_of(""), login, PASSWORD)
        assert (answer.status_code, answer.location) == (303, home)


def test_after_signing_in_one_goes_on_where_one_was(browser_of):
    browser = browser_of("")
    assert browser.get("/account").location == "/sign-in?next=%2Faccount"
    assert sign_in(browser, "qiye", PASSWORD, next="/account").location == "/account"
    assert "林知夏" in browser.get("/account").get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_never_on_to_another_site(address):
    assert inside(address) == ""


def test_wrong_password_and_unknown_account_sound_the_same_and_are_kept(browser_of, session):
    known = sign_in(browser_of(""), "qiye", "wrong").get_data(as_text=True)
    unknown = sign_in(browser_of(""), "nobody", "wrong").get_data(as_text=True)
    assert "账号或密码不正确" in known
    assert "账号或密码不正确" in unknown
    assert "wrong" not in known
    assert 'value="qiye"' in known, "what was typed stays"
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_five_wrong_passwords_make_an_account_wait_whatever_the_address(browser_of):
    with time_machine.travel(dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)) as clock:
        for _ in range(service.FAILURES):
            assert sign_in(browser_of(""), "qiye", "wrong").status_code == 401
        assert sign_in(browser_of(""), "QIYE", PASSWORD).status_code == 429
        clock.shift(service.PAUSE + dt.timedelta(seconds=1))
        assert sign_in(browser_of(""), "qiye", PASSWORD).status_code == 303


def test_a_form_without_the_token_is_refused(app, world):
    answer = app.test_client().post("/sign-in", data={"login": "qiye", "password": PASSWORD})
    assert answer.status_code == 400
    assert "返回上一页刷新" in answer.get_data(as_text=True)


def test_a_new_password_ends_every_other_session(browser_of, session, world):
    here, elsewhere = browser_of("qiye"), browser_of("qiye")
    assert (
        here.post(
            "/account/password", {"old": "no", "new": "a longer pass 1", "again": "a longer pass 1"}
        ).status_code
        == 422
    )
    assert (
        here.post("/account/password", {"old": PASSWORD, "new": "short", "again": "short"}).status_code == 422
    )
    changed = here.post(
        "/account/password", {"old": PASSWORD, "new": "a longer pass 1", "again": "a longer pass 1"}
    )
    assert changed.location == "/sign-in"
    assert elsewhere.get("/account").status_code == 303
    assert sign_in(browser_of(""), "qiye", "a longer pass 1").status_code == 303


def test_tokens_for_programs(api_of):
    nobody = api_of("")
    answer = nobody.post("/api/v1/tokens", {"login": "qiye", "password": PASSWORD})
    assert answer.status_code == 201
    me = nobody.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json['token']}"})
    assert me.json["role"] == "enterprise"
    refused = nobody.get("/api/v1/me")
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
    wrong = nobody.post(
        "/api/v1/tokens", {"login": "qiye", "password": PASSWORD, "colour": "red", "post": "x"}
    )
    assert wrong.status_code == 422
    assert {entry["pointer"] for entry in wrong.json["errors"]} == {"/colour", "/post"}


def test_an_ended_post_ends_its_session_and_its_tokens(browser_of, api_of, session, world):
    from redemption.identity.models import Post

    browser, program = browser_of("shenpi"), api_of("shenpi")
    assert program.get("/api/v1/me").status_code == 200
    service.end_post(session, world.actors["guanli"], session.get_one(Post, world.actors["shenpi"].post_id))
    session.flush()
    assert browser.get("/account").status_code == 303
    assert program.get("/api/v1/me").status_code == 401
