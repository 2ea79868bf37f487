"""Amounts, rates, limits, periods, phones, materials, conditions: each writing read right or left open."""

from typing import Any

import pytest

from redemption.catalogue import checking
from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.amounts import parse_number, read_amounts, read_rates
from redemption.catalogue.extraction.conditions import Attribute, Op, propose
from redemption.catalogue.extraction.contacts import normal_phone, read_addresses, read_links, read_phones
from redemption.catalogue.extraction.dates import first_date, partial_dates
from redemption.catalogue.extraction.materials import read_materials
from redemption.catalogue.extraction.periods import read_limits, read_period
from redemption.policies.reading import read_text


@pytest.mark.parametrize(
    ("text", "value", "cap"),
    [
        ("给予10万元奖励", 100_000, False),
        ("最高不超过人民币壹佰万元整", 1_000_000, True),
        ("最高５０万元", 500_000, True),
        ("补贴1,200.50元", 1200.5, False),
        ("奖励1亿2000万元", 120_000_000, False),
        ("给予五千元补助", 5_000, False),
        ("资助叁拾贰万伍仟元", 325_000, False),
        ("每人每月给予1500元", 1_500, False),
        ("补助3.5万元以内", 35_000, True),
        ("累计不超过8万", 80_000, True),
        ("单个项目100万元封顶", 1_000_000, True),
        ("给予2百万元", 2_000_000, False),
    ],
)
def test_amount(text: str, value: float, cap: bool) -> None:
    (amount,) = read_amounts(text)
    assert float(amount.high) == value
    assert amount.cap is cap
    assert text[slice(*amount.span)] == amount.text


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("给予5万至50万元的扶持", 50_000, 500_000),
        ("奖励10-20万元", 100_000, 200_000),
        ("给予1万至五万元的资金", 10_000, 50_000),
        ("800元至2000元补贴", 800, 2000),
        ("５—１０万元", 50_000, 100_000),
    ],
)
def test_range(text: str, low: int, high: int) -> None:
    (amount,) = read_amounts(text)
    assert (amount.low, amount.high) == (low, high)


@pytest.mark.parametrize(
    "text", ["奖励若干元", "万万元", "二〇二四年", "第三条", "10万人", "百姓", "3万平方米"]
)
def test_no_amount(text: str) -> None:
    assert read_amounts(text) == []


def test_threshold_is_no_gift() -> None:
    amounts = read_amounts("营业收入2000万元以上的企业，给予10万元奖励")
    assert [(int(a.high), a.threshold) for a in amounts] == [(20_000_000, True), (100_000, False)]


def test_malformed_number_is_left_out() -> None:
    assert parse_number("五六万") is None
    assert parse_number("一百二十三") == 123


def test_rates() -> None:
    (rate,) = read_rates("按实际发生额的３０％给予补贴")
    assert (rate["value"], rate["of"]) == (0.3, "实际发生额")
    (rate,) = read_rates("最高百分之五十")
    assert (rate["value"], rate["cap"]) == (0.5, True)
    (rate,) = read_rates("按10%-20%补助")
    assert (rate["from"], rate["value"]) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("20个工作日内", [(20, "workday")]),
        ("自受理之日起三十日内作出决定", [(30, "day")]),
        ("即时办结", [(0, "workday")]),
        ("2个月", [(2, "month")]),
        ("2024年5月20日", []),
        ("42个工作日（形式审查5个工作日）", [(42, "workday"), (5, "workday")]),
    ],
)
def test_limits(text: str, limits: list[tuple[int, str]]) -> None:
    assert [(limit["number"], limit["unit"]) for limit in read_limits(text)] == limits


@pytest.mark.parametrize(
    ("text", "begin", "end", "problems"),
    [
        ("2024年8月5日至2024年9月5日", "2024-08-05", "2024-09-05", []),
        ("2024年8月5日至9月5日", "2024-08-05", "2024-09-05", []),
        ("2024年8月5日9:00至8月31日18:00止", "2024-08-05", "2024-08-31", []),
        ("2024.8.5-2024.9.5", "2024-08-05", "2024-09-05", []),
        ("２０２４年８月５日—３１日", "2024-08-05", "2024-08-31", []),
        ("请于2024年6月30日前报送", None, "2024-06-30", []),
        ("截止日期：2024年6月30日", None, "2024-06-30", []),
        ("自2024年3月1日起受理", "2024-03-01", None, []),
        ("6月27日-7月18日", None, None, ["year_missing"]),
        ("8月15日前", None, None, ["year_missing"]),
        ("2024年9月5日至2024年8月5日", None, None, ["ends_before_begins"]),
        ("2024年12月1日至1月31日", "2024-12-01", None, ["year_missing"]),
        ("10月20日前报市局，2017年10月30日前报省厅", None, None, ["year_missing", "contradictory_dates"]),
    ],
)
def test_periods(text: str, begin: str | None, end: str | None, problems: list[str]) -> None:
    period = read_period(text)
    assert (period.get("from"), period.get("to")) == (begin, end)
    assert [problem["code"] for problem in period["problems"]] == problems


def test_open_periods_and_impossible_dates() -> None:
    assert read_period("常年受理")["always"] is True
    assert first_date("2024年2月30日") is None
    assert first_date("二〇二四年五月二十日") == (2024, 5, 20)
    assert partial_dates("连续6个月") == []


def _phones(text: str) -> list[str]:
    return [entry.text for entry in read_phones(text, [(0, len(text))])]


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("咨询电话：020-12345678", ["020-12345678"]),
        ("电话：55500111，55500222", ["55500111", "55500222"]),
        ("北溪：5550111南渡：5550222东桥：5550333、5550444", ["5550111", "5550222", "5550333", "5550444"]),
        ("联系电话：(0755)2788 1122", ["27881122"][:0]),
        ("咨询电话：0755-8866112208", []),
        ("咨询电话：8632011、监督电话：8632345", ["8632011"]),
        ("传真：020-12345678", []),
        ("电话：12333", ["12333"]),
        ("电话：400-620-8899", ["400-620-8899"]),
        ("2024年20240101号文", []),
        ("手机：13800138000", ["13800138000"]),
        ("联系电话：1380013800013900139000", ["13800138000", "13900139000"]),
    ],
)
def test_phones(text: str, phones: list[str]) -> None:
    assert _phones(text) == phones


def test_phone_forms_and_districts() -> None:
    assert normal_phone("（020）12345678转8") == "020-12345678-8"
    assert normal_phone("0799—8632011") == "0799-8632011"
    text = "市直：2375089、沙洋：8568064"
    assert [e.details["district"] for e in read_phones(text, [(0, len(text))])] == ["市直", "沙洋"]


def test_links_and_addresses() -> None:
    text = "登录某市政务服务网（https://zw.a.gov.cn/x）申报，表格在http://b.cn下载"
    assert [e.text for e in read_links(text, [(0, len(text))], applying_only=True)] == [
        "https://zw.a.gov.cn/x"
    ]
    text = "受理地址：云溪市星河大道88号2楼，联系电话：8632011"
    assert [e.text for e in read_addresses(text, [(0, len(text))], labelled_only=True)] == [
        "云溪市星河大道88号2楼"
    ]


def _materials(text: str) -> list[dict[str, Any]]:
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return [entry.as_json() for entry in read_materials(text, [], spans)]


def test_material_details() -> None:
    entries = _materials(
        "1.申请表（原件，1份）\n2.营业执照（复印件，加盖公章，核原件）\n3.如有委托办理的，另附授权书\n"
        "4.项目资料电子版\n以上材料一式三份，A4纸装订成册。"
    )
    assert [entry["text"][:5] for entry in entries] == [
        "申请表（原",
        "营业执照（",
        "如有委托办",
        "项目资料电",
    ]
    assert entries[0]["original"] == "original"
    assert entries[0]["copies"] == 1
    assert (entries[1]["original"], entries[1]["original_shown"], entries[1]["sealed"]) == (
        "copy",
        True,
        True,
    )
    assert (entries[2]["required"], entries[2]["copies"]) == (False, 3)
    assert entries[3]["form"] == "electronic"


def _propose(text: str) -> list[dict[str, Any]]:
    found = propose(text, [(0, len(text))])["all"]
    for predicate in found:
        for one in predicate.get("any", [predicate]):
            assert text[slice(*one["span"])] == one["text"]
            assert one["attribute"] in set(Attribute)
            assert one["op"] in set(Op)
            assert checking.check(one) == []
    return found


@pytest.mark.parametrize(
    ("text", "attribute", "op", "value"),
    [
        ("成立满一年", "founded_on", "age_at_least", {"n": 1, "unit": "year"}),
        ("实际运营6个月以上", "founded_on", "age_at_least", {"n": 6, "unit": "month"}),
        ("注册登记不超过5年", "founded_on", "age_at_most", {"n": 5, "unit": "year"}),
        ("上年度营业收入2000万元以上", "revenue", "at_least", 20_000_000),
        ("营业收入不超过4亿元", "revenue", "at_most", 400_000_000),
        ("工商注册地在青山市河滨区", "jurisdiction", "within", ["河滨区"]),
        ("在本市注册登记", "jurisdiction", "within", ["here"]),
        ("国家高新技术企业", "qualifications", "holds_any", ["high_tech"]),
        ("中小微企业", "size_class", "in", ["micro", "small", "medium"]),
        ("中型、小型、微型企业", "size_class", "in", ["micro", "small", "medium"]),
        ("小型企业和微型企业", "size_class", "in", ["small", "micro"]),
        ("仅限个体工商户", "legal_form", "in", ["self_employed"]),
        ("纳税信用等级为A级", "tax_credit", "in", ["A"]),
        ("员工人数不少于50人", "staff", "at_least", 50),
        ("研发费用占营业收入比例不低于3%", "rd_share", "at_least", 3),
        ("拥有3项以上发明专利", "invention_patents", "at_least", 3),
        ("未被列入严重失信主体名单", "credit_status", "not_in", ["dishonest"]),
        ("具有独立法人资格", "independent_legal_person", "is", True),
        ("规模以上工业企业", "above_scale", "is", True),
    ],
)
def test_conditions(text: str, attribute: str, op: str, value: Any) -> None:
    found = _propose(text)
    assert (attribute, op, value) in [(p["attribute"], p["op"], p["value"]) for p in found]


def test_choice_of_qualifications() -> None:
    (choice,) = _propose("高新技术企业或专精特新中小企业")
    assert [p["value"] for p in choice["any"]] == [["high_tech"], ["specialised"]]


@pytest.mark.parametrize("text", ["全市各企业、个体工商户", "企业、个体工商户和农民专业合作社"])
def test_a_form_of_firm_beside_others_is_no_condition(text: str) -> None:
    assert _propose(text) == []


def test_who_it_is_for_is_a_condition_too() -> None:
    (item,) = extract(
        read_text(
            "关于申报绿色工厂奖励的通知\n一、支持对象\n注册地在清川市的高新技术企业。\n二、申报条件\n"
            "成立满一年的高新技术企业。\n三、奖励标准\n给予10万元奖励。"
        )
    ).items
    found = item.as_json()["values"]["conditions"]["all"]
    assert [p["attribute"] for p in found] == ["jurisdiction", "qualifications", "founded_on"]


def _findings(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in extract(read_text(text)).findings:
        assert finding.message.endswith("。")
        found.setdefault(finding.code, []).append(finding.message)
    return found


def test_findings() -> None:
    found = _findings(
        "关于申报技术改造补贴的通知\n一、申报对象\n本市企业。\n二、申报条件\n见附件1。\n三、补贴标准\n给予10万元补贴。\n"
        "四、申报材料\n1.营业执照复印件\n2.其他相关材料\n五、申报时间\n9月5日前。"
    )
    assert {
        "external_conditions",
        "catch_all_material",
        "over_demand",
        "year_missing",
        "missing_phone",
        "missing_time_limit",
    } <= set(found)
    assert "missing_target" not in found
    assert "missing_conditions" not in found


def test_unreadable_phone_is_left_open() -> None:
    found = _findings(
        "关于申报参展补贴的通知\n一、补贴标准\n给予1万元补贴。\n二、申报条件\n已参展。\n三、联系电话\n张工 0755886611228866113"
    )
    assert "phone_unreadable" in found


def test_numbered_gifts_lose_their_numbers() -> None:
    text = "第三条 支持企业上规\n1.对首次上规的企业，给予10万元奖励。\n2.对产值过亿的企业，给予20万元奖励。\n第四条 租金补贴。对入驻企业，给予1万元补贴。"
    item = extract(read_text(text)).items[0]
    assert item["target"].text == "首次上规的企业"


def test_two_items_with_one_name() -> None:
    section = "租房补贴\n补贴对象：企业员工。\n补贴标准：每月{}元。\n补贴条件：在本市就业。\n"
    found = _findings("一、" + section.format(500) + "二、" + section.format(800))
    assert len(found["duplicate_item_name"]) == 2


def test_document_without_items_says_why() -> None:
    found = _findings("关于召开全市安全生产工作会议的通知\n各有关单位：\n定于下周一召开会议，请准时参加。")
    assert list(found) == ["no_item"]
    assert extract(read_text("今天天气很好。")).items == []


def test_phones_printed_without_anything_between_are_parted_and_shown() -> None:
    text = (
        "关于申报参展补贴的通知\n一、补贴标准\n给予1万元补贴。\n二、申报条件\n已参展。\n"
        "三、联系电话\n张工 1380013800013900139000"
    )
    (item,) = extract(read_text(text)).items
    assert [entry.text for entry in item["phone"].entries] == ["13800138000", "13900139000"]
    assert len(_findings(text)["phone_run_together"]) == 2


def test_an_item_that_ends_before_it_begins() -> None:
    head = "关于申报参展补贴的通知\n一、补贴标准\n给予1万元补贴。\n二、申报条件\n已参展。\n三、申报时间\n"
    text = head + "2024年9月5日至2024年8月5日。"
    (item,) = extract(read_text(text)).items
    assert item.values["application_period"].get("to") is None
    assert "ends_before_begins" in _findings(text)
    assert "ends_before_begins" not in _findings(head + "2024年8月5日至2024年9月5日。")


def test_a_standard_without_a_figure_is_left_open() -> None:
    text = "关于申报参展补贴的通知\n一、补贴标准\n给予企业{}补贴。\n二、申报条件\n已参展。"
    assert "amount_open" in _findings(text.format("若干万元"))
    assert "amount_open" not in _findings(text.format("最高不超过人民币壹佰万元整的"))


def test_half_width_signs_read_like_full_width_ones_and_come_back_as_they_were() -> None:
    text = "关于申报参展补贴的通知\n一、申报对象:在本市注册(登记)的企业,且已参展;\n二、补贴标准:按展位费的５０%给予补贴,最高1,000元.\n三、申报条件:已参展."
    (item,) = extract(read_text(text)).items
    assert item["target"].text == "在本市注册(登记)的企业,且已参展;"
    assert item.values["standard"]["rates"][0]["value"] == 0.5
    assert item.values["standard"]["cap"] == 1000
    for value in item.fields.values():
        for a, b in value.spans:
            assert text[a:b] in value.text


@pytest.mark.parametrize("text", ["补助1.1234567891元", "补助12345678901234567元", "利率1.1234567891%"])
def test_a_number_too_long_is_left_open_and_never_read_in_part(text: str) -> None:
    assert read_amounts(text) == []
    assert read_rates(text) == []
