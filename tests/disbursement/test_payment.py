"""Publicity, payment, 退汇 with a new account, revocation and clawback, batches."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import select

from redemption.decisions import receiving
from redemption.decisions import service as decisions
from redemption.decisions.models import DepartmentEvent
from redemption.decisions.rules import EventType
from redemption.decisions.schemas import EventSchema
from redemption.disbursement import queries, service
from redemption.disbursement.models import PaymentOrder, Publicity
from redemption.disbursement.sheets import workbook
from redemption.dispatch.queries import deciding_referral
from redemption.dispatch.service import refer
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid
from redemption.messages.models import Message
from tests.factories import BOX


def approved(stage, amount="100000"):
    application = stage.accepted()
    data = {"result": "approve", "amount": Decimal(amount)}
    event = decisions.act(stage.session, stage.officer, application, EventType.DECIDED, data)
    service.follow(stage.session, application.id, event.action)
    stage.session.flush()
    return application


def test_publicity_runs_its_days_and_then_the_approval_stands(make):
    stage = make(publicity_days=5)
    application = approved(stage)
    assert application.status == "publicity"
    publicity = stage.session.scalar(select(Publicity))
    assert publicity.ends_at == application.due_at
    assert service.sweep_publicity(stage.session) == 0
    application.due_at = clock.now() - dt.timedelta(seconds=1)
    stage.session.flush()
    assert service.sweep_publicity(stage.session) == 1
    assert service.sweep_publicity(stage.session) == 0
    assert application.status == "approved"
    decision = decisions.decision_of(stage.session, application.id)
    assert decision.document_id is not None
    service.follow(stage.session, application.id, "end_publicity")
    assert application.status == "disbursing"


def test_a_provisional_end_is_waited_for(make):
    stage = make(publicity_days=5)
    application = approved(stage)
    application.due_at, application.due_provisional = clock.now() - dt.timedelta(seconds=1), True
    stage.session.flush()
    assert service.sweep_publicity(stage.session) == 0


def test_an_order_is_made_once_and_paid_once(make):
    stage = make()
    application = approved(stage)
    service.follow(stage.session, application.id, "approve")
    (order,) = queries.orders_of(stage.session, application.id)
    assert order.amount == 100000
    assert order.due_at == application.due_at
    service.paid(stage.session, stage.officer, order, voucher="V-1")
    service.paid(stage.session, stage.officer, order)
    assert application.status == "disbursed"
    with pytest.raises(Conflict):
        service.returned(stage.session, stage.officer, order, "晚了")


def test_returned_then_a_new_account_then_paid(make):
    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    with pytest.raises(Invalid):
        service.returned(stage.session, stage.officer, order, " ")
    service.returned(stage.session, stage.officer, order, "户名不符")
    assert application.status == "payment_failed"
    second = service.new_account(
        stage.session, stage.filer, application, box=BOX, account="6222020200099999999",
        account_name="清川青禾智能科技有限公司", bank_name="清川银行",
    )  # fmt: skip
    assert application.status == "disbursing"
    assert second.number != order.number
    assert BOX.open(second.bank_account, second.account_context) == "6222020200099999999"
    assert BOX.open(order.bank_account, order.account_context) == "6222020200012345678"
    service.paid(stage.session, stage.officer, second)
    assert application.status == "disbursed"
    assert [row.state for row in queries.orders_of(stage.session, application.id)] == ["returned", "paid"]


def test_what_a_department_reports_of_payments_is_checked_like_a_banks(make):
    """By its events: another amount, or another end than the first one, is for a person and changes nothing."""
    stage = make()
    session, application = stage.session, approved(stage)
    refer(session, application.id)
    department = session.get_one(Department, application.department_id)

    def say(number: str, **data: str) -> DepartmentEvent:
        referral = deciding_referral(session, application.id)
        body = {"id": number, "referral": referral.number, "type": "payment", "data": data}
        body["occurred_at"] = clock.now().isoformat()
        return receiving.receive(session, department, EventSchema().load(body)).event

    wrong, right = say("p-1", result="paid", amount="1.00"), say("p-2", result="paid", amount="100000.00")
    crossing = say("p-3", result="returned", reason="户名不符")
    for event in (wrong, right, crossing):
        service.reported(session, event.id)
    assert [event.state for event in (wrong, right, crossing)] == ["conflicting", "applied", "conflicting"]
    assert "金额不符" in wrong.note
    assert application.status == "disbursed"
    told = session.scalars(select(Message).where(Message.template == "event_conflict")).all()
    assert len(told) == 2


def test_a_revocation_claims_the_money_back(make):
    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    service.paid(stage.session, stage.officer, order)
    event = decisions.revoke(stage.session, stage.officer, application, "申报材料虚假。")
    service.follow(stage.session, application.id, event.action)
    assert order.state == "clawback"
    assert order.clawback_due_at > clock.now()
    assert stage.session.scalar(select(Message).where(Message.template == "clawback_ordered")) is not None
    service.clawed_back(stage.session, stage.officer, order)
    assert order.state == "clawed_back"


def test_a_batch_has_each_order_once_and_its_sheet_the_whole_account(make):
    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    batch = service.make_batch(stage.session, stage.officer, [order.id])
    with pytest.raises(Invalid):
        service.make_batch(stage.session, stage.officer, [order.id])
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(stage.session, stage.officer, batch, BOX))).active
    row = [cell.value for cell in sheet[2]]
    assert row[6] == "6222020200012345678"
    assert row[7] == 100000
    assert sheet.cell(row=3, column=8).value == 100000


def test_an_item_that_pays_nothing_orders_nothing(make):
    stage = make(payment_days=None)
    application = approved(stage)
    assert stage.session.scalars(select(PaymentOrder)).all() == []
    assert application.status == "approved"


def test_the_enterprise_corrects_its_account_on_its_page(make, browser_of):
    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    address = f"/applications/{application.number}/account"
    mine, other = browser_of("qiye"), browser_of("qiye2")
    assert mine.get(address).status_code == 404
    service.returned(stage.session, stage.officer, order, "账号已销户")
    assert other.get(address).status_code == 404
    assert "账号已销户" in mine.get(address).get_data(as_text=True)
    wrong = mine.post(address, {"account_name": "清川青禾智能科技有限公司", "bank_name": "清川银行"})
    assert wrong.status_code == 422
    done = mine.post(
        address,
        {
            "account_name": "清川青禾智能科技有限公司",
            "bank_name": "清川银行",
            "bank_account": "6222020200088888888",
        },
    )
    assert done.status_code == 303
    stage.session.refresh(application)
    assert application.status == "disbursing"


def test_publicity_shows_what_everybody_may_see(make, browser_of):
    stage = make(publicity_days=5)
    approved(stage)
    page = browser_of("").get("/publicity").get_data(as_text=True)
    assert "清川青禾智能科技有限公司" in page
    assert "10万元" in page
    for secret in ("13900000001", "林知夏", "6222020200012345678"):
        assert secret not in page


def test_payments_are_registered_in_the_workbench(make, browser_of, world):
    from redemption.identity.rules import Role

    stage = make()
    application = approved(stage)
    (order,) = queries.orders_of(stage.session, application.id)
    login = next(
        login
        for login, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.department_id == application.department_id
    )
    officer = browser_of(login)
    assert application.number in officer.get("/workbench/payments").get_data(as_text=True)
    wrong = officer.post(f"/workbench/payments/{order.number}/returned", {"reason": ""})
    assert wrong.status_code == 422
    assert officer.post("/workbench/batches", {"order": order.number}).status_code == 303
    batch = queries.batches(stage.session, application.department_id)[0]
    sheet = officer.post(f"/workbench/batches/{batch.number}.xlsx")
    assert sheet.status_code == 200
    assert officer.post(f"/workbench/payments/{order.number}/paid", {"voucher": "V-9"}).status_code == 303
    stage.session.refresh(application)
    assert application.status == "disbursed"


def test_an_objection_stops_the_publicity_and_its_author_stays_unknown(make, browser_of, world):
    from redemption.identity.rules import Role

    stage = make(publicity_days=5)
    application = approved(stage)
    anybody = browser_of("")
    address = f"/publicity/{application.number}/objection"
    assert anybody.get(address).status_code == 200
    wrong = anybody.post(address, {"name": "", "phone": "", "reason": "不实"})
    assert wrong.status_code == 422
    assert "请填写姓名" in wrong.get_data(as_text=True)
    done = anybody.post(address, {"name": "李举报", "phone": "13811112222", "reason": "该企业已停产。"})
    assert done.status_code == 200
    stage.session.refresh(application)
    assert application.status == "objection_review"
    login = next(
        login
        for login, actor in world.actors.items()
        if actor.role is Role.OFFICER and actor.department_id == application.department_id
    )
    officer = browser_of(login)
    here = f"/workbench/applications/{application.number}"
    assert "李举报" in officer.get(here).get_data(as_text=True)
    assert "李举报" not in anybody.get("/publicity").get_data(as_text=True)
    assert officer.post(f"{here}/objection", {"reason": "经核查该企业正常生产。"}).status_code == 303
    stage.session.refresh(application)
    assert application.status == "publicity"
    assert "李举报" not in officer.get(here).get_data(as_text=True)
    assert anybody.get("/publicity/no-such/objection").status_code == 404
