"""A question's way: asked, passed on, answered within 3 workdays, kept for everybody; and nobody else's business."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from redemption.consultation import queries, rules, service
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import Invalid, NotFound
from redemption.messages.models import Message
from redemption.reporting.models import Duty
from tests.factories import make_item, make_policy
from workers.jobs import consultation as jobs


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def item(session, world):
    return make_item(session, world, name="首次贷款贴息")


@pytest.fixture
def question(session, world, item):
    return service.ask(session, world.actors["qiye"], "首次贷款贴息逾期还款还能领吗？", item_code=item.code)


def duties(session, question):
    about = select(Duty).where(Duty.subject == f"question:{question.id}").order_by(Duty.id)
    return session.scalars(about).all()


def test_the_whole_way(session, world, question):
    office, maker = world.actors["gongkai"], world.actor(Role.POLICY_MAKER, department="QC-JX")
    assert question.office_id == office.office_id
    with pytest.raises(NotFound):
        service.answer(session, maker, question, "能", "第三条")  # not handed over yet
    with time_machine.travel(at("2026-09-18 16:00"), tick=False):
        service.pass_on(session, office, question, "QC-JX")
        jobs.passed_on(session, {"question_id": question.id})
        jobs.passed_on(session, {"question_id": question.id})
    (duty,) = duties(session, question)
    assert clock.day_of(duty.due_at - dt.timedelta(seconds=1)) == dt.date(2026, 9, 22)
    assert duty.link == f"/questions/{question.number}/answer"
    with time_machine.travel(at("2026-09-22 23:00"), tick=False):
        service.answer(
            session, maker, question, "不能，须按期还款。", "《办法》第三条", "逾期还款能申领贴息吗？"
        )
        jobs.answered(session, {"question_id": question.id})
    assert (duty.fulfilled_at is not None, duty.late) == (True, False)
    found = queries.search(session, "贴息逾期了还可以申请吗")
    assert [hit.number for hit in found] == [question.number]
    told = session.scalars(select(Message).where(Message.template == "question_answered")).one()
    assert told.person_id == world.actors["qiye"].person_id
    assert "不能，须按期还款" in told.body


def test_handed_to_another_department_the_first_ones_duty_falls_away(session, world, question):
    office = world.actors["gongkai"]
    for code in ("QC-JX", "QC-KJ"):
        service.pass_on(session, office, question, code)
        jobs.passed_on(session, {"question_id": question.id})
    first, second = duties(session, question)
    assert first.closed_at is not None
    assert second.department_id == world.departments["QC-KJ"].id
    assert second.closed_at is None


def test_asking_twice_is_one_question(session, world, item, question):
    again = service.ask(session, world.actors["qiye"], question.text, item_code=item.code)
    assert again.id == question.id


def test_others_find_nothing(session, world, question):
    for stranger in (
        world.actors["qiye2"],
        world.actors["keji"],
        world.actor(Role.POLICY_MAKER, department="WH-FG"),
    ):
        with pytest.raises(NotFound):
            queries.mine(session, stranger, question.number)
    with pytest.raises(NotFound):
        queries.public(session, question.number)
    with pytest.raises(NotFound):
        service.pass_on(session, world.actors["keji"], question, "QC-JX")
    with pytest.raises(Invalid):
        service.pass_on(session, world.actors["gongkai"], question, "NOBODY")


def test_answers_written_with_the_policy_wait_for_its_day(session, world):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = make_policy(session, world, published=False)
    written = service.write(
        session,
        maker,
        text="谁能申报？",
        answer="在本市登记的企业。",
        source="第一条",
        policy_number=policy.number,
    )
    assert written.state == "draft"
    assert queries.search(session, "谁能申报") == []
    assert service.publish_with_policy(session, policy.id) == 1
    assert [hit.id for hit in queries.search(session, "谁能申报")] == [written.id]
    with pytest.raises(NotFound):
        service.write(
            session,
            world.actor(Role.POLICY_MAKER, department="QC-KJ"),
            text="a",
            answer="b",
            source="c",
            policy_number=policy.number,
        )


def test_search_prefers_what_asks_the_same_and_needs_more_than_one_pair(session, world, item):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    number = session.get(type(item), item.id).policy_id
    policy = queries.own_policies(session, maker)[0][0]
    assert policy.id == number

    def write(text, answer):
        return service.write(
            session, maker, text=text, answer=answer, source="第一条", policy_number=policy.number
        )

    loan = write("首次贷款贴息的比例是多少？", "按实际利息的50%给予贴息。")
    write("数字化改造奖励怎么申领？", "登录系统网上申报。")
    assert queries.search(session, "贷款贴息比例")[0].id == loan.id
    assert queries.search(session, "公积金提取条件") == []


def test_terms():
    assert rules.terms("首次贷款") == ["首次", "次贷", "贷款"]
    assert rules.terms("怎么") == ["怎么"]
    assert rules.terms("R&D 2026") == ["2026"]
    assert len(rules.terms("一二三四五六七八九十" * 30)) <= rules.TERMS


def test_pages(browser_of, session, world, item):
    maker, office, enterprise, nobody = (browser_of(n) for n in ("zhengce", "gongkai", "qiye", ""))
    assert nobody.get("/questions").status_code == 200
    assert nobody.get("/questions?q=贴息").status_code == 200
    assert enterprise.get(f"/questions/ask?item={item.code}").status_code == 200
    assert enterprise.post("/questions/ask", {"text": ""}).status_code == 422
    assert enterprise.post("/questions/ask", {"text": "贴息多久到账？", "item": item.code}).status_code == 303
    (asked,) = session.scalars(queries.visible_to(world.actors["qiye"])).all()
    assert "等待转办" in enterprise.get("/questions/mine").text
    assert asked.number in office.get("/office/questions").text
    assert office.get(f"/office/questions/{asked.number}").status_code == 200
    assert browser_of("zhengce").get(f"/questions/{asked.number}/answer").status_code == 404
    assert (
        office.post(f"/office/questions/{asked.number}/pass-on", {"department": "QC-JX"}).status_code == 303
    )
    assert maker.get(f"/questions/{asked.number}/answer").status_code == 200
    assert maker.post(f"/questions/{asked.number}/answer", {"answer": "15个工作日"}).status_code == 422
    done = maker.post(
        f"/questions/{asked.number}/answer", {"answer": "15个工作日内到账。", "source": "第七条"}
    )
    assert done.status_code == 303
    assert "15个工作日内到账" in nobody.get(f"/questions/{asked.number}").text
    again = enterprise.post("/questions/ask", {"text": "贴息多久能到账呢？", "item": item.code})
    assert "这些答复可能就是您要的" in again.text
    assert 'name="known" value="no"' in again.text
    still = {"text": "贴息多久能到账呢？", "item": item.code, "policy": "", "known": "no"}
    assert enterprise.post("/questions/ask", still).status_code == 303
    assert maker.get("/editor/questions").status_code == 200
    listed = nobody.get("/api/v1/questions?q=贴息到账").json
    assert listed["items"][0]["source"] == "第七条"
    assert "常见问题" in nobody.get(f"/items/{item.code}").text
