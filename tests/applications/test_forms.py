"""The item part as data: each type, what is said when it is wrong, rules between fields, computed amounts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.applications import enterprise_part, forms
from redemption.applications.needs import entries_of, needs_of

LOANS: dict[str, Any] = {
    "fields": [
        {"name": "total", "label": "合计", "type": "money", "required": True},
        {
            "name": "loans",
            "label": "贷款明细",
            "type": "table",
            "columns": [
                {"name": "bank", "label": "银行", "type": "text", "required": True},
                {"name": "amount", "label": "金额", "type": "money", "required": True},
            ],
        },
        {"name": "kind", "label": "类型", "type": "choice", "choices": [["a", "首次"], ["b", "续贷"]]},
        {"name": "why", "label": "续贷原因", "required_if": {"field": "kind", "equals": "b"}},
        {
            "name": "expected",
            "label": "预计补贴",
            "type": "money",
            "is_amount": True,
            "computed": {"of": "loans.amount", "rate": "0.5", "cap": "100000"},
        },
    ],
    "rules": [{"kind": "sum_equals", "parts": ["loans.amount"], "total": "total"}],
}


def one(type_: str, **more: Any) -> dict[str, Any]:
    return {"fields": [{"name": "x", "label": "某项", "type": type_, **more}]}


@pytest.mark.parametrize(
    ("form", "value", "stored"),
    [
        (one("text"), "  甲 ", "甲"),
        (one("money"), "２０万", "200000.00"),
        (one("money"), 1500, "1500.00"),
        (one("number", unit="人"), "12人", "12"),
        (one("number"), "1,200.5", "1200.5"),
        (one("percent"), "12.5%", "12.5"),
        (one("date"), "2026年3月5日", "2026-03-05"),
        (one("choice", choices=[["a", "甲"]]), "a", "a"),
        (one("choice", choices=[["a", "甲"]]), " 甲", "a"),
        (one("choices", choices=[["a", "甲"], ["b", "乙"]]), ["b", "a", "乙"], ["b", "a"]),
        (one("declaration"), "1", True),
    ],
)
def test_what_is_taken(form: dict[str, Any], value: Any, stored: Any) -> None:
    loaded = forms.load(form, {"x": value})
    assert loaded.errors == {}
    assert loaded.data == {"x": stored}
    assert forms.load(form, {"x": stored}).data == {"x": stored}


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        (one("text"), "字" * 201, "现在有201个字"),
        (one("text", max_length=300), "字" * 301, "300个字"),
        (one("money"), "很多", "看不懂金额"),
        (one("money", max="100000"), "20万", "不能大于10万元"),
        (one("money"), "-1", ""),
        (one("number", integer=True), "1.5", "整数"),
        (one("number", min=1), "0", "不能小于1"),
        (one("number"), "１e9", "数字"),
        (one("number"), True, "数字"),
        (one("date"), "2026-02-30", "请填写日期"),
        (one("date", min="2026-01-01"), "2025-12-31", "不能早于2026年1月1日"),
        (one("choice", choices=[["a", "甲"]]), "z", "选项"),
        (one("choices", choices=[["a", "甲"]]), ["z"], "选项"),
        (one("declaration"), "0", "请确认"),
        (one("text"), {"a": 1}, ""),
        (one("table", columns=[{"name": "a"}]), "x", ""),
        (one("table", columns=[{"name": "a"}]), [{"b": "1"}], "没有这一项"),
    ],
)
def test_what_is_refused_and_how(form: dict[str, Any], value: Any, said: str) -> None:
    loaded = forms.load(form, {"x": value})
    assert loaded.errors
    assert said in str(loaded.errors)
    assert "x" not in loaded.data


def test_required_fields_are_asked_for_at_the_end_only() -> None:
    form = one("text", required=True)
    assert forms.load(form, {}, partial=True).ok
    assert forms.load(form, {}).errors == {"x": ["请填写某项。"]}
    assert forms.load(form, {"x": "   "}).errors == {"x": ["请填写某项。"]}


def test_required_if_looks_at_the_other_field() -> None:
    good = {"total": "1", "loans": [{"bank": "甲", "amount": "1"}], "kind": "a"}
    assert forms.load(LOANS, good).ok
    assert "why" in forms.load(LOANS, {**good, "kind": "b"}).errors
    assert forms.load(LOANS, {**good, "kind": "b", "why": "扩产"}).ok


def test_sums_are_compared_and_amounts_computed() -> None:
    rows = [{"bank": "甲", "amount": "1万"}, {"bank": "乙", "amount": "2万"}]
    loaded = forms.load(LOANS, {"total": "3万", "loans": rows, "expected": "999999"})
    assert loaded.ok
    assert loaded.data["expected"] == "15000.00"
    assert str(forms.amount_of(LOANS, loaded.data)) == "15000.00"
    wrong = forms.load(LOANS, {"total": "4万", "loans": rows})
    assert "不一致" in wrong.errors["total"][0]
    assert forms.load(LOANS, {"total": "4万", "loans": rows}, partial=True).ok


def test_a_cap_and_tiers() -> None:
    capped = forms.load(LOANS, {"loans": [{"bank": "甲", "amount": "100万"}]}, partial=True)
    assert capped.data["expected"] == "100000.00"
    tiers = {
        "of": "n",
        "tiers": [{"from": 0, "amount": 0}, {"from": 10, "amount": 5000}, {"from": 50, "amount": 20000}],
    }
    form = {"fields": [{"name": "n", "type": "number"}, {"name": "y", "type": "money", "computed": tiers}]}
    assert [forms.load(form, {"n": n}).data.get("y") for n in ("5", "10", "80")] == [
        "0.00",
        "5000.00",
        "20000.00",
    ]


def test_many_wrong_cells_are_told_as_some_and_a_count() -> None:
    rows = [{"bank": "甲", "amount": "x"}] * 100
    loaded = forms.load(LOANS, {"loans": rows}, partial=True)
    assert len(loaded.errors) <= forms.ERRORS_SHOWN + 1
    assert "另有80处" in str(loaded.errors)


def test_labels_of_changes() -> None:
    assert forms.changes(LOANS, {"total": "1.00"}, {"total": "2.00"}) == [("合计", "1元", "2元")]


def test_a_definition_is_checked() -> None:
    assert forms.check_definition(LOANS) == []
    bad = {
        "fields": [
            {"name": "X", "label": ""},
            {"name": "a", "label": "甲", "type": "choice"},
            {"name": "a", "label": "乙", "type": "zzz"},
        ],
        "rules": [{"kind": "sum_equals", "parts": ["nowhere"], "total": "a"}],
    }
    assert len(forms.check_definition(bad)) >= 5


@given(
    st.dictionaries(
        st.sampled_from(["total", "loans", "kind", "why", "strange"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_nothing_that_is_sent_breaks_it_and_what_is_taken_is_stable(values: dict[str, Any]) -> None:
    loaded = forms.load(LOANS, values, partial=True)
    again = forms.load(LOANS, loaded.data, partial=True)
    assert again.errors == {}
    assert again.data == loaded.data


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"bank_account": "abc"}, "bank_account"),
        ({"contact_name": "字" * 51}, "contact_name"),
        ({"strange": "1"}, "strange"),
    ],
)
def test_the_enterprise_part_says_how_to_mend(values: dict[str, str], field: str) -> None:
    loaded = enterprise_part.load(values, pays_money=True, has_account=False, partial=True)
    assert field in loaded.errors
    assert "bank_account" not in loaded.typed


def test_the_mask_sent_back_keeps_the_account() -> None:
    loaded = enterprise_part.load({"bank_account": "***************5678"}, pays_money=True, has_account=True)
    assert "bank_account" not in loaded.errors
    assert "bank_account" not in loaded.data


def test_the_list_of_materials_where_the_policy_says_see_annex() -> None:
    assert [e.key for e in entries_of({"materials": {"state": "external", "text": "详见附件"}})] == ["other"]
    assert entries_of({"materials": {"state": "missing"}}) == []


def test_the_same_words_twice_in_one_list_are_two_papers() -> None:
    listed = entries_of(
        {"materials": {"entries": [{"key": "m1", "text": "合同"}, {"key": "m2", "text": "合同"}]}}
    )
    assert len(needs_of([(1, listed)])) == 2
    assert len(needs_of([(1, listed), (2, listed[:1])])) == 2
