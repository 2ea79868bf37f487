"""From a document to drafts, from drafts to public versions, and to their end."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from redemption.catalogue import queries, review, service
from redemption.catalogue.models import Item, ItemSearch, ItemVersion
from redemption.catalogue.rules import REQUIRED_FIELDS, ItemAction
from redemption.identity.rules import Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, IllegalTransition, Invalid, NotFound, Stale
from redemption.kernel.outbox import OutboxRow
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Policy
from redemption.policies.reading import read_text
from tests.factories import TEXT, make_item, make_policy


@pytest.fixture
def maker(world):
    return world.actor(Role.POLICY_MAKER, department="QC-JX")


@pytest.fixture
def policy(session, world):
    return make_policy(session, world)


@pytest.fixture
def item(session, policy):
    [item] = queries.items_of_policy(session, policy.id)
    return item


def topics(session, item):
    rows = session.scalars(select(OutboxRow).where(OutboxRow.key == item.code).order_by(OutboxRow.id))
    return [row.topic for row in rows]


def reasons(session, item):
    fields = queries.working_version(session, item).fields
    return {name: "暂缺" for name in REQUIRED_FIELDS if review.state_of(fields.get(name)) == "missing"}


def settled(session, maker, item, **changes):
    return service.save_item(session, maker, item.code, {"lacking": reasons(session, item), **changes})


# --- intake ----------------------------------------------------------------------------------------------


def test_a_policy_text_becomes_a_draft_item_with_its_sources(session, policy, item):
    draft = queries.working_version(session, item)
    text = policies.version_with_text(session, draft.policy_version_id).text
    assert "测试补贴" in draft.name
    assert (item.state, draft.published_at) == ("draft", None)
    for name in ("target", "conditions", "standard"):
        field = draft.fields[name]
        assert field["state"] == "found"
        assert review.Source(text).holds(field["text"], field["spans"])
    keys = [entry["key"] for entry in draft.fields["materials"]["entries"]]
    assert keys == ["m1", "m2"]
    assert draft.extracted["fields"]["target"] == draft.fields["target"]


def test_a_text_without_items_is_a_policy_with_none_and_says_why(session, maker):
    made = service.take_in(
        session, maker, read_text("关于调整上班时间的通知\n请各单位遵照执行。\n测试局\n2026年1月5日")
    )
    assert queries.items_of_policy(session, made.id) == []
    findings = policies.working_version(session, made).findings
    assert [finding["code"] for finding in findings] == ["no_item"]
    assert "手工添加" in findings[0]["message"]
    service.publish_policy(session, maker, _complete(session, maker, made).number, without_answers="正在收集")
    assert made.state == "published"


def _complete(session, maker, policy):
    return policy_service.revise(
        session,
        maker,
        policy.number,
        {"title": "通知", "issuer": "测试局", "publication_date": clock.today()},
    )


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02\x03" * 50])
def test_a_file_that_cannot_be_read_is_named_with_its_reason(data):
    with pytest.raises(Invalid) as refused:
        service.read_file(data, "通知.docx")
    assert "《通知.docx》" in refused.value.fields["file"][0]


def test_the_same_request_makes_one_policy_with_one_set_of_items(session, maker):
    document = read_text(TEXT.format(department="测试局", name="双击补贴"))
    first = service.take_in(session, maker, document, source_id="form:x")
    again = service.take_in(session, maker, document, source_id="form:x")
    assert first.id == again.id
    assert len(queries.items_of_policy(session, first.id)) == 1


# --- editing ---------------------------------------------------------------------------------------------


def test_what_a_person_changes_stands_beside_what_was_extracted(session, maker, item):
    proposed = queries.working_version(session, item).fields["target"]["text"]
    settled(session, maker, item, fields={"target": {"text": "信用良好，未被列入严重违法失信名单。"}})
    draft = queries.working_version(session, item)
    assert draft.fields["target"]["edited"] is True
    assert draft.fields["target"]["spans"], "words that stand in the source keep their place"
    assert draft.extracted["fields"]["target"]["text"] == proposed
    changed = {
        d.field: (d.extracted, d.confirmed)
        for d in review.differences(draft.name, draft.fields, draft.extracted)
    }
    assert changed["target"] == (proposed, "信用良好，未被列入严重违法失信名单。")


def test_saving_what_was_there_changes_nothing(session, maker, item):
    before = dict(queries.working_version(session, item).fields)
    texts = {name: {"text": before[name].get("text", "")} for name in ("target", "conditions", "standard")}
    entries = [{"key": e["key"], "text": e["text"]} for e in before["materials"]["entries"]]
    service.save_item(session, maker, item.code, {"fields": {**texts, "materials": {"entries": entries}}})
    assert queries.working_version(session, item).fields == before


def test_who_saves_on_an_old_version_is_told_and_nothing_is_lost(session, maker, item):
    seen = item.version
    service.save_item(session, maker, item.code, {"summary": "甲"}, version=seen)
    with pytest.raises(Stale):
        service.save_item(session, maker, item.code, {"summary": "乙"}, version=seen)
    assert queries.working_version(session, item).summary == "甲"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"opens_on": dt.date(2026, 6, 1), "closes_on": dt.date(2026, 5, 31)}, "closes_on"),
        ({"valid_from": dt.date(2026, 6, 1), "valid_until": dt.date(2026, 5, 31)}, "valid_until"),
        ({"department": "NO-SUCH"}, "department"),
        ({"conditions": {"attribute": "shoe_size", "op": "at_least", "value": 40}}, "conditions"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(session, maker, item, changes, field):
    with pytest.raises(Invalid) as refused:
        service.save_item(session, maker, item.code, changes)
    assert set(refused.value.fields) == {field}


def test_another_departments_item_does_not_exist(session, world, item):
    for code in world.departments:
        if code == "QC-JX":
            continue
        other = world.actor(Role.POLICY_MAKER, department=code)
        for verb in (
            lambda actor: service.owned_for_reading(session, actor, item.code),
            lambda actor: service.save_item(session, actor, item.code, {"summary": "x"}),
            lambda actor: service.publish_item(session, actor, item.code),
            lambda actor: service.discard_item(session, actor, item.code),
            lambda actor: service.amend_item(session, actor, item.code, "x"),
            lambda actor: service.change_state(session, actor, item.code, ItemAction.CLOSE, "x"),
            lambda actor: service.add_item(session, actor, _policy(session, item).number, "x"),
        ):
            with pytest.raises(NotFound):
                verb(other)
    for actor in world.actors.values():
        if actor.role is not Role.POLICY_MAKER:
            with pytest.raises(NotFound):
                service.owned_for_reading(session, actor, item.code)


def _policy(session, item):
    return session.get_one(Policy, item.policy_id)


# --- publishing ------------------------------------------------------------------------------------------


def test_an_item_that_lacks_a_field_needs_a_reason_for_each(session, maker, item):
    service.save_item(
        session, maker, item.code, {"fields": {"phone": {"entries": []}, "process": {"text": ""}}}
    )
    with pytest.raises(Invalid) as refused:
        service.publish_item(session, maker, item.code)
    assert {"lacking.phone", "lacking.process"} <= set(refused.value.fields)
    settled(session, maker, item)
    service.publish_item(session, maker, item.code)
    assert item.state == "in_force"
    assert session.get_one(ItemVersion, item.current_version_id).lacking["phone"] == "暂缺"
    published = [e for e in audit.entries(session, f"policy:{item.policy_id}") if e.action == "publish_item"]
    assert published[0].data["lacking"]["咨询电话"] == "暂缺"


def test_a_field_the_text_refers_elsewhere_for_is_not_missing(session, maker, item):
    service.save_item(session, maker, item.code, {"fields": {"process": {"text": "", "external": True}}})
    settled(session, maker, item)
    assert "lacking.process" not in service.what_is_missing(queries.working_version(session, item))


def test_a_published_version_is_fixed_found_and_reported_once(session, maker, item):
    settled(session, maker, item)
    service.publish_item(session, maker, item.code)
    service.publish_item(session, maker, item.code)
    assert topics(session, item) == ["item.published", "item.announced"]
    assert (
        session.scalar(select(func.count()).select_from(ItemSearch).where(ItemSearch.item_id == item.id)) == 1
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text("UPDATE item_version SET name = 'x' WHERE id = :id"), {"id": item.current_version_id}
        )
    with pytest.raises(Conflict):
        service.save_item(session, maker, item.code, {"name": "x"})


def test_an_item_waits_for_its_policy(session, world, maker):
    policy = make_policy(session, world, published=False)
    [item] = queries.items_of_policy(session, policy.id)
    settled(session, maker, item)
    with pytest.raises(Conflict):
        service.publish_item(session, maker, item.code)
    service.publish_policy(session, maker, policy.number, items=[item.code], without_answers="正在收集")
    assert (policy.state, item.state) == ("published", "in_force")


def test_a_policy_is_not_published_with_an_item_that_cannot_be(session, world, maker):
    policy = make_policy(session, world, published=False)
    [item] = queries.items_of_policy(session, policy.id)
    service.save_item(session, maker, item.code, {"fields": {"target": {"text": ""}}})
    with pytest.raises(Invalid) as refused, session.begin_nested():
        service.publish_policy(session, maker, policy.number, items=[item.code], without_answers="正在收集")
    assert set(refused.value.fields) == {f"items.{item.code}"}
    session.refresh(policy)
    assert policy.state == "draft"


# --- living ----------------------------------------------------------------------------------------------


def test_an_amendment_is_a_new_version_and_the_old_one_stays(session, world, maker):
    item = make_item(session, world)
    first = session.get_one(ItemVersion, item.current_version_id)
    with pytest.raises(Invalid):
        service.amend_item(session, maker, item.code, "")
    draft = service.amend_item(session, maker, item.code, "提高标准")
    assert service.amend_item(session, maker, item.code, "再点一次").id == draft.id
    service.save_item(session, maker, item.code, {"fields": {"standard": {"text": "给予20万元补贴。"}}})
    assert item.current_version_id == first.id
    service.publish_item(session, maker, item.code)
    session.refresh(first)
    assert first.fields["standard"]["text"] == "给予10万元补贴。"
    assert [v.no for v in queries.published_versions(session, item.id)] == [2, 1]
    keys = [
        e["key"] for e in session.get_one(ItemVersion, item.current_version_id).fields["materials"]["entries"]
    ]
    assert keys == ["m1", "m2"], "files of applications are filed under these keys"


def test_drafts_of_items_follow_their_policy_to_its_new_text(session, world, maker):
    item = make_item(session, world)
    policy = session.get_one(Policy, item.policy_id)
    waiting = service.add_item(session, maker, policy.number, "贴息")
    words = {"standard": {"text": "给予20万元补贴。"}}
    text = policies.version_with_text(session, policy.current_version_id).text
    details = {"title": "修订后的通知", "issuer": "测试局", "publication_date": clock.today()}
    document = read_text(f"修订后的开头\n{text}\n给予20万元补贴。")
    policy_service.amend(session, maker, policy.number, document, "提高标准", details)
    service.save_item(session, maker, waiting.code, {"fields": words})
    assert queries.working_version(session, waiting).fields["standard"]["spans"] == []
    service.publish_policy(session, maker, policy.number, without_answers="正在收集")
    amended = service.amend_item(session, maker, item.code, "标准写错", correction=True)
    assert amended.change_note == "更正：标准写错"
    new = policies.version_with_text(session, policy.current_version_id).text
    for version in (amended, queries.working_version(session, waiting)):
        assert version.policy_version_id == policy.current_version_id
        [[start, end]] = version.fields["standard"]["spans"]
        assert new[start:end] == version.fields["standard"]["text"]


def test_items_that_end_with_their_policy_end_with_the_amended_one(session, world, maker):
    old, later = clock.today() + dt.timedelta(days=30), clock.today() + dt.timedelta(days=400)
    item = make_item(session, world, valid_until=old)
    policy, first = session.get_one(Policy, item.policy_id), queries.working_version(session, item)
    same = {
        name: getattr(first, name)
        for name in ("fields", "lacking", "time_limit_days", "payment_days", "mode")
    }
    others = {}
    for name, until in (("另有期限", old - dt.timedelta(days=1)), ("暂停", old), ("已截止", old)):
        others[name] = service.add_item(session, maker, policy.number, name)
        service.save_item(session, maker, others[name].code, same | {"valid_until": until})
        service.publish_item(session, maker, others[name].code)
    service.change_state(session, maker, others["暂停"].code, ItemAction.SUSPEND, "预算调整")
    service.change_state(session, maker, others["已截止"].code, ItemAction.CLOSE, "额满")
    text = policies.version_with_text(session, policy.current_version_id).text
    for until in (old, later):
        details = {
            "title": "延期的通知", "issuer": "测试局", "publication_date": clock.today(), "valid_until": until,
        }  # fmt: skip
        document = read_text(f"有效期至{until}。\n{text}")
        policy_service.amend(session, maker, policy.number, document, "写明有效期", details)
        service.publish_policy(session, maker, policy.number, without_answers="正在收集")
    session.refresh(item)
    now = session.get_one(ItemVersion, item.current_version_id)
    assert (now.no, now.valid_until, first.valid_until) == (2, later, old)
    assert "有效期至" in now.change_note
    waiting = {name: queries.working_version(session, other) for name, other in others.items()}
    assert waiting["另有期限"].no == 1
    assert (others["暂停"].state, waiting["暂停"].published_at is not None) == ("suspended", True)
    assert (others["已截止"].state, waiting["已截止"].published_at) == ("closed", None)
    assert waiting["暂停"].valid_until == waiting["已截止"].valid_until == later


def test_discarding_an_amendment_keeps_the_published_version(session, world, maker):
    item = make_item(session, world)
    service.amend_item(session, maker, item.code, "试试")
    service.discard_item(session, maker, item.code)
    assert queries.working_version(session, item).no == 1
    assert item.state == "in_force"


def test_suspending_needs_a_reason_and_hides_nothing_of_the_past(session, world, maker):
    item = make_item(session, world)
    with pytest.raises(Invalid):
        service.change_state(session, maker, item.code, ItemAction.SUSPEND, " ")
    service.change_state(session, maker, item.code, ItemAction.SUSPEND, "预算调整")
    assert (item.state, item.state_reason) == ("suspended", "预算调整")
    with pytest.raises(IllegalTransition):
        service.change_state(session, maker, item.code, ItemAction.SUSPEND, "再次")
    service.change_state(session, maker, item.code, ItemAction.RESUME)
    assert (item.state, item.state_reason) == ("in_force", "")


def test_items_close_and_expire_on_the_day_after_their_last(session, world):
    day = clock.today()
    closing = make_item(session, world, name="到期甲", closes_on=day)
    ending = make_item(session, world, name="到期乙", valid_until=day)
    assert service.expire_due(session) == 0
    with time_machine.travel(clock.end_of_day(day), tick=False):
        assert service.expire_due(session) == 2
        assert service.expire_due(session) == 0
    assert (closing.state, ending.state) == ("closed", "expired")


def test_a_closed_item_opens_again_only_with_new_dates(session, world, maker):
    day = clock.today()
    item = make_item(session, world, closes_on=day)
    with time_machine.travel(clock.end_of_day(day), tick=False):
        service.expire_due(session)
        with pytest.raises(Conflict):
            service.change_state(session, maker, item.code, ItemAction.REOPEN)
        service.amend_item(session, maker, item.code, "第二批")
        service.save_item(session, maker, item.code, {"closes_on": day + dt.timedelta(days=30)})
        service.publish_item(session, maker, item.code)
    assert item.state == "in_force"
    assert topics(session, item).count("item.announced") == 2


def test_repealing_a_policy_repeals_its_items(session, world, maker):
    item = make_item(session, world)
    policy = _policy(session, item)
    service.repeal_policy(session, maker, policy.number, "被新规定取代")
    assert (policy.state, item.state) == ("repealed", "repealed")
    assert "被新规定取代" in item.state_reason
    with pytest.raises(Conflict):
        service.amend_item(session, maker, item.code, "x")


def test_codes_are_distinct_and_short(session, world, maker):
    items = [make_item(session, world, name=f"编码{n}") for n in range(3)]
    assert len({item.code for item in items}) == 3
    assert all(len(item.code) <= 12 for item in items)
    assert session.scalar(select(func.count()).select_from(Item)) == 3
