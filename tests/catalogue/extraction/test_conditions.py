"""What the extractor proposes as conditions is written in the vocabulary that computes."""

import json

import pytest

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
    assert found["credit_status"] == ["dishonest"]
    assert found["independent_legal_person"] is True
    assert found["penalised"] is False
    assert found["staff"] == 30
    assert found["qualifications"] in (["high_tech"], ["tech_sme"])
    assert found["size_class"] == ["micro", "small", "medium"]


def test_half_percents_foreign_firms_and_forms() -> None:
    found = [
        (leaf["attribute"], leaf["value"])
        for leaf in checking.leaves(_proposed("研发费用占营业收入比例不低于3.5%的外商投资企业；社会组织申报"))
    ]
    assert ("rd_share", 3.5) in found
    assert ("ownership", ["foreign"]) in found
    assert ("legal_form", ["association"]) in found


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("未被列入严重失信主体名单", ["dishonest"]),
        ("未被列入经营异常名录", ["abnormal"]),
        ("未被列入经营异常名录或严重违法失信名单", ["abnormal", "dishonest"]),
        ("无不良信用记录", ["abnormal", "dishonest"]),
    ],
)
def test_only_the_list_that_is_named_is_asked(words: str, asked: list[str]) -> None:
    (leaf,) = checking.leaves(_proposed(words))
    assert (leaf["attribute"], leaf["op"], leaf["value"]) == ("credit_status", "not_in", asked)


@pytest.mark.parametrize(
    ("words", "op", "codes"),
    [
        ("在本市注册的制造业企业", "under", ["C"]),
        ("软件和信息技术服务业企业", "under", ["I65"]),
        ("批发业、零售业、住宿业和餐饮业企业", "under", ["F51", "F52", "H61", "H62"]),
        ("房地产企业除外", "not_under", ["K"]),
        ("制造业规模以上企业", "under", ["C"]),
    ],
)
def test_trades_are_sections_of_the_classification(words: str, op: str, codes: list[str]) -> None:
    conditions = _proposed(words)
    assert checking.check(conditions) == []
    leaf = next(leaf for leaf in checking.leaves(conditions) if leaf["attribute"] == "industry")
    assert (leaf["op"], leaf["value"]) == (op, codes)


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


@pytest.mark.parametrize(
    ("words", "attribute", "value"),
    [
        (
            "中小企业",
            "size_class",
            ["micro", "small", "medium"],
        ),  # 中小企业促进法 2: micro ones are among them
        ("小微企业", "size_class", ["micro", "small"]),
        ("中小微企业", "size_class", ["micro", "small", "medium"]),
        ("中型企业", "size_class", ["medium"]),
        ("参保人数10人以上", "insured_staff", 10),
        ("从业人员300人以下", "staff", 300),
        ("拥有发明专利1项以上", "invention_patents", 1),
        ("拥有知识产权5件以上", "intellectual_property", 5),
        ("属于制造业", "industry", ["C"]),
        ("从事软件和信息技术服务业", "industry", ["I65"]),
        ("民营企业", "ownership", ["private"]),
    ],
)
def test_each_word_asks_for_its_own_attribute(words: str, attribute: str, value: object) -> None:
    conditions = _proposed(words)
    assert checking.check(conditions) == []
    assert [(leaf["attribute"], leaf["value"]) for leaf in checking.leaves(conditions)] == [
        (attribute, value)
    ]
