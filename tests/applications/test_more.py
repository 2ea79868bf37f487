"""Objections, materials used again, word about the money, 免申即享, files at the window."""

import io
from dataclasses import replace

import pytest

from redemption.applications import handed_in, queries, service
from redemption.applications.rules import Action
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.outbox import OutboxRow
from tests.applications.cases import FORM, PDF, Stage
from tests.applications.test_paper import entry
from tests.factories import BOX, days, make_item

OBJECTION = {"name": "王某", "phone": "13800000000", "reason": "该企业不在本区经营"}


def in_publicity(stage: Stage):  # type: ignore[no-untyped-def]
    item = make_item(stage.session, stage.world, name="公示补贴", form=FORM, publicity_days=3)
    application = stage.case(item)
    service.move(stage.session, stage.officer, application, Action.ACCEPT)
    service.move(stage.session, stage.officer, application, Action.PROPOSE_APPROVE)
    return application


def test_an_objection_stops_publicity_and_is_settled_with_its_review(stage: Stage) -> None:
    application = in_publicity(stage)
    service.raise_objection(stage.session, application.number, **OBJECTION)
    assert application.status == "objection_review"
    again = service.raise_objection(stage.session, application.number, **{**OBJECTION, "name": "李某"})
    assert len(queries.objections(stage.session, application.id)) == 2
    event = queries.events(stage.session, application.id)[-1]
    assert "王某" not in f"{event.actor_name}{event.reason}{event.data}"
    service.move(stage.session, stage.officer, application, Action.DISMISS_OBJECTION)
    assert application.status == "publicity"
    stage.session.refresh(again)
    assert again.outcome == "dismissed"
    assert again.settled_at is not None


def test_objections_are_for_what_is_shown(stage: Stage) -> None:
    with pytest.raises(NotFound):
        service.raise_objection(stage.session, stage.case().number, **OBJECTION)
    with pytest.raises(NotFound):
        service.raise_objection(stage.session, "990100-261122-999999-00-01", **OBJECTION)
    application = in_publicity(stage)
    with pytest.raises(Invalid) as caught:
        service.raise_objection(stage.session, application.number, name="", phone="", reason="")
    assert set(caught.value.fields) == {"name", "phone", "reason"}
    assert application.status == "publicity"


def test_a_material_handed_in_before_answers_again(stage: Stage) -> None:
    first = stage.submitted()
    application = queries.received(stage.session, first.id)[0]
    service.withdraw(stage.session, stage.filer, application.number)
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    sheet = queries.sheet(stage.session, stage.filer, draft.number)
    offered = service.reusable(stage.session, sheet)
    old = offered["m1", sheet.lines[0].application.id][0]
    made = service.reuse_material(stage.session, stage.filer, draft.number, "m1", old.public_id, place=1)
    assert (made.sha256, made.name) == (old.sha256, old.name)
    assert made.public_id != old.public_id
    sheet = queries.sheet(stage.session, stage.filer, draft.number)
    assert ("m1", sheet.lines[0].application.id) not in service.reusable(stage.session, sheet)


def test_too_old_or_somebody_elses_is_not_offered(stage: Stage) -> None:
    submission = stage.submitted()
    for material in handed_in.materials_of_submission(stage.session, submission.id):
        material.uploaded_at = clock.now() - days(400)
    stage.session.flush()
    service.withdraw(stage.session, stage.filer, f"{submission.number}-01")
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    assert service.reusable(stage.session, queries.sheet(stage.session, stage.filer, draft.number)) == {}
    theirs = service.start(stage.session, stage.other, [stage.item.code], box=BOX)
    assert service.reusable(stage.session, queries.sheet(stage.session, stage.other, theirs.number)) == {}
    old = handed_in.materials_of_submission(stage.session, submission.id)[0]
    with pytest.raises(NotFound):
        service.reuse_material(stage.session, stage.other, theirs.number, "m1", old.public_id, place=1)


def test_the_enterprise_says_whether_the_money_came(stage: Stage) -> None:
    application = stage.accepted()
    with pytest.raises(Conflict):
        service.confirm_receipt(stage.session, stage.filer, application.number, arrived=True)
    for action in (Action.APPROVE, Action.ORDER_PAYMENT, Action.PAY):
        service.move(stage.session, stage.officer, application, action)
    with pytest.raises(Invalid):
        service.confirm_receipt(stage.session, stage.filer, application.number, arrived=False)
    service.confirm_receipt(stage.session, stage.filer, application.number, arrived=False, note="没有收到")
    topics = [row.topic for row in stage.session.query(OutboxRow).filter_by(key=application.number)]
    assert "payment.missing" in topics
    service.confirm_receipt(stage.session, stage.filer, application.number, arrived=True)
    assert application.receipt["arrived"] is True
    with pytest.raises(NotFound):
        service.confirm_receipt(stage.session, stage.other, application.number, arrived=True)


def test_what_was_computed_for_an_enterprise_is_received_by_one_click(stage: Stage) -> None:
    assert stage.filer.enterprise_id is not None
    make = lambda: service.make_computed(  # noqa: E731
        stage.session,
        stage.filer,
        enterprise_id=stage.filer.enterprise_id or 0,
        item_code=stage.item.code,
        data={"loan": "20万", "unknown": "x"},
        box=BOX,
        client_key="offer:1",
    )
    submission = make()
    assert make().id == submission.id
    application = queries.received(stage.session, submission.id)[0]
    assert (submission.channel, application.status) == ("computed", "received")
    assert application.data == {"loan": "200000.00"}


def test_scans_at_the_window_count_as_handed_in(stage: Stage) -> None:
    scan = service.NewFile(io.BytesIO(PDF), "扫描件.pdf", "application/pdf")
    submission = service.enter_paper(
        stage.session,
        stage.clerk,
        replace(
            entry(stage),
            checklist={stage.item.code: {"m1": "original_seen"}},
            files={stage.item.code: {"m2": [scan]}},
        ),
        box=BOX,
        storage=stage.storage,
    )
    application = queries.received(stage.session, submission.id)[0]
    assert {(m.entry, m.form) for m in handed_in.materials_of(stage.session, application)} == {
        ("m1", "original_seen"),
        ("m2", "file"),
    }
