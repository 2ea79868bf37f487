"""Pages made of every part at once, served under the real content policy."""

import datetime as dt
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

from redemption.web import headers, pages

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "redemption" / "web" / "static"
TEMPLATES = ROOT / "templates"

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
{% call lists.chart("bar", "受理量", summary="甲最多。", unit="件") %}<thead><tr><th scope="col">部门</th><th scope="col">件</th></tr></thead><tbody><tr><th scope="row">甲</th><td>4</td></tr><tr><th scope="row">乙</th><td data-value="">—</td></tr></tbody>{% endcall %}
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
