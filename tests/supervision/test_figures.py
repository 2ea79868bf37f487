"""Figures, exports, monthly report and evaluation: counted from real rows, shown to who may see them."""

import datetime as dt
import errno
import io
from decimal import Decimal

import openpyxl
import pdfplumber
import pytest
import time_machine
from sqlalchemy import select

from redemption.applications import service as applications
from redemption.applications.rules import Action
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.messages.models import Message
from redemption.policies.models import Policy
from redemption.reporting import clocks, recurring
from redemption.reporting import service as reporting
from redemption.reporting.models import Duty
from redemption.reporting.rules import Kind
from redemption.supervision import evaluation, exporting, queries, service
from redemption.supervision.asking import QUESTIONS
from redemption.supervision.models import Answer, Evaluation
from redemption.supervision.rules import ExportKind, Period
from tests.applications.cases import Stage, make_stage
from tests.factories import make_item

PERIOD = Period(dt.date(2026, 9, 1), dt.date(2026, 9, 30))
UNAPPLIED_ANSWERS = {"known": "unknown", "why": "papers", "next": "yes"}
PARAMS = {"first": "2026-09-01", "last": "2026-09-30"}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def owe(session, world, subject, event, code="QC-JX"):
    with time_machine.travel(at(f"{event} 10:00"), tick=False):
        return reporting.open_duty(
            session,
            Kind.GAZETTE,
            subject=subject,
            title=f"公报 {subject}",
            department_id=world.departments[code].id,
            event=dt.date.fromisoformat(event),
            quiet=True,
        )


@pytest.fixture
def duties(session, world):
    """Three of one department (in time, late, overdue), one of another (open)."""
    made = [owe(session, world, f"policy:{n}", "2026-09-01") for n in range(3)]
    made.append(owe(session, world, "policy:9", "2026-09-28", code="QC-KJ"))
    for duty, moment in zip(made, ("2026-09-02 00:00", "2026-09-21 00:00"), strict=False):
        with time_machine.travel(at(moment), tick=False):
            reporting.fulfil(session, reporting.SYSTEM, duty, {})
    session.flush()
    return made


@pytest.fixture
def stage(session, world, storage) -> Stage:
    with time_machine.travel(at("2026-09-14 10:00"), tick=False):
        return make_stage(session, world, storage)


@pytest.fixture
def decided(session, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.case()
        clocks.follow_application(session, application.id)
    with time_machine.travel(at("2026-09-15 11:00"), tick=False):
        applications.move(session, stage.officer, application, Action.ACCEPT)
        clocks.follow_application(session, application.id)
    application.amount_approved = Decimal("200000.00")
    with time_machine.travel(at("2026-09-16 11:00"), tick=False):
        applications.move(session, stage.officer, application, Action.APPROVE)
        clocks.follow_application(session, application.id)
    session.flush()
    return application


def test_punctuality_counts_late_and_overdue(session, world, duties):
    owed = queries.owed_to(world.actors["gongkai"])
    with time_machine.travel(at("2026-09-30 10:00"), tick=False):
        by_code = {row.key: row for row in queries.by_department(session, owed, PERIOD)}
        total = queries.whole(session, owed, PERIOD)
        (month,) = queries.by_month(session, owed, PERIOD)
    row = by_code["QC-JX"]
    assert (row.total, row.fulfilled, row.late, row.overdue) == (3, 2, 1, 1)
    assert row.on_time == pytest.approx(1 / 3)
    assert row.median_days == pytest.approx(10.5)
    assert by_code["QC-KJ"].on_time is None
    assert (total.total, month.name) == (4, "2026年9月")


def test_funnel_follows_a_policy_to_its_money(session, world, stage, decided):
    found = queries.funnel(session, PERIOD, jurisdiction_id=world.city.id)
    (one,) = [row for row in found if row.applications]
    assert (one.items, one.applications, one.accepted, one.approved, one.paid) == (1, 1, 1, 1, 0)
    assert one.amount_approved == Decimal("200000.00")
    assert one.reported == "none"
    policy_duty = reporting.open_report_duty(
        session, stage.item.policy_id, stage.item.current.policy_version_id
    )
    assert queries.funnel(session, PERIOD)[0].reported == "open"
    with time_machine.travel(at("2026-09-14 12:00"), tick=False):
        assert queries.funnel(session, PERIOD)[0].reported == "pending"
    reporting.exempt(session, world.actors["gongkai"], policy_duty, "系统外已报送")
    session.flush()
    assert queries.funnel(session, PERIOD)[0].reported == "exempted"


def test_common_problems_come_from_corrections(session, world, stage):
    with time_machine.travel(at("2026-09-14 11:00"), tick=False):
        application = stage.case()
        entries = [{"kind": "material", "key": "m1", "message": "请上传清晰的扫描件"}]
        applications.ask_correction(session, stage.officer, application, entries)
    found = queries.problems(session, PERIOD, world.city.id)
    assert any(one.kind == "correction" and one.item_code == stage.item.code for one in found)
    assert queries.problems(session, PERIOD, world.jurisdictions["990102"].id) == []


def test_a_catch_all_is_one_wherever_it_is_looked_for(session, world, stage):
    """The board counts with the words of the check before publication, white space or none."""
    entries = [{"text": "其他佐 证材料"}, {"text": "营业执照"}]
    make_item(session, world, name="带兜底", fields={"materials": {"entries": entries}})
    found = [one for one in queries.problems(session, PERIOD, world.city.id) if one.kind == "catch_all"]
    assert [one.what for one in found] == ["其他佐 证材料"]


def test_open_figures_and_their_pages(session, browser_of, stage, decided):
    with time_machine.travel(at("2026-09-30 10:00"), tick=False):
        found = queries.open_figures(session, clock.today())
        assert (found["applications"], found["approved"], found["settled"], found["in_time"]) == (1, 1, 2, 2)
        months = queries.by_month_received(session, clock.today())
    assert months[-1] == ("2026年9月", 1, 1)
    assert len(months) == 12
    page = browser_of("").get("/figures")
    assert page.status_code == 200
    assert "青禾" not in page.text
    assert browser_of("").get("/api/v1/figures").json["items"] >= 1


def exported(session, connected, storage, world, kind):
    export = service.request_export(session, world.actors["gongkai"], kind, PARAMS)
    exporting.make(connected, storage, export.id)
    session.expire_all()
    assert export.state == "done"
    with storage.open(export.sha256) as file:
        return export, file.read()


def test_the_ledger_as_a_workbook(session, connected, storage, world, duties):
    duties[0].title = '=HYPERLINK("http://evil")'
    session.flush()
    _, content = exported(session, connected, storage, world, ExportKind.DUTIES)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(page.iter_rows(values_only=True))
    assert len(rows) == 5
    assert rows[1][1] == '=HYPERLINK("http://evil")'
    assert page["B2"].data_type == "s"
    assert rows[2][10] == "是"
    told = session.scalars(select(Message).where(Message.template == "export_ready")).one()
    assert told.person_id == world.actors["gongkai"].person_id


@pytest.mark.parametrize("kind", [ExportKind.APPLICATIONS, ExportKind.FUNNEL, ExportKind.PROBLEMS])
def test_other_workbooks(session, connected, storage, world, decided, kind):
    _, content = exported(session, connected, storage, world, kind)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert len(rows) >= (1 if kind is ExportKind.PROBLEMS else 2)
    assert "青禾" not in str(rows)


def test_the_monthly_report_can_be_handed_in(session, connected, storage, world, duties, decided):
    _, content = exported(session, connected, storage, world, ExportKind.MONTHLY)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "".join("".join(page.extract_text() or "" for page in pdf.pages).split())
    assert "惠企政策兑现工作月度报告" in text
    assert "清川市经济和信息化局" in text
    assert "事项1项" in text
    assert "核定金额20万元" in text
    assert "收到申报1件" in text
    assert "公报policy:1" in text  # late, by name
    assert "built-in" not in text


def test_exports_are_ones_own_once_and_end_after_seven_days(
    session, connected, storage, world, duties, browser_of
):
    office = world.actors["gongkai"]
    one = service.request_export(session, office, ExportKind.DUTIES, PARAMS)
    assert service.request_export(session, office, ExportKind.DUTIES, PARAMS).id == one.id
    with pytest.raises(NotAllowed):
        service.request_export(session, world.actors["zhengce"], ExportKind.DUTIES, PARAMS)
    with pytest.raises(Invalid):
        service.request_export(
            session, office, ExportKind.DUTIES, {"first": "2026-09-30", "last": "2026-09-01"}
        )
    exporting.make(connected, storage, one.id)
    session.expire_all()
    with pytest.raises(NotFound):
        service.by_number(session, world.actors["keji"], one.number)
    page = browser_of("gongkai")
    assert page.get(f"/office/exports/{one.number}/file").data[:2] == b"PK"
    digest = one.sha256
    with time_machine.travel(clock.now() + dt.timedelta(days=8), tick=False):
        assert service.expire(session) == [digest]
    assert page.get(f"/office/exports/{one.number}/file").status_code == 404


def test_office_pages(browser_of, session, world, duties, decided):
    office = browser_of("gongkai")
    for address in (
        "/office/board?first=2026-09-01&last=2026-09-30",
        "/office/board?first=x",
        "/office/exports",
        "/office/exports/list",
        "/office/evaluations",
    ):
        assert office.get(address).status_code == 200, address
    assert "清川市经济和信息化局" in office.get("/office/board?first=2026-09-01&last=2026-09-30").text
    assert office.post("/office/exports", {**PARAMS, "kind": "duties"}).status_code == 303
    assert office.post("/office/exports", {**PARAMS, "kind": "passwords"}).status_code == 422
    assert "排队中" in office.get("/office/exports").text
    for login in ("zhengce", "qiye", "chuangkou", ""):
        assert browser_of(login).get("/office/board").status_code in {302, 303, 401, 403}


def test_a_years_evaluation(session, world, stage, decided, browser_of):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = session.get(Policy, stage.item.policy_id)
    recurring.open_yearly(session, dt.date(2026, 9, 20))
    made = evaluation.begin(session, maker, policy.number, 2026)
    assert evaluation.begin(session, maker, policy.number, 2026).id == made.id
    with pytest.raises(NotFound):
        evaluation.begin(session, world.actor(Role.POLICY_MAKER, department="QC-KJ"), policy.number, 2026)
    evaluation.invite(session, maker, made)
    asked = evaluation.tell_invited(session, made.id)
    assert evaluation.tell_invited(session, made.id) == asked
    invited = session.scalars(select(Message).where(Message.template == "evaluation_invited")).all()
    assert len(invited) == asked >= 1
    assert "申报过" in next(m.body for m in invited if m.enterprise_id == stage.filer.enterprise_id)
    good = dict.fromkeys(QUESTIONS, 5)
    mine = evaluation.answer(session, stage.filer, made, good, "很好")
    assert mine.applied
    with pytest.raises(Invalid):  # who did not apply is asked why not
        evaluation.answer(session, stage.other, made, good)
    assert not evaluation.answer(session, stage.other, made, UNAPPLIED_ANSWERS).applied
    evaluation.answer(session, stage.filer, made, {**good, "fast": 3})
    assert len(session.scalars(select(Answer)).all()) == 2
    assert queries.figures_of(session, policy.id, 2026, made.id)["questionnaire"]["questions"] == {}
    with pytest.raises(Invalid):
        evaluation.publish(session, maker, made, "", "")
    evaluation.publish(session, maker, made, "见效快。", "简化材料。")
    assert made.figures["approved"] == 1
    duty = session.scalars(
        select(Duty).where(Duty.kind == "yearly_evaluation", Duty.department_id == maker.department_id)
    ).one()
    assert duty.fulfilled_at is not None
    with pytest.raises(Conflict):
        evaluation.answer(session, stage.filer, made, good)
    evaluation.report_outcome(session, maker, made, "已修改第三条。")
    nobody = browser_of("")
    assert "已修改第三条" in nobody.get(f"/evaluations/{made.number}").text
    assert nobody.get(f"/evaluations/{made.number}.pdf").data[:5] == b"%PDF-"


def test_evaluation_pages(session, world, stage, browser_of):
    maker = browser_of("zhengce")
    policy = session.get(Policy, stage.item.policy_id)
    assert maker.get("/editor/evaluations").status_code == 200
    assert maker.post("/editor/evaluations", {"policy": "", "year": "x"}).status_code == 422
    answer = maker.post("/editor/evaluations", {"policy": policy.number, "year": "2026"})
    assert answer.status_code == 303
    made = session.scalars(select(Evaluation)).one()
    assert maker.get(answer.location).status_code == 200
    assert browser_of("").get(f"/evaluations/{made.number}").status_code == 404
    enterprise = browser_of("qiye")
    assert enterprise.get(f"/evaluations/{made.number}/questionnaire").status_code == 200
    assert enterprise.post(f"/evaluations/{made.number}/questionnaire", {"clear": "5"}).status_code == 422
    said = {**UNAPPLIED_ANSWERS, "comment": "请先电话告知，13912345678"}
    done = enterprise.post(f"/evaluations/{made.number}/questionnaire", said)
    assert done.status_code == 303
    suggested = maker.get(f"/editor/evaluations/{made.number}").text
    assert "请先电话告知" in suggested
    assert "13912345678" not in suggested
    assert maker.post(f"/editor/evaluations/{made.number}/publish", {"findings": "好"}).status_code == 422
    kept = {"findings": "好", "measures": "", "action": "save"}
    assert maker.post(f"/editor/evaluations/{made.number}/publish", kept).status_code == 303
    assert ">好</textarea>" in maker.get(f"/editor/evaluations/{made.number}").text
    words = {"findings": "好", "measures": "改"}
    asked = maker.post(f"/editor/evaluations/{made.number}/publish", words)
    assert "公布这份评价吗？" in asked.text
    published = maker.post(f"/editor/evaluations/{made.number}/publish", {**words, "confirmed": "yes"})
    assert published.location == f"/evaluations/{made.number}"


def test_a_failed_export_says_why_is_tried_again_and_starts_again_with_one_click(
    session, connected, storage, world, duties, browser_of, monkeypatch
):
    office = world.actors["gongkai"]
    one = service.request_export(session, office, ExportKind.DUTIES, PARAMS)
    session.commit()

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "put", full)
    for _ in range(service.MOST_TRIES - 1):
        with pytest.raises(OSError):
            exporting.make(connected, storage, one.id)
        session.expire_all()
        assert (one.state, "存储空间不足" in one.error) == ("queued", True)
    exporting.make(connected, storage, one.id)
    session.expire_all()
    assert one.state == "failed"
    told = session.scalars(select(Message).where(Message.template == "export_failed")).one()
    assert told.person_id == office.person_id
    page = browser_of("gongkai")
    shown = page.get("/office/exports").text
    assert "存储空间不足" in shown
    assert "再试一次" in shown
    assert browser_of("keji").post(f"/office/exports/{one.number}/again").status_code in {403, 404}
    assert page.post(f"/office/exports/{one.number}/again").status_code == 303
    assert page.post(f"/office/exports/{one.number}/again").status_code == 409
    monkeypatch.undo()
    exporting.make(connected, storage, one.id)
    session.expire_all()
    assert (one.state, one.error) == ("done", "")
    assert page.get(f"/office/exports/{one.number}/file").data[:2] == b"PK"


def test_progress_is_seen_from_the_first_row_and_a_long_table_goes_on_on_another_page(
    session, connected, storage, world, duties, monkeypatch
):
    seen = []
    monkeypatch.setattr(exporting, "STEP", 1)
    monkeypatch.setattr(exporting, "MOST_ROWS", 3)
    monkeypatch.setattr(service, "progress", lambda _s, _e, done, total: seen.append((done, total)))
    _, content = exported(session, connected, storage, world, ExportKind.DUTIES)
    assert seen == [(0, 0), (0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [page.max_row for page in book.worksheets] == [4, 2]


def test_a_period_counts_what_happened_in_it_whatever_policy_it_belongs_to(session, world, decided):
    later = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    place = world.city.id
    now = queries.traffic(session, PERIOD, place)
    assert (now.received, now.decided, now.approved, now.promised) == (1, 1, 1, Decimal("200000.00"))
    assert queries.traffic(session, later, place).received == 0
    assert queries.traffic_by_policy(session, later, place) == []
    [(_, _, of_policy)] = queries.traffic_by_policy(session, PERIOD, place)
    assert of_policy == now
    other = next(id_ for id_ in (j.id for j in world.jurisdictions.values()) if id_ != place)
    assert queries.traffic(session, PERIOD, other).received == 0


def test_answers_of_each_group_are_shown_from_five_on(session, world, stage, decided, browser_of):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = session.get(Policy, stage.item.policy_id)
    made = evaluation.begin(session, maker, policy.number, 2026)
    for place, _ in enumerate(world.enterprises[:8]):
        actor = world.actor(Role.ENTERPRISE, enterprise=place)
        if actor.enterprise_id == stage.filer.enterprise_id:
            evaluation.answer(session, actor, made, dict.fromkeys(QUESTIONS, 5))
        else:
            evaluation.answer(session, actor, made, UNAPPLIED_ANSWERS)
    sums = queries.figures_of(session, made.policy_id, made.year, made.id)["questionnaire"]
    assert (sums["answered"], sums["applied"]) == (8, 1)
    assert sums["questions"] == {}
    assert sums["unapplied_questions"]["why"] == {"papers": 7}
    evaluation.publish(session, maker, made, "见效快。", "简化材料。")
    text = browser_of("").get(f"/evaluations/{made.number}").text
    assert "材料太多，难以准备" in text
    assert "申报过的企业作答不足 5 家" in text
    with pdfplumber.open(io.BytesIO(browser_of("").get(f"/evaluations/{made.number}.pdf").data)) as pdf:
        said = "".join("".join(page.extract_text() or "" for page in pdf.pages).split())
    assert "从申报到拨付" in said
    assert "材料太多，难以准备7家" in said


def test_an_evaluation_fulfils_the_duty_of_its_own_year(session, world, stage, decided):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = session.get(Policy, stage.item.policy_id)
    for year in (2025, 2026):
        recurring.open_yearly(session, dt.date(year, 9, 20))
    made = evaluation.begin(session, maker, policy.number, 2026)
    evaluation.publish(session, maker, made, "见效快。", "简化材料。")
    duties = session.scalars(
        select(Duty).where(Duty.kind == "yearly_evaluation", Duty.department_id == maker.department_id)
    )
    assert {duty.round: duty.fulfilled_at is not None for duty in duties} == {2025: False, 2026: True}
