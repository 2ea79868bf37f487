"""Take the pictures of the README and the guides from the running system: `make screenshots`.

Starts everything with fresh demonstration data on free ports, signs in as each role, and writes PNG files to
`docs/screenshots/`. Nothing is retouched.
"""

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from redemption.seed.world import PASSWORD
from tests.browser.conftest import started
from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

OUT = Path(__file__).parent / "screenshots"


class Picture(NamedTuple):
    """One picture: the file's name, who signs in (nobody: ""), the address, and the window's width in px.

    `whole`: the page down to its end. `follow`: links to click one after the other, by a part of their words or by a
    pattern, for pages whose number differs from run to run.
    """

    name: str
    login: str
    address: str
    width: int = 1280
    whole: bool = True
    follow: tuple[str | re.Pattern[str], ...] = ()


A_CASE = re.compile(r"-\d+$")
"""A link to an application: its number ends with its place within the submission."""
DIGITAL = "数字化转型补贴"
SPECIALISED = "专精特新中小企业认定奖励"
PAGES = (
    Picture("home", "", "/", whole=False),
    Picture("home-narrow", "", "/", width=360, whole=False),
    Picture("items", "", "/items", whole=False),
    Picture("publicity", "", "/publicity"),
    # 企业.md
    Picture("space", "qiye", "/space"),
    Picture("space-correction", "qiye", "/space", follow=(SPECIALISED,)),
    Picture("space-people", "qiye", "/space/people"),
    Picture("space-profile", "qiye", "/space/profile"),
    Picture("space-finished", "qiye", "/space/finished"),
    Picture("offers", "qiye", "/offers"),
    # 窗口.md
    Picture("desk", "chuangkou", "/desk"),
    Picture("desk-new", "chuangkou", "/desk/new"),
    Picture("desk-day", "chuangkou", "/desk/day"),
    Picture("desk-account", "chuangkou", "/desk/accounts/new"),
    # 政策制定.md
    Picture("editor", "zhengce", "/editor"),
    Picture("editor-new", "zhengce", "/editor/policies/new"),
    Picture("editor-policy", "zhengce", "/editor", follow=(DIGITAL,)),
    Picture("editor-item", "zhengce", "/editor", follow=(DIGITAL, DIGITAL)),
    Picture("editor-form", "zhengce", "/editor", follow=(DIGITAL, DIGITAL, "申报表")),
    Picture("editor-questions", "zhengce", "/editor/questions"),
    Picture("editor-catalogue", "zhengce", "/editor/catalogue"),
    Picture("duties", "zhengce", "/editor/duties"),
    Picture("duty", "zhengce", "/editor/duties?state=done", follow=("报送《",)),
    Picture("duties-calendar", "zhengce", "/editor/duties/calendar"),
    # 审批部门.md
    Picture("workbench", "shenpi", "/workbench?g=review"),
    Picture("workbench-case", "shenpi", "/workbench?g=review", follow=(A_CASE,)),
    Picture("workbench-ranking", "shenpi", "/workbench/rankings", follow=("智能制造示范工厂",)),
    Picture("statistics", "shenpi", "/workbench/statistics"),
    Picture("payments", "shenpi", "/workbench/payments"),
    Picture("adapters", "keji", "/workbench/adapters"),
    Picture("adapter", "keji", "/workbench/adapters", follow=("科学技术局",)),
    Picture("letters", "keji", "/workbench/letters"),
    Picture("ratings", "shenpi", "/workbench/ratings"),
    # 公开办.md
    Picture("office", "gongkai", "/office"),
    Picture("office-report", "gongkai", "/office", follow=("核对",)),
    Picture("office-duties", "gongkai", "/office/duties"),
    Picture("office-board", "gongkai", "/office/board"),
    Picture("office-questions", "gongkai", "/office/questions"),
    Picture("office-calendar", "gongkai", "/office/calendar"),
    Picture("office-exports", "gongkai", "/office/exports"),
    # 管理员.md
    Picture("admin", "guanli", "/admin"),
    Picture("admin-places", "guanli", "/admin/places"),
    Picture("admin-accounts", "guanli", "/admin/accounts"),
    Picture("admin-retention", "guanli", "/admin/retention"),
    Picture("admin-audit", "guanli", "/admin/audit"),
)


def _follow(page: Page, words: str | re.Pattern[str]) -> bool:
    """Go where the first link of the page's content with these words leads; False if there is none."""
    link = page.get_by_role("main").get_by_role("link", name=words).first
    if not link.count():
        return False
    # Some links stand in a closed part of the page, so the address is what counts.
    answer = page.goto(str(link.get_attribute("href")))
    return answer is not None and answer.status < 400


def _sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_load_state()


def _take(page: Page, picture: Picture) -> str:
    """Take one picture; why it could not be taken, or nothing."""
    answer = page.goto(picture.address)
    if answer is None or answer.status >= 400:
        return f"{picture.address} answered {answer and answer.status}"
    for words in picture.follow:
        if not _follow(page, words):
            return f"{page.url} leads nowhere with {words}"
    page.screenshot(path=str(OUT / f"{picture.name}.png"), full_page=picture.whole)
    return ""


def main() -> int:
    if CHROMIUM is None:
        print("Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    OUT.mkdir(exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as var, started(Path(var)) as system, sync_playwright() as play:
        # the language of dates in the browser's own fields comes from its environment alone
        chinese = {**os.environ, "LANGUAGE": "zh_CN"}
        browser = play.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS, env=chinese)
        # One sign-in for each account: the sign-in page refuses many in a row.
        for login in dict.fromkeys(picture.login for picture in PAGES):
            context = browser.new_context(base_url=system.address, locale="zh-CN")
            page = context.new_page()
            if login:
                _sign_in(page, login)
            for picture in PAGES:
                if picture.login != login:
                    continue
                page.set_viewport_size({"width": picture.width, "height": 860})
                problem = _take(page, picture)
                failed += bool(problem)
                print(f"{picture.name}: {problem}" if problem else picture.name)
            context.close()
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
