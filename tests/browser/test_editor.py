"""The editor in a browser: from a pasted text to a public item, with the source beside it."""

SOURCE = """关于申报清泉节水改造补贴的通知
清经信发〔2026〕{number}号
一、支持对象
在清川市登记的制造业企业。
二、申报条件
1.依法登记满1年。
2.上年度营业收入不超过4亿元。
三、补贴标准
按改造投入的30%给予补贴，最高20万元。
四、申报材料
1.补贴申请表（原件1份）
2.改造合同（复印件1份）
五、申报方式
登录 https://duixian.example/jieshui 申报。
六、办理时限
自受理之日起15个工作日内办结，结果公示5个工作日。
七、联系方式
咨询电话：0990-5550102
其他事项：现场受理点设在清川市政务服务中心2楼7号窗口。
清川市经济和信息化局
2026年11月2日
"""


def make_draft(maker, number):
    maker.go("/editor/policies/new")
    maker.page.fill("[name=text]", SOURCE.format(number=number))
    maker.press("读取并识别事项")
    return maker.page.url


def test_a_pasted_text_becomes_a_public_item(person):
    maker = person("zhengce")
    policy = make_draft(maker, 901)
    maker.follow("清泉节水改造补贴")
    page = maker.page
    assert "第二十四条核对单" in page.inner_text("main")
    maker.press("保存并发布…")
    for box in page.get_by_role("textbox").all():
        box.fill("另行公布")
    page.goto(policy + "/publish")
    maker.look()
    if "还不能发布" in page.inner_text("main"):
        page.goto(policy + "/details")
        page.fill("[name=publication_date]", "2026-11-02")
        maker.press("保存")
        page.goto(policy + "/publish")
    page.fill("[name=without_answers]", "问答正在编写")
    maker.press("确认发布")
    assert "已发布" in page.inner_text("main")


def test_where_a_value_came_from_and_where_words_go(person):
    maker = person("zhengce")
    make_draft(maker, 902)
    maker.follow("清泉节水改造补贴")
    page = maker.page
    page.locator('[data-show-from="standard"]').first.click()
    assert "最高20万元" in "".join(page.locator("mark.is-shown").all_inner_texts())
    row = page.locator(".src", has_text="现场受理点").first
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 12, steps=6)
    page.mouse.up()
    toolbar = page.get_by_role("toolbar", name="把选中的文字填入")
    toolbar.get_by_role("button", name="现场办理地址").click()
    assert "2楼7号窗口" in page.input_value('[name="fields.onsite_address.lines"]')
    with page.expect_navigation():
        page.keyboard.press("Alt+s")
    maker.look()
    assert "2楼7号窗口" in page.input_value('[name="fields.onsite_address.lines"]')
    assert page.locator('mark[data-from~="onsite_address"]').count() >= 1, (
        "the typed words have their place again"
    )


def test_without_javascript_the_links_lead_to_the_place(chromium, system, person):
    maker = person("zhengce")
    make_draft(maker, 903)
    maker.follow("清泉节水改造补贴")
    plain = chromium.new_context(
        base_url=system.address, java_script_enabled=False, storage_state=maker.context.storage_state()
    )
    page = plain.new_page()
    page.goto(maker.page.url)
    page.locator("[data-show-from=standard]").click()
    assert page.url.endswith("#from-standard")
    page.fill('[name="summary"]', "没有脚本也能保存")
    page.get_by_role("button", name="保存", exact=True).click()
    assert page.input_value('[name="summary"]') == "没有脚本也能保存"
    plain.close()


def test_an_overlong_source_is_turned_without_losing_what_was_typed(person):
    maker = person("zhengce")
    page = maker.page
    maker.go("/editor/policies/new")
    rules = "\n".join(f"附件第{n}行：办理中的一般规定。" for n in range(1, 3200))
    words = SOURCE.format(number=905) + "附件\n" + rules
    file = {"name": "通知.txt", "mimeType": "text/plain", "buffer": words.encode()}
    page.set_input_files("[name=file]", files=[file])
    maker.press("读取并识别事项")
    maker.follow("清泉节水改造补贴")
    assert "共 3 部分" in page.inner_text(".source-parts")
    page.fill('[name="summary"]', "还没有保存的字")
    page.get_by_role("link", name="下一部分").click()
    page.get_by_text("这是第 2 部分").wait_for()
    assert page.input_value('[name="summary"]') == "还没有保存的字"
    page.get_by_role("link", name="下一部分").click()
    page.get_by_text("这是第 3 部分").wait_for()
    assert "附件第3199行" in page.inner_text(".source-text")
    page.locator('[data-show-from="standard"]').first.click()
    page.get_by_text("这是第 1 部分").wait_for()
    assert "最高20万元" in "".join(page.locator("mark.is-shown").all_inner_texts())
    maker.look()
    plain = page.request.get(page.url + "?part=3").text()
    assert "附件第3199行" in plain, "without a script the links lead there too"


def test_every_page_is_clean_and_fits(person):
    maker = person("zhengce", 1280, 320)
    for address in ("/editor", "/editor/policies/new", "/editor/catalogue", "/editor/differences"):
        maker.go(address)
    policy = make_draft(maker, 904)
    for more in ("", "/details", "/text", "/publish", "/delete"):
        maker.go(policy + more)
    maker.go(policy)
    item = (
        maker.page.get_by_role("main")
        .get_by_role("link", name="清泉节水改造补贴")
        .first.get_attribute("href")
    )
    for more in ("", "/publish", "/delete"):
        maker.go(item + more)
