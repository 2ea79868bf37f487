"""Notices that hand on what others published: annexes tell what they do not, grounds are numbers, gifts stand among conditions."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import Item
from redemption.policies.reading import read_text

FORWARDED = """关于开展2031年度旅行社引客奖励申报工作的通知
各旅行社：
根据云文旅发〔2031〕6号文件，现将有关事项通知如下：
一、本市旅行社向所在县文化旅游局提交申请。
二、申报材料加盖公章，装订成册。
三、申报截止时间：2031年3月16日。未在规定时间内提交的，视为放弃。
附件：1.云溪市旅行社引客奖励办法
2.引客奖励申报材料清单
3.引客奖励申请表
云溪市文化旅游局
2031年2月13日"""

AMONG = """2031年第一批小微企业贷款贴息资金开始申报
一、支持范围
（一）支持对象
经市工业和信息化局认定的创新型小微企业。
（二）申报条件和要求
贷款发放时间应为2031年1月1日至8月31日，每笔贷款按实际金额的2%给予贴息，最长一年。同一笔贷款只能享受一次。
二、组织程序
（一）企业登录“云溪财政一网通”（网址：https://cz.yunxi.gov.cn）提交材料。
（二）县区主管部门登录初审系统（网址：https://cs.yunxi.gov.cn）完成初审。
（三）市局公示后拨付。"""

AT_ONCE = """关于组织2031年高新企业奖励申报的通知
一、申报条件
需同时符合以下条件：
（一）在云溪区内设立；
（二）2030年新认定或迁入本区的有效期内高新技术企业。
二、奖励标准
每家给予10万元奖励。"""


def only(text: str) -> Item:
    found = extract(read_text(text))
    assert len(found.items) == 1
    return found.items[0]


def test_what_an_annex_tells_is_external() -> None:
    told = only(FORWARDED)
    assert {told[name].state for name in ("conditions", "standard", "materials")} == {"external"}
    assert told["materials"].text == "2.引客奖励申报材料清单"


def test_a_notice_that_tells_its_gift_leaves_none_to_an_annex() -> None:
    told = only(FORWARDED.replace("四、", "五、").replace("二、申报", "二、每名游客奖励50元。\n三、申报", 1))
    assert told["conditions"].state == "missing"
    assert told["standard"].state == "found"


def test_a_ground_may_be_a_number_alone() -> None:
    assert only(FORWARDED)["legal_basis"].text == "云文旅发〔2031〕6号文件"


def test_a_gift_among_conditions_is_the_standard_and_stays_a_condition() -> None:
    told = only(AMONG)
    assert told["standard"].text == "每笔贷款按实际金额的2%给予贴息，最长一年。"
    assert "给予贴息" in told["conditions"].text


def test_a_threshold_among_conditions_is_no_gift() -> None:
    told = only(
        AMONG.replace("每笔贷款按实际金额的2%给予贴息，最长一年", "企业投入500万元以上，资金可以是贷款")
    )
    assert told["standard"].state == "missing"


def test_a_site_where_the_office_works_is_not_where_one_applies() -> None:
    assert [entry.text for entry in only(AMONG)["online_url"].entries] == ["https://cz.yunxi.gov.cn"]


def test_one_of_the_conditions_to_be_met_at_once_says_who() -> None:
    assert only(AT_ONCE)["target"].text == "2030年新认定或迁入本区的有效期内高新技术企业"


SENT = """关于组织申报第二批专利特派员的通知
一、申报条件
从事专利工作两年以上，年龄不超过60周岁。
二、支持方式
每名特派员给予2万元补助。
三、申报要求
请有意申报的人员填写《专利特派员申报表》（附件2）和《专利特派员汇总表》（附件3），并于2031年5月29日下班前将上述表格发送至市知识产权局邮箱：zl@yunxi.cn。
联系电话：2290805。"""

MEANT = """云溪区加快楼宇经济发展意见
（一）支持楼宇发展。本意见所说的楼宇是指建筑面积5000平方米以上、60%以上由商贸企业提供收入的商务楼。
（二）设立引导资金。区设立服务业引导资金，主要用于扶持商贸企业发展，每年安排300万元。
（三）新增税收奖励。对年度新增税收100万元以上的企业，给予10万元奖励。
（四）租金补贴。对租用办公用房的企业，给予每年5万元补贴。"""


def test_demands_that_say_where_papers_are_sent_are_no_conditions() -> None:
    told = only(SENT)
    assert told["conditions"].text == "从事专利工作两年以上，年龄不超过60周岁。"
    assert "发送至市知识产权局邮箱" in told["channels"].text
    assert "5月29日" in told["application_period"].text


def test_forms_that_are_named_are_papers() -> None:
    assert [entry.text for entry in only(SENT)["materials"].entries] == [
        "《专利特派员申报表》（附件2）",
        "《专利特派员汇总表》（附件3）",
    ]


def test_what_a_word_means_and_what_is_set_aside_are_no_benefits() -> None:
    assert [item.name for item in extract(read_text(MEANT)).items] == ["新增税收奖励", "租金补贴"]


GROUNDS = [
    "根据{}，现将有关事项通知如下：",
    "为落实{}，现就有关事项通知如下：",
    "按照{}规定，现组织开展申报。",
    "现根据{}的要求，组织申报。",
    "为贯彻落实{}文件精神，现组织申报。",
    "为做好奖励工作，结合{}，制定本指南。",
]


@pytest.mark.parametrize("said", GROUNDS)
def test_the_ground_of_a_notice(said: str) -> None:
    ground = "《云溪市创新办法》（云府发〔2031〕3号）"
    page = f"关于申报2031年创新奖励的通知\n各企业：\n{said.format(ground)}\n一、申报对象\n本市企业。\n二、奖励标准\n每家20万元。"
    assert only(page)["legal_basis"].text == ground
