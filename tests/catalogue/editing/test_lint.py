"""What a person should look at before publishing."""

import datetime as dt

import pytest

from redemption.catalogue import lint

TODAY = dt.date(2026, 11, 22)


def looked_at(fields=None, **more):
    given = {
        "extracted": {}, "values": {}, "mode": "within_limit", "time_limit_days": 20, "payment_days": 10,
        "closes_on": None, "valid_until": None, **more,
    }  # fmt: skip
    return [remark.code for remark in lint.remarks(lint.Draft(fields or {}, **given), TODAY)]


def materials(*texts, edited=True):
    return {"materials": {"state": "found", "edited": edited, "entries": [{"text": text} for text in texts]}}


def test_a_clean_item_gives_nothing_to_say():
    assert looked_at(materials("申请表")) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("其他材料", "catch_all_material"), ("营业执照复印件", "over_demand"), ("项目总结", None)],
)
def test_materials_are_judged_as_they_stand_now(text, code):
    assert looked_at(materials(text)) == ([code] if code else [])


def test_findings_of_the_extractor_go_when_a_person_has_changed_the_field():
    found = {"findings": [{"code": "year_missing", "field": "application_period", "message": "…"}]}
    period = {"application_period": {"state": "found", "text": "6月1日前"}}
    assert looked_at(period, extracted=found) == ["year_missing"]
    period["application_period"]["edited"] = True
    assert looked_at(period, extracted=found) == []


def test_what_the_checklist_says_is_not_said_twice():
    found = {"findings": [{"code": "missing_phone", "field": "phone", "message": "…"}]}
    assert looked_at(extracted=found) == []


@pytest.mark.parametrize(
    ("text", "days", "code"),
    [
        ("20个工作日", 20, None),
        ("15个工作日", 20, "time_limit_differs"),
        ("42个工作日（审查5个工作日）", 42, None),
        ("尽快", 20, None),
        ("尽快", None, "time_limit_unset"),
    ],
)
def test_the_number_that_computes_agrees_with_the_words(text, days, code):
    fields = {"time_limit": {"state": "found", "text": text}}
    assert looked_at(fields, time_limit_days=days) == ([code] if code else [])


def test_days_that_are_over_are_said():
    day = TODAY - dt.timedelta(days=1)
    assert looked_at(closes_on=day, valid_until=day) == ["period_over", "validity_over"]
    assert looked_at(closes_on=TODAY, valid_until=TODAY) == []


def test_a_publicity_that_the_rules_do_not_keep_is_said():
    process = {"process": {"state": "found", "text": "申报、审核、公示、拨付"}}
    assert looked_at(process) == ["publicity_unset"]
    assert looked_at(process, publicity_days=5) == []


def test_money_without_a_day_of_payment_is_said():
    money = {"standard": {"amounts": [{"value": 1}]}}
    assert looked_at(values=money, payment_days=None) == ["payment_days_unset"]
    assert looked_at(values=money) == []


def test_a_missing_year_is_settled_by_a_date():
    found = {"findings": [{"code": "year_missing", "field": "application_period", "message": "…"}]}
    period = {"application_period": {"state": "found", "text": "6月1日前"}}
    assert looked_at(period, extracted=found, closes_on=TODAY) == []
