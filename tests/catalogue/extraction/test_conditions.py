"""What the extractor proposes as conditions is written in the vocabulary that computes."""

import json

from redemption.catalogue import checking, proposals
from redemption.catalogue.extraction.conditions import propose

TEXT = (
    "在本市注册登记、具有独立法人资格、财务制度健全；成立满一年；上年度营业收入2000万元以上；"
    "研发费用占营业收入比例不低于5%；高新技术企业或科技型中小企业；未被列入严重违法失信名单；"
    "税务登记在南湖区；职工总数不少于30人；近三年无重大安全事故；依法缴纳社会保险的中小企业。"
)


def _proposed(text: str) -> dict:
    return propose(text, [(0, len(text))])


def test_a_real_sentence_computes() -> None:
    conditions = _proposed(TEXT)
    assert checking.check(conditions) == []
    found = {leaf["attribute"]: leaf["value"] for leaf in checking.leaves(conditions)}
    assert found["jurisdiction"] == ["here"]
    assert found["tax_region"] == ["南湖区"]
    assert found["founded_on"] == {"n": 1, "unit": "year"}
    assert found["revenue"] == 20_000_000
    assert found["rd_share"] == 5
    assert found["credit_status"] == ["abnormal", "dishonest"]
    assert found["independent_legal_person"] is True
    assert found["penalised"] is False
    assert found["staff"] == 30
    assert found["qualifications"] in (["high_tech"], ["tech_sme"])
    assert found["size_class"] == ["small", "medium"]


def test_half_percents_foreign_firms_and_forms() -> None:
    found = [
        (leaf["attribute"], leaf["value"])
        for leaf in checking.leaves(_proposed("研发费用占营业收入比例不低于3.5%的外商投资企业；社会组织申报"))
    ]
    assert ("rd_share", 3.5) in found
    assert ("ownership", ["foreign"]) in found
    assert ("legal_form", ["association"]) in found


def test_what_has_no_attribute_stays_text() -> None:
    assert _proposed("具备较强的创新能力和良好的发展前景；厂房层高不低于6米；吉祥物知名度较高。") == {
        "all": []
    }


def test_a_proposal_on_an_attribute_that_does_not_exist_is_left_to_people() -> None:
    """Sent by another program, or kept from an earlier vocabulary: its words are offered, its value is not."""
    strange = {"attribute": "no_such_thing", "op": "is", "value": True, "text": "信用良好", "span": [0, 4]}
    known = {"attribute": "staff", "op": "at_least", "value": 30, "text": "职工30人以上", "span": [5, 12]}
    offered = proposals.units({}, {"all": [strange, known]})
    assert [json.loads(unit.packed) for unit in offered] == [{"manual": True, "text": "信用良好"}, known]
    assert checking.check(strange)
