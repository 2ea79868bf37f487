"""The duty of article 25 from publication to signature, on the real database and through the real jobs."""

import datetime as dt
import io
import json
import zipfile

import pytest
import time_machine
from sqlalchemy import select

from redemption.documents.models import Document
from redemption.identity.models import Department
from redemption.identity.rules import Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.messages.models import Message
from redemption.policies.models import PolicyVersion
from redemption.reporting import assembly, queries, rules, service, sweep
from redemption.reporting.models import Duty
from tests.factories import make_item, make_policy
from tests.reporting.packages import ready

VECTORS = [
    ("2025-09-26", "2025-09-30"),
    ("2025-09-30", "2025-10-11"),
    ("2025-12-31", "2026-01-06"),
    ("2026-02-13", "2026-02-25"),
    ("2026-04-30", "2026-05-08"),
    ("2026-09-18", "2026-09-22"),
]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def opened(session, world, **details) -> Duty:
    policy = make_policy(session, world, **details)
    return service.open_report_duty(session, policy.id, policy.current_version_id)


def assembled(session, connected, storage, duty, *, whole=False):
    """The newest report of a duty, ready. Only `whole` renders its PDFs: a second each."""
    report = queries.latest_report(session, duty.id)
    if whole:
        assembly.assemble(connected, storage, "http://localhost", report.id)
        session.expire_all()
    else:
        ready(session, storage, report)
    return report


def told(session, template):
    return session.scalars(select(Message).where(Message.template == template).order_by(Message.id)).all()


def whats(session, duty):
    return [event.what for event in queries.history(session, duty.id)]


@pytest.mark.parametrize(("published", "due"), VECTORS)
def test_vectors_through_the_duty(session, world, published, due):
    with time_machine.travel(at(f"{published} 10:00"), tick=False):
        duty = opened(session, world)
    assert clock.last_day(duty.due_at).isoformat() == due
    assert (duty.provisional, duty.entered_late, duty.office_id) == (False, False, world.offices["990100"].id)


def test_opening_twice_is_one_duty_and_one_report(session, world):
    policy = make_policy(session, world)
    one = service.open_report_duty(session, policy.id, policy.current_version_id)
    two = service.open_report_duty(session, policy.id, policy.current_version_id)
    assert one.id == two.id
    assert len(queries.reports(session, one.id)) == 1
    assert whats(session, one) == ["opened"]


def test_a_policy_entered_late_counts_from_its_publication_and_says_so(session, world):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        duty = opened(session, world, publication_date=dt.date(2026, 9, 1))
        assert clock.last_day(duty.due_at) == dt.date(2026, 9, 4)
        assert duty.entered_late
        sweep.sweep_batch(session)
        session.refresh(duty)
        assert duty.overdue_at == duty.due_at
        # nobody's head is told in the minute in which the department itself learns of it
        assert told(session, "duty_escalated_head") == []


def version_of(session, policy, **over) -> PolicyVersion:
    """A further published version, as an import or an amendment writes it."""
    old = session.get(PolicyVersion, policy.current_version_id)
    made = PolicyVersion(
        policy_id=policy.id,
        no=old.no + 1,
        title=old.title,
        text="修订文本",
        created_at=clock.now(),
        created_by="person:1",
        published_at=clock.now(),
        **over,
    )
    session.add(made)
    session.flush()
    return made


def test_years_back_and_in_the_future(session, world):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        policy = make_policy(session, world, publication_date=dt.date(2019, 5, 6))
        old = service.open_report_duty(session, policy.id, policy.current_version_id)
        later = version_of(session, policy, publication_date=dt.date(2026, 12, 30))
        ahead = service.open_report_duty(session, policy.id, later.id)
    assert clock.last_day(old.due_at) == dt.date(2019, 5, 9)
    assert ahead.provisional
    assert not ahead.entered_late


def test_the_drafting_department_owes_what_is_in_the_governments_name(session, world):
    policy = make_policy(session, world)
    policy.in_government_name = True
    policy.drafting_department_id = world.departments["QC-KJ"].id
    session.flush()
    duty = service.open_report_duty(session, policy.id, policy.current_version_id)
    assert duty.department_id == world.departments["QC-KJ"].id


def test_the_office_is_the_one_of_the_same_level(session, world):
    duty = opened(session, world, department="WH-FG")
    assert duty.office_id == world.offices["990102"].id


def test_without_an_office_the_administrator_is_told_and_the_duty_waits_for_it(
    session, world, connected, storage
):
    office = world.offices["990100"]
    other = world.jurisdictions["990102001"]
    world.offices["990102"].jurisdiction_id  # noqa: B018 - the district keeps its own
    office.jurisdiction_id = (
        other.id if queries.office_of_level(session, other.id) is None else office.jurisdiction_id
    )
    session.flush()
    duty = opened(session, world)
    assert duty.office_id is None
    assert told(session, "office_missing")
    report = assembled(session, connected, storage, duty)
    with pytest.raises(Conflict) as refused:
        service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)
    assert refused.value.code == "no_office"
    office.jurisdiction_id = world.city.id
    session.flush()
    sweep.look_after(connected)
    session.expire_all()
    assert duty.office_id == office.id
    assert report.state == "assembling", "the letter is made anew, to the office there is now"
    assembled(session, connected, storage, duty)
    service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)


def test_package_holds_letter_text_standards_data_and_their_digests(session, world, connected, storage):
    item = make_item(session, world)
    duty = service.open_report_duty(
        session, item.policy_id, session.get(type(item), item.id).current.policy_version_id
    )
    report = assembled(session, connected, storage, duty, whole=True)
    assert report.state == "ready"
    with storage.open(report.package_sha256) as stored:
        package = zipfile.ZipFile(io.BytesIO(stored.read()))
    names = package.namelist()
    assert names == ["1-报送函.pdf", "2-政策原文.pdf", "3-兑现标准表.pdf", "报送数据.json", "SHA256.txt"]
    listed = dict(reversed(line.split("  ")) for line in package.read("SHA256.txt").decode().splitlines())
    import hashlib

    for name in names[:-1]:
        assert hashlib.sha256(package.read(name)).hexdigest() == listed[name]
    data = json.loads(package.read("报送数据.json"))
    assert [entry["name"] for entry in data["items"]] == ["测试补贴"]
    assert data["items"][0]["fields"]["standard"]["text"].startswith("给予10万元")
    assert package.read("1-报送函.pdf").startswith(b"%PDF")


def test_send_fulfils_sign_acknowledges(session, world, connected, storage):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        duty = opened(session, world)
        report = assembled(session, connected, storage, duty)
    with time_machine.travel(at("2026-09-22 23:59:59"), tick=False):
        service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)
    assert (duty.late, duty.next_step_at, report.state) == (False, None, "sent")
    assert told(session, "office_report_received")[0].office_id == duty.office_id
    service.sign(session, world.actors["gongkai"], report.id)
    assert (report.state, report.signed_by_name) == ("signed", world.actors["gongkai"].name)
    assert told(session, "report_signed")[0].department_id == duty.department_id
    assert whats(session, duty) == ["opened", "assembled", "fulfilled", "signed"]
    actions = [entry.action for entry in audit.entries(session, duty.subject)]
    assert {"fulfil_duty", "send_report", "sign_report"} <= set(actions)


def test_one_second_after_midnight_is_late_and_stays_late(session, world, connected, storage):
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        duty = opened(session, world)
        report = assembled(session, connected, storage, duty)
    with time_machine.travel(at("2026-09-23 00:00:00"), tick=False):
        service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)
    assert duty.late
    assert "已逾期" in told(session, "office_report_received")[0].body


def test_sent_twice_is_refused_and_nothing_is_told_twice(session, world, connected, storage):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    report = assembled(session, connected, storage, opened(session, world))
    service.send_report(session, maker, report.id)
    with pytest.raises(Conflict) as refused:
        service.send_report(session, maker, report.id)
    assert refused.value.code == "report_sent"
    assert len(told(session, "office_report_received")) == 1


def test_others_find_nothing(session, world, connected, storage):
    duty = opened(session, world)
    report = assembled(session, connected, storage, duty)
    strangers = [
        world.actor(Role.POLICY_MAKER, department="QC-KJ"),
        world.actor(Role.OFFICER, department="WH-FG"),
        world.actors["gongkai"],
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            service.send_report(session, stranger, report.id)
    with pytest.raises(NotFound):
        service.sign(session, world.actors["gongkai"], report.id)  # not sent yet
    service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)
    for stranger in strangers[:2]:
        with pytest.raises(NotFound):
            service.sign(session, stranger, report.id)
        with pytest.raises(NotFound):
            queries.by_number(session, stranger, duty.number)


def test_auto_report_sends_by_itself(session, world, connected, storage):
    world.departments["QC-JX"].auto_report = True
    session.flush()
    duty = opened(session, world)
    report = assembled(session, connected, storage, duty)
    assert report.state == "sent"
    assert duty.fulfilled_at is not None
    assert report.sent_by == "system:auto_report"


def test_returned_is_a_duty_of_its_own(session, world, connected, storage):
    maker, office = world.actor(Role.POLICY_MAKER, department="QC-JX"), world.actors["gongkai"]
    with time_machine.travel(at("2026-09-18 10:00"), tick=False):
        duty = opened(session, world)
        report = assembled(session, connected, storage, duty)
        service.send_report(session, maker, report.id)
        with pytest.raises(Invalid):
            service.return_report(session, office, report.id, "  ")
        again = service.return_report(session, office, report.id, "缺少兑现标准表附件")
    assert duty.fulfilled_at is not None
    assert clock.last_day(again.due_at) == dt.date(2026, 9, 22)
    assert "缺少兑现标准表附件" in told(session, "report_returned")[0].body
    second = assembled(session, connected, storage, again)
    service.send_report(session, maker, second.id)
    service.sign(session, office, second.id)
    assert again.fulfilled_at is not None
    with pytest.raises(Conflict):
        service.sign(session, office, report.id)


def test_an_item_before_sending_joins_the_report_one_after_it_is_a_supplement(
    session, world, connected, storage
):
    item = make_item(session, world)
    version = item.current
    duty = service.open_report_duty(session, item.policy_id, version.policy_version_id)
    report = assembled(session, connected, storage, duty)
    service.supplement(session, item.id, version.id)
    assert report.state == "assembling"
    report = assembled(session, connected, storage, duty)
    service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), report.id)
    extra = service.supplement(session, item.id, version.id)
    assert (extra.no, extra.state) == (2, "assembling")
    extra = assembled(session, connected, storage, duty)
    fulfilled = duty.fulfilled_at
    service.send_report(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), extra.id)
    assert duty.fulfilled_at == fulfilled
    assert extra.content["report"]["supplement"]


def test_an_amendment_is_reported_again(session, world):
    policy = make_policy(session, world)
    first = service.open_report_duty(session, policy.id, policy.current_version_id)
    with time_machine.travel(at("2026-11-26 10:00"), tick=False):
        new = version_of(session, policy, publication_date=dt.date(2026, 11, 26))
        second = service.open_report_duty(session, policy.id, new.id)
    assert second.id != first.id
    assert (second.round, clock.last_day(second.due_at)) == (2, dt.date(2026, 12, 1))
    assert first.fulfilled_at is None


def test_exemption_only_by_the_office_it_is_owed_to_with_a_reason(session, world):
    duty = opened(session, world)
    with pytest.raises(NotFound):
        service.exempt(session, world.actor(Role.POLICY_MAKER, department="QC-JX"), duty, "不想报")
    with pytest.raises(Invalid):
        service.exempt(session, world.actors["gongkai"], duty, " ")
    service.exempt(session, world.actors["gongkai"], duty, "文件发布后当日撤回")
    assert (duty.close_reason, duty.next_step_at, duty.fulfilled_at) == ("文件发布后当日撤回", None, None)
    with pytest.raises(Conflict):
        service.exempt(session, world.actors["gongkai"], duty, "再来一次")


def test_a_dissolved_departments_duties_go_to_its_successor(session, world, connected, storage):
    duty = opened(session, world)
    report = assembled(session, connected, storage, duty)
    gone = world.departments["QC-JX"]
    gone.dissolved_at, gone.successor_id = clock.now(), world.departments["QC-KJ"].id
    session.flush()
    assert sweep.look_after(connected) == 1
    assert sweep.look_after(connected) == 0
    session.expire_all()
    assert duty.department_id == world.departments["QC-KJ"].id
    assert whats(session, duty)[-1] == "handed_over"
    assembled(session, connected, storage, duty)
    letter = session.get(Document, report.document_id)
    assert letter.issuer_name == world.departments["QC-KJ"].name, "reported in the successor's name"
    later = service.open_duty(
        session,
        rules.Kind.GAZETTE,
        subject=duty.subject,
        title="公报",
        department_id=session.get(Department, gone.id).id,
        event=dt.date(2026, 9, 18),
    )
    assert later.department_id == world.departments["QC-KJ"].id
