"""The frame and the parts of every page: what they promise about policy, words and access, and that they work.

The pages here are made of every part at once, served under the real content policy, and looked at in Chromium.
"""

import datetime as dt
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from werkzeug.serving import make_server

from redemption.applications.rules import STATUS_NAMES
from redemption.catalogue.rules import ITEM_STATE_NAMES
from redemption.dispatch.rules import PARCEL_STATE_NAMES
from redemption.messages.rules import DELIVERY_STATE_NAMES
from redemption.policies.rules import POLICY_STATE_NAMES
from redemption.web import headers, pages

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "redemption" / "web" / "static"
TEMPLATES = ROOT / "templates"
OWN = sorted(path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts)
FRAME = [
    TEMPLATES / "base.html",
    *sorted((TEMPLATES / "components").glob("*.html")),
    TEMPLATES / "errors/page.html",
]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/tabler-icons/sprite.svg").read_text()))

IMPORTS = "".join(
    f'{{% import "components/{name}.html" as {alias} %}}'
    for name, alias in (("page", "page"), ("forms", "forms"), ("lists", "lists"), ("status", "st"))
)
FORM = """
{% extends "base.html" %}IMPORTS{% set layout = "narrow" %}{% set error_count = errors|length %}
{% block page %}企业信息{% endblock %}
{% block content %}{{ page.heading("企业信息", crumbs=[("首页", "/")], lead="请核对。") }}
{% call forms.form(action="/sent", autosave="/save", multipart=True) %}
{{ forms.error_summary(errors, {"uscc": "统一社会信用代码"}) }}<input type="hidden" name="version" value="3">
{{ forms.field(values, errors, "name", "企业名称", hint="与营业执照一致") }}
{{ forms.field(values, errors, "uscc", "统一社会信用代码", type="uscc") }}
{{ forms.field(values, errors, "amount", "申请金额", type="money") }}
{{ forms.field(values, errors, "kind", "企业类型", type="select", options=[("small", "小型"), ("a&b", "其他")]) }}
{{ forms.field(values, errors, "since", "成立日期", type="date") }}
{{ forms.field(values, errors, "way", "领取方式", type="radios", options=[("mail", "邮寄", "三日内"), ("desk", "现场")]) }}
{{ forms.field(values, errors, "tags", "对象", type="checkboxes", options=[("a", "甲"), ("b", "乙")], required=False) }}
{{ forms.field(values, errors, "rows.0.rate", "利率", suffix="%", width="s", required=False) }}
{{ forms.field(values, errors, "note", "说明", type="textarea", maxlength=50, required=False) }}
{{ forms.upload(values, errors, "files", "营业执照", upload_url="/up", accept=".pdf") }}
{{ forms.checkbox(values, errors, "agree", "我承诺内容真实", hint="失信将记入信用记录") }}
{{ forms.buttons("保存并继续", back="/", second="先存草稿", key="alt+s") }}
{% endcall %}{% endblock %}
"""
PARTS = """
{% extends "base.html" %}IMPORTS
{% block page %}首次贷款贴息{% endblock %}
{% block hero %}<div class="hero"><div class="site-width">{{ forms.search_box("/items", "", big=True) }}</div></div>{% endblock %}
{% block content %}{% call page.heading("首次贷款贴息", crumbs=[("首页", "/")], above="SB1") %}{{ page.copy_button("SB1") }}{{ page.print_button() }}{% endcall %}
{% call page.notice_box("需要您补正", tone="warn") %}<p>请补齐。</p>{% endcall %}
{{ lists.stepper(["填写", "核对", "提交"], 2) }}{{ lists.tabs([("全部", "/", 3), ("待补正", "/x")], "/") }}
{{ lists.timeline([{"at": at, "title": "已提交", "who": "李", "state": "done"}, {"title": "受理", "state": "current"}, {"title": "决定", "state": "coming"}]) }}
{% call page.section("状态", link=("全部", "/all")) %}{% for kind, table in st.states.items() %}<p>{% for code in table %}{{ st.status(code, kind=kind) }} {% endfor %}</p>{% endfor %}{% endcall %}
{% call page.section("期限") %}{% for info in dues %}<p>{{ st.due(info) }}</p>{% endfor %}{% endcall %}
{{ lists.summary([("名称", "甲"), ("账号", "", ("/x", "更正"))]) }}{{ lists.tasks([("信息", "/a", "done"), ("提交", None, "blocked", "稍后")]) }}
{% call lists.with_filter("筛选", "/items", active=1) %}{{ lists.facet("level", "级别", [("city", "市级", 2)], ["city"]) }}{% endcall %}
{{ lists.chips([("市级", "/items")], clear="/items") }}{% call lists.cards() %}{{ lists.card("甲", "/i", big="20万元", meta=["市级"], level=2) }}{% endcall %}
{% call lists.table("清单", dense=True, stack=True) %}<thead><tr><th scope="col">编号</th><th scope="col" class="num">金额</th></tr></thead><tbody><tr><td data-label="编号">1</td><td class="num" data-label="金额">{{ st.money(200000) }}</td></tr></tbody>{% endcall %}
{{ lists.pager("/n", 20, 40, "/") }}{{ lists.end_filter() }}{{ lists.empty("还没有", "请先选择事项。", ("去看看", "/items")) }}
{{ lists.stats([("在施行", 214, "项", "今日")]) }}{{ lists.progress(1, 2, "一半") }}
{% call lists.chart("bar", "受理量", summary="甲最多。", unit="件") %}<thead><tr><th scope="col">部门</th><th scope="col">件</th></tr></thead><tbody><tr><th scope="row">甲</th><td>4</td></tr></tbody>{% endcall %}
{{ page.post_button("签收", "/s") }}{{ page.button("新建", "/", key="n") }}{{ page.action("导出", "/e", icon="download") }}{% endblock %}
"""
DESK = '{% extends "base.html" %}IMPORTS{% set layout = "desk" %}{% block content %}<h1>收件箱</h1>{% endblock %}'


def due(days: int, **more: object) -> SimpleNamespace:
    facts = {"date": dt.date(2026, 11, 26), "workdays_left": days, "overdue": days < 0, "provisional": False}
    return SimpleNamespace(**{**facts, "stopped_reason": None, **more})


DUES = [due(4), due(1), due(0), due(-2), due(9, provisional=True), due(3, stopped_reason="等待您补正"), None]


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("parts", static_folder=str(STATIC), static_url_path="/static")
    app.secret_key = "only for this test"
    made = {
        name: text.replace("IMPORTS", IMPORTS)
        for name, text in (("form", FORM), ("parts", PARTS), ("desk", DESK))
    }
    app.jinja_loader = ChoiceLoader([FileSystemLoader(str(TEMPLATES)), DictLoader(made)])
    CSRFProtect(app)
    headers.init(app, secure=False)
    pages.init(app)
    people = {
        role: SimpleNamespace(name="李晓燕", role=role, place="北京星图智能科技有限公司")
        for role in ("enterprise", "clerk", "officer", "policy_maker", "office", "administrator")
    }
    app.extensions["redemption"] = {"load_actor": lambda: people.get(request.args.get("as", ""))}
    app.seen = []  # type: ignore[attr-defined]

    @app.get("/show/<name>")
    def show(name: str) -> str:
        if "flash" in request.args:
            flash("草稿已保存。", "success")
        errors = (
            {"uscc": ["最后一位不对，请核对。"], "way": ["请选择。"], "": ["请重新核对。"]}
            if "bad" in request.args
            else {}
        )
        values = {"name": "北京<星图>&智能", "kind": "a&b", "way": "mail", "tags": ["b"], "amount": 200000}
        return render_template(
            name, errors=errors, values=values, dues=DUES, at=dt.datetime(2026, 11, 20, 6, 5, tzinfo=dt.UTC)
        )

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        return render_template(
            "errors/page.html", status=status, code="some_code", request_id="r1", detail=None
        )

    @app.post("/sent")
    def sent() -> str:
        time.sleep(0.5)  # long enough for an impatient second press
        app.seen.append(("sent", request.form.to_dict(flat=False)))  # type: ignore[attr-defined]
        return "<!doctype html><title>x</title><p>ok"

    @app.post("/save")
    def save() -> ResponseReturnValue:
        app.seen.append(("save", request.form["version"]))  # type: ignore[attr-defined]
        if request.form["name"] == "别人":
            return jsonify(code="stale"), 409
        return jsonify(version=int(request.form["version"]) + 1, saved_at="14:05")

    @app.post("/up")
    def up() -> ResponseReturnValue:
        name = request.files["file"].filename
        tried = ("up", name) in app.seen  # type: ignore[attr-defined]
        app.seen.append(("up", name))  # type: ignore[attr-defined]
        if name == "flaky.pdf" and not tried:
            return jsonify(detail="暂时不能接收。"), 503
        if name == "wrong.pdf":
            return jsonify(detail="“wrong.pdf”不是 PDF 文件，请转换后再上传。"), 422
        return jsonify(id=f"id-{name}", name=name, size=3)

    return app


def page_of(app: Flask, address: str, **options: object) -> str:
    return app.test_client().get(address, **options).get_data(as_text=True)


@pytest.mark.parametrize("path", FRAME, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_content_policy_refuses(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


def test_own_scripts_and_styles_stay_at_home() -> None:
    for path in OWN:
        if path.suffix in {".js", ".css"}:
            text = path.read_text()
            assert not re.search(
                r"https?://|\beval\(|new Function|\.innerHTML|sourceMappingURL|data:image", text
            ), path.name


def test_every_file_that_the_styles_name_is_there() -> None:
    for name in re.findall(r"url\(\"?([^\")]+)", (STATIC / "app.css").read_text()):
        assert (STATIC / name).is_file(), name


def test_vendored_files_are_listed_with_licences_and_without_maps() -> None:
    listed = (STATIC / "vendor/VENDORED.md").read_text()
    for folder in (path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        assert f"`{folder.name}/`" in listed
        assert any(path.name.startswith("LICENSE") for path in folder.iterdir()), folder.name
        for path in folder.iterdir():
            assert path.suffix not in {".map", ".woff", ".woff2", ".ttf"}
            assert "sourceMappingURL" not in path.read_text(), path.name


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        named |= set(re.findall(r"icons\.icon\(\"([^\"]+)\"", text))
        named |= set(re.findall(r"\bicon=\"([^\"]+)\"", text))
    named |= set(
        re.findall(
            r'", "(?:neutral|info|todo|good|bad)", "([^"]+)"\)',
            (TEMPLATES / "components/status.html").read_text(),
        )
    )
    assert len(named) > 40
    assert named <= ICONS, named - ICONS


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


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tab(chromium, address):
    """A page that fails its test when the browser complains: a refused script or style, a broken address."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=address)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda message: page.complaints.append(message.text) if message.type == "error" else None
    )
    yield page
    refused = [
        text for text in page.complaints if "Failed to load resource: the server responded with" not in text
    ]
    context.close()
    assert refused == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "elder"), [(320, False), (640, True), (1280, False)])
def test_parts_are_accessible_and_fit_every_width(tab, address: str, width: int, elder: bool) -> None:
    from axe_core_python.sync_playwright import Axe

    tab.set_viewport_size({"width": width, "height": 800})
    if elder:
        tab.context.add_cookies([{"name": "elder", "value": "1", "url": address}])
    for path in (
        "/show/parts?as=officer&flash=1",
        "/show/form?bad=1",
        "/show/desk?as=policy_maker",
        "/error/404",
    ):
        tab.goto(path)
        tab.wait_for_function("document.documentElement.classList.contains('js')")
        too_wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert too_wide <= 0, (path, width)
        violations = Axe().run(tab)["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == [], path


@pytest.mark.browser
def test_a_wrong_form_takes_the_focus_to_its_summary_and_from_there_to_the_field(tab) -> None:
    tab.goto("/show/form?bad=1")
    tab.wait_for_function("document.activeElement?.matches('[data-error-summary]')")
    tab.click("text=统一社会信用代码：最后一位")
    assert tab.evaluate("document.activeElement.id") == "f-uscc"


@pytest.mark.browser
def test_the_elder_switch_stays_on_after_loading_again(tab) -> None:
    tab.goto("/show/desk")
    before = tab.evaluate("getComputedStyle(document.body).fontSize")
    tab.click("text=长者模式")
    tab.reload()
    assert (before, tab.evaluate("getComputedStyle(document.body).fontSize")) == ("16px", "20px")
    assert tab.get_attribute("[data-elder-switch]", "aria-pressed") == "true"


@pytest.mark.browser
def test_a_draft_saves_itself_and_never_over_another_one(tab, app) -> None:
    app.seen.clear()
    tab.goto("/show/form")
    tab.fill("#f-name", "甲公司")
    tab.wait_for_selector("text=草稿已保存，14:05")
    assert tab.input_value("input[name=version]") == "4"
    tab.fill("#f-name", "别人")
    tab.wait_for_selector("text=本页没有覆盖它")
    tab.fill("#f-name", "再改")
    tab.wait_for_timeout(2200)
    assert app.seen == [("save", "3"), ("save", "4")]


@pytest.mark.browser
def test_a_lost_connection_is_said_and_the_draft_goes_out_afterwards(tab, app) -> None:
    app.seen.clear()
    tab.goto("/show/form")
    tab.wait_for_function("document.documentElement.classList.contains('js')")
    tab.context.set_offline(True)
    tab.fill("#f-name", "断网时写的")
    tab.wait_for_selector("[data-offline-banner]:not([hidden])")
    tab.wait_for_selector("text=还没有保存")
    tab.context.set_offline(False)
    tab.wait_for_selector("text=草稿已保存")
    assert tab.is_hidden("[data-offline-banner]")
    assert tab.input_value("#f-name") == "断网时写的"
    tab.complaints[:] = [text for text in tab.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


@pytest.mark.browser
def test_files_go_one_by_one_and_a_failed_one_is_tried_again_alone(tab, app) -> None:
    app.seen.clear()
    tab.goto("/show/form")
    tab.wait_for_selector("[data-upload][data-on]")
    names = ["good.pdf", "flaky.pdf", "wrong.pdf"]
    files = [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF"} for name in names]
    tab.set_input_files(
        "#f-files", [*files, {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""}]
    )
    tab.wait_for_selector("text=暂时不能接收。")
    tab.wait_for_selector("text=请转换后再上传")
    tab.wait_for_selector("text=“empty.pdf”是空文件")
    tab.click(".upload-row:has-text('flaky.pdf') >> text=重试")
    tab.wait_for_selector(".upload-row.is-done:has-text('flaky.pdf')")
    kept = tab.eval_on_selector_all("input[name=files_id]", "all => all.map(one => one.value)")
    assert sorted(kept) == ["id-flaky.pdf", "id-good.pdf"]
    assert sorted(name for what, name in app.seen if what == "up") == [
        "flaky.pdf",
        "flaky.pdf",
        "good.pdf",
        "wrong.pdf",
    ]


@pytest.mark.browser
def test_a_double_click_sends_once_and_the_shortcut_presses_the_button(tab, app) -> None:
    app.seen.clear()
    tab.goto("/show/form")
    tab.wait_for_selector("button kbd:text('Alt+S')")
    press = "setTimeout(() => document.querySelector('.form-buttons .btn-primary').click(), {})"
    tab.evaluate(press.format(0) + ";" + press.format(200))
    tab.wait_for_selector("text=ok")
    assert [what for what, _ in app.seen].count("sent") == 1
    tab.goto("/show/form")
    tab.wait_for_selector("button kbd:text('Alt+S')")
    tab.focus("#f-name")
    tab.keyboard.press("Alt+s")
    tab.wait_for_selector("text=ok")
    assert [what for what, _ in app.seen].count("sent") == 2


@pytest.mark.browser
def test_leaving_with_changes_asks_first(tab) -> None:
    tab.goto("/show/form")
    tab.wait_for_selector("form[data-watched]")
    tab.type("#f-note", "改了")
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", stay)
    tab.goto("/show/desk")
    assert asked == ["beforeunload"]


@pytest.mark.browser
def test_a_chart_is_drawn_from_its_table(tab) -> None:
    tab.goto("/show/parts")
    tab.wait_for_selector("[data-chart-canvas] canvas")
    assert tab.get_attribute("[data-chart-canvas]", "aria-label") == "受理量。甲最多。"
    tab.click("text=数据表")
    assert tab.is_visible("figure td:text('4')")


@pytest.mark.browser
def test_the_form_works_without_javascript(chromium, address: str, app) -> None:
    app.seen.clear()
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/show/form")
    tab.fill("#f-name", "无脚本")
    tab.click("text=保存并继续")
    tab.wait_for_selector("text=ok")
    context.close()
    assert app.seen[0][1]["name"] == ["无脚本"]
