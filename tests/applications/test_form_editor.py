"""A department makes the form of its item without programming: fields, tables, rules, computed amounts; tried, versioned."""

import re

import pytest

from redemption.applications import form_making, form_settings, forms
from redemption.applications.needs import asked_of
from redemption.catalogue import queries as catalogue
from redemption.catalogue import service as catalogue_service
from redemption.catalogue.models import ItemVersion
from redemption.kernel.errors import Conflict, Invalid
from tests.factories import make_item


@pytest.fixture
def item(session, world):
    """A published item whose next version is open."""
    made = make_item(session, world)
    catalogue_service.amend_item(session, world.actors["zhengce"], made.code, "改申报表")
    session.commit()
    return made


def draft(session, item) -> ItemVersion:
    session.expire_all()
    return catalogue.working_version(session, item)


def boxes(page: str) -> dict[str, str]:
    """The version box of the page: what a browser sends back."""
    return {"version": re.findall(r'name="version" value="(\d+)"', page)[0]}


def test_a_form_is_made_step_by_step_and_tried(session, item, browser_of):
    person, base = browser_of("zhengce"), f"/editor/items/{item.code}/form"

    def send(address: str, **typed: str):
        return person.post(address, {**boxes(person.get(base).get_data(as_text=True)), **typed})

    kept = draft(session, item).form.get("fields", [])
    made = {}
    for label, kind in (
        ("首贷或续贷", "choice"),
        ("贷款合计", "money"),
        ("贷款明细", "table"),
        ("续贷原因", "text"),
        ("预计贴息", "money"),
    ):
        answer = send(base, label=label, type=kind)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        made[label] = answer.location.rsplit("/", 1)[1]
    field = {label: f"{base}/fields/{name}" for label, name in made.items()}
    assert (
        send(field["首贷或续贷"], label="首贷或续贷", need="yes", choices="a=首贷\nb=续贷").status_code == 303
    )
    assert send(field["贷款合计"], label="贷款合计", need="yes", min="1万", max="5000万").status_code == 303
    columns = {
        "columns.0.label": "银行",
        "columns.0.type": "text",
        "columns.0.required": "1",
        "columns.1.label": "金额",
        "columns.1.type": "money",
        "columns.1.required": "1",
    }
    assert send(field["贷款明细"], label="贷款明细", need="yes", max_rows="20", **columns).status_code == 303
    condition = f"if|{made['首贷或续贷']}|b"
    assert send(field["续贷原因"], label="续贷原因", need=condition).status_code == 303
    computed = {"way": "rate", "of": f"{made['贷款明细']}.c1", "rate": "1.5", "cap": "10万", "is_amount": "1"}
    stored = {d["name"]: d for d in draft(session, item).form["fields"]}
    column = stored[made["贷款明细"]]["columns"][1]["name"]
    computed["of"] = f"{made['贷款明细']}.{column}"
    assert send(field["预计贴息"], label="预计贴息", need="no", **computed).status_code == 303
    rule = {"parts": f"{made['贷款明细']}.{column}", "total": made["贷款合计"]}
    assert send(f"{base}/rules", **rule).status_code == 303

    page = person.get(base).get_data(as_text=True)
    assert "“首贷或续贷”选“续贷”时需要填写" in page
    assert "× 1.5%，最高10万元" in page
    assert "贷款明细各行“金额”的合计 = 贷款合计" in page
    trial = {
        f"a.{made['首贷或续贷']}": "b",
        f"a.{made['贷款合计']}": "300万",
        f"a.{made['贷款明细']}.0.{stored[made['贷款明细']]['columns'][0]['name']}": "清川银行",
        f"a.{made['贷款明细']}.0.{column}": "200万",
    }
    wrong = person.post(f"{base}/preview", trial)
    said = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "请填写续贷原因。" in said
    assert "与填写的合计" in said
    assert 'value="300万"' in said, "what was typed stays"
    trial |= {f"a.{made['贷款合计']}": "200万", f"a.{made['续贷原因']}": "扩产"}
    filled = {f"a.{d['name']}": "1" for d in kept if d["name"] not in made.values()}
    right = person.post(f"{base}/preview", {**filled, **trial})
    assert "按兑现标准测算：" in right.get_data(as_text=True)
    assert "3万元" in right.get_data(as_text=True)

    loaded = forms.load(
        draft(session, item).form, {made["贷款明细"]: [{column: "200万", "c1": "甲"}]}, partial=True
    )
    assert loaded.data[made["预计贴息"]] == "30000.00"


def test_a_published_form_stays_and_each_version_is_shown(session, world, item, browser_of):
    person, base = browser_of("zhengce"), f"/editor/items/{item.code}/form"
    version = boxes(person.get(base).get_data(as_text=True))
    person.post(base, {**version, "label": "只在第二版", "type": "text"})
    assert "只在第二版" in person.get(f"{base}/preview?no=2").get_data(as_text=True)
    assert "只在第二版" not in person.get(f"{base}/preview?no=1").get_data(as_text=True)
    assert person.get(f"{base}/preview?no=7").status_code == 404
    catalogue_service.publish_item(session, world.actors["zhengce"], item.code)
    session.commit()
    page = person.get(base).get_data(as_text=True)
    assert "已经发布，申报表不再改变" in page
    refused = person.post(base, {"label": "太晚", "type": "text"})
    assert refused.status_code in (409, 422)
    assert "太晚" not in str(draft(session, item).form)


def test_who_saves_on_an_old_page_is_told_and_overwrites_nothing(session, item, browser_of):
    person, base = browser_of("zhengce"), f"/editor/items/{item.code}/form"
    old = boxes(person.get(base).get_data(as_text=True))
    assert person.post(base, {**old, "label": "甲", "type": "text"}).status_code == 303
    told = person.post(base, {**old, "label": "乙", "type": "text"})
    assert told.status_code == 422
    assert 'value="乙"' in told.get_data(as_text=True), "what was typed stays on the page"
    assert "乙" not in [d["label"] for d in draft(session, item).form["fields"]]


@pytest.mark.parametrize("login", ["keji", "qiye", "shenpi", "chuangkou"])
def test_nobody_else_opens_it(item, browser_of, login):
    base = f"/editor/items/{item.code}/form"
    for address in (base, f"{base}/preview"):
        assert browser_of(login).get(address).status_code in (403, 404)


def test_what_another_field_stands_on_is_not_deleted():
    form, name = form_making.add_field({}, "人数", "number")
    form, amount = form_making.add_field(form, "补贴", "money")
    typed = {"label": "补贴", "way": "each", "of": name, "unit_amount": "3000"}
    form = form_making.change_field(form, amount, typed)
    assert forms.computed(form, {name: "4"}) == {amount: "12000.00"}
    with pytest.raises(Conflict):
        form_making.remove_field(form, name)
    assert form_making.remove_field(form_making.remove_field(form, amount), name)["fields"] == []


@pytest.mark.parametrize(
    ("kind", "typed", "box"),
    [
        ("choice", {"choices": "只有一个"}, "choices"),
        ("table", {}, "columns.0.label"),
        ("table", {"columns.0.label": "甲", "max_rows": "5000"}, "max_rows"),
        ("money", {"min": "十块"}, "min"),
        ("money", {"way": "rate", "of": "", "rate": "x"}, "rate"),
        ("money", {"way": "tiers", "of": "q1", "tiers": "乱写"}, "tiers"),
        ("number", {"min": "5", "max": "1"}, ""),
        ("attachment", {"material": "m9"}, "material"),
    ],
)
def test_what_cannot_be_is_said_at_its_box(kind, typed, box):
    form, name = form_making.add_field({}, "项", kind)
    with pytest.raises(Invalid) as error:
        form_making.change_field(form, name, {"label": "项", **typed}, materials=["m1"])
    assert box in error.value.fields


def test_boxes_of_a_field_read_back_are_the_field():
    tiers = {"of": "n", "tiers": [{"from": "5000000.00", "amount": "200000.00"}], "cap": "300000.00"}
    fields = [
        {"name": "n", "label": "投资额", "type": "money", "required": True, "min": "100.00"},
        {
            "name": "y",
            "label": "补贴",
            "type": "money",
            "required": False,
            "computed": tiers,
            "is_amount": True,
        },
        {"name": "d", "label": "日期", "type": "date", "required": False, "max": "today"},
        {
            "name": "k",
            "label": "类型",
            "type": "choice",
            "required": True,
            "choices": [["a", "甲"], ["乙", "乙"]],
        },
    ]
    form = {"fields": fields}
    for raw in fields:
        typed = {k: str(v) for k, v in form_settings.boxes_of(raw).items() if k != "columns" and v}
        again = form_making.field_named(form_making.change_field(form, raw["name"], typed), raw["name"])
        if again.get("computed"):
            assert forms.computed({"fields": [fields[0], again]}, {"n": "6000000"}) == {"y": "200000.00"}
        else:
            assert {k: v for k, v in again.items() if k != "min"} == {
                k: v for k, v in raw.items() if k != "min"
            }


def test_an_attachment_makes_a_line_of_the_list_necessary_when_its_condition_holds():
    listed = {
        "materials": {"state": "found", "entries": [{"key": "m1", "text": "担保合同", "required": False}]}
    }
    form = {
        "fields": [
            {"name": "k", "label": "担保", "type": "choice", "choices": [["是", "是"], ["否", "否"]]},
            {
                "name": "f",
                "label": "担保合同",
                "type": "attachment",
                "material": "m1",
                "required_if": {"field": "k", "equals": "是"},
            },
        ]
    }
    assert forms.check_definition(form) == []
    assert [e.required for e in asked_of(listed, form, {"k": "是"})] == [True]
    assert [e.required for e in asked_of(listed, form, {"k": "否"})] == [False]
    assert forms.load(form, {"k": "是"}).ok
