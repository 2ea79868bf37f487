"""Every page of the workbench, of delivery, payment, data sharing and outside experts, opened as the person it is for.

Clean for axe, no wider than the window at 1280 px, at 200 % zoom and at 320 px, and light, as `test_every_page` asks.
"""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from redemption.app import create_app
from redemption.applications.models import Lookup
from redemption.applications.rules import Action
from redemption.applications.service import move
from redemption.applications.sharing import asking
from redemption.decisions import examining, experts
from redemption.decisions import service as decisions
from redemption.decisions.rules import EventType
from redemption.disbursement import paying, queries
from redemption.disbursement import service as disbursement
from redemption.dispatch import configuring
from redemption.dispatch.port.signing import new_secret
from redemption.dispatch.service import refer
from redemption.identity.rules import Actor, Role
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from tests.applications.cases import Stage, make_stage
from tests.browser.test_every_page import Site, _look
from tests.factories import BOX, make_item, make_world

SLICES = (
    "workbench", "workbench-case", "workbench-examining", "workbench-statistics", "experts", "dispatch",
    "disbursement", "payment-channels", "registries", "lookups",
)  # fmt: skip
NOT_PAGES = (
    "/workbench/statistics.xlsx",
    "/workbench/applications/<number>/materials/<public_id>",
    "/admin/payments/settings",
)
"""Files, and addresses that only lead on."""
ADMINISTRATOR = Actor(1, "管理员", Role.ADMINISTRATOR)


@pytest.fixture
def site(fresh_database, settings) -> Iterator[Site]:
    storage = FolderStorage(settings.storage)
    app = create_app(settings, fresh_database, storage)
    made = Site("", app, {})
    with unit_of_work(fresh_database) as session:
        stage = make_stage(session, make_world(session), storage)
        made.pages = _one_of_everything(stage)
        for login, person in stage.world.people.items():
            post = stage.world.actors[login].post_id
            who = {"person": person.id, "post": post, "epoch": person.session_epoch}
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


def _one_of_everything(stage: Stage) -> list[tuple[str, str, str]]:
    session, officer = stage.session, stage.officer
    asking.connect(
        session, BOX, ADMINISTRATOR, code="SCJG", title="企业登记信息", adapter="http",
        subjects=["registration", "tax"], options={"endpoint": "http://127.0.0.1:9", "secret": new_secret()},
    )  # fmt: skip

    def new(name: str, **over: object):
        return make_item(session, stage.world, name=name, **over)

    draft = stage.draft(new("草稿补贴", form={}))
    asking.prefill(session, stage.filer, draft.number)
    session.flush()
    for lookup in session.query(Lookup):
        lookup.state, lookup.facts = "found", {"tax_credit": "A"} if lookup.subject == "tax" else {}
    case = stage.case(new("在审补贴", form={}))
    refer(session, case.id)
    asking.verify(session, case.id)
    move(session, officer, case, Action.ACCEPT)
    examining.check_materials(session, officer, case, {"m1": ("lacking", "请补充第二页。")})
    examining.write_note(session, officer, case, "金额需要再核。")
    who = {"name": "孔令则", "organisation": "清川大学", "question": "是否具有创新性？", "days": 7}
    _, code = experts.invite(session, officer, case, **who)
    shown = _decided(stage, new("公示补贴", form={}, publicity_days=5))
    paid = _decided(stage, new("拨付补贴", form={}, publicity_days=0, payment_days=5))
    back = _decided(stage, new("退汇补贴", form={}, publicity_days=0, payment_days=5))
    department = case.department_id
    options = {"endpoint": "http://127.0.0.1:9", "secret": new_secret()}
    paying.connect(session, BOX, ADMINISTRATOR, department, adapter="http", options=options)
    (order,) = queries.orders_of(session, paid.id)
    disbursement.make_batch(session, officer, [order.id])
    (returned,) = queries.orders_of(session, back.id)
    disbursement.returned(session, officer, returned, "户名不符")
    connection = configuring.connect(
        session, BOX, ADMINISTRATOR, department, adapter="http", options={"endpoint": "http://127.0.0.1:9"}
    )
    configuring.add_key(session, BOX, ADMINISTRATOR, department)
    session.flush()
    here = "/workbench/applications/<number>"
    login = next(
        name
        for name, actor in stage.world.actors.items()
        if actor.role is Role.OFFICER and actor.department_id == department
    )
    return [
        ("", "/publicity", "/publicity"),
        ("", "/publicity/<number>/objection", f"/publicity/{shown.number}/objection"),
        ("", "/opinion/<code>", f"/opinion/{code}"),
        ("qiye", "/applications/<number>/account", f"/applications/{back.number}/account"),
        ("qiye", "/apply/<number>/lookups", f"/apply/{draft.number}/lookups"),
        ("qiye", "/space/profile/lookups", "/space/profile/lookups"),
        (login, "/workbench", "/workbench"), (login, "/workbench", "/workbench?g=review"),
        (login, here, f"/workbench/applications/{case.number}"), (login, here, f"/workbench/applications/{paid.number}"),
        (login, "/workbench/statistics", "/workbench/statistics"), (login, "/workbench/phrases", "/workbench/phrases"),
        (login, "/workbench/conflicts", "/workbench/conflicts"), (login, "/workbench/rankings", "/workbench/rankings"),
        (login, "/workbench/payments", "/workbench/payments"), (login, "/workbench/payments", "/workbench/payments?g=returned"),
        (login, "/workbench/adapters", "/workbench/adapters"), (login, "/workbench/letters", "/workbench/letters"),
        (login, "/workbench/adapters/<int:connection_id>", f"/workbench/adapters/{connection.id}"),
        ("guanli", "/workbench/adapters/<int:connection_id>/options", f"/workbench/adapters/{connection.id}/options"),
        ("guanli", "/workbench/adapters/new", "/workbench/adapters/new?adapter=http&department=QC-JX"),
        ("guanli", "/workbench/routes", "/workbench/routes"),
        ("guanli", "/admin/registries", "/admin/registries"), ("guanli", "/admin/registries/new", "/admin/registries/new"),
        ("guanli", "/admin/registries/<code>", "/admin/registries/SCJG"),
        ("guanli", "/admin/payments", "/admin/payments"), ("guanli", "/admin/payments/<code>", "/admin/payments/QC-JX"),
    ]  # fmt: skip


def _decided(stage: Stage, item):
    case = stage.case(item)
    refer(stage.session, case.id)
    move(stage.session, stage.officer, case, Action.ACCEPT)
    data = {"result": "approve", "amount": "100000"}
    event = decisions.act(stage.session, stage.officer, case, EventType.DECIDED, data)
    assert event is not None
    disbursement.follow(stage.session, case.id, event.action)
    stage.session.flush()
    return case


def test_no_page_is_left_out(site: Site) -> None:
    given = {rule for _, rule, _ in site.pages}
    rules = {
        str(rule)
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint.rpartition(".")[0] in SLICES
        and str(rule) not in NOT_PAGES
    }
    assert len(rules) > 15
    assert rules - given == set()


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
