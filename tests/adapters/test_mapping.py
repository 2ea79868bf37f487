"""The mapping table: what it does, and that its mistakes are told when it is saved."""

import pytest

from redemption.dispatch.port import mapping
from redemption.dispatch.port.mapping import MappingFault
from redemption.kernel.errors import Invalid

PAYLOAD = {
    "kind": "submission",
    "referral": "ZB-1",
    "application": {"number": "A-1", "received_at": "2026-11-20T17:30:00+00:00"},
    "enterprise": {"uscc": "91990100Y0000001X", "name": "青禾"},
    "form": {"kind": "新建", "opened": "2026-03-01", "note": ""},
}
TABLE = {
    "required": ["qymc", "lx"],
    "fields": [
        {"to": "qymc", "from": "enterprise.name"},
        {"to": "ly", "constant": "惠企一窗"},
        {"to": "lx", "from": "form.kind", "codes": {"新建": "01", "续建": "02"}},
        {"to": "sjrq", "from": "application.received_at", "date": "%Y%m%d"},
        {"to": "kyrq", "from": "form.opened", "date": "%Y/%m/%d"},
        {"to": "bz", "from": "form.note", "default": "无"},
    ],
}


def test_rename_constant_codes_and_dates():
    mapping.check(TABLE)
    assert mapping.apply(TABLE, PAYLOAD) == {
        "qymc": "青禾",
        "ly": "惠企一窗",
        "lx": "01",
        "sjrq": "20261121",
        "kyrq": "2026/03/01",
        "bz": "无",
    }, "a moment is put into the day it has in Shanghai"


def test_a_value_without_a_code_is_told_before_sending():
    with pytest.raises(MappingFault) as refused:
        mapping.apply(TABLE, {**PAYLOAD, "form": {"kind": "扩建"}})
    assert "扩建" in refused.value.fields["lx"][0]


def test_a_required_field_that_a_case_lacks_is_told():
    with pytest.raises(MappingFault) as refused:
        mapping.apply(TABLE, {**PAYLOAD, "enterprise": {}})
    assert set(refused.value.fields) == {"qymc"}


def test_a_withdrawal_needs_no_more_than_it_has():
    assert mapping.apply(TABLE, {"kind": "withdrawal", "referral": "ZB-1"})["qymc"] is None


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        ({"required": ["x"], "fields": []}, "required", "没有对应的映射"),
        ({"fields": [{"to": "a"}]}, "fields.0", "有且只有一个"),
        ({"fields": [{"to": "a", "from": "form.x", "constant": 1}]}, "fields.0", "有且只有一个"),
        ({"fields": [{"from": "form.x"}]}, "fields.0", "to"),
        ({"fields": [{"to": "a", "from": "firm.x"}]}, "fields.0", "没有来源"),
        ({"fields": [{"to": "a", "from": "enterprise.tel"}]}, "fields.0", "没有“tel”"),
        ({"fields": [{"to": "a", "from": "form.x", "date": "yyyy"}]}, "fields.0", "日期格式"),
        ({"fields": [{"to": "a", "from": "form.x", "date": "%m-%d"}]}, "fields.0", "没有年份"),
        ({"fields": [{"to": "a", "from": "form.x", "codes": {}}]}, "fields.0", "codes"),
        ({"fields": [{"to": "a", "constant": 1}, {"to": "a", "constant": 2}]}, "fields.1", "两次"),
        ({"feilds": []}, "mapping", "不认识"),
        ({"fields": [{"to": "a", "constant": 1, "fmt": ""}]}, "fields.0", "不认识"),
        ({"fields": {}}, "mapping", "列表"),
    ],
)
def test_mistakes_are_told_at_configuration(table, field, words):
    with pytest.raises(Invalid) as refused:
        mapping.check(table)
    assert words in "".join(refused.value.fields[field])
