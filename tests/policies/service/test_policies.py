"""The life of a policy document on the real database."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from redemption.catalogue import service as catalogue
from redemption.identity.rules import Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, IllegalTransition, Invalid, NotAllowed, NotFound, Stale
from redemption.kernel.outbox import OutboxRow
from redemption.policies import queries, service
from redemption.policies.models import Interpretation, Policy
from redemption.policies.reading import read_text
from redemption.policies.service.drafting import written_number
from tests.factories import make_policy

BODY = "关于支持测试的通知\n一、总则\n为了测试。"


def maker(world, department="QC-JX"):
    return world.actor(Role.POLICY_MAKER, department=department)


def draft(session, world, **details):
    given = {"title": "关于支持测试的通知", "issuer": "测试局", "publication_date": clock.today(), **details}
    return service.create(session, maker(world), read_text(BODY), given)


def rows(session, topic):
    return list(session.scalars(select(OutboxRow).where(OutboxRow.topic == topic)))


def published(session, world, policy, **more):
    return service.publish(session, maker(world), policy.number, without_answers="正在收集", **more)


def test_publishing_fixes_the_text_and_rings_for_the_report(session, world):
    policy = draft(session, world)
    version = published(session, world, policy)
    assert policy.state == "published"
    assert policy.current_version_id == version.id
    [row] = [row for row in rows(session, "policy.published") if row.payload["policy_id"] == policy.id]
    assert row.payload == {"policy_id": policy.id, "version_id": version.id}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE policy_version SET title = 'x' WHERE id = :id"), {"id": version.id})
    entries = audit.entries(session, f"policy:{policy.id}")
    assert [entry.action for entry in entries] == ["create_policy", "publish_policy"]


def test_publishing_twice_is_publishing_once(session, world):
    policy = draft(session, world)
    first = published(session, world, policy, version=policy.version)
    again = published(session, world, policy, version=1)
    assert again.id == first.id
    assert (
        len([row for row in rows(session, "policy.published") if row.payload["policy_id"] == policy.id]) == 1
    )


@pytest.mark.parametrize("field", ["title", "issuer", "publication_date"])
def test_what_is_missing_is_named_at_its_field(session, world, field):
    policy = draft(session, world, **{field: None})
    with pytest.raises(Invalid) as refused:
        published(session, world, policy)
    assert set(refused.value.fields) == {field}
    assert policy.state == "draft"


def test_a_future_publication_date_waits_for_its_day(session, world):
    tomorrow = clock.today() + dt.timedelta(days=1)
    policy = draft(session, world, publication_date=tomorrow)
    with pytest.raises(Invalid) as refused:
        published(session, world, policy)
    assert clock.day_text(tomorrow) in refused.value.fields["publication_date"][0]
    with time_machine.travel(clock.start_of_day(tomorrow), tick=False):
        published(session, world, policy)
    assert policy.state == "published"


@pytest.mark.parametrize(
    ("published_on", "due", "provisional"),
    [
        (dt.date(2025, 9, 30), dt.date(2025, 10, 11), False),
        (dt.date(2026, 9, 18), dt.date(2026, 9, 22), False),
        (dt.date(2026, 12, 30), dt.date(2027, 1, 4), True),
    ],
)
def test_the_deadline_says_when_it_is_provisional(session, world, published_on, due, provisional):
    policy = draft(session, world, publication_date=published_on)
    found = service.deadline_of(session, queries.working_version(session, policy))
    assert (found.date, found.provisional) == (due, provisional)


def test_another_departments_policy_does_not_exist(session, world):
    policy = draft(session, world)
    others = [maker(world, code) for code in world.departments if code != "QC-JX"]
    assert others
    for verb in (
        lambda actor: queries.seen_by(session, actor, policy.number),
        lambda actor: service.revise(session, actor, policy.number, {"title": "x"}),
        lambda actor: service.publish(session, actor, policy.number),
        lambda actor: service.discard(session, actor, policy.number),
        lambda actor: service.repeal(session, actor, policy.number, "x"),
        lambda actor: service.interpret(session, actor, policy.number, "x", "y"),
    ):
        for other in others:
            with pytest.raises(NotFound):
                verb(other)


def test_only_policy_makers_make_policies(session, world):
    for actor in world.actors.values():
        if actor.role is not Role.POLICY_MAKER:
            with pytest.raises(NotAllowed):
                service.create(session, actor, read_text(BODY), {})
            with pytest.raises(NotFound):
                queries.seen_by(session, actor, "ZC2026-00001")


def test_a_joint_department_looks_but_does_not_touch(session, world):
    code = "QC-KJ"
    other = maker(world, code)
    policy = draft(session, world, joint_departments=[code])
    assert queries.seen_by(session, other, policy.number).id == policy.id
    with pytest.raises(NotAllowed):
        service.revise(session, other, policy.number, {"title": "x"})


def test_a_lead_department_is_ones_own(session, world):
    other = next(code for code in world.departments if code != "QC-JX")
    with pytest.raises(Invalid) as refused:
        draft(session, world, lead_department=other)
    assert "lead_department" in refused.value.fields


def test_the_drafting_department_owes_the_duties_of_a_government_document(session, world):
    policy = draft(session, world, in_government_name=True)
    assert policy.owner_department_id == maker(world).department_id
    assert policy.drafting_department_id == maker(world).department_id


def test_who_saves_on_an_old_version_is_told(session, world):
    policy = draft(session, world)
    seen = policy.version
    service.revise(session, maker(world), policy.number, {"title": "甲"}, version=seen)
    with pytest.raises(Stale):
        service.revise(session, maker(world), policy.number, {"title": "乙"}, version=seen)
    assert queries.working_version(session, policy).title == "甲"


def test_validity_that_ends_before_it_begins_is_refused(session, world):
    with pytest.raises(Invalid) as refused:
        draft(session, world, valid_from=dt.date(2026, 5, 1), valid_until=dt.date(2026, 4, 30))
    assert set(refused.value.fields) == {"valid_until"}


def test_the_same_request_makes_one_policy(session, world):
    first = service.create(session, maker(world), read_text(BODY), {"title": "一"}, source_id="form:1")
    again = service.create(session, maker(world), read_text(BODY), {"title": "一"}, source_id="form:1")
    assert first.id == again.id
    assert len(list(session.scalars(select(Policy).where(Policy.source_id == "form:1")))) == 1


def test_a_document_number_is_published_once(session, world):
    make_policy(session, world, document_number="测经信发〔2026〕1号")
    second = draft(session, world, document_number="测经信发[2026]1号")
    with pytest.raises(Invalid) as refused:
        published(session, world, second)
    assert set(refused.value.fields) == {"document_number"}


@pytest.mark.parametrize(
    "written", ["京发[2026]1号", "京发【2026】1号", "京发（2026）1号", "京发〔2026〕1号"]
)
def test_document_numbers_are_written_one_way(written):
    assert written_number(written) == "京发〔2026〕1号"


def test_amending_makes_a_second_version_and_keeps_the_first(session, world):
    policy = draft(session, world)
    first = published(session, world, policy)
    with pytest.raises(Invalid):
        service.amend(session, maker(world), policy.number, read_text("新文"), " ", {})
    service.amend(
        session,
        maker(world),
        policy.number,
        read_text("新文"),
        "调整金额",
        {"publication_date": clock.today()},
    )
    with pytest.raises(Conflict):
        service.amend(session, maker(world), policy.number, read_text("新文"), "又一次", {})
    second = published(session, world, policy)
    assert (second.no, policy.current_version_id) == (2, second.id)
    assert queries.version_with_text(session, first.id).text == BODY
    assert len([r for r in rows(session, "policy.published") if r.payload["policy_id"] == policy.id]) == 2


def test_a_draft_is_thrown_away_with_its_items(session, world):
    policy = make_policy(session, world, published=False)
    number = policy.number
    catalogue.discard_policy(session, maker(world), number)
    with pytest.raises(NotFound):
        queries.seen_by(session, maker(world), number)
    published = make_policy(session, world, document_number="")
    with pytest.raises(Conflict):
        catalogue.discard_policy(session, maker(world), published.number)


def test_a_repeal_needs_a_reason_and_happens_once(session, world):
    policy = make_policy(session, world)
    with pytest.raises(Invalid):
        service.repeal(session, maker(world), policy.number, "")
    service.repeal(session, maker(world), policy.number, "已有新规定")
    assert policy.state == "repealed"
    with pytest.raises(IllegalTransition):
        service.repeal(session, maker(world), policy.number, "再次")


def test_interpretations_written_before_are_published_with_the_policy_in_one_act(session, world):
    policy = draft(session, world)
    one = service.interpret(session, maker(world), policy.number, "一图读懂", "说明")
    other = service.interpret(session, maker(world), policy.number, "写错的", "不要")
    assert service.interpret(session, maker(world), policy.number, "一图读懂", "说明").id == one.id
    service.rewrite(session, maker(world), policy.number, one.id, "一图读懂", "改过的说明")
    service.withdraw(session, maker(world), policy.number, other.id)
    assert one.published_at is None
    assert session.scalars(queries.PUBLIC_INTERPRETATIONS).all() == []
    version = published(session, world, policy)
    (row,) = session.scalars(queries.PUBLIC_INTERPRETATIONS).all()
    assert (row.id, row.text) == (one.id, "改过的说明")
    assert row.published_at >= version.published_at
    with pytest.raises(Conflict):
        service.rewrite(session, maker(world), policy.number, one.id, "一图读懂", "再改")
    with pytest.raises(Conflict):
        service.withdraw(session, maker(world), policy.number, one.id)


def test_an_interpretation_of_a_published_policy_is_public_at_once_and_of_its_amendment_waits(session, world):
    policy = draft(session, world)
    published(session, world, policy)
    assert service.interpret(session, maker(world), policy.number, "解读", "说明").published_at is not None
    service.amend(
        session,
        maker(world),
        policy.number,
        read_text(BODY + "修订"),
        "提高标准",
        {"publication_date": clock.today()},
    )
    waiting = service.interpret(session, maker(world), policy.number, "新旧差异", "说明")
    assert waiting.published_at is None
    published(session, world, policy)
    assert waiting.published_at is not None


def test_a_draft_that_is_thrown_away_takes_its_interpretations_along(session, world):
    policy = draft(session, world)
    service.interpret(session, maker(world), policy.number, "解读", "说明")
    service.discard(session, maker(world), policy.number)
    assert session.scalars(select(Interpretation)).all() == []


@pytest.mark.parametrize(
    ("title", "text", "field"), [("", "说明", "title"), ("解读", " ", "text"), ("长" * 201, "说明", "title")]
)
def test_an_interpretation_needs_title_and_text(session, world, title, text, field):
    policy = draft(session, world)
    with pytest.raises(Invalid) as caught:
        service.interpret(session, maker(world), policy.number, title, text)
    assert list(caught.value.fields) == [field]


def test_without_answers_the_reason_is_asked_and_kept(session, world):
    policy = draft(session, world)
    with pytest.raises(Invalid) as caught:
        service.publish(session, maker(world), policy.number)
    assert list(caught.value.fields) == ["without_answers"]
    version = service.publish(session, maker(world), policy.number, without_answers=" 正在收集 ")
    assert version.lacking == {"questions": "正在收集"}


def test_with_answers_no_reason_is_asked(session, world):
    policy = draft(session, world)
    before = policy.version
    service.count_answers(session, policy.id, 2)
    session.refresh(policy)
    assert policy.version == before
    assert service.publish(session, maker(world), policy.number).lacking == {}
