"""Splitting and merging draft items; what people changed, gathered."""

import pytest

from redemption.catalogue import queries, service
from redemption.identity.rules import Role
from redemption.kernel.errors import Conflict, Invalid, NotFound
from tests.factories import make_item, make_policy


@pytest.fixture
def maker(world):
    return world.actor(Role.POLICY_MAKER, department="QC-JX")


LISTED = {"attribute": "listed", "op": "is", "value": True}
STAFF = {"attribute": "staff", "op": "at_least", "value": 50}


@pytest.fixture
def policy(session, world):
    return make_policy(session, world)


def test_a_split_item_carries_everything_and_stands_alone(session, maker, policy):
    [item] = queries.items_of_policy(session, policy.id)
    kept = {
        "time_limit_days": 7,
        "closes_on": None,
        "money_rules": {"quota": 3},
        "conditions": {"all": [LISTED]},
    }
    kept |= {"form": {"fields": [{"name": "q1", "label": "用途", "type": "text"}]}, "values": {"amounts": []}}
    service.save_item(session, maker, item.code, kept)
    made = service.split_item(session, maker, item.code, "另一项补贴")
    first, second = queries.working_version(session, item), queries.working_version(session, made)
    assert second.fields == first.fields
    assert {name: getattr(second, name) for name in kept} == kept
    service.save_item(session, maker, made.code, {"fields": {"standard": {"text": "给予1万元。"}}})
    assert queries.working_version(session, item).fields["standard"]["text"] != "给予1万元。"
    with pytest.raises(Invalid):
        service.split_item(session, maker, item.code, first.name)


def test_merged_items_are_one_with_the_words_of_both(session, maker, policy):
    [item] = queries.items_of_policy(session, policy.id)
    other = service.split_item(session, maker, item.code, "另一项补贴")
    changes = {"standard": {"text": "另给5万元。"}, "materials": {"entries": [{"text": "发票"}]}}
    service.save_item(session, maker, item.code, {"conditions": {"all": [STAFF]}})
    more = {"conditions": {"all": [LISTED, STAFF]}, "values": {"conditions": {"all": [LISTED]}}}
    service.save_item(session, maker, other.code, {"fields": changes, **more})
    merged = service.merge_items(session, maker, policy.number, [other.code, item.code])
    assert merged.code == item.code
    assert [row.code for row in queries.items_of_policy(session, policy.id)] == [item.code]
    fields = queries.working_version(session, merged).fields
    assert fields["standard"]["text"].splitlines() == ["给予10万元补贴。", "另给5万元。"]
    texts = [entry["text"] for entry in fields["materials"]["entries"]]
    assert texts[-1] == "发票"
    keys = [entry["key"] for entry in fields["materials"]["entries"]]
    assert len(set(keys)) == len(keys)
    draft = queries.working_version(session, merged)
    assert draft.conditions == {"all": [STAFF, LISTED]}
    assert LISTED in draft.values["conditions"]["all"]
    assert queries.working_version(session, merged).extracted["merged"][0]["name"] == "另一项补贴"


def test_what_was_published_is_neither_split_nor_merged(session, world, maker):
    item = make_item(session, world)
    with pytest.raises(Conflict):
        service.split_item(session, maker, item.code, "x")
    policy = queries.seen_by(session, maker, item.code)[1]
    added = service.add_item(session, maker, policy.number, "新增")
    with pytest.raises(Conflict):
        service.merge_items(session, maker, policy.number, [item.code, added.code])


def test_only_items_of_ones_own_policy_are_merged(session, world, maker, policy):
    [item] = queries.items_of_policy(session, policy.id)
    foreign = make_item(session, world, department="QC-KJ")
    with pytest.raises(Invalid):
        service.merge_items(session, maker, policy.number, [item.code, foreign.code])
    with pytest.raises(Invalid):
        service.merge_items(session, maker, policy.number, [item.code, item.code])
    other = world.actor(Role.POLICY_MAKER, department="QC-KJ")
    with pytest.raises(NotFound):
        service.merge_items(session, other, policy.number, [item.code])


def test_two_items_of_one_name_are_remarked_until_one_is_renamed(session, maker, policy, browser_of, api_of):
    [item] = queries.items_of_policy(session, policy.id)
    name = queries.working_version(session, item).name
    twin = service.add_item(session, maker, policy.number, name)
    session.flush()
    browser = browser_of("zhengce")
    words = "请改成可以区分的名称"
    for code in (item.code, twin.code):
        assert words in browser.get(f"/editor/items/{code}").get_data(as_text=True)
        assert words in api_of("zhengce").get(f"/api/v1/items/own/{code}").get_data(as_text=True)
    assert "处请您留意" in browser.get(f"/editor/policies/{policy.number}").get_data(as_text=True)
    service.save_item(session, maker, twin.code, {"name": f"{name}（第二批）"})
    session.flush()
    for code in (item.code, twin.code):
        assert words not in browser.get(f"/editor/items/{code}").get_data(as_text=True)
