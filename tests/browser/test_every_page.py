"""Every page of applications, ratings, space, desk, documents, messages and identity, opened as the person it is for.

Each is clean for axe, no wider than the window at 1280 px, at 200 % zoom (640 px) and at 320 px, and weighs at most
100 KB without what is vendored. A page that is added without an address here fails the test.
"""

import io
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_core_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, Response
from sqlalchemy import event, select
from werkzeug.serving import make_server

from redemption.app import create_app
from redemption.applications import queries, service
from redemption.applications.rules import Action
from redemption.catalogue import service as catalogue
from redemption.catalogue.service.papers import NewPaper
from redemption.desk import service as desk
from redemption.documents.models import Document
from redemption.evaluation import service as evaluation
from redemption.evaluation.models import RatingFollowUp
from redemption.identity import invitations, recovery
from redemption.identity.rules import Grade
from redemption.kernel.secrets import Signer
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from tests.applications.cases import PDF, Stage, make_stage
from tests.desk.test_entry import FORM
from tests.factories import BOX, make_item, make_world

LIMIT = 100 * 1024
SLICES = (
    "apply", "materials", "applications", "cases", "form-editor", "item-papers", "retention", "evaluation", "space",
    "space-held", "space-people", "desk", "documents", "messages", "identity",
)  # fmt: skip
NOT_PAGES = (
    "/documents/<number>.pdf",
    "/item-papers/<public_id>",
    "/apply/<number>/materials/<public_id>",
    "/applications/<number>/materials/<public_id>",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/messages",
)
"""Files, and addresses that only lead on."""


@dataclass
class Site:
    """A system with one of everything; `pages`: who opens which address of which rule."""

    address: str
    app: Flask
    cookies: dict[str, str]
    pages: list[tuple[str, str, str]] = field(default_factory=list)


@pytest.fixture
def site(fresh_database, settings) -> Iterator[Site]:
    storage = FolderStorage(settings.storage)
    app = create_app(settings, fresh_database, storage)
    made = Site("", app, {})
    with unit_of_work(fresh_database) as session:
        stage = make_stage(session, make_world(session), storage)
        made.pages = _one_of_everything(stage, Signer([settings.secret_key]))
        for login, person in stage.world.people.items():
            who = {
                "person": person.id,
                "post": stage.world.actors[login].post_id,
                "epoch": person.session_epoch,
            }
            made.cookies[login] = app.session_interface.get_signing_serializer(app).dumps(who)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    made.address = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _one_of_everything(stage: Stage, signer: Signer) -> list[tuple[str, str, str]]:
    session, world, filer, clerk = stage.session, stage.world, stage.filer, stage.clerk
    item = stage.item

    def new(name: str, **over: object):
        return make_item(session, world, name=name, **over)

    draft = service.start(session, filer, [item.code, new("第二项").code], box=BOX)
    asked = service.ask_correction
    correction = stage.case(new("待补正补贴", form={}))
    asked(session, stage.officer, correction, [{"kind": "material", "key": "m1", "message": "缺少公章"}])
    over = stage.case(new("已结补贴", form={}))
    for action in (Action.ACCEPT, Action.DENY):
        service.move(session, stage.officer, over, action, reason="不符合条件")
    rated = stage.case(new("差评补贴", form={}))
    for action in (Action.ACCEPT, Action.DENY):
        service.move(session, stage.officer, rated, action, reason="不符合条件")
    rating = evaluation.rate(session, filer, rated.number, 1, ["slow"], "等了很久")
    follow_up = session.scalars(select(RatingFollowUp).where(RatingFollowUp.rating_id == rating.id)).one()
    submitted = queries.case_by_id(session, over.id).submission.number
    on_paper = new("窗口补贴", form=FORM)
    entry = service.PaperEntry(
        enterprise_id=world.enterprises[1].id,
        codes=[on_paper.code],
        common={"contact_name": "林知夏", "contact_phone": "13900000001", "bank_name": "清川银行", "account_name": "甲",
                "bank_account": "6222020200012345678"},
        items={on_paper.code: {"amount": "120000"}},
        checklist={on_paper.code: {"m1": "original_seen", "m2": "copy_kept"}},
        counter={"name": "林知夏", "relation": "employee"},
        id_number="11010519491231002X",
        client_key="every-page",
    )  # fmt: skip
    paper = desk.enter(session, clerk, entry, box=BOX, storage=stage.storage)
    matter = desk.register_matter(
        session,
        clerk,
        {"visitor_name": "王一", "visitor_phone": "13900000009", "enterprise_name": "", "item_name": "",
         "reason": "other", "description": "想办的事项不在本中心"},
    )  # fmt: skip
    desk.hand_over(session, clerk, "有一件待补正")
    invited = invitations.invite(session, filer, name="陈新", login="13900000077", grade=Grade.FILER)
    checked = dict.fromkeys(("licence_seen", "mandate_seen", "is_representative"), True)
    invitations.open_first_account(
        session, clerk, BOX, enterprise=world.enterprises[2], name="沈亦舟", login="13900000088", phone="",
        email="", id_number="11010519491231002X", **checked,
    )  # fmt: skip
    catalogue.amend_item(session, world.actors["zhengce"], on_paper.code, "下一版")
    catalogue.attach_paper(
        session, world.actors["zhengce"], on_paper.code, "m1", "template",
        NewPaper(io.BytesIO(PDF), "表样.pdf",
                 "application/pdf", "clean"), storage=stage.storage, limit=10**6,
    )  # fmt: skip
    code = session.scalars(select(Document.code)).first()
    token = recovery.link_token(world.people["qiye2"], signer)
    own = world.people["qiye"]
    session.flush()
    apply, case = f"/apply/{draft.number}", "/applications/<number>"
    editor = f"/editor/items/{on_paper.code}"
    return [
        ("", "/sign-in", "/sign-in"), ("", "/recover", "/recover"), ("", "/recover/<token>", f"/recover/{token}"),
        ("", "/invitations", "/invitations"), ("", "/invitations/<code>", f"/invitations/{invited.code}"),
        ("", "/verify", "/verify"), ("", "/verify/<code>", f"/verify/{code}"),
        ("qiye", "/account", "/account"), ("qiye", "/account/post", "/account/post"),
        ("qiye", "/account/consent", "/account/consent"),
        ("qiye", "/apply", "/apply"), ("qiye", "/apply/new", f"/apply/new?item={item.code}"),
        ("qiye", "/apply/<number>", apply), ("qiye", "/apply/<number>/enterprise", f"{apply}/enterprise"),
        ("qiye", "/apply/<number>/items/<int:place>", f"{apply}/items/1"),
        ("qiye", "/apply/<number>/items/<int:place>/amended", f"{apply}/items/1/amended"),
        ("qiye", "/apply/<number>/items/<int:place>/remove", f"{apply}/items/2/remove"),
        ("qiye", "/apply/<number>/items/add", f"{apply}/items/add?q=补贴"),
        ("qiye", "/apply/<number>/materials", f"{apply}/materials"), ("qiye", "/apply/<number>/check", f"{apply}/check"),
        ("qiye", "/apply/<number>/discard", f"{apply}/discard"),
        ("qiye", "/apply/<number>/submitted", f"/apply/{submitted}/submitted"),
        ("qiye", case, f"/applications/{correction.number}"), ("qiye", case, f"/applications/{over.number}"),
        ("qiye", f"{case}/correction", f"/applications/{correction.number}/correction"),
        ("qiye", f"{case}/withdraw", f"/applications/{correction.number}/withdraw"),
        ("qiye", f"{case}/rating", f"/applications/{over.number}/rating"),
        ("qiye", "/space", "/space"), ("qiye", "/space/finished", "/space/finished"),
        ("qiye", "/space/messages", "/space/messages"), ("qiye", "/space/messages/ways", "/space/messages/ways"),
        ("qiye", "/space/profile", "/space/profile"),
        ("qiye", "/space/profile/contact", "/space/profile/contact"),
        ("qiye", "/space/profile/account", "/space/profile/account"),
        ("qiye", "/space/profile/facts", "/space/profile/facts"), ("qiye", "/space/people", "/space/people"),
        ("qiye", "/space/profile/held", "/space/profile/held"),
        ("qiye", "/space/people/<int:post>", f"/space/people/{world.actors['qiye'].post_id}"),
        ("chuangkou", "/desk", "/desk"), ("chuangkou", "/desk", f"/desk?q={paper.number}"),
        ("chuangkou", "/desk/new", "/desk/new"), ("chuangkou", "/desk/day", "/desk/day"),
        ("chuangkou", "/desk/handover", "/desk/handover"), ("chuangkou", "/desk/matters", "/desk/matters"),
        ("chuangkou", "/desk/matters/new", "/desk/matters/new"),
        ("chuangkou", "/desk/matters/<number>", f"/desk/matters/{matter.number}"),
        ("chuangkou", "/desk/accounts", "/desk/accounts"), ("chuangkou", "/desk/accounts/new", "/desk/accounts/new"),
        ("chuangkou", "/desk/cases/<number>", f"/desk/cases/{paper.number}"),
        ("chuangkou", "/desk/cases/<number>/slip", f"/desk/cases/{paper.number}/slip"),
        ("shenpi", "/workbench/ratings", "/workbench/ratings"),
        ("shenpi", "/workbench/ratings/<number>", f"/workbench/ratings/{follow_up.number}"),
        ("zhengce", "/editor/items/<code>/form", f"{editor}/form"),
        ("zhengce", "/editor/items/<code>/form/fields/<name>", f"{editor}/form/fields/amount"),
        ("zhengce", "/editor/items/<code>/form/preview", f"{editor}/form/preview"),
        ("zhengce", "/editor/items/<code>/papers", f"{editor}/papers"),
        ("guanli", "/admin/retention", "/admin/retention"), ("guanli", "/admin/messages", "/admin/messages"), ("guanli", "", f"/admin/accounts/{own.id}"),
        ("guanli", "", f"/admin/places/department/{item.department_id}"), ("guanli", "", "/admin/templates"),
    ]  # fmt: skip


def test_no_page_is_left_out(site: Site) -> None:
    given = {rule for _, rule, _ in site.pages}
    rules = {
        str(rule)
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and _is_ours(rule.endpoint) and str(rule) not in NOT_PAGES
    }
    assert len(rules) > 40
    assert rules - given == set()


def _is_ours(endpoint: str) -> bool:
    module = endpoint.rpartition(".")[0]
    return any(module == one or module.startswith(f"{one}-") for one in SLICES) and not module.endswith(
        "-api"
    )


def test_every_page_is_clean_light_and_fits(site: Site, chromium) -> None:
    wrong: list[str] = []
    for login in dict.fromkeys(login for login, _, _ in site.pages):
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(30_000)
        if login:
            context.add_cookies([{"name": "session", "value": site.cookies[login], "url": site.address}])
        page = context.new_page()
        for mine, _, address in site.pages:
            if mine == login:
                wrong += _look(page, site.address, address)
        context.close()
    assert wrong == []


def _look(page: Page, base: str, address: str) -> list[str]:
    """What is wrong with one page, in words."""
    answers: list[Response] = []
    errors: list[str] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(base + address, wait_until="networkidle")
    page.remove_listener("response", keep)
    if answer is None or answer.status != 200:
        return [f"{address}: {answer.status if answer else 'no answer'}"]
    own = [one for one in answers if "/static/vendor/" not in one.url and one.status == 200]
    weight = sum(len(one.body()) for one in own)
    found = [f"{address}: {weight // 1024} KB"] if weight > LIMIT else []
    found += [f"{address}: {one}" for one in errors]
    for one in Axe().run(page)["violations"]:
        found.append(f"{address}: {one['id']} {one['nodes'][0]['html'][:200]}")
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{address}: {wide} px wider than {width} px")
    return found


LISTS = [
    ("qiye", "/apply"), ("qiye", "/space"), ("qiye", "/space/finished"), ("qiye", "/space/messages"),
    ("qiye", "/space/people"), ("chuangkou", "/desk"), ("chuangkou", "/desk/day"), ("chuangkou", "/desk/matters"),
    ("chuangkou", "/desk/accounts"), ("shenpi", "/workbench/ratings"),
]  # fmt: skip


def test_lists_ask_no_more_for_more_rows(app, session, world, storage, browser_of, connected) -> None:
    stage = make_stage(session, world, storage)
    _more(stage, 2)
    few = {one: _statements(connected, browser_of, *one) for one in LISTS}
    _more(stage, 6)
    many = {one: _statements(connected, browser_of, *one) for one in LISTS}
    assert {one: (few[one], many[one]) for one in LISTS if many[one] > few[one]} == {}


def _more(stage: Stage, count: int) -> None:
    session, world = stage.session, stage.world
    for at in range(count):
        mark = f"{time.time()}"[-9:]
        service.start(session, stage.filer, [make_item(session, world, name=f"草稿{mark}").code], box=BOX)
        case = stage.case(make_item(session, world, name=f"办结{mark}", form={}))
        for action in (Action.ACCEPT, Action.DENY):
            service.move(session, stage.officer, case, action, reason="不符合条件")
        evaluation.rate(session, stage.filer, case.number, 1, ["slow"], "慢")
        stage.case(make_item(session, world, name=f"在办{mark}", form={}))
        entered = make_item(session, world, name=f"窗口{mark}", form=FORM)
        entry = service.PaperEntry(
            enterprise_id=world.enterprises[1].id,
            codes=[entered.code],
            common={"contact_name": "林", "contact_phone": "13900000001", "bank_name": "清川银行", "account_name": "甲",
                    "bank_account": "6222020200012345678"},
            items={entered.code: {"amount": "1000"}},
            counter={"name": "林", "relation": "employee"},
            client_key=mark,
            allow_missing=True,
        )  # fmt: skip
        desk.enter(session, stage.clerk, entry, box=BOX, storage=stage.storage)
        desk.register_matter(
            session, stage.clerk,
            {"visitor_name": "王", "visitor_phone": "1", "enterprise_name": "", "item_name": "", "reason": "other",
             "description": "说明"},
        )  # fmt: skip
        invitations.invite(
            session, stage.filer, name=f"陈{at}", login=f"139{mark[-8:].replace('.', '0')}", grade=Grade.FILER
        )
    session.commit()


def _statements(connected, browser_of, login: str, address: str) -> int:
    browser = browser_of(login)
    browser.get(address)
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    event.listen(connected.engine, "before_cursor_execute", note)
    try:
        answer = browser.get(address)
    finally:
        event.remove(connected.engine, "before_cursor_execute", note)
    assert answer.status_code == 200, address
    return len(asked)
