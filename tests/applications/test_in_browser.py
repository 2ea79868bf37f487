"""What script adds to the journey, in a real browser: saving by itself, the second tab, the lost line, uploads tried
again, the double click; and each page for axe, at 1280 and 320 px."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from redemption.app import create_app
from redemption.applications import service
from redemption.applications.models import Application, ApplicationEvent, Submission
from redemption.kernel.db import Database
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from tests.applications.cases import PDF, Stage, make_stage
from tests.factories import BOX, make_item, make_world

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("applications-browser")]
SAVED = 15_000


@dataclass
class Site:
    address: str
    context: BrowserContext
    database: Database
    draft: str
    ready: str
    asked: str

    def page(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.address + path)
        return page


@pytest.fixture
def site(fresh_database: Database, settings: Any, chromium: Browser) -> Iterator[Site]:
    storage = FolderStorage(settings.storage)
    with unit_of_work(fresh_database) as session:
        world = make_world(session)
        stage = make_stage(session, world, storage)
        numbers = _cases(stage)
        person, post = world.people["qiye"], stage.filer.post_id
        who = {"person": person.id, "post": post, "epoch": person.session_epoch}
    app = create_app(settings, fresh_database, storage)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    cookie = app.session_interface.get_signing_serializer(app).dumps(who)  # type: ignore[attr-defined]
    try:
        context = chromium.new_context(locale="zh-CN")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "session", "value": cookie, "url": address}])
        yield Site(address, context, fresh_database, *numbers)
        context.close()
    finally:
        server.shutdown()
        thread.join()


def _cases(stage: Stage) -> tuple[str, str, str]:
    """An empty draft, one that is complete, and a case that waits for a correction."""
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    other = make_item(stage.session, stage.world, name="完整补贴")
    third = make_item(stage.session, stage.world, name="待补正补贴")
    ready, application = stage.draft(other), stage.case(third)
    entries = [
        {"kind": "material", "key": "m1", "message": "缺少公章"},
        {"kind": "note", "key": "n", "label": "说明", "message": "请说明用途"},
    ]
    service.ask_correction(stage.session, stage.officer, application, entries)
    return draft.number, ready.number, application.number


def test_it_saves_by_itself_survives_a_lost_line_and_tells_the_second_tab(site: Site) -> None:
    path = f"/apply/{site.draft}/items/1"
    first, second = site.page(path), site.page(path)
    first.fill('[name="a.bank"]', "清川银行")
    expect(first.locator("[data-autosave-status]")).to_contain_text("草稿已保存", timeout=SAVED)
    site.context.set_offline(True)
    first.fill('[name="a.loan"]', "二十来万")
    expect(first.locator("[data-autosave-status]")).to_contain_text("连接中断", timeout=SAVED)
    first.get_by_role("button", name="保存并继续").click()
    first.wait_for_timeout(500)
    assert first.input_value('[name="a.loan"]') == "二十来万", "pressing costs nothing while the line is lost"
    site.context.set_offline(False)
    expect(first.locator("[data-autosave-status]")).to_contain_text("草稿已保存", timeout=SAVED)
    second.fill('[name="a.bank"]', "另一家银行")
    expect(second.locator("[data-autosave-status]")).to_contain_text("已有人保存", timeout=SAVED)
    second.get_by_role("button", name="保存并继续").click()
    expect(second.locator(".field-error").first).to_contain_text("“清川银行”")
    assert second.input_value('[name="a.bank"]') == "另一家银行"
    with unit_of_work(site.database) as session:
        stored = session.scalar(select(Application).join(Submission).where(Submission.number == site.draft))
        assert stored is not None
        assert stored.data["bank"] == "清川银行"
        assert stored.typed == {"loan": "二十来万"}


def test_who_signed_in_again_in_another_window_goes_on_where_they_were(site: Site) -> None:
    page = site.page(f"/apply/{site.draft}/items/1")
    signed_in = site.context.cookies()
    site.context.clear_cookies()
    page.fill('[name="a.bank"]', "清川银行")
    page.get_by_role("button", name="保存并继续").click()
    expect(page.locator("[data-autosave-status]")).to_contain_text("登录已过期")
    site.context.add_cookies(signed_in)  # type: ignore[arg-type]
    page.get_by_role("button", name="保存并继续").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value('[name="a.bank"]') == "清川银行"


def test_a_failed_upload_is_tried_again_while_the_others_stay(site: Site) -> None:
    page = site.page(f"/apply/{site.draft}/materials")
    failures = iter([True])

    def once(route: Route) -> None:
        if next(failures, False):
            route.abort()
        else:
            route.continue_()

    page.route("**/materials/1/m1", once)
    page.locator("#f-file-1-m2").set_input_files(
        [
            {"name": "好.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "假.pdf", "mimeType": "application/pdf", "buffer": b"not a pdf"},
        ]
    )
    rows = page.locator(".upload-row")
    expect(rows.filter(has_text="好.pdf")).to_contain_text("已上传")
    expect(rows.filter(has_text="假.pdf")).to_contain_text("与文件名不符")
    page.locator("#f-file-1-m1").set_input_files(
        {"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    broken = rows.filter(has_text="申请表.pdf")
    expect(broken).to_contain_text("上传中断")
    broken.get_by_role("button", name="重试").click()
    expect(broken).to_contain_text("已上传")
    expect(rows.filter(has_text="好.pdf")).to_contain_text("已上传")
    page.reload()
    expect(page.locator(".upload-row.is-done")).to_have_count(2)
    page.locator(".upload-row", has_text="好.pdf").get_by_role("button", name="删除").click()
    expect(page.locator(".upload-row.is-done")).to_have_count(1)


def test_a_double_click_hands_in_once(site: Site) -> None:
    page = site.page(f"/apply/{site.ready}/check")
    page.get_by_label("信用承诺").check()
    page.get_by_label("信息使用告知").check()
    page.get_by_role("button", name="提交申报").dblclick()
    expect(page.get_by_role("heading", name="申报已提交")).to_be_visible()
    with unit_of_work(site.database) as session:
        count = session.scalar(
            select(func.count())
            .select_from(ApplicationEvent)
            .join(Application, Application.id == ApplicationEvent.application_id)
            .join(Submission, Submission.id == Application.submission_id)
            .where(Submission.number == site.ready)
        )
    assert count == 1


def test_every_page_is_clean_for_axe_and_fits_320_px(site: Site) -> None:
    paths = [
        "/apply",
        f"/apply/{site.draft}",
        *(
            f"/apply/{site.draft}/{part}"
            for part in ("enterprise", "items/1", "items/add", "materials", "check")
        ),
        f"/apply/{site.draft}/discard",
        *(f"/applications/{site.asked}{part}" for part in ("", "/correction", "/withdraw")),
    ]
    page = site.context.new_page()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(site.address + path)
            found = Axe().run(page)["violations"]
            assert found == [], (path, width, [(v["id"], v["nodes"][0]["html"][:200]) for v in found])
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
