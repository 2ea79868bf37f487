"""Whatever the extractor proposes computes, or is left to people; values keep their meaning."""

import pytest

from redemption.catalogue import checking
from redemption.catalogue.adopting import adopted
from redemption.catalogue.extraction.conditions import propose

TEXT = (
    "在本市注册登记、具有独立法人资格、财务制度健全；成立满一年；上年度营业收入2000万元以上；"
    "研发费用占营业收入比例不低于5%；高新技术企业或科技型中小企业；未被列入严重违法失信名单；"
    "税务登记在南湖区；职工总数不少于30人；近三年无重大安全事故；依法缴纳社会保险的中小企业。"
)


def leaves(text: str) -> dict[str, object]:
    conditions = adopted(propose(text, [(0, len(text))]))
    assert checking.check(conditions) == []
    return {leaf.get("attribute", "manual"): leaf.get("value") for leaf in checking.leaves(conditions)}


def test_a_real_sentence_computes():
    found = leaves(TEXT)
    assert found["jurisdiction"] == ["here"]
    assert found["tax_region"] == ["南湖区"]
    assert found["founded_on"] == {"n": 1, "unit": "year"}
    assert found["revenue"] == 20_000_000
    assert found["rd_share"] == 5
    assert found["credit_status"] == ["abnormal", "dishonest"]
    assert found["independent_legal_person"] is True
    assert found["staff"] == 30
    assert found["qualifications"] in (["high_tech"], ["tech_sme"])


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        ({"attribute": "rd_share", "op": "at_least", "value": 0.05}, 5),
        ({"attribute": "rd_share", "op": "at_least", "value": 0.035}, 3.5),
        ({"attribute": "revenue_growth", "op": "at_least", "value": 0.1}, 10),
        ({"attribute": "qualification", "op": "has", "value": "专精特新小巨人"}, ["little_giant"]),
        ({"attribute": "legal_form", "op": "in", "value": ["个体工商户"]}, ["self_employed"]),
    ],
)
def test_words_and_shares_become_codes_and_percentages(leaf, value):
    made = adopted(leaf)
    assert made["value"] == value
    assert checking.check(made) == []


@pytest.mark.parametrize(
    "leaf",
    [
        {"attribute": "no_such_thing", "op": "is", "value": True, "text": "信用良好", "span": [0, 4]},
        {"attribute": "qualification", "op": "has", "value": "没有这种资质", "text": "没有这种资质企业"},
        {"attribute": "discredited", "op": "is", "value": True, "text": "失信企业"},
        {"attribute": "rd_share", "op": "at_least", "value": None, "text": "研发占比"},
        {},
        {"attribute": 5},
    ],
)
def test_what_has_no_attribute_is_left_to_people(leaf):
    made = adopted({"all": [leaf]})
    (child,) = made["all"]
    assert child == {} or (child["manual"] is True and checking.check(child) == [])


def test_nothing_proposed():
    assert adopted(None) == adopted({}) == adopted([]) == {}
