"""What every part says: states, due dates, forms, navigation, errors."""

import re

import pytest
from flask import Flask

from redemption.applications.rules import STATUS_NAMES
from redemption.catalogue.rules import ITEM_STATE_NAMES
from redemption.dispatch.rules import PARCEL_STATE_NAMES
from redemption.messages.rules import DELIVERY_STATE_NAMES
from redemption.policies.rules import POLICY_STATE_NAMES
from tests.web.frame.conftest import DUES


def page_of(app: Flask, address: str, **options: object) -> str:
    return app.test_client().get(address, **options).get_data(as_text=True)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("application", STATUS_NAMES),
        ("item", ITEM_STATE_NAMES),
        ("policy", POLICY_STATE_NAMES),
        ("parcel", PARCEL_STATE_NAMES),
        ("delivery", DELIVERY_STATE_NAMES),
    ],
)
def test_states_read_as_the_domain_names_them(app: Flask, kind: str, names: dict[str, str]) -> None:
    with app.test_request_context("/"):
        parts = app.jinja_env.get_template("components/status.html").module
        for code, name in names.items():
            for given in (code, str(code)):
                shown = str(parts.status(given, kind=kind))  # type: ignore[attr-defined]
                assert f"<span>{name}</span>" in shown
                assert "<svg" in shown
            assert str(parts.word(code, kind=kind)) == name  # type: ignore[attr-defined]
        unknown = str(parts.status("signing", word="等待盖章", tone="info"))  # type: ignore[attr-defined]
        assert "等待盖章" in unknown
        assert "tone-info" in unknown
        assert "&lt;b&gt;" in str(parts.status("<b>"))  # type: ignore[attr-defined]


def test_due_dates_say_what_is_left_and_why_a_clock_stands(app: Flask) -> None:
    with app.test_request_context("/"):
        parts = app.jinja_env.get_template("components/status.html").module
        ordinary, soon, today, over, unsure, stopped, none = [str(parts.due(info)) for info in DUES]  # type: ignore[attr-defined]
        over_and_done = str(parts.due(DUES[3], done=True))  # type: ignore[attr-defined]
    words = [
        re.sub(r"<[^>]+>", "", text)
        for text in (ordinary, soon, today, over, unsure, stopped, none, over_and_done)
    ]
    assert words == [
        "2026年11月26日，还剩 4 个工作日",
        "2026年11月26日，还剩 1 个工作日",
        "2026年11月26日，今天到期",
        "2026年11月26日，已超期 2 个工作日",
        "2026年11月26日，还剩 9 个工作日暂定",
        "2026年11月26日，计时暂停：等待您补正",
        "无期限",
        "2026年11月26日",
    ]
    assert [
        text.count("due-over") for text in (ordinary, soon, today, over, unsure, stopped, over_and_done)
    ] == [0, 0, 0, 1, 0, 0, 0]


def test_a_form_keeps_what_was_typed_and_says_at_the_field_how_to_mend_it(app: Flask) -> None:
    text = page_of(app, "/show/form?bad=1")
    assert "<title>有误：企业信息 · 首页 · 惠企政策兑现</title>" in text
    assert 'value="北京&lt;星图&gt;&amp;智能"' in text
    assert '<option value="a&amp;b" selected>' in text
    assert re.search(r'id="f-way" name="way" value="mail" checked', text)
    assert re.search(r'id="f-tags-2" name="tags" value="b" checked', text)
    assert '<a href="#f-uscc">统一社会信用代码：最后一位不对，请核对。</a>' in text
    assert "<li>请重新核对。</li>" in text
    assert re.search(r'id="f-uscc"[^>]*aria-describedby="f-uscc-hint f-uscc-error" aria-invalid="true"', text)
    assert text.count("（选填）") == 3
    assert 'name="csrf_token"' in text
    assert "novalidate" in text


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("enterprise", ["/space"]),
        ("clerk", ["/desk"]),
        ("officer", ["/workbench"]),
        ("policy_maker", ["/editor", "/editor/duties"]),
        ("office", ["/office"]),
        ("administrator", ["/admin"]),
        ("", []),
    ],
)
def test_navigation_shows_each_role_its_own_area_and_everyone_the_public_ones(
    app: Flask, role: str, own: list[str]
) -> None:
    nav = page_of(app, f"/show/desk?as={role}").split('aria-label="主导航"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', nav) == [
        *own,
        "/items",
        "/policies",
        "/publicity",
        "/figures",
        "/questions",
    ]


def test_signing_out_is_a_post_and_signing_in_a_link(app: Flask) -> None:
    inside = page_of(app, "/show/desk?as=clerk")
    form = inside.split('action="/sign-out"')[1].split("</form>")[0]
    assert 'name="csrf_token"' in form
    assert 'href="/sign-in"' not in inside
    assert 'href="/sign-in"' in page_of(app, "/show/desk")


def test_elder_mode_is_remembered_by_its_cookie(app: Flask) -> None:
    client = app.test_client()
    assert 'class="elder"' not in client.get("/show/desk").get_data(as_text=True)
    client.set_cookie("elder", "1")
    assert '<html lang="zh-CN" class="elder">' in client.get("/show/desk").get_data(as_text=True)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429, 500, 502, 503])
def test_error_pages_say_what_to_do_next(app: Flask, status: int) -> None:
    text = page_of(app, f"/error/{status}")
    assert "接下来您可以" in text
    assert "some_code" in text
    assert "r1" in text
    assert len(re.findall(r"<li>请|<li>可以|<li>如果", text)) >= 1
    assert ("系统" in re.search(r"<h1>(.*?)</h1>", text).group(1)) == (status >= 500)  # type: ignore[union-attr]
