"""Batches to a payment system that is a real HTTP process, and its results coming back to a real server."""

import json
import subprocess
import sys
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from redemption.adapters.payment_file import FilePayments
from redemption.applications import queries as applications
from redemption.disbursement import paying, queries, results, service
from redemption.disbursement.models import PaymentResult
from redemption.disbursement.port import Batch, Context, Order, Refused, Sent
from redemption.dispatch.port.signing import SigningKey, new_secret, signed_headers
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.messages.models import Message
from tests.disbursement.test_payment import approved
from tests.factories import BOX

ADMINISTRATOR = Actor(1, "管理员", Role.ADMINISTRATOR)
BANK = Path(__file__).with_name("bank.py")


class Bank:
    """The payment system of `bank.py` in a process of its own."""

    def __init__(self, folder, secret, *options):
        self.secret, self.folder = secret, folder
        self.process = subprocess.Popen(
            [sys.executable, str(BANK), str(folder), secret, *options], stdout=subprocess.PIPE, text=True
        )
        self.endpoint = self.process.stdout.readline().strip()

    def batches(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("batch-*.json"))]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def bank(tmp_path):
    made = Bank(tmp_path, new_secret())
    yield made
    made.stop()


def batch_of(stage, bank, **options):
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    paying.connect(
        stage.session,
        BOX,
        ADMINISTRATOR,
        application.department_id,
        adapter="http",
        options={"endpoint": bank.endpoint, "secret": bank.secret, "timeout": 3, **options},
    )
    batch = service.make_batch(stage.session, stage.officer, [order.id])
    paying.send(stage.session, stage.officer, batch.number)
    stage.session.flush()
    return application, order, batch


def said(order, result="paid", **over):
    return {
        "id": f"r-{uuid.uuid4()}",
        "order": order.number,
        "result": result,
        "amount": f"{order.amount:.2f}",
        "occurred_at": clock.now().isoformat(),
        **({"reason": "户名不符"} if result == "returned" else {"voucher": "V-77"}),
        **over,
    }


@pytest.fixture
def post(app):
    """Signed calls of the bank to us."""

    def call(secret, body, code="QC-JX"):
        raw = json.dumps(body, ensure_ascii=False).encode()
        headers = signed_headers((SigningKey("b", "v1", secret),), body.get("id", "x"), clock.now(), raw)
        return app.test_client().post(
            f"/api/v1/departments/{code}/payment-results",
            data=raw,
            headers={"content-type": "application/json", **headers},
        )

    return call


def test_a_batch_is_there_once_although_the_answer_was_lost(connected, make, tmp_path):
    stage = make()
    lossy = Bank(tmp_path, new_secret(), "--lose-first")
    try:
        _, order, batch = batch_of(stage, lossy)
        assert paying.run_due(connected, BOX, "http://localhost") == 1
        stage.session.refresh(batch)
        assert (batch.state, batch.attempts) == ("waiting", 1)
        batch.next_at = clock.now()
        stage.session.flush()
        paying.run_due(connected, BOX, "http://localhost")
        stage.session.refresh(batch)
        assert batch.state == "sent"
        assert batch.reference.startswith("PAY-")
        (kept,) = lossy.batches()
        assert kept["amount"] == "100000.00"
        assert kept["orders"][0]["account"] == "6222020200012345678"
        assert kept["callback"].endswith("/api/v1/departments/QC-JX/payment-results")
        assert kept["orders"][0]["order"] == order.number
        with pytest.raises(Conflict):
            paying.send(stage.session, stage.officer, batch.number)
    finally:
        lossy.stop()


def test_paid_comes_back_once_in_effect(session, connected, make, bank, post):
    stage = make()
    application, order, _ = batch_of(stage, bank)
    paying.run_due(connected, BOX, "http://localhost")
    body = said(order)
    assert post(new_secret(), body).status_code == 401
    assert post(bank.secret, body).get_json()["state"] == "applied"
    assert post(bank.secret, body).status_code == 200
    session.refresh(application)
    assert application.status == "disbursed"
    assert [event.action for event in _events(session, application)].count("pay") == 1
    changed = post(bank.secret, {**body, "voucher": "other"})
    assert changed.status_code == 409
    assert changed.get_json()["code"] == "result_id_reused"


def test_returned_asks_for_a_new_account(session, connected, make, bank, post):
    stage = make()
    application, order, _ = batch_of(stage, bank)
    paying.run_due(connected, BOX, "http://localhost")
    assert post(bank.secret, said(order, "returned")).status_code == 200
    session.refresh(application)
    assert application.status == "payment_failed"
    late = post(bank.secret, said(order, "paid"))
    assert late.status_code == 409
    session.refresh(application)
    assert application.status == "payment_failed"


def test_a_wrong_amount_pays_nothing_and_is_kept_for_a_person(
    session, connected, make, bank, post, browser_of, world
):
    stage = make()
    application, order, _ = batch_of(stage, bank)
    paying.run_due(connected, BOX, "http://localhost")
    body = said(order, amount="99999.99")
    for _ in range(2):
        answer = post(bank.secret, body)
        assert answer.status_code == 409
        assert "金额不符" in answer.get_json()["detail"]
    session.refresh(application)
    assert application.status == "disbursing"
    kept = session.scalars(select(PaymentResult)).one()
    told = session.scalars(select(Message).where(Message.template == "payment_trouble")).one()
    assert told.department_id == application.department_id
    login = next(
        name
        for name, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.place == world.departments["QC-JX"].name
    )
    other = next(
        name
        for name, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.place != world.departments["QC-JX"].name
    )
    assert "99999.99" in browser_of(login).get("/workbench/payments").get_data(as_text=True)
    assert browser_of(other).post(f"/workbench/payment-results/{kept.id}", {"note": "x"}).status_code == 404
    assert browser_of(login).post(f"/workbench/payment-results/{kept.id}", {"note": ""}).status_code == 422
    assert (
        browser_of(login).post(f"/workbench/payment-results/{kept.id}", {"note": "已核对"}).status_code == 303
    )
    assert "99999.99" not in browser_of(login).get("/workbench/payments").get_data(as_text=True)


def test_results_about_others_orders_are_not_found(connected, make, bank, post):
    stage = make()
    _, order, _ = batch_of(stage, bank)
    paying.run_due(connected, BOX, "http://localhost")
    assert post(bank.secret, {**said(order), "order": "BF-no-such"}).status_code == 404
    assert post(bank.secret, said(order), code="QC-KJ").status_code == 401
    assert post(bank.secret, {**said(order), "amount": "x"}).status_code == 422
    assert post(bank.secret, {**said(order), "result": "returned", "reason": ""}).status_code == 422
    assert post(bank.secret, {"id": "1"}).status_code == 422


def test_what_was_cancelled_while_it_waited_is_not_paid(connected, make, bank):
    stage = make()
    _, order, batch = batch_of(stage, bank)
    order.state = "cancelled"
    stage.session.flush()
    paying.run_due(connected, BOX, "http://localhost")
    assert bank.batches() == []
    stage.session.refresh(batch)
    assert batch.state == "refused"
    with pytest.raises(NotFound):
        paying.send(stage.session, stage.clerk, batch.number)


def test_a_refused_batch_is_told_to_the_department_and_may_go_again(session, connected, make, bank):
    stage = make()
    _, _, batch = batch_of(stage, bank)
    paying.record(session, batch.id, Refused(("收款行名称不完整",)))
    assert (batch.state, batch.last_error) == ("refused", "收款行名称不完整")
    told = session.scalars(select(Message).where(Message.template == "payment_trouble")).one()
    assert "收款行名称不完整" in told.body
    paying.send(session, stage.officer, batch.number)
    session.flush()
    paying.run_due(connected, BOX, "http://localhost")
    session.refresh(batch)
    assert batch.state == "sent"


def test_settings_are_checked(session, make, bank, app, browser_of):
    stage = make()
    with pytest.raises(Invalid) as refused:
        paying.connect(
            session, BOX, ADMINISTRATOR, stage.officer.department_id, adapter="http",
            options={"endpoint": "http://bank.example.org", "secret": bank.secret},
        )  # fmt: skip
    assert "https" in str(refused.value.fields["endpoint"])
    browser = browser_of("guanli")
    good = {"adapter": "http", "endpoint": bank.endpoint, "secret": bank.secret, "active": "1"}
    assert browser.post("/admin/payments/QC-JX", good).status_code == 303
    assert "签名被接受" in browser.post("/admin/payments/QC-JX/check").get_data(as_text=True)
    assert bank.secret not in browser.get("/admin/payments/QC-JX").get_data(as_text=True)
    browser.post("/admin/payments/QC-JX", {**good, "secret": new_secret()})
    assert "不被接受" in browser.post("/admin/payments/QC-JX/check").get_data(as_text=True)


def test_files_carry_batches_and_results(session, connected, make, tmp_path):
    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(session, application.id)
    paying.connect(
        session,
        BOX,
        ADMINISTRATOR,
        application.department_id,
        adapter="file",
        options={"folder": str(tmp_path)},
    )
    batch = service.make_batch(session, stage.officer, [order.id])
    paying.send(session, stage.officer, batch.number)
    session.flush()
    paying.run_due(connected, BOX, "http://localhost")
    path = tmp_path / "out" / f"{batch.number}.json"
    assert json.loads(path.read_text())["orders"][0]["amount"] == "100000.00"
    assert path.stat().st_mode & 0o077 == 0, "it holds accounts"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.json").write_text(json.dumps(said(order)))
    (tmp_path / "in" / "2.json").write_text("not json")
    (tmp_path / "in" / "3.json").write_text(json.dumps({"id": "q", "order": order.number}))
    assert results.fetch(connected, BOX) == 3
    assert results.fetch(connected, BOX) == 0
    session.refresh(application)
    assert application.status == "disbursed"
    assert (tmp_path / "in" / "done" / "2.json").exists()
    assert [row.state for row in session.scalars(select(PaymentResult).order_by(PaymentResult.id))] == [
        "applied", "refused", "refused",
    ]  # fmt: skip


def test_the_same_batch_written_twice_is_one_file(tmp_path):
    adapter = FilePayments(Context({"folder": str(tmp_path)}))
    order = Order("BF-1", "甲", "U", "行", "62220000", Decimal("1.00"), "事项")
    batch = Batch("B-1", "D", order.amount, [order])
    assert isinstance(adapter.send(batch), Sent)
    assert isinstance(adapter.send(batch), Sent)
    assert len(list((tmp_path / "out").iterdir())) == 1
    assert "62220000" not in repr(order)


def _events(session, application):
    return applications.events(session, application.id)
