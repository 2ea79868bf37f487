"""From an empty draft to a receipt: what is missing is said, what is double is one, what is late is refused."""

import datetime as dt
import threading

import pytest
import time_machine
from sqlalchemy import func, select, text

from redemption.applications import drafting, handed_in, queries, service
from redemption.applications.models import Application, ApplicationEvent, Submission
from redemption.applications.rules import Status
from redemption.catalogue.models import ItemVersion
from redemption.documents.models import Document
from redemption.kernel import audit, clock
from redemption.kernel.db import Database
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from redemption.kernel.outbox import OutboxRow
from redemption.kernel.storage import FolderStorage
from redemption.kernel.uow import unit_of_work
from redemption.messages.models import Message
from tests.applications.cases import COMMON, DECLARED, FORM, PDF, Stage, make_stage
from tests.factories import BOX, days, make_item, make_world


def test_a_draft_is_filled_in_from_the_profile(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    assert submission.common["contact_name"] == "林知夏"
    assert submission.common["account_name"] == "清川青禾智能科技有限公司"
    assert submission.received_at is None


def test_the_account_is_sealed_and_shown_masked(stage: Stage) -> None:
    submission = stage.draft()
    assert submission.common["bank_account"].endswith("5678")
    assert "6222020200012345678" not in str(submission.common)
    assert submission.bank_account is not None
    assert "6222020200012345678" not in submission.bank_account


def test_submitting_gives_number_receipt_event_outbox_audit_and_message(stage: Stage) -> None:
    before = clock.now()
    submission = stage.submitted()
    application = queries.received(stage.session, submission.id)[0]
    assert application.status == Status.RECEIVED.value
    assert application.number == f"{submission.number}-01"
    assert submission.received_at is not None
    assert submission.received_at >= before
    document = stage.session.get_one(Document, submission.receipt_id)
    assert document.kind == "receipt"
    assert submission.number in document.number
    assert document.data["applications"][0]["item_name"] == "测试补贴"
    events = queries.events(stage.session, application.id)
    assert [(e.seq, e.action, e.to_status) for e in events] == [(1, "receive", "received")]
    topics = set(stage.session.scalars(select(OutboxRow.topic).where(OutboxRow.key == application.number)))
    assert "application.submitted" in topics
    assert audit.entries(stage.session, f"application:{application.id}")[0].action == "receive"
    told = stage.session.scalars(
        select(Message).where(Message.enterprise_id == stage.filer.enterprise_id)
    ).all()
    assert [m.template for m in told] == ["submission_received"]
    assert told[0].person_id == stage.filer.person_id
    assert application.due_at is not None
    assert application.due_kind == "acceptance"


def test_handing_in_twice_is_once(stage: Stage) -> None:
    first = stage.submitted()
    again = service.submit(stage.session, stage.filer, first.number, declared=DECLARED)
    assert again.id == first.id
    count = stage.session.scalar(select(func.count()).select_from(ApplicationEvent))
    assert count == 1


def test_the_same_client_key_is_the_same_draft(stage: Stage) -> None:
    one = service.start(stage.session, stage.filer, [stage.item.code], box=BOX, client_key="k1")
    two = service.start(stage.session, stage.filer, [stage.item.code], box=BOX, client_key="k1")
    assert one.id == two.id
    other = service.start(stage.session, stage.other, [stage.item.code], box=BOX, client_key="k1")
    assert other.id != one.id


def test_everything_that_is_missing_is_said_at_once(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    with pytest.raises(Invalid) as caught:
        service.submit(stage.session, stage.filer, submission.number, declared={})
    fields = caught.value.fields
    assert {"items.1.loan", "items.1.bank", "declarations.truth", "declarations.consent"} <= set(fields)
    assert any(name.startswith("materials.1.") for name in fields)
    assert submission.received_at is None


def test_another_enterprise_does_not_find_it(stage: Stage) -> None:
    submission = stage.draft()
    for verb in (
        lambda: queries.sheet(stage.session, stage.other, submission.number),
        lambda: service.save_common(stage.session, stage.other, submission.number, COMMON, box=BOX),
        lambda: service.save_item(stage.session, stage.other, submission.number, 1, {}),
        lambda: service.submit(stage.session, stage.other, submission.number, declared=DECLARED),
        lambda: service.discard(stage.session, stage.other, submission.number),
        lambda: queries.sheet(stage.session, stage.officer, submission.number),
        lambda: queries.sheet(stage.session, stage.clerk, submission.number),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_reader_looks_and_does_not_file(stage: Stage) -> None:
    import dataclasses

    submission = stage.draft()
    reader = dataclasses.replace(stage.filer, grade="reader")
    assert queries.sheet(stage.session, reader, submission.number).submission.id == submission.id
    with pytest.raises(NotAllowed):
        service.submit(stage.session, reader, submission.number, declared=DECLARED)


def test_a_second_tab_is_told_and_overwrites_nothing(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    application = queries.received(stage.session, submission.id)[0]
    seen = application.version
    service.save_item(
        stage.session, stage.filer, submission.number, 1, {"loan": "20万", "bank": "甲"}, version=seen
    )
    with pytest.raises(Stale):
        service.save_item(
            stage.session, stage.filer, submission.number, 1, {"loan": "30万", "bank": "乙"}, version=seen
        )
    assert application.data["bank"] == "甲"


def test_saving_one_part_does_not_make_the_other_stale(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    seen = submission.version
    service.save_item(stage.session, stage.filer, submission.number, 1, {"loan": "20万", "bank": "甲"})
    service.save_common(stage.session, stage.filer, submission.number, COMMON, box=BOX, version=seen)
    assert submission.common["bank_name"] == "清川银行政通支行"


def test_a_draft_keeps_what_cannot_be_taken_yet(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    line = service.save_item(
        stage.session, stage.filer, submission.number, 1, {"loan": "二十来万", "bank": "甲"}, keep_typed=True
    )
    assert line.application.data == {"bank": "甲"}
    assert line.application.typed == {"loan": "二十来万"}
    with pytest.raises(Invalid) as caught:
        service.submit(stage.session, stage.filer, submission.number, declared=DECLARED)
    assert "items.1.loan" in caught.value.fields


def test_the_moment_of_receipt_decides_about_the_period(stage: Stage) -> None:
    today = clock.today()
    item = make_item(stage.session, stage.world, name="短期补贴", form=FORM, closes_on=today)
    draft = stage.draft(item)
    with time_machine.travel(clock.end_of_day(today) + dt.timedelta(seconds=1), tick=False):
        with pytest.raises(Conflict) as caught:
            service.submit(stage.session, stage.filer, draft.number, declared=DECLARED)
        assert caught.value.code == "period_closed"
    with time_machine.travel(clock.end_of_day(today) - dt.timedelta(seconds=1), tick=False):
        service.submit(stage.session, stage.filer, draft.number, declared=DECLARED)
    assert draft.received_at is not None


def test_an_undecided_application_of_the_same_item_stops_a_second_one(stage: Stage) -> None:
    first = stage.draft()
    second = stage.draft()
    service.submit(stage.session, stage.filer, first.number, declared=DECLARED)
    with pytest.raises(Conflict) as caught, stage.session.begin_nested():
        service.submit(stage.session, stage.filer, second.number, declared=DECLARED)
    assert caught.value.code == "already_running"
    assert f"{first.number}-01" in caught.value.message


def test_the_index_decides_where_two_come_in_the_same_moment(
    fresh_database: Database, storage: FolderStorage
) -> None:
    with unit_of_work(fresh_database) as session:
        ground = make_stage(session, make_world(session), storage)
        numbers, filer = [ground.draft().number, ground.draft().number], ground.filer
    refused: list[Conflict] = []

    def second() -> None:
        with pytest.raises(Conflict) as caught, unit_of_work(fresh_database) as session:
            service.submit(session, filer, numbers[1], declared=DECLARED)
        refused.append(caught.value)

    other = threading.Thread(target=second)
    with unit_of_work(fresh_database) as session, unit_of_work(fresh_database) as watcher:
        service.submit(session, filer, numbers[0], declared=DECLARED)
        other.start()
        # the second one has looked and seen nothing; now it waits for the first at the index
        while not watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            watcher.rollback()
    other.join(timeout=30)
    assert [error.code for error in refused] == ["already_running"]


def test_several_items_of_several_departments_in_one_submission(stage: Stage) -> None:
    other = make_item(stage.session, stage.world, department="QC-KJ", name="科技补贴", form=FORM)
    submission = stage.submitted(stage.item, other)
    applications = queries.received(stage.session, submission.id)
    assert [a.number for a in applications] == [f"{submission.number}-01", f"{submission.number}-02"]
    assert len({a.department_id for a in applications}) == 2
    document = stage.session.get_one(Document, submission.receipt_id)
    assert len(document.data["applications"]) == 2


def test_papers_that_two_items_ask_for_are_asked_once(stage: Stage) -> None:
    other = make_item(stage.session, stage.world, department="QC-KJ", name="科技补贴", form=FORM)
    submission = stage.draft(stage.item, other)
    sheet = queries.sheet(stage.session, stage.filer, submission.number)
    shared = [need for need in sheet.needs() if need.application_id is None]
    assert shared
    applications = queries.received(stage.session, submission.id)
    for application in applications:
        texts = {m.entry for m in handed_in.materials_of(stage.session, application)}
        assert any(need.key in texts for need in shared)


def test_an_item_amended_in_between_is_shown_and_decided_by_the_person(stage: Stage) -> None:
    from redemption.catalogue import service as catalogue
    from redemption.identity.rules import Role

    draft = stage.draft()
    maker = stage.world.actor(Role.POLICY_MAKER, department="QC-JX")
    new_form = {
        "fields": [*FORM["fields"], {"name": "term", "label": "期限", "type": "number", "required": True}]
    }
    catalogue.amend_item(stage.session, maker, stage.item.code, "增加期限")
    catalogue.save_item(stage.session, maker, stage.item.code, {"form": new_form})
    catalogue.publish_item(stage.session, maker, stage.item.code)
    stage.session.flush()
    with pytest.raises(Conflict) as caught:
        service.submit(stage.session, stage.filer, draft.number, declared=DECLARED)
    assert caught.value.code == "item_amended"
    line = service.adopt_version(stage.session, stage.filer, draft.number, 1)
    assert line.application.data["bank"] == "清川银行"
    with pytest.raises(Invalid) as missing:
        service.submit(stage.session, stage.filer, draft.number, declared=DECLARED)
    assert "items.1.term" in missing.value.fields


def test_the_amount_stays_below_the_cap(stage: Stage) -> None:
    form = {"fields": [{"name": "amount", "label": "申请金额", "type": "money", "required": True}]}
    item = make_item(stage.session, stage.world, name="上限补贴", form=form, money_rules={"cap": "100000"})
    draft = service.start(stage.session, stage.filer, [item.code], box=BOX)
    with pytest.raises(Invalid) as caught:
        service.save_item(stage.session, stage.filer, draft.number, 1, {"amount": "20万"})
    assert "10万元" in caught.value.fields["amount"][0]
    service.save_item(stage.session, stage.filer, draft.number, 1, {"amount": "10万"})


def test_a_discarded_draft_is_gone(stage: Stage) -> None:
    draft = stage.draft()
    service.discard(stage.session, stage.filer, draft.number)
    with pytest.raises(NotFound):
        queries.sheet(stage.session, stage.filer, draft.number)


def test_a_submitted_sheet_stands_still(stage: Stage) -> None:
    submission = stage.submitted()
    with pytest.raises(Conflict) as caught:
        service.save_item(stage.session, stage.filer, submission.number, 1, {"loan": "1万", "bank": "丙"})
    assert caught.value.code == "already_submitted"
    with pytest.raises(Conflict):
        stage.upload(submission, "m1")


def test_the_version_is_pinned(stage: Stage) -> None:
    application = stage.case()
    version = stage.session.get_one(ItemVersion, application.item_version_id)
    assert version.id == stage.item.current_version_id
    assert stage.session.get_one(Submission, application.submission_id).version > 1


def test_what_is_given_without_an_application_takes_none(stage: Stage) -> None:
    item = make_item(stage.session, stage.world, name="免申补贴", mode="without_application")
    with pytest.raises(Conflict, match="不用申报") as caught:
        service.start(stage.session, stage.filer, [item.code], box=BOX)
    assert caught.value.code == "no_application_needed"
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    sheet = queries.sheet(stage.session, stage.filer, draft.number)
    assert item.id not in {one.id for one, _ in drafting.items_to_add(stage.session, sheet, "")}


def test_the_same_file_twice_is_one(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    one = stage.upload(submission, "m1")
    two = stage.upload(submission, "m1", name="又一次.pdf")
    assert one.id == two.id
    three = stage.upload(submission, "m1", body=PDF + b"%")
    assert three.id != one.id


def test_all_files_together_have_a_limit(stage: Stage) -> None:
    import io

    from redemption.kernel.errors import TooLarge

    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    limits = service.Limits(file=1000, submission=1500)
    for body in (b"a" * 1000, b"b" * 1000):
        file = service.NewFile(io.BytesIO(body), f"{body[:1].decode()}.pdf", "application/pdf")
        if body[:1] == b"a":
            service.add_material(
                stage.session,
                stage.filer,
                submission.number,
                "m1",
                file,
                storage=stage.storage,
                limits=limits,
                place=1,
            )
        else:
            with pytest.raises(TooLarge) as caught:
                service.add_material(
                    stage.session,
                    stage.filer,
                    submission.number,
                    "m1",
                    file,
                    storage=stage.storage,
                    limits=limits,
                    place=1,
                )
            assert "b.pdf" in caught.value.message
    file = service.NewFile(io.BytesIO(b"c" * 1001), "大.pdf", "application/pdf")
    with pytest.raises(TooLarge) as too_big:
        service.add_material(
            stage.session,
            stage.filer,
            submission.number,
            "m1",
            file,
            storage=stage.storage,
            limits=limits,
            place=1,
        )
    assert "大.pdf" in too_big.value.message


def test_a_line_that_nobody_asked_for_takes_no_file(stage: Stage) -> None:
    submission = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    with pytest.raises(NotFound):
        stage.upload(submission, "nothing")


def test_a_suspended_item_takes_no_applications(session, tmp_path, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    from redemption.kernel.storage import FolderStorage

    for part in ("opens_on", "valid_from"):
        over = {part: clock.today() + days(3)}
        early = make_stage(
            session, stage.world, FolderStorage(tmp_path / part), name=f"未来补贴{part}", **over
        )
        with pytest.raises(Conflict) as caught:
            service.start(session, early.filer, [early.item.code], box=BOX)
        assert caught.value.code == "period_not_begun"


def test_lists_are_of_ones_own(stage: Stage) -> None:
    application = stage.case()
    assert [a.id for a in stage.session.scalars(queries.mine(stage.filer))] == [application.id]
    assert list(stage.session.scalars(queries.mine(stage.other))) == []
    assert isinstance(application, Application)
