"""A case from receipt to its end: the table, what each step leaves behind, and who may make it."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from redemption.applications import clocks, handed_in, queries, service
from redemption.applications.comparing import what_changed
from redemption.applications.models import Application
from redemption.applications.rules import MACHINE, Action, Status
from redemption.applications.service import sweeping
from redemption.documents.models import Document
from redemption.documents.queries import about as about_case
from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, IllegalTransition, Invalid, NotFound
from redemption.kernel.outbox import OutboxRow
from redemption.messages.models import Message
from tests.applications.cases import FORM, PDF, Stage
from tests.factories import BOX, make_item


def documents(stage: Stage, application: Application) -> list[str]:
    rows = (
        stage.session.query(Document)
        .filter(Document.subject == f"application:{application.id}")
        .order_by(Document.id)
    )
    return [row.kind for row in rows]


def templates(stage: Stage, application: Application) -> list[str]:
    rows = (
        stage.session.query(Message)
        .filter(Message.once.like(f"application:{application.id}:%"))
        .order_by(Message.id)
    )
    return [row.template for row in rows]


def topics(stage: Stage, application: Application) -> list[str]:
    rows = stage.session.query(OutboxRow).filter(OutboxRow.key == application.number).order_by(OutboxRow.id)
    return [row.topic for row in rows]


def test_accepting(stage: Stage) -> None:
    application = stage.case()
    event = service.move(stage.session, stage.officer, application, Action.ACCEPT)
    assert application.status == "accepted"
    assert application.accepted_at == event.at
    assert application.due_kind == "decision"
    assert documents(stage, application) == ["acceptance"]
    assert templates(stage, application) == ["application_accepted"]
    assert "application.moved" in topics(stage, application)
    assert [e.action for e in audit.entries(stage.session, f"application:{application.id}")][-1] == "accept"
    assert event.document_id is not None


def test_every_pair_outside_the_table_is_refused(stage: Stage) -> None:
    application = stage.case()
    for action in Action:
        if not MACHINE.can(Status.RECEIVED, action):
            with pytest.raises(IllegalTransition):
                service.move(stage.session, stage.officer, application, action, reason="x")
    assert application.status == "received"
    assert len(queries.events(stage.session, application.id)) == 1


def test_a_refusal_needs_a_reason_and_gives_a_document(stage: Stage) -> None:
    application = stage.case()
    with pytest.raises(Invalid):
        service.move(stage.session, stage.officer, application, Action.REFUSE_ACCEPTANCE)
    service.move(
        stage.session,
        stage.officer,
        application,
        Action.REFUSE_ACCEPTANCE,
        reason="不属于本部门职责",
        data={"where_to_go": "请向区商务局申报"},
    )
    assert application.over_at is not None
    assert application.due_at is None
    assert documents(stage, application) == ["refusal"]
    assert templates(stage, application) == ["application_refused", "rating_invited"]


def test_the_whole_way_to_the_money(stage: Stage) -> None:
    item = make_item(stage.session, stage.world, name="公示补贴", form=FORM, publicity_days=3)
    application = stage.case(item)
    go = lambda action, **more: service.move(stage.session, stage.officer, application, action, **more)  # noqa: E731
    go(Action.ACCEPT)
    application.amount_approved = Decimal("200000.00")
    go(Action.PAUSE, reason="需要专家评审", data={"procedure": "专家评审"})
    assert application.due_at is None
    with pytest.raises(Conflict):
        go(Action.PAUSE, reason="再一次")
    go(Action.RESUME)
    with pytest.raises(Conflict):
        go(Action.RESUME)
    go(Action.PROPOSE_APPROVE)
    assert application.due_kind == "publicity"
    assert application.due_at is not None
    go(Action.END_PUBLICITY)
    assert application.decided_at is not None
    assert application.over_at is None
    go(Action.ORDER_PAYMENT)
    go(Action.RETURN_PAYMENT, reason="户名不符")
    assert application.due_at is None
    go(Action.NEW_ACCOUNT)
    go(Action.PAY)
    assert application.status == "disbursed"
    assert application.over_at is not None
    about = about_case(stage.session, f"application:{application.id}")
    assert [one.kind for one in about] == ["acceptance", "special_procedure", "decision", "payment"]
    assert about[-1].data["account_masked"].endswith("5678")
    assert about[-1].data["amount"] == "200000.00"
    assert "payment_paid" in templates(stage, application)
    seqs = [e.seq for e in queries.events(stage.session, application.id)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_the_stored_due_date_is_what_the_events_say(stage: Stage) -> None:
    application = stage.case()
    for action, more in (
        (Action.ACCEPT, {}),
        (Action.PAUSE, {"reason": "核查", "data": {"procedure": "现场核查"}}),
        (Action.RESUME, {}),
    ):
        service.move(stage.session, stage.officer, application, action, **more)
        case = queries.case_by_id(stage.session, application.id)
        due = clocks.due_now(
            queries.events(stage.session, application.id),
            clocks.Terms.of(case.version),
            load_calendar(stage.session),
        )
        assert application.due_at == (due.at if due else None)
        assert service.recompute(stage.session, case) is False


def test_a_step_in_the_future_is_refused_and_an_early_one_put_in_order(stage: Stage) -> None:
    application = stage.case()
    with pytest.raises(Invalid):
        service.move(
            stage.session, stage.officer, application, Action.ACCEPT, at=clock.now() + dt.timedelta(hours=1)
        )
    early = clock.now() - dt.timedelta(days=2)
    event = service.move(stage.session, stage.officer, application, Action.ACCEPT, at=early)
    first = queries.events(stage.session, application.id)[0]
    assert event.at == first.at
    assert event.data["said_at"] == early.isoformat()


# --- correction ------------------------------------------------------------------------------------------

ASKED = [
    {"kind": "field", "key": "loan", "message": "与合同金额不一致"},
    {"kind": "material", "key": "m1", "message": "缺少公章"},
]


def upload_answer(stage: Stage, application: Application, key: str = "m1") -> None:
    file = service.NewFile(io.BytesIO(PDF + b"2"), "盖章申请表.pdf", "application/pdf")
    service.add_correction_material(
        stage.session, stage.filer, application.number, key, file, storage=stage.storage
    )


def changed(stage: Stage, application: Application) -> list[list[tuple[Any, Any, Any]]]:
    """Each round as the officer reads it."""
    case = queries.case_by_id(stage.session, application.id)
    rounds = queries.corrections(stage.session, application.id)
    return [
        [(c.label, [m.name for m in c.old] or c.before, [m.name for m in c.new] or c.after) for c in changes]
        for changes in what_changed(stage.session, case, rounds).values()
    ]


def test_a_correction_is_asked_answered_and_goes_back(stage: Stage) -> None:
    application = stage.case()
    correction = service.ask_correction(stage.session, stage.officer, application, ASKED)
    assert application.status == "correction_requested"
    assert application.due_kind == "correction"
    assert application.due_at == correction.due_at
    assert documents(stage, application) == ["correction"]
    with pytest.raises(Invalid) as caught:
        service.answer_correction(
            stage.session, stage.filer, application.number, {}, correction_id=correction.id, box=BOX
        )
    assert set(caught.value.fields) == {"field.loan", "material.m1"}
    upload_answer(stage, application)
    service.answer_correction(
        stage.session,
        stage.filer,
        application.number,
        {"field.loan": "18万"},
        correction_id=correction.id,
        box=BOX,
    )
    assert application.status == "received"
    assert application.data["loan"] == "180000.00"
    assert application.data["bank"] == "清川银行"
    assert correction.before["data"] == {"loan": "200000.00"}
    assert changed(stage, application) == [
        [("贷款金额", "20万元", "18万元"), ("测试补贴申请表（原件1份）", ["材料.pdf"], ["盖章申请表.pdf"])]
    ]
    assert "application.resubmitted" in topics(stage, application)
    current = handed_in.materials_of(stage.session, application)
    assert [m.name for m in current if m.entry == "m1"] == ["盖章申请表.pdf"]


def test_only_what_was_asked_is_open(stage: Stage) -> None:
    application = stage.case()
    correction = service.ask_correction(stage.session, stage.officer, application, ASKED[:1])
    with pytest.raises(Invalid):
        service.answer_correction(
            stage.session,
            stage.filer,
            application.number,
            {"field.loan": "18万", "field.bank": "另一家"},
            correction_id=correction.id,
            box=BOX,
        )
    with pytest.raises(NotFound):
        upload_answer(stage, application, "m2")
    with pytest.raises(NotFound):
        service.answer_correction(
            stage.session,
            stage.other,
            application.number,
            {"field.loan": "1万"},
            correction_id=correction.id,
            box=BOX,
        )
    assert application.data["bank"] == "清川银行"


def test_an_answer_above_the_cap_is_refused_at_its_field(stage: Stage) -> None:
    capped = {**FORM, "fields": [{**FORM["fields"][0], "is_amount": True}, *FORM["fields"][1:]]}
    application = stage.case(
        make_item(stage.session, stage.world, name="限额补贴", form=capped, money_rules={"cap": "250000"})
    )
    asked = service.ask_correction(stage.session, stage.officer, application, ASKED[:1])
    with pytest.raises(Invalid) as caught:
        service.answer_correction(
            stage.session,
            stage.filer,
            application.number,
            {"field.loan": "30万"},
            correction_id=asked.id,
            box=BOX,
        )
    assert "最高25万元" in caught.value.fields["field.loan"][0]


def test_a_file_of_an_answer_that_is_not_handed_in_does_not_stand_yet(stage: Stage) -> None:
    application = stage.case()
    service.ask_correction(stage.session, stage.officer, application, ASKED)
    upload_answer(stage, application)
    names = [m.name for m in handed_in.materials_of(stage.session, application) if m.entry == "m1"]
    assert "盖章申请表.pdf" not in names
    assert names, "the officer still sees what was handed in"


def test_a_second_round_needs_a_reason(stage: Stage) -> None:
    application = stage.case()
    first = service.ask_correction(stage.session, stage.officer, application, ASKED[:1])
    service.answer_correction(
        stage.session,
        stage.filer,
        application.number,
        {"field.loan": "18万"},
        correction_id=first.id,
        box=BOX,
    )
    with pytest.raises(Invalid) as caught:
        service.ask_correction(stage.session, stage.officer, application, ASKED[:1])
    assert "一次性告知" in caught.value.message
    second = service.ask_correction(
        stage.session, stage.officer, application, ASKED[:1], reason="补正后仍不一致"
    )
    assert second.round == 2
    service.answer_correction(
        stage.session,
        stage.filer,
        application.number,
        {"field.loan": "15万"},
        correction_id=second.id,
        box=BOX,
    )
    assert changed(stage, application) == [
        [("贷款金额", "20万元", "18万元")],
        [("贷款金额", "18万元", "15万元")],
    ]


def test_a_supplement_goes_back_to_accepted(stage: Stage) -> None:
    application = stage.accepted()
    with pytest.raises(Invalid):
        service.ask_correction(stage.session, stage.officer, application, ASKED[:1])
    asked = service.ask_correction(stage.session, stage.officer, application, ASKED[:1], reason="评审需要")
    service.answer_correction(
        stage.session,
        stage.filer,
        application.number,
        {"field.loan": "18万"},
        correction_id=asked.id,
        box=BOX,
    )
    assert application.status == "accepted"


def test_what_our_form_does_not_have_is_answered_in_words(stage: Stage) -> None:
    application = stage.case()
    asked = service.ask_correction(
        stage.session,
        stage.officer,
        application,
        [{"kind": "field", "key": "zzz", "label": "开工日期", "message": "请说明开工日期"}],
    )
    assert asked.entries[0]["kind"] == "note"
    service.answer_correction(
        stage.session,
        stage.filer,
        application.number,
        {"note.zzz": "2026年3月"},
        correction_id=asked.id,
        box=BOX,
    )
    assert application.status == "received"


def test_an_unanswered_correction_lapses_after_its_last_day(stage: Stage) -> None:
    application = stage.case()
    asked = service.ask_correction(stage.session, stage.officer, application, ASKED)
    assert list(sweeping.overdue_corrections(stage.session)) == []
    with time_machine.travel(asked.due_at - dt.timedelta(seconds=1), tick=False):
        assert sweeping.lapse(stage.session, application.id) is False
    with time_machine.travel(asked.due_at, tick=False):
        assert application.id in sweeping.overdue_corrections(stage.session)
        assert sweeping.lapse(stage.session, application.id) is True
        assert sweeping.lapse(stage.session, application.id) is False
    assert application.status == "lapsed"
    assert asked.closed_at is not None


def test_nothing_lapses_on_a_provisional_day(stage: Stage) -> None:
    application = stage.case()
    asked = service.ask_correction(stage.session, stage.officer, application, ASKED)
    asked.due_provisional = True
    stage.session.flush()
    with time_machine.travel(asked.due_at + dt.timedelta(days=3), tick=False):
        assert application.id not in sweeping.overdue_corrections(stage.session)
        assert sweeping.lapse(stage.session, application.id) is False


def test_silence_is_acceptance_only_where_the_item_says_so(stage: Stage) -> None:
    item = make_item(stage.session, stage.world, name="默认受理补贴", form=FORM, deemed_acceptance=True)
    quiet, other = stage.case(item), stage.case()
    assert quiet.due_at is not None
    with time_machine.travel(quiet.due_at + dt.timedelta(minutes=1), tick=False):
        found = sweeping.silent(stage.session)
        assert quiet.id in found
        assert other.id not in found
        assert sweeping.deem_accepted(stage.session, quiet.id) is True
        assert sweeping.deem_accepted(stage.session, quiet.id) is False
        assert sweeping.deem_accepted(stage.session, other.id) is False
    assert quiet.status == "accepted"
    assert quiet.accepted_at == queries.events(stage.session, quiet.id)[-1].at
    assert other.status == "received"


# --- withdrawal ------------------------------------------------------------------------------------------


def test_withdrawing_before_the_decision(stage: Stage) -> None:
    application = stage.accepted()
    with pytest.raises(NotFound):
        service.withdraw(stage.session, stage.other, application.number)
    service.withdraw(stage.session, stage.filer, application.number, "不再需要")
    assert application.status == "withdrawn"
    assert application.over_at is not None
    assert "application.withdrawn" in topics(stage, application)
    with pytest.raises(Conflict):
        service.withdraw(stage.session, stage.filer, application.number)
    again = stage.submitted()
    assert again.received_at is not None


def test_withdrawing_closes_an_open_correction(stage: Stage) -> None:
    application = stage.case()
    asked = service.ask_correction(stage.session, stage.officer, application, ASKED)
    service.withdraw(stage.session, stage.filer, application.number)
    assert asked.closed_at is not None
    assert queries.open_correction(stage.session, application.id) is None


def test_after_the_decision_it_is_too_late(stage: Stage) -> None:
    application = stage.accepted()
    service.move(stage.session, stage.officer, application, Action.DENY, reason="不符合条件")
    with pytest.raises(Conflict) as caught:
        service.withdraw(stage.session, stage.filer, application.number)
    assert caught.value.code == "too_late_to_withdraw"


def test_an_officer_of_another_department_does_not_find_the_case(stage: Stage) -> None:
    application = stage.case()
    assert queries.case(stage.session, stage.officer, application.number).application.id == application.id
    stranger = stage.world.actors["keji"]
    for wrong in (stranger, stage.other, stage.clerk, stage.world.actors["gongkai"]):
        with pytest.raises(NotFound):
            queries.case(stage.session, wrong, application.number)


def test_each_look_at_the_account_is_written_down(stage: Stage) -> None:
    application = stage.case()
    assert service.open_account(stage.session, stage.officer, application, BOX) == "6222020200012345678"
    assert audit.entries(stage.session, f"application:{application.id}")[-1].action == "look_at_account"
