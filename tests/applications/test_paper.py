"""At the window: two times, a list of papers, the person at the counter; from there the same case."""

import datetime as dt
from dataclasses import replace

import pytest

from redemption.applications import handed_in, queries, service
from redemption.applications.service import PaperEntry
from redemption.documents.models import Document
from redemption.kernel import audit, clock
from redemption.kernel.errors import Invalid, NotAllowed, NotFound
from tests.applications.cases import COMMON, Stage
from tests.factories import BOX

ID = "11010519491231002X"


def entry(stage: Stage, **over: object) -> PaperEntry:
    assert stage.filer.enterprise_id is not None
    made = PaperEntry(
        enterprise_id=stage.filer.enterprise_id,
        codes=[stage.item.code],
        common=COMMON,
        items={stage.item.code: {"loan": "20万", "bank": "清川银行"}},
        checklist={stage.item.code: {"m1": "original_seen", "m2": "copy_kept"}},
        counter={"name": "林知夏", "relation": "agent", "mandate_seen": True},
        id_number=ID,
        client_key="w1",
    )
    return replace(made, **over)  # type: ignore[arg-type]


def test_a_paper_case_is_the_same_case(stage: Stage) -> None:
    submission = service.enter_paper(stage.session, stage.clerk, entry(stage), box=BOX)
    application = queries.received(stage.session, submission.id)[0]
    assert (submission.channel, application.status) == ("window", "received")
    assert submission.filer_person_id is None
    assert submission.clerk_person_id == stage.clerk.person_id
    forms = {m.entry: m.form for m in handed_in.materials_of(stage.session, application)}
    assert forms == {"m1": "original_seen", "m2": "copy_kept"}
    assert stage.session.get_one(Document, submission.receipt_id).kind == "slip"
    assert ID not in str(submission.counter)
    assert queries.case(stage.session, stage.filer, application.number).application.id == application.id
    assert queries.case(stage.session, stage.clerk, application.number).application.id == application.id


def test_entering_twice_is_once(stage: Stage) -> None:
    one = service.enter_paper(stage.session, stage.clerk, entry(stage), box=BOX)
    assert service.enter_paper(stage.session, stage.clerk, entry(stage), box=BOX).id == one.id


def test_an_earlier_receipt_needs_a_reason_and_counts(stage: Stage) -> None:
    yesterday = clock.now() - dt.timedelta(days=1)
    with pytest.raises(Invalid) as caught, stage.session.begin_nested():
        service.enter_paper(stage.session, stage.clerk, entry(stage, received_at=yesterday), box=BOX)
    assert "earlier_reason" in caught.value.fields
    submission = service.enter_paper(
        stage.session,
        stage.clerk,
        entry(stage, received_at=yesterday, earlier_reason="昨日临近下班收件"),
        box=BOX,
    )
    application = queries.received(stage.session, submission.id)[0]
    assert application.received_at == yesterday
    assert submission.entered_at is not None
    assert submission.entered_at > yesterday
    recorded = audit.entries(stage.session, f"application:{application.id}")[0].data
    assert recorded["earlier_receipt_reason"] == "昨日临近下班收件"
    first = queries.events(stage.session, application.id)[0]
    assert first.at == yesterday
    assert first.recorded_at == submission.entered_at


def test_missing_papers_are_said_or_taken_with_one_notice(stage: Stage) -> None:
    short = entry(stage, checklist={stage.item.code: {"m1": "original_seen", "m2": "missing"}})
    with pytest.raises(Invalid) as caught, stage.session.begin_nested():
        service.enter_paper(stage.session, stage.clerk, short, box=BOX)
    assert f"checklist.{stage.item.code}.m2" in caught.value.fields
    submission = service.enter_paper(stage.session, stage.clerk, replace(short, allow_missing=True), box=BOX)
    application = queries.received(stage.session, submission.id)[0]
    missing = service.missing_entries(stage.session, stage.clerk, submission.number)[application.number]
    assert [one["key"] for one in missing] == ["m2"]
    correction = service.ask_correction(stage.session, stage.clerk, application, missing)
    assert correction.round == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"counter": {"name": ""}}, "counter.name"),
        ({"counter": {"name": "张三", "relation": "agent"}}, "counter.mandate_seen"),
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"received_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "received_at"),
        ({"counter": {"name": "名" * 300}}, "counter.name"),
        ({"counter": {"name": "张三", "phone": "1"}}, "counter.phone"),
        (
            {"received_at": clock.now() - dt.timedelta(days=1), "earlier_reason": "忙" * 600},
            "earlier_reason",
        ),
        ({"id_number": "1", "received_at": clock.now() - dt.timedelta(days=1)}, "earlier_reason id_number"),
    ],
)
def test_the_counter_is_checked(stage: Stage, over: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        service.enter_paper(stage.session, stage.clerk, entry(stage, **over), box=BOX)
    assert set(field.split()) <= set(caught.value.fields), "everything at once"


def test_only_clerks_enter_paper(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        service.enter_paper(stage.session, stage.filer, entry(stage), box=BOX)


def test_another_centre_does_not_see_it(stage: Stage) -> None:
    submission = service.enter_paper(stage.session, stage.clerk, entry(stage), box=BOX)
    elsewhere = replace(stage.clerk, centre_id=(stage.clerk.centre_id or 0) + 1)
    with pytest.raises(NotFound):
        queries.sheet(stage.session, elsewhere, submission.number)
