"""Delivery over real HTTP to a department in a process of its own."""

import datetime as dt
import hashlib
import time
import urllib.error
import urllib.request

import pytest
from sqlalchemy import select, update

from redemption.applications.models import ApplicationEvent
from redemption.decisions import receiving
from redemption.dispatch import service
from redemption.dispatch.models import Attempt, Connection, Parcel, Referral
from redemption.dispatch.port import Alert
from redemption.dispatch.watching import watch
from redemption.kernel import clock
from redemption.kernel.uow import unit_of_work
from redemption.messages.models import Message
from tests.dispatch.line import ADMINISTRATOR, Line, until


def test_a_case_goes_out_signed_and_comes_back_decided(line: Line) -> None:
    department = line.simulator()
    try:
        application = line.submit()
        assert line.pump() == 1
        (case,) = department.read("cases.json")
        assert case["payload"]["enterprise"]["name"] == "清川青禾智能科技有限公司"
        assert case["payload"]["form"]["loan"]
        assert "6222020200012345678" not in str(case), "the account is not for this department"
        department.click(case["referral"], "accept")
        until(lambda: line.status(application) == "accepted")
        department.click(case["referral"], "approve", amount="100000")
        until(lambda: line.status(application) == "approved")
        (referral,) = [row[0] for row in line.rows(select(Referral))]
        assert referral.department_number == case["number"]
        assert referral.state == "taken"
        actions = [
            row[0] for row in line.rows(select(ApplicationEvent.action).order_by(ApplicationEvent.seq))
        ]
        assert actions[-2:] == ["accept", "approve"]
    finally:
        department.stop()


@pytest.mark.chaos
def test_material_links_open_with_the_token_alone_and_show_the_same_bytes(line: Line) -> None:
    department = line.simulator()
    try:
        line.submit()
        line.pump()
        (case,) = department.read("cases.json")
        material = case["payload"]["materials"][0]
        with urllib.request.urlopen(material["url"], timeout=10) as answer:
            assert hashlib.sha256(answer.read()).hexdigest() == material["sha256"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(material["url"][:-2] + "xx", timeout=10)
        assert refused.value.code == 403
        refused.value.close()
    finally:
        department.stop()


@pytest.mark.chaos
def test_lost_answers_leave_one_case_at_the_department(line: Line) -> None:
    department = line.simulator("--lost", "1.0")
    try:
        line.submit()
        line.pump(1)
        assert [row[0] for row in line.rows(select(Parcel.state))] == ["waiting"]
        line.close_breaker()
        line.pump(1)
        counts = department.read("counts.json")
        assert counts["cases"] == 1
        assert counts["deliveries"] == 2
    finally:
        department.stop()


@pytest.mark.chaos
def test_an_event_proves_that_the_case_arrived_although_the_answer_was_lost(line: Line) -> None:
    department = line.simulator("--lost", "1.0")
    try:
        application = line.submit()
        line.pump(1)
        (case,) = department.read("cases.json")
        department.click(case["referral"], "accept")
        until(lambda: line.status(application) == "accepted")
        assert [row[0] for row in line.rows(select(Parcel.state))] == ["taken"]
    finally:
        department.stop()


@pytest.mark.chaos
def test_a_department_that_is_down_gets_its_cases_when_it_comes_back_in_order(line: Line) -> None:
    department = line.simulator()
    department.kill()
    application = line.submit()
    line.pump(1)
    (row,) = line.rows(select(Parcel))
    assert row[0].state == "waiting"
    assert row[0].attempts == 1
    assert row[0].next_at > clock.now() - dt.timedelta(seconds=1)
    with unit_of_work(line.database) as session:
        service.send_withdrawal(session, application, "不再需要")
    department.start()
    try:
        line.close_breaker()
        line.pump(3)
        (case,) = department.read("cases.json")
        assert [parcel["kind"] for parcel in case["parcels"]] == ["submission", "withdrawal"]
        assert case["state"] == "withdrawn"
    finally:
        department.stop()


@pytest.mark.chaos
def test_a_courier_killed_in_the_middle_of_a_delivery_loses_nothing(line: Line) -> None:
    """The claim is committed and the courier is gone: when the lease is over another one delivers, once in effect."""
    department = line.simulator()
    try:
        line.submit()
        claims = line.courier._claim(1)
        assert len(claims) == 1
        line.courier._send(claims[0])
        # killed here: the department has it, nothing is recorded
        assert line.pump(0.5) == 0, "the lease holds it"
        with unit_of_work(line.database) as session:
            session.execute(update(Parcel).values(lease_until=clock.now() - dt.timedelta(seconds=1)))
        assert line.pump() == 1
        (row,) = line.rows(select(Parcel))
        assert row[0].state == "taken"
        counts = department.read("counts.json")
        assert (counts["cases"], counts["deliveries"]) == (1, 2)
    finally:
        department.stop()


@pytest.mark.chaos
def test_the_breaker_opens_after_failures_and_one_parcel_tries_first(line: Line) -> None:
    department = line.simulator("--errors", "1.0")
    try:
        for _ in range(6):
            line.submit()
        line.pump(2)
        (row,) = line.rows(select(Connection))
        assert row[0].failures >= 5
        assert row[0].open_until is not None
        assert line.pump(0.5) == 0, "no call while it is open"
        with unit_of_work(line.database) as session:
            session.execute(update(Connection).values(open_until=clock.now()))
            session.execute(update(Parcel).values(next_at=clock.now()))
        before = line.rows(select(Attempt)).__len__()
        claims = line.courier._claim(8)
        assert len(claims) == 1
        assert len(line.rows(select(Attempt))) == before
    finally:
        department.stop()


@pytest.mark.chaos
def test_after_72_hours_it_is_a_dead_letter_that_a_person_sends_again(line: Line) -> None:
    department = line.simulator()
    department.kill()
    line.submit()
    line.pump(1)
    with unit_of_work(line.database) as session:
        session.execute(
            update(Parcel).values(
                first_attempt_at=clock.now() - dt.timedelta(hours=72, seconds=1), next_at=clock.now()
            )
        )
    line.pump(1)
    (row,) = line.rows(select(Parcel))
    assert row[0].state == "dead"
    department.start()
    try:
        assert line.pump(0.5) == 0
        with unit_of_work(line.database) as session:
            assert service.redrive(session, ADMINISTRATOR, [row[0].id], "系统已恢复") == 1
        assert line.pump() == 1
        assert department.read("counts.json")["cases"] == 1
    finally:
        department.stop()


@pytest.mark.chaos
def test_the_limit_of_parallel_calls_counts_every_courier(line: Line) -> None:
    line.connect("demo", {"mode": "slow", "seconds": 1}, max_parallel=2)
    for _ in range(5):
        line.submit()
    first = line.courier._claim(8)
    assert len(first) == 2
    assert line.courier._claim(8) == []
    for claim in first:
        line.courier._record([line.courier._start(claim).result()])
    assert len(line.courier._claim(8)) == 2


@pytest.mark.chaos
def test_a_system_that_hangs_for_ever_keeps_no_more_threads_than_its_limit(line: Line) -> None:
    """Its leases are over, its calls are still out: the others of its cases wait, and other departments do not."""
    line.connect("demo", {"mode": "slow", "seconds": 1}, max_parallel=2)
    for _ in range(4):
        line.submit()
    hanging = [line.courier._start(claim) for claim in line.courier._claim(8)]
    with unit_of_work(line.database) as session:
        session.execute(update(Parcel).values(lease_until=clock.now() - dt.timedelta(seconds=1)))
    assert line.courier._claim(8) == []
    for call in hanging:
        call.result()
    assert len(line.courier._claim(8)) == 2


def test_after_a_wrong_setting_the_next_try_reads_the_settings_anew(line: Line) -> None:
    """Certificates change in their files: nobody has to start the couriers again."""
    line.connect("demo", {})
    line.submit()
    (claim,) = line.courier._claim(1)
    assert claim.adapter is not None
    claim.adapter.submit = lambda _: Alert("证书过期")  # type: ignore[method-assign]
    line.courier._record([line.courier._start(claim).result()])
    line.close_breaker()
    (again,) = line.courier._claim(1)
    assert again.adapter is not claim.adapter


def test_a_connection_whose_package_is_gone_holds_up_nobody_and_is_seen(line: Line) -> None:
    line.connect("demo", {})
    with unit_of_work(line.database) as session:
        session.execute(update(Connection).values(adapter="third_party"))
    line.submit()
    line.pump(0.5)
    ((parcel,),) = line.rows(select(Parcel))
    assert (parcel.state, parcel.attempts) == ("waiting", 1)
    assert "third_party" in parcel.last_error
    assert line.rows(select(Message.subject).where(Message.template == "adapter_trouble"))
    with unit_of_work(line.database) as session:
        assert watch(session) == 0


def test_answers_that_cannot_be_fetched_are_told_when_it_goes_on(line: Line, tmp_path) -> None:
    connection = line.connect("file_drop", {"folder": str(tmp_path)})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "001.json").mkdir()
    trouble = select(Message).where(Message.template == "adapter_trouble")
    assert line.courier.poll(receiving.receive_unsure) == 0
    assert not line.rows(trouble), "not at the first disturbance"
    with unit_of_work(line.database) as session:
        session.get_one(Connection, connection).begins_at -= dt.timedelta(minutes=20)
    for _ in range(2):
        line.courier.poll(receiving.receive_unsure)
    told = [row[0] for row in line.rows(trouble)]
    assert {bool(message.department_id) for message in told} == {True, False}, (
        "the contact and administrators"
    )
    assert len({message.person_id for message in told}) == len(told)


@pytest.mark.chaos
def test_a_slow_department_does_not_hold_up_another(line: Line) -> None:
    slow = line.connect("demo", {"mode": "slow", "seconds": 4}, max_parallel=8)
    for _ in range(6):
        line.submit()
    line.connect("demo", {"mode": "ok"})
    fast = [line.submit() for _ in range(3)]
    begun = time.monotonic()
    line.courier.pump(1)
    states = {
        row.application_id: row.state
        for row in line.rows(
            select(Referral.application_id, Parcel.state).join(Parcel, Parcel.referral_id == Referral.id)
        )
    }
    assert [states[application] for application in fast] == ["taken"] * 3
    taken = line.rows(
        select(Attempt.at).join(Parcel, Parcel.id == Attempt.parcel_id).where(Parcel.connection_id != slow)
    )
    assert all((row.at.timestamp() - time.time()) < 0 for row in taken)
    assert max(row.at for row in taken) - min(row.at for row in taken) < dt.timedelta(seconds=2)
    assert time.monotonic() - begun < 7
