"""The window in a browser: by keyboard from first to last field, on a phone's width, with the line cut."""

import random
import re

import pytest

from redemption.kernel.uscc import make_uscc

ID_NUMBER = "11010519491231002X"
DESK = [
    "/desk",
    "/desk/new",
    "/desk/day",
    "/desk/matters",
    "/desk/matters/new",
    "/desk/handover",
    "/desk/accounts/new",
]
SPACE = [
    "/space", "/space/finished", "/space/messages", "/space/messages/ways", "/space/profile", "/space/profile/contact", "/space/profile/account",
    "/space/profile/facts", "/space/people", "/account/consent",
]  # fmt: skip
DOOR = ["/sign-in", "/recover", "/invitations"]
ADMIN = [
    "/admin",
    "/admin/places",
    "/admin/accounts",
    "/admin/accounts/new",
    "/admin/templates",
    "/admin/audit",
]


@pytest.mark.parametrize(
    ("login", "pages"), [("", DOOR), ("chuangkou", DESK), ("qiye", SPACE), ("guanli", ADMIN)]
)
def test_every_page_is_clean_and_fits(person, login, pages):
    somebody = person(login, 1280, 320)
    for address in pages:
        somebody.go(address)


def enter(clerk):
    """Enter in a box: a round trip, and the page after it."""
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_load_state("load")


def focused(page):
    return page.evaluate("document.activeElement.value || document.activeElement.textContent.trim()")


def tab_to(page, name, most=60):
    """Press Tab until a field has the focus; every stop must be reachable this way."""
    for _ in range(most):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {name}")


def find_enterprise_and_item(clerk, serial, item="房租补贴"):
    page, keys = clerk.page, clerk.page.keyboard
    keys.type(make_uscc(serial, region="990102"))
    enter(clerk)
    assert focused(page).startswith("pick:"), "the first one found has the focus"
    enter(clerk)
    assert page.evaluate("document.activeElement.name") == "item_text"
    keys.type(item)
    enter(clerk)
    assert focused(page).startswith("add:")
    enter(clerk)


def test_a_case_by_keyboard_alone_from_first_to_last_field(person):
    clerk = person("chuangkou")
    clerk.go("/desk")
    page, keys = clerk.page, clerk.page.keyboard
    with page.expect_navigation():
        keys.press("Alt+n")
    clerk.look()
    # an enterprise that nobody has entered before is made on the spot
    keys.type(make_uscc(random.randrange(1_000_000, 9_000_000), region="990102"))
    enter(clerk)
    assert page.evaluate("document.activeElement.name") == "new.uscc"
    tab_to(page, "new.name")
    keys.type("望湖初来有限公司")
    while focused(page) != "create_enterprise":
        keys.press("Tab")
    enter(clerk)
    assert page.evaluate("document.activeElement.name") == "item_text"
    keys.type("房租补贴")
    enter(clerk)
    enter(clerk)
    clerk.look()
    names = page.eval_on_selector_all(
        "[name^='items.']", "all => all.map(one => [one.name, one.tagName, one.inputMode, one.type])"
    )
    for name, tag, mode, kind in names:
        tab_to(page, name)
        if tag == "SELECT":
            keys.press("ArrowDown")
        elif kind == "date":
            keys.type("01012026")
        else:
            keys.type("12000" if mode == "decimal" else "依据合同填写")
    for name in page.eval_on_selector_all("[name^='checklist.']", "all => all.map(one => one.name)"):
        tab_to(page, name)
        keys.press("1")
    for name, value in {
        "common.contact_name": "沈亦舟",
        "common.contact_phone": "13900000003",
        "common.bank_name": "清川银行望湖支行",
        "common.bank_account": "6200990000001234567",
        "counter.name": "沈亦舟",
    }.items():
        tab_to(page, name)
        keys.type(value)
    tab_to(page, "id_number")
    keys.type(ID_NUMBER)
    with page.expect_navigation():
        keys.press("Alt+s")
    assert "/desk/cases/" in page.url, page.inner_text("main")[:800]
    clerk.look()
    assert "已收件" in page.inner_text("main")
    assert ID_NUMBER not in page.content()
    with page.expect_navigation(url=re.compile("/slip$")):
        keys.press("p")
    clerk.look()
    assert page.locator("svg.barcode").count() == 1
    assert page.evaluate("localStorage.length") == 0, "what was kept is forgotten once it is handed in"


def test_a_cut_line_is_said_and_what_was_typed_is_still_there_the_next_day(person):
    clerk = person("chuangkou")
    clerk.go("/desk/new")
    page, keys = clerk.page, clerk.page.keyboard
    find_enterprise_and_item(clerk, 7)
    tab_to(page, "counter.name")
    keys.type("白书言")
    tab_to(page, "id_number")
    keys.type(ID_NUMBER)
    clerk.context.set_offline(True)
    keys.press("Alt+s")
    page.get_by_text("网络连接已断开").first.wait_for()
    assert page.input_value("[name='counter.name']") == "白书言", "the page stays as it is"
    assert ID_NUMBER not in page.evaluate("JSON.stringify(localStorage)"), (
        "an id number is not kept on this computer"
    )
    clerk.context.set_offline(False)
    page.evaluate("window.onbeforeunload = null")
    page.goto("/desk/new")
    page.get_by_role("button", name="接着录").focus()
    with page.expect_navigation():
        keys.press("Enter")
    assert page.input_value("[name='counter.name']") == "白书言"
    assert "望湖启明软件有限公司" in page.inner_text("main")
    page.evaluate("localStorage.clear()")


def test_a_scan_is_dropped_on_the_list_and_a_failed_one_is_sent_again(person, tmp_path):
    clerk = person("chuangkou")
    clerk.go("/desk/new")
    page = clerk.page
    find_enterprise_and_item(clerk, 7)
    scan = tmp_path / "扫描件.pdf"
    scan.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    cell = page.locator("[data-scan]").first
    page.route("**/desk/scans/**", lambda route: route.abort(), times=1)
    cell.locator("input[type=file]").set_input_files(scan)
    cell.get_by_role("button", name="重试").click()
    cell.get_by_text("扫描件.pdf 已上传").wait_for()
    with page.expect_navigation():
        page.locator("[name='counter.name']").press("Enter")
    assert "扫描件.pdf" in page.locator("[data-scan]").first.inner_text()
    page.evaluate("localStorage.clear()")
