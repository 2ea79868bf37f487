"""Take the pictures of the README and the guides from the running system: `make screenshots`.

Starts everything with fresh demonstration data on free ports, signs in as each role, and writes PNG files to
`docs/screenshots/`. Nothing is retouched.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from redemption.seed.world import PASSWORD
from tests.browser.conftest import started
from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

OUT = Path(__file__).parent / "screenshots"
PAGES = (
    # file, account, address, width, the whole page
    ("home", "", "/", 1280, False),
    ("home-narrow", "", "/", 360, False),
    ("items", "", "/items", 1280, False),
    ("space", "qiye", "/space", 1280, True),
    ("desk", "chuangkou", "/desk", 1280, True),
    ("desk-new", "chuangkou", "/desk/new", 1280, True),
    ("workbench", "shenpi", "/workbench?tab=accepted", 1280, True),
    ("editor", "zhengce", "/editor", 1280, True),
    ("duties", "zhengce", "/editor/duties", 1280, True),
    ("office", "gongkai", "/office", 1280, True),
    ("publicity", "", "/publicity", 1280, True),
)


def main() -> int:
    if CHROMIUM is None:
        print("Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as var, started(Path(var)) as system, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for name, login, address, width, whole in PAGES:
            context = browser.new_context(
                base_url=system.address, viewport={"width": width, "height": 860}, locale="zh-CN"
            )
            page = context.new_page()
            if login:
                page.goto("/sign-in")
                page.fill("[name=login]", login)
                page.fill("[name=password]", PASSWORD)
                page.get_by_role("main").get_by_role("button", name="登录").click()
                page.wait_for_load_state()
            answer = page.goto(address)
            if answer is None or answer.status >= 400:
                print(f"{name}: {address} answered {answer and answer.status}", file=sys.stderr)
                return 1
            page.screenshot(path=str(OUT / f"{name}.png"), full_page=whole)
            context.close()
            print(name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
