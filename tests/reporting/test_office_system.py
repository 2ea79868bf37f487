"""An office with a system of its own: pushed to, failing first, calling back; the built-in desk never loses a report."""

import datetime as dt
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from redemption.dispatch.port import Alert, Refused, Retry
from redemption.dispatch.port.signing import SigningKey, signed_headers
from redemption.identity.models import Office
from redemption.identity.rules import Role, system_actor
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotAllowed
from redemption.kernel.secrets import Signer
from redemption.kernel.uow import unit_of_work
from redemption.messages.models import Message
from redemption.reporting import connecting, outgoing, queries, service
from redemption.reporting.models import Duty, OfficeConnection, OfficeEvent, OfficeParcel, Report
from tests.factories import BOX, make_item, make_policy, make_world
from tests.reporting.packages import ready

ROOT = Path(__file__).resolve().parents[2]


def sent(session, world, storage, **details) -> tuple[Duty, Report]:
    policy = make_policy(session, world, **details)
    duty = service.open_report_duty(session, policy.id, policy.current_version_id)
    report = queries.latest_report(session, duty.id)
    ready(session, storage, report)
    return duty, service.send_report(session, system_actor("test", duty.department_id), report.id)


def connected_office(session, world, endpoint="http://127.0.0.1:9", box=BOX) -> tuple[Office, str]:
    office = session.get_one(Office, world.actor(Role.OFFICE).office_id)
    admin = world.actor(Role.ADMINISTRATOR)
    _, secret = connecting.add_key(session, box, admin, office.id)
    connecting.connect(
        session, box, admin, office.id, adapter="http", options={"endpoint": endpoint, "timeout": "5"}
    )
    return office, secret


class System:
    """The process, and what it kept."""

    def __init__(self, folder: Path) -> None:
        self.kept = folder / "kept.jsonl"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/gk"

    def start(self, secret: str, failures: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.reporting.office_system", str(self.port), secret, str(failures), str(self.kept)],
            cwd=ROOT,
        )  # fmt: skip
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                httpx.get(self.endpoint, timeout=1, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the office's system did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def got(self) -> list[dict]:
        return [json.loads(line) for line in self.kept.read_text().splitlines()] if self.kept.exists() else []


@pytest.fixture
def system(tmp_path):
    made = System(tmp_path)
    yield made
    made.stop()


def at_once(database) -> None:
    """As if the pause were over."""
    with unit_of_work(database) as session:
        session.execute(update(OfficeParcel).values(next_at=clock.now()))
        session.execute(update(OfficeConnection).values(open_until=None))


def test_a_system_that_is_down_and_then_fails_gets_every_report_once_and_in_order(
    fresh_database, storage, system
):
    means = outgoing.Means(fresh_database, BOX, Signer(["k" * 40]), "http://localhost")
    with unit_of_work(fresh_database) as session:
        world = make_world(session)
        office, secret = connected_office(session, world, system.endpoint)
        item = make_item(session, world)
        duty = service.open_report_duty(session, item.policy_id, item.current.policy_version_id)
        for no in (1, 2):
            if no == 2:
                service.supplement(session, item.id, item.current_version_id)
            report = queries.latest_report(session, duty.id)
            ready(session, storage, report)
            service.send_report(session, system_actor("test", duty.department_id), report.id)
        number, office_id = duty.number, office.id
    # nobody listens: it stays at the desk, and waits
    assert outgoing.pump(means) == 1
    with unit_of_work(fresh_database) as session:
        parcel = session.scalars(select(OfficeParcel).order_by(OfficeParcel.id)).first()
        assert (parcel.state, parcel.attempts) == ("waiting", 1)
        assert parcel.next_at > clock.now()
        assert "连接" in parcel.last_error
        assert {one.state for one in session.scalars(select(Report))} == {"sent"}
    system.start(secret, failures=2)
    for turn in range(2):
        at_once(fresh_database)
        assert outgoing.pump(means) == 1, turn
    assert [one["status"] for one in system.got()] == [503, 503]
    at_once(fresh_database)
    assert outgoing.pump(means) == 2
    assert [(one["key"], one["status"]) for one in system.got()][2:] == [
        (f"{number}.1", 200),
        (f"{number}.2", 200),
    ]
    assert outgoing.pump(means) == 0
    with unit_of_work(fresh_database) as session:
        rows = session.scalars(select(OfficeParcel).order_by(OfficeParcel.id)).all()
        assert [(row.state, row.number) for row in rows] == [("taken", "GK-1"), ("taken", "GK-2")]
        assert [one["outcome"] for one in rows[0].tries] == ["retry", "retry", "retry", "taken"]
        assert connecting.connection_of(session, office_id).failures == 0
    body = system.got()[2]["body"]
    assert body["package"]["sha256"]
    assert body["policy"]["title"]
    assert body["callback"].endswith("/events")


def test_a_killed_process_leaves_a_lease_that_runs_out(session, world, storage):
    connected_office(session, world)
    sent(session, world, storage)
    held = outgoing.claim(session)
    assert len(held) == 1
    assert outgoing.claim(session) == []
    held[0].lease_until = clock.now() - dt.timedelta(seconds=1)
    session.flush()
    assert [one.id for one in outgoing.claim(session)] == [held[0].id]


def claimed(session) -> outgoing.Held:
    parcel = outgoing.claim(session)[0]
    return outgoing.Held(parcel.id, parcel.lease_token, outgoing.Sending("k", {}), None)


def test_a_refusal_and_seventy_two_hours_wait_for_a_person_who_sends_again(session, world, storage):
    office, _ = connected_office(session, world)
    _, report = sent(session, world, storage)
    outgoing.record(session, claimed(session), Refused(("缺少字段",), 422), 5)
    parcel = service.parcel_of(session, report.id)
    assert (parcel.state, parcel.last_error) == ("refused", "缺少字段")
    told = session.scalars(select(Message).where(Message.template == "office_report_stuck")).all()
    assert {bool(one.office_id) for one in told} == {True, False}
    assert service.redrive(session, world.actor(Role.ADMINISTRATOR), office.id) == 1
    session.refresh(parcel)
    held = claimed(session)
    parcel.first_attempt_at = clock.now() - dt.timedelta(hours=73)
    session.flush()
    outgoing.record(session, held, Retry("连接中断"), 5)
    assert parcel.state == "dead"
    assert report.state == "sent"
    assert [row[0].id for row in session.execute(queries.incoming(office_actor(world)))] == [report.id]


def office_actor(world):
    return world.actor(Role.OFFICE)


def test_wrong_settings_are_told_once_in_six_hours(session, world, storage):
    connected_office(session, world)
    _, report = sent(session, world, storage)
    for _ in range(2):
        outgoing.record(session, claimed(session), Alert("部门系统答复 401", None, 401), 5)
        parcel = service.parcel_of(session, report.id)
        parcel.next_at = clock.now()
        session.flush()
    told = select(Message).where(Message.template == "office_system_trouble", Message.office_id.is_not(None))
    assert len(session.scalars(told).all()) == 1


def test_what_the_desk_signed_is_not_pushed_and_a_new_connection_takes_what_is_unsigned(
    session, world, storage
):
    _, report = sent(session, world, storage)
    assert service.parcel_of(session, report.id) is None
    office, _ = connected_office(session, world)
    assert service.queue_forgotten(session) == 1
    assert service.queue_forgotten(session) == 0
    service.sign(session, office_actor(world), report.id)
    assert service.parcel_of(session, report.id).state == "cancelled"
    assert outgoing.claim(session) == []
    admin = world.actor(Role.ADMINISTRATOR)
    _, waiting = sent(session, world, storage)
    connecting.disconnect(session, admin, office.id)
    session.expire_all()
    assert service.parcel_of(session, waiting.id).state == "cancelled"
    connecting.connect(
        session, BOX, admin, office.id, adapter="http", options={"endpoint": "http://127.0.0.1:9"}
    )
    session.expire_all()
    assert service.parcel_of(session, waiting.id).state == "waiting"
    assert service.parcel_of(session, report.id).state == "cancelled"


# --- the way back ------------------------------------------------------------------------------------------


def called(app, code, secret, body, at=None):
    raw = json.dumps(body).encode()
    key = SigningKey("k", "v1", secret)
    headers = signed_headers((key,), body.get("id", "x"), at or clock.now(), raw)
    return app.test_client().post(
        f"/api/v1/offices/{code}/events", data=raw, headers={**headers, "content-type": "application/json"}
    )


def event(duty, kind="signed", number="e1", **data):
    return {
        "id": number,
        "report": f"{duty.number}.1",
        "type": kind,
        "occurred_at": clock.now().isoformat(),
        "data": data,
    }


@pytest.fixture
def pushed(session, world, storage, app):
    office, secret = connected_office(session, world)
    duty, report = sent(session, world, storage)
    return connecting.office_code(session, office.id), secret, duty, report


def test_a_signature_comes_back_once(session, app, pushed):
    code, secret, duty, report = pushed
    first = called(app, code, secret, event(duty, by="李思齐", number="e1") | {"id": "e1"})
    assert first.status_code == 200, first.json
    session.refresh(report)
    assert (report.state, report.signed_by_name) == ("signed", "李思齐")
    assert service.parcel_of(session, report.id).state == "taken"
    again = called(app, code, secret, event(duty, by="李思齐") | {"occurred_at": "2026-01-05T09:00:00+08:00"})
    assert again.status_code == 409  # same id, another content
    told = select(Message).where(Message.template == "report_signed")
    assert len(session.scalars(told).all()) == 1


def test_the_very_same_event_twice_has_the_effect_of_once(session, app, pushed):
    code, secret, duty, report = pushed
    body = event(duty, "returned", reason="标准表缺少金额")
    answers = [called(app, code, secret, body) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert "此前" in answers[1].json["message"]
    session.refresh(report)
    assert (report.state, report.return_reason) == ("returned", "标准表缺少金额")
    again = session.scalars(select(Duty).where(Duty.kind == "report_again")).all()
    assert len(again) == 1
    assert len(session.scalars(select(OfficeEvent)).all()) == 1


def test_a_contradiction_is_refused_and_kept(session, app, pushed, world):
    code, secret, duty, report = pushed
    service.sign(session, office_actor(world), report.id)
    session.commit()
    answer = called(app, code, secret, event(duty, "returned", reason="重复"))
    assert (answer.status_code, answer.json["code"]) == (409, "contradicts_state")
    session.expire_all()
    assert report.state == "signed"
    assert session.scalars(select(OfficeEvent.state)).all() == ["conflicting"]
    assert called(app, code, secret, event(duty, "signed", "e2")).status_code == 200


@pytest.mark.parametrize("fault", ["secret", "office", "report", "reason", "clock"])
def test_what_is_not_genuine_or_not_theirs_changes_nothing(session, app, pushed, fault):
    code, secret, duty, report = pushed
    body, at = event(duty), None
    if fault == "secret":
        secret = "whsec_" + "QUFB" * 12
    if fault == "clock":
        at = clock.now() - dt.timedelta(hours=2)
    if fault == "office":
        code = "999999"
    if fault == "report":
        body["report"] = "ZZ-26-AAAAAAAA.1"
    if fault == "reason":
        body["type"] = "returned"
    expected = {"secret": 401, "clock": 401, "office": 401, "report": 404, "reason": 422}[fault]
    assert called(app, code, secret, body, at).status_code == expected
    session.refresh(report)
    assert report.state == "sent"


def test_the_package_is_fetched_by_its_link_while_it_lasts(session, app, pushed):
    _, _, _, report = pushed
    signer = app.extensions["redemption"]["signer"]
    good = signer.sign(str(report.id), clock.now() + dt.timedelta(days=1), outgoing.LINK_PURPOSE)
    old = signer.sign(str(report.id), clock.now() - dt.timedelta(seconds=1), outgoing.LINK_PURPOSE)
    client = app.test_client()
    assert client.get(f"/api/v1/reports/packages/{good}").data[:2] == b"PK"
    assert client.get(f"/api/v1/reports/packages/{old}").status_code == 410
    assert client.get(f"/api/v1/reports/packages/{good[:-2]}xx").status_code == 403


# --- pages -------------------------------------------------------------------------------------------------


def test_the_administrator_connects_an_office_and_sees_what_is_wrong(session, world, browser_of, storage):
    duty, report = sent(session, world, storage)
    here = f"/admin/offices/{duty.office_id}/system"
    browser = browser_of("guanli")
    assert "业务系统" in browser.get(f"/admin/places/office/{duty.office_id}").text
    assert "还没有对接" in browser.get(here).text
    wrong = browser.post(here, data={"adapter": "http", "endpoint": "nonsense"})
    assert wrong.status_code == 422
    assert "http://" in wrong.text
    key = browser.post(f"{here}/keys", data={"scheme": "v1"})
    assert "whsec_" in key.text
    assert "whsec_" not in browser.get(here).text
    assert (
        browser.post(here, data={"adapter": "http", "endpoint": "http://127.0.0.1:9/gk"}).status_code == 303
    )
    assert "连不上" in browser.post(f"{here}/check").text
    assert service.queue_forgotten(session) == 1
    assert duty.title in browser.get(here).text
    assert browser.post(f"{here}/redrive").status_code == 303
    retire = browser.post(f"{here}/keys/{connecting.live_keys(session, duty.office_id)[0].key_id}/retire")
    assert retire.status_code == 422
    parcel = service.parcel_of(session, report.id)
    parcel.attempts, parcel.last_error = 1, "连接部门系统超时。"
    session.flush()
    office = browser_of("gongkai")
    page = office.get(f"/office/reports/{duty.number}/1")
    assert "连接部门系统超时" in page.text
    assert office.post(f"/office/reports/{duty.number}/1/push").status_code == 303
    assert office.get(here).status_code == 403
    assert browser.post(f"{here}/stop").status_code == 303


def test_only_administrators_connect(session, world):
    with pytest.raises(NotAllowed):
        connecting.connect(session, BOX, office_actor(world), 1, adapter="http", options={})
    admin = world.actor(Role.ADMINISTRATOR)
    office, _ = connected_office(session, world)
    connecting.add_key(session, BOX, admin, office.id)
    with pytest.raises(Conflict):
        connecting.add_key(session, BOX, admin, office.id)
