"""Signing in through the city's identity service, against a provider in a process of its own."""

import dataclasses
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest

from redemption.app import create_app
from redemption.identity.models import Enterprise, Person, Post
from tests.conftest import ROOT, Browser
from tests.identity.provider import CLIENT, SECRET, USERS


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def provider():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.identity.provider", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            httpx.get(f"{address}/keys")
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def visitor(settings, connected, storage, world, provider):
    """A browser that nobody signed in with, at an installation that knows the provider."""
    with_oidc = dataclasses.replace(
        settings, oidc_issuer=provider, oidc_client_id=CLIENT, oidc_client_secret=SECRET
    )
    app = create_app(with_oidc, connected, storage)
    app.testing = True
    return lambda: Browser(app, world, "")


def go(browser, provider, user, fault=""):
    """Out to the provider and back, as a browser goes."""
    httpx.get(f"{provider}/choose", params={"user": user, "fault": fault})
    out = browser.get("/sign-in/oidc")
    assert out.status_code == 303
    back = httpx.get(out.location).headers["Location"]
    where = urlsplit(back)
    return browser.get(f"{where.path}?{where.query}")


def test_who_the_provider_vouches_for_is_bound_to_their_enterprise(visitor, provider, session, world):
    browser = visitor()
    assert "法人统一身份认证" in text(browser.get("/sign-in"))
    page = go(browser, provider, "lin")
    assert page.status_code == 200
    assert USERS["lin"]["uscc"] in text(page)
    assert session.query(Person).filter(Person.oidc_subject.is_not(None)).count() == 0, "a GET writes nothing"
    assert browser.post("/sign-in/oidc/finish").location == "/space"
    person = session.query(Person).filter(Person.oidc_subject.is_not(None)).one()
    post = session.query(Post).filter_by(person_id=person.id).one()
    assert (post.enterprise_id, post.grade) == (world.enterprises[0].id, "filer"), "there is an owner already"
    assert browser.get("/space").location.startswith("/account/consent"), "first use: consent is asked"
    again = visitor()
    go(again, provider, "lin")
    again.post("/sign-in/oidc/finish")
    assert session.query(Person).filter(Person.oidc_subject.is_not(None)).count() == 1


def test_the_first_of_an_unknown_enterprise_becomes_its_owner(visitor, provider, session):
    for user in ("new", "two"):
        browser = visitor()
        go(browser, provider, user)
        assert browser.post("/sign-in/oidc/finish").status_code == 303
    made = session.query(Enterprise).filter_by(uscc=USERS["new"]["uscc"]).one()
    grades = [post.grade for post in session.query(Post).filter_by(enterprise_id=made.id).order_by(Post.id)]
    assert grades == ["owner", "filer"]


@pytest.mark.parametrize("fault", ["nonce", "audience", "issuer", "expired", "key", "none"])
def test_a_token_that_is_not_for_this_sign_in_is_refused(visitor, provider, session, fault):
    browser = visitor()
    answer = go(browser, provider, "lin", fault)
    assert answer.status_code in {303, 401}
    assert browser.post("/sign-in/oidc/finish").status_code == 401
    assert session.query(Person).filter(Person.oidc_subject.is_not(None)).count() == 0


def test_a_person_without_an_enterprise_is_told_what_to_do(visitor, provider):
    answer = go(visitor(), provider, "citizen")
    assert answer.status_code == 403
    assert "法人（企业）身份" in text(answer)


def test_a_callback_that_nobody_asked_for_is_refused(visitor, provider):
    browser = visitor()
    assert browser.get("/sign-in/oidc/callback?code=x&state=y").status_code in {303, 401}
    httpx.get(f"{provider}/choose", params={"user": "lin"})
    out = browser.get("/sign-in/oidc")
    back = urlsplit(httpx.get(out.location).headers["Location"])
    other = visitor()
    assert other.get(f"{back.path}?{back.query}").status_code in {303, 401}, "another browser's answer"


def test_a_provider_that_is_away_is_said_so(settings, connected, storage, world):
    away = dataclasses.replace(settings, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT)
    app = create_app(away, connected, storage)
    app.testing = True
    answer = Browser(app, world, "").get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "统一身份认证暂时没有响应" in text(answer)


def test_without_a_provider_there_is_no_such_address(browser_of):
    assert browser_of("").get("/sign-in/oidc").status_code == 404
