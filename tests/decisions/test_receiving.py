"""Events of departments: once, in order, and what cannot be is kept for a person."""

import dataclasses
import datetime as dt
import itertools
import json
from typing import Any

import pytest
from sqlalchemy import select

from redemption.applications import service as applications
from redemption.applications.models import ApplicationEvent
from redemption.applications.rules import Status
from redemption.decisions import receiving, settling
from redemption.decisions.models import Decision, DepartmentEvent
from redemption.decisions.rules import EventType, Verdict, judge
from redemption.decisions.schemas import EventSchema
from redemption.dispatch import configuring
from redemption.dispatch.port.signing import SigningKey, new_secret, signed_headers
from redemption.dispatch.queries import deciding_referral
from redemption.dispatch.service import refer
from redemption.identity.models import Department
from redemption.identity.rules import system_actor
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.messages.models import Message
from tests.factories import BOX

COUNT = itertools.count(1)


class Case:
    """A referred application and the department that speaks about it."""

    def __init__(self, session: Any, stage: Any) -> None:
        self.session, self.stage = session, stage
        self.application = stage.case()
        refer(session, self.application.id)
        self.referral = deciding_referral(session, self.application.id)
        self.department = session.get_one(Department, self.application.department_id)

    def body(self, kind: str, data: dict[str, Any] | None = None, **over: Any) -> dict[str, Any]:
        return {
            "id": f"evt-{next(COUNT)}",
            "referral": self.referral.number,
            "type": kind,
            "occurred_at": clock.now().isoformat(),
            "data": data or {},
            **over,
        }

    def say(self, kind: str, data: dict[str, Any] | None = None, **over: Any) -> DepartmentEvent:
        return self.give(self.body(kind, data, **over)).event

    def give(self, body: dict[str, Any]) -> receiving.Received:
        return receiving.receive(self.session, self.department, EventSchema().load(body))

    @property
    def status(self) -> str:
        self.session.flush()
        self.session.refresh(self.application)
        return str(self.application.status)

    def actions(self) -> list[str]:
        return list(
            self.session.scalars(
                select(ApplicationEvent.action)
                .where(ApplicationEvent.application_id == self.application.id)
                .order_by(ApplicationEvent.seq)
            )
        )


@pytest.fixture
def case(session, stage):
    return Case(session, stage)


APPROVE = {"result": "approve", "amount": "100000.00", "reasons": "符合条件"}


def test_accepted_and_decided(case):
    assert case.say("accepted", {"number": "BM-1"}).state == "applied"
    assert case.status == "accepted"
    assert case.say("decided", APPROVE).state == "applied"
    assert case.status == "approved"
    decision = case.session.scalar(select(Decision))
    assert decision.amount == 100000
    assert decision.document_id is not None


def test_the_same_event_twice_has_the_effect_of_once(case):
    body = case.body("accepted")
    assert case.give(body).repeated is False
    assert case.give(body).repeated is True
    assert case.actions().count("accept") == 1


def test_the_same_id_with_other_content_is_refused(case):
    body = case.body("accepted")
    case.give(body)
    with pytest.raises(Conflict) as refused:
        case.give({**body, "type": "step", "data": {"title": "初审"}})
    assert refused.value.code == "event_id_reused"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[1::5])
def test_numbered_events_in_any_order_end_the_same(session, stage, order):
    case = Case(session, stage)
    bodies = [
        case.body("accepted", sequence=1),
        case.body("step", {"title": "初审通过"}, sequence=2),
        case.body("step", {"title": "复审通过"}, sequence=3),
        case.body("decided", APPROVE, sequence=4),
    ]
    for at in order:
        case.give(bodies[at])
    assert case.status == "approved"
    assert case.actions()[-4:] == ["accept", "step", "step", "approve"]
    titles = session.scalars(
        select(ApplicationEvent.data).where(ApplicationEvent.action == "step").order_by(ApplicationEvent.seq)
    ).all()
    assert [data["title"] for data in titles] == ["初审通过", "复审通过"]


def test_an_unnumbered_decision_before_acceptance_waits_for_its_turn(case):
    early = case.give(case.body("decided", APPROVE))
    assert early.status == 202
    assert case.status == "received"
    case.say("accepted")
    assert case.status == "approved"


def test_a_sequence_used_twice_is_for_a_person(case):
    case.say("accepted", sequence=1)
    assert case.say("step", {"title": "x"}, sequence=1).state == "conflicting"


def test_a_numbered_event_behind_a_contradicting_one_goes_on_when_a_person_has_settled_that(case):
    case.say("accepted", sequence=1)
    conflict = case.say("acceptance_refused", {"reason": "不属于本部门"}, sequence=2)
    behind = case.say("decided", APPROVE, sequence=3)
    assert (conflict.state, behind.state, case.status) == ("conflicting", "kept", "accepted")
    settling.settle(case.session, case.stage.officer, conflict.id, "部门误发。")
    assert (behind.state, case.status) == ("applied", "approved")


def test_an_event_whose_forerunner_never_comes_is_told_and_a_person_lets_it_through(session, case):
    behind = case.say("accepted", sequence=2)
    assert (behind.state, case.status) == ("kept", "received")
    settling.watch_kept(session)
    assert not session.scalars(select(Message).where(Message.template == "event_waiting")).all()
    behind.received_at -= settling.WAITING_LONG
    for _ in range(2):
        session.flush()
        settling.watch_kept(session)
    assert len(session.scalars(select(Message).where(Message.template == "event_waiting")).all()) == 1
    other = dataclasses.replace(case.stage.officer, department_id=case.stage.officer.department_id + 1)
    for who, note, refusal in ((other, "x", NotFound), (case.stage.officer, " ", Invalid)):
        with pytest.raises(refusal):
            settling.release(session, who, behind.id, note)
    settling.release(session, case.stage.officer, behind.id, "部门确认没有第 1 号事件。")
    assert (behind.state, case.status) == ("applied", "accepted")
    with pytest.raises(NotFound):
        settling.release(session, case.stage.officer, behind.id, "再来一次")


def test_a_withdrawal_that_crosses_a_decision_ends_in_one_truth(case):
    case.say("accepted")
    applications.withdraw(case.session, case.stage.filer, case.application.number, "不再需要")
    late = case.give(case.body("decided", APPROVE))
    assert late.status == 409
    assert case.status == "withdrawn"
    assert case.session.scalar(select(Decision)) is None
    settled = settling.settle(case.session, case.stage.officer, late.event.id, "已与部门电话核实，撤回有效。")
    assert settled.state == "settled"


def test_an_acceptance_after_deemed_acceptance_changes_nothing(case):
    from redemption.applications.rules import Action

    applications.move(case.session, system_actor("clocks"), case.application, Action.DEEM_ACCEPTED)
    found = case.say("accepted", {"number": "BM-9"})
    assert found.state == "applied"
    assert "accept" not in case.actions()


def test_a_decision_while_a_correction_waits_is_kept_until_it_is_answered(case):
    case.say("correction_requested", {"entries": [{"kind": "note", "key": "a", "message": "请补充说明。"}]})
    assert case.status == "correction_requested"
    kept = case.give(case.body("accepted"))
    assert kept.status == 202
    correction = case.session.scalar(select(applications.correcting.Correction))
    applications.answer_correction(
        case.session,
        case.stage.filer,
        case.application.number,
        {"note.a": "已补充。"},
        correction_id=correction.id,
        box=BOX,
    )
    assert settling.sweep_kept(case.session) == 1
    assert case.status == "accepted"


def test_what_the_department_found_differently_is_kept_beside_what_was_declared(case):
    bank, wide = case.application.data["bank"], float(case.application.data["loan"])
    case.say("accepted", {"differences": {"loan": wide, "bank": bank}})
    case.session.refresh(case.application)
    assert case.application.differences == {}, "the same figure in other words is no contradiction"
    case.say("step", {"title": "核查", "differences": {"loan": "150000.00", "bank": bank}})
    case.session.refresh(case.application)
    assert set(case.application.differences) == {"loan"}
    assert case.application.differences["loan"]["department"] == "150000.00"
    assert case.application.differences["loan"]["declared"] == case.application.data["loan"]


def test_a_clock_ahead_does_not_put_events_into_the_future(case):
    ahead = (clock.now() + dt.timedelta(hours=3)).isoformat()
    case.say("accepted", occurred_at=ahead)
    last = case.session.scalars(select(ApplicationEvent.at).order_by(ApplicationEvent.seq.desc())).first()
    assert last <= clock.now()


def test_another_departments_referral_does_not_exist(session, case):
    other = session.scalars(select(Department).where(Department.code == "QC-KJ")).one()
    with pytest.raises(NotFound):
        receiving.receive(session, other, EventSchema().load(case.body("accepted")))


def test_a_fetched_event_that_cannot_be_read_is_kept_for_a_person(session, case):
    receiving.receive_unsure(session, case.department, {"id": "x", "type": "nonsense", "referral": "?"})
    receiving.receive_unsure(session, case.department, {"id": "x", "type": "nonsense", "referral": "?"})
    rows = session.scalars(select(DepartmentEvent)).all()
    assert [row.state for row in rows] == ["conflicting"]
    assert "只能是以下之一" in rows[0].note
    assert "field" not in rows[0].note


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("kind", [kind for kind in EventType if kind is not EventType.OPINION])
def test_every_event_has_a_verdict_in_every_state(status, kind):
    said = "approve" if kind is EventType.DECIDED else "paid"
    verdict = judge(status, kind, said)
    if status in {Status.WITHDRAWN, Status.LAPSED}:
        assert verdict is Verdict.CONTRADICTS


# --- over HTTP -------------------------------------------------------------------------------------------


@pytest.fixture
def key(session, case):
    secret = new_secret()
    configuring.add_key(session, BOX, system_actor("test"), case.department.id, secret=secret)
    return SigningKey("k", "v1", secret)


def post(app, case, key, body, *, raw: bytes | None = None, at: dt.datetime | None = None, code: str = ""):
    content = raw if raw is not None else json.dumps(body, ensure_ascii=False).encode()
    headers = signed_headers([key], "msg", at or clock.now(), content)
    address = f"/api/v1/departments/{code or case.department.code}/events"
    return app.test_client().post(address, data=content, headers=headers, content_type="application/json")


def test_a_signed_event_is_applied_and_a_repetition_says_so(app, case, key):
    body = case.body("accepted")
    first = post(app, case, key, body)
    assert (first.status_code, first.get_json()["state"]) == (200, "applied")
    again = post(app, case, key, body)
    assert again.status_code == 200
    assert "此前已收到" in again.get_json()["message"]
    assert case.status == "accepted"


def test_an_early_event_is_202_and_a_contradicting_one_409_and_both_are_kept(app, case, key):
    assert post(app, case, key, case.body("decided", APPROVE)).status_code == 202
    case.session.expire_all()
    applications.withdraw(case.session, case.stage.filer, case.application.number)
    late = post(app, case, key, case.body("accepted"))
    assert late.status_code == 409
    assert late.get_json()["code"] == "contradicts_state"
    states = sorted(row.state for row in case.session.scalars(select(DepartmentEvent)))
    assert states == ["conflicting", "kept"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"type": "nonsense"}, 422),
        ({"occurred_at": "2026-11-20T10:00:00"}, 422),
        ({"occurred_at": "yesterday"}, 422),
        ({"sequence": 0}, 422),
        ({"data": {"unknown": 1}}, 422),
        ({"data": []}, 422),
        ({"extra": 1}, 422),
        ({"referral": "ZB-000000-000000-00"}, 404),
        ({"id": ""}, 422),
    ],
)
def test_what_is_wrong_with_an_event_is_said(app, case, key, change, status):
    answer = post(app, case, key, {**case.body("accepted"), **change})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_what_does_not_do_for_this_case_is_said_like_any_other_mistake_and_nothing_is_kept(app, case, key):
    post(app, case, key, case.body("accepted"))
    entries = [{"kind": "note", "key": "a", "message": "请补充说明。"}]
    answer = post(app, case, key, case.body("correction_requested", {"entries": entries}))
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "data.reason")
    states = [row.state for row in case.session.scalars(select(DepartmentEvent))]
    assert states == ["applied"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}"])
def test_bodies_that_are_no_event(app, case, key, raw):
    assert post(app, case, key, None, raw=raw).status_code in {401, 422}


def test_a_wrong_signature_an_old_one_and_an_unknown_department_are_all_401(app, case, key):
    body = case.body("accepted")
    wrong = SigningKey("k", "v1", new_secret())
    assert post(app, case, wrong, body).status_code == 401
    old = clock.now() - dt.timedelta(minutes=10)
    stale = post(app, case, key, body, at=old)
    assert (stale.status_code, stale.get_json()["code"]) == (401, "signature_clock")
    assert stale.get_json()["title"] == "签名未通过"
    assert post(app, case, key, body, code="NO-SUCH").status_code == 401
    assert case.status == "received"
