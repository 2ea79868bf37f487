"""What travels besides a push: corrections, withdrawals, pulling, exchange folders and databases, routes."""

import datetime as dt
import io
import json
import zipfile

import pytest
from sqlalchemy import create_engine, select, text, update

from redemption.applications import service as applications
from redemption.applications.models import Application, Correction
from redemption.applications.service import NewFile
from redemption.decisions import receiving
from redemption.decisions.models import DepartmentEvent
from redemption.dispatch import configuring, queries, service
from redemption.dispatch.models import Parcel, Referral
from redemption.dispatch.rules import Purpose
from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.identity.service import issue_department_token
from redemption.kernel import clock
from redemption.kernel.errors import Invalid
from redemption.kernel.uow import unit_of_work
from tests.applications.cases import PDF
from tests.dispatch.line import ADMINISTRATOR, Line
from tests.factories import BOX


def ask_and_answer(session, stage, application_id: int) -> int:
    """A correction of one material, asked and answered; returns its id."""
    application = session.get_one(Application, application_id)
    entry = {"kind": "material", "key": "m1", "message": "请重新扫描。"}
    applications.ask_correction(session, stage.officer, application, [entry])
    correction = session.scalars(
        select(Correction)
        .where(Correction.application_id == application_id)
        .order_by(Correction.round.desc())
    ).first()
    filer = stage.filer
    applications.add_correction_material(
        session,
        filer,
        application.number,
        "m1",
        NewFile(io.BytesIO(PDF + b"new"), "补正.pdf", "application/pdf"),
        storage=stage.storage,
    )
    applications.answer_correction(
        session, filer, application.number, {}, correction_id=correction.id, box=BOX
    )
    return correction.id


@pytest.mark.chaos
def test_a_correction_travels_after_the_case_with_its_new_material(line: Line) -> None:
    department = line.simulator()
    try:
        application = line.submit()
        with unit_of_work(line.database) as session:
            correction = ask_and_answer(session, line.stage(session), application)
            service.send_correction(session, application, correction)
            service.send_correction(session, application, correction)
        line.pump(3)
        (case,) = department.read("cases.json")
        assert [parcel["kind"] for parcel in case["parcels"]] == ["submission", "correction"]
        sent = json.loads(case["parcels"][1]["payload"])
        assert sent["correction"]["round"] == 1
        names = [material["name"] for material in sent["materials"] if material["entry"] == "m1"]
        assert names == ["补正.pdf"]
    finally:
        department.stop()


@pytest.mark.chaos
def test_a_case_that_was_never_sent_is_not_sent_after_its_withdrawal(line: Line) -> None:
    department = line.simulator()
    try:
        application = line.submit()
        with unit_of_work(line.database) as session:
            service.send_withdrawal(session, application)
        assert line.pump(1) == 0
        assert department.read("counts.json")["cases"] == 0
        assert [row[0] for row in line.rows(select(Parcel.state))] == ["cancelled"]
    finally:
        department.stop()


@pytest.mark.chaos
def test_a_mapping_travels_and_a_case_that_does_not_fit_is_kept_for_a_person(line: Line) -> None:
    department = line.simulator()
    table = {
        "fields": [
            {"to": "dkje", "from": "form.loan"},
            {"to": "lx", "from": "form.bank", "codes": {"清川银行": "01"}},
        ]
    }
    try:
        line.connect("http", {"endpoint": department.endpoint}, mapping=table)
        line.submit()
        line.pump(3)
        (case,) = department.read("cases.json")
        assert case["payload"]["data"]["lx"] == "01"
        wrong = {"fields": [{"to": "lx", "from": "form.bank", "codes": {"别的银行": "02"}}]}
        line.connect("http", {"endpoint": department.endpoint}, mapping=wrong)
        line.submit()
        line.pump(3)
        (held,) = line.rows(select(Parcel).where(Parcel.state == "refused"))
        assert "清川银行" in held[0].last_error
        assert department.read("counts.json")["cases"] == 1
    finally:
        department.stop()


@pytest.mark.chaos
def test_the_account_goes_only_where_it_is_allowed(line: Line) -> None:
    department = line.simulator()
    try:
        line.connect("http", {"endpoint": department.endpoint, "bank_account": True})
        line.submit()
        line.pump(3)
        (case,) = department.read("cases.json")
        assert case["payload"]["enterprise"]["bank_account"] == "6222020200012345678"
        stored = line.rows(select(Parcel.payload))[0][0]
        assert "6222020200012345678" not in json.dumps(stored), "at rest it stays sealed"
    finally:
        department.stop()


def test_files_a_zip_a_referral_and_answers_as_files(line: Line, tmp_path) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    line.connect("file_drop", {"folder": str(folder)})
    application = line.submit()
    line.pump(3)
    (path,) = (folder / "out").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        import hashlib

        for entry in manifest["files"]:
            assert hashlib.sha256(archive.read(entry["path"])).hexdigest() == entry["sha256"]
        names = archive.namelist()
    assert any(name.startswith("materials/") for name in names)
    referral = json.loads(zipfile.ZipFile(path).read("referral.json"))["referral"]
    (folder / "in").mkdir(exist_ok=True)
    event = {"id": "f-1", "referral": referral, "type": "accepted", "occurred_at": clock.now().isoformat()}
    (folder / "in" / "001.json").write_text(json.dumps(event), "utf-8")
    (folder / "in" / "002.json").write_text("{", "utf-8")
    assert line.courier.poll(receiving.receive_unsure) == 2
    assert line.status(application) == "accepted"
    assert sorted(path.name for path in (folder / "in" / "done").iterdir()) == ["001.json", "002.json"]
    ((unread,),) = line.rows(select(DepartmentEvent).where(DepartmentEvent.state == "conflicting"))
    assert unread.event_id.startswith("002.json"), "what cannot be read is for a person"
    assert line.courier.poll(receiving.receive_unsure) == 0


@pytest.mark.chaos
def test_an_exchange_database_both_ways(line: Line) -> None:
    url = line.database.url
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA qzk"))
        connection.execute(
            text(
                "CREATE TABLE qzk.sp_in (xh bigserial PRIMARY KEY, mykey text UNIQUE, qymc text, dkje text, zt text)"
            )
        )
        connection.execute(
            text(
                "CREATE TABLE qzk.sp_out (xh bigserial PRIMARY KEY, lsh text, zbd text, lx text, sj timestamptz, nr text)"
            )
        )
    line.connect(
        "exchange_db",
        {
            "url": url,
            "out_table": "qzk.sp_in",
            "in_table": "qzk.sp_out",
            "in_order": "xh",
            "out_columns": {"key": "mykey", "data.qymc": "qymc", "data.dkje": "dkje", "kind": "zt"},
            "in_columns": {"id": "lsh", "referral": "zbd", "type": "lx", "occurred_at": "sj", "data": "nr"},
        },
        mapping={"fields": [{"to": "qymc", "from": "enterprise.name"}, {"to": "dkje", "from": "form.loan"}]},
    )
    application = line.submit()
    line.pump(3)
    with engine.begin() as connection:
        (row,) = connection.execute(text("SELECT * FROM qzk.sp_in")).all()
        assert row.qymc
        assert float(row.dkje) == 200000
        referral = row.mykey.rpartition(".")[0]
        connection.execute(
            text("INSERT INTO qzk.sp_out (lsh, zbd, lx, sj, nr) VALUES ('1', :r, 'accepted', now(), NULL)"),
            {"r": referral},
        )
    line.courier.poll(receiving.receive_unsure)
    assert line.status(application) == "accepted"
    line.courier.poll(receiving.receive_unsure)
    assert len(line.rows(select(DepartmentEvent))) == 1
    stored = line.rows(select(queries.Connection.options, queries.Connection.secrets))[-1]
    assert "url" not in stored.options
    assert url not in str(stored.secrets)
    engine.dispose()


@pytest.mark.chaos
def test_pulling_with_a_cursor_and_receipts(line: Line) -> None:
    import urllib.request

    line.connect("pull", {})
    ids = [line.submit() for _ in range(3)]
    line.pump(3)
    with unit_of_work(line.database) as session:
        token, _ = issue_department_token(
            session, ADMINISTRATOR, line.department_id, "pull", dt.timedelta(days=1)
        )

    def call(path: str, body: dict | None = None, bearer: str = token) -> dict:
        request = urllib.request.Request(
            f"{line.base_url}/api/v1/departments/QC-JX{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    first = call("/referrals?limit=2")
    assert len(first["referrals"]) == 2
    second = call(f"/referrals?after={first['next']}")
    assert len(second["referrals"]) == 1
    assert call(f"/referrals?after={second['next']}")["referrals"] == []
    assert len(call("/referrals")["referrals"]) == 3
    table = {"required": ["lx"], "fields": [{"to": "lx", "from": "form.nothing"}]}
    with unit_of_work(line.database) as session:
        session.execute(update(queries.Connection).values(mapping=table))
    unmapped = call("/referrals")["referrals"]
    assert [bool(case["data_faults"]["lx"]) for case in unmapped] == [True] * 3, "nobody's case is held up"
    line.connect("pull", {})
    line.submit()
    line.pump(3)
    assert len(call(f"/referrals?after={second['next']}")["referrals"]) == 1, "one list for both connections"
    number = first["referrals"][0]["referral"]
    assert call(f"/referrals/{number}/receipt", {"number": "BM-1"})["state"] == "taken"
    assert call(f"/referrals/{number}/receipt", {"number": "BM-1"})["state"] == "taken"
    with pytest.raises(urllib.error.HTTPError) as refused:
        call(f"/referrals/{number}/receipt", {"number": "BM-2"})
    assert refused.value.code == 409
    refused.value.close()
    with pytest.raises(urllib.error.HTTPError) as refused:
        call("/referrals", bearer="wrong")
    assert refused.value.code == 401
    refused.value.close()
    states = [row.state for row in line.rows(select(Parcel.state).order_by(Parcel.position))]
    assert sorted(states) == ["later", "later", "later", "taken"]
    assert len(ids) == 3


# --- routes, in one transaction ----------------------------------------------------------------------------


def department_id(session, code: str) -> int:
    return session.scalars(select(Department.id).where(Department.code == code)).one()


def test_a_department_without_a_connection_works_in_the_workbench(session, stage) -> None:
    application = stage.case()
    (referral,) = service.refer(session, application.id)
    assert service.refer(session, application.id) == [referral]
    assert referral.state == "taken"
    assert queries.deciding_referral(session, application.id) is referral


@pytest.mark.parametrize("told", ["before it was referred", "after it"])
def test_a_case_withdrawn_before_it_was_referred_never_leaves(session, stage, told) -> None:
    # the two topics have queues of their own: with a backlog the withdrawal is handled first
    application = stage.case()
    applications.withdraw(session, stage.filer, application.number)
    if told == "before it was referred":
        service.send_withdrawal(session, application.id)
    assert service.refer(session, application.id) == []
    service.send_withdrawal(session, application.id)
    assert session.scalars(select(Parcel)).all() == []
    assert queries.unreferred(session, clock.now() + dt.timedelta(days=1)) == []


def test_a_department_that_moves_keeps_its_old_cases_where_they_are(session, stage) -> None:
    home = department_id(session, "QC-JX")
    old = configuring.connect(session, BOX, ADMINISTRATOR, home, adapter="hosted", options={})
    first = service.refer(session, stage.case().id)[0]
    new = configuring.connect(session, BOX, ADMINISTRATOR, home, adapter="pull", options={})
    import dataclasses

    second = service.refer(session, dataclasses.replace(stage, filer=stage.other).case().id)[0]
    assert (first.connection_id, second.connection_id) == (old.id, new.id)
    later = clock.now() + dt.timedelta(days=30)
    configuring.connect(session, BOX, ADMINISTRATOR, home, adapter="hosted", options={}, begins_at=later)
    assert queries.connection_at(session, home, clock.now()).id == new.id
    assert queries.connection_at(session, home, later).adapter == "hosted"


def test_a_district_has_its_own_department(session, stage) -> None:
    own = stage.world.enterprises[0].jurisdiction_id
    target = department_id(session, "WH-FG")
    configuring.set_route(session, ADMINISTRATOR, stage.item.id, target, jurisdiction_id=own)
    application = stage.case()
    (referral,) = service.refer(session, application.id)
    session.refresh(application)
    assert referral.department_id == target
    assert application.department_id == target


def test_departments_that_are_heard_are_asked_step_by_step(session, stage) -> None:
    first, second = department_id(session, "QC-KJ"), department_id(session, "QC-RS")
    configuring.set_route(session, ADMINISTRATOR, stage.item.id, first, purpose=Purpose.OPINION, step=1)
    configuring.set_route(session, ADMINISTRATOR, stage.item.id, second, purpose=Purpose.OPINION, step=2)
    application = stage.case()
    service.refer(session, application.id)
    states = {row.department_id: row for row in queries.referrals_of(session, application.id)}
    assert states[first].state == "taken"
    assert states[second].state == "planned"
    officer = Actor(9, "会办人", Role.OFFICER, department_id=first)
    service.give_opinion(session, officer, states[first], "support", "同意。")
    session.flush()
    session.expire_all()
    assert states[second].state == "taken"


def test_wrong_settings_are_told_when_they_are_made(session, stage) -> None:
    home = department_id(session, "QC-JX")
    for adapter, options, field in (
        ("nonsense", {}, "adapter"),
        ("http", {}, "endpoint"),
        ("http", {"endpoint": "ftp://x"}, "endpoint"),
        ("http", {"endpoint": "http://a.example", "bank_account": True}, "bank_account"),
        ("http", {"endpoint": "http://a.example", "certificate_file": "/no/such"}, "certificate_file"),
        ("http", {"endpoint": "http://a.example", "surprise": 1}, "surprise"),
        ("exchange_db", {"url": "nonsense"}, "url"),
        ("file_drop", {}, "folder"),
    ):
        with pytest.raises(Invalid) as refused:
            configuring.connect(session, BOX, ADMINISTRATOR, home, adapter=adapter, options=options)
        assert field in refused.value.fields, (adapter, options)


def test_two_keys_live_and_no_third(session, stage) -> None:
    from redemption.kernel.errors import Conflict

    home = department_id(session, "QC-JX")
    first, _ = configuring.add_key(session, BOX, ADMINISTRATOR, home)
    _, secret = configuring.add_key(session, BOX, ADMINISTRATOR, home, scheme="v1sm3")
    assert secret.startswith("whsec_")
    with pytest.raises(Conflict):
        configuring.add_key(session, BOX, ADMINISTRATOR, home)
    configuring.retire_key(session, ADMINISTRATOR, home, first.key_id)
    configuring.add_key(session, BOX, ADMINISTRATOR, home)


def test_the_sweep_finds_what_nobody_rang_for(session, stage) -> None:
    application = stage.case()
    assert queries.unreferred(session, clock.now() - dt.timedelta(minutes=1)) == []
    assert queries.unreferred(session, clock.now() + dt.timedelta(seconds=1)) == [application.id]
    service.refer(session, application.id)
    assert queries.unreferred(session, clock.now() + dt.timedelta(seconds=1)) == []


def test_events_of_an_opinion(session, stage) -> None:
    heard = department_id(session, "QC-KJ")
    configuring.set_route(session, ADMINISTRATOR, stage.item.id, heard, purpose=Purpose.OPINION)
    application = stage.case()
    service.refer(session, application.id)
    referral = session.scalars(select(Referral).where(Referral.purpose == "opinion")).one()
    from redemption.decisions.schemas import EventSchema

    body = {
        "id": "o-1",
        "referral": referral.number,
        "type": "opinion",
        "occurred_at": clock.now().isoformat(),
        "data": {"result": "conditional", "text": "请核对金额。"},
    }
    found = receiving.receive(session, session.get_one(Department, heard), EventSchema().load(body))
    assert found.event.state == "applied"
    assert referral.opinion["result"] == "conditional"
    other = receiving.receive(
        session,
        session.get_one(Department, heard),
        EventSchema().load({**body, "id": "o-2", "type": "accepted", "data": {}}),
    )
    assert other.event.state == "conflicting"
