"""The parts in Chromium: widths, focus, autosave, uploads, and without JavaScript."""

import pytest


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
    drawn = tab.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-chart-canvas]')).getOption().series[0].data"
    )
    assert drawn == [4, None], "what has no figure is a gap, not a zero"
    tab.click("text=数据表")
    assert tab.is_visible("figure td:text('4')")
    # between a narrower window and the plot's own answer to it: the old plot never widens the page
    tab.eval_on_selector("[data-chart-canvas] > div", "plot => { plot.style.width = '4000px'; }")
    assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


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
