"""Guides of a city's policy portal and pages that sum up a regulation chapter by chapter."""

from redemption.catalogue.extraction import Extraction, extract
from redemption.policies.reading import read_text

PORTAL = """申报指南
数控机床购置补助
申报对象
在云溪市登记、具有独立法人资格的制造企业
补助额度
按机床购置款的10%给予补助，单台最高3万元。
申报材料
数控机床购置补助申请表.docx
购置合同、发票扫描件。
办事流程
⒈企业登录政策平台，填写申请表并上传相关附件；⒉补助资金到账。
咨询电话
0799-8632077
政策来源
云溪市经济和信息化局"""

SUMMARY = """《云溪区促进文化产业扶持办法》解读
一、制定背景
为推动我区文化产业发展，制定本办法。
二、主要内容
办法共3章12条，主要内容如下：
第一章为总则，主要阐述目标和适用对象。
第二章为“落户奖”，主要阐述各类机构的落户奖励。新落户的文化企业给予不超过50万元奖励。
第三章为“办展补贴”，主要阐述办展补贴。举办展览的机构按场租的30%给予补贴，最高20万元。"""

TWO_CONDITIONS = """关于启动对2031年新认定的创新企业贷款贴息补助的通知
从即日起受理2031年创新企业贷款贴息补助的申请，现将有关事项通知如下：
一、申报对象
申报对象需要满足以下两个条件：
（1）本市2031年新认定的创新企业、科技企业（农业企业）；（2）2030年存在银行贷款且已支付利息。
二、支持方式
审批数量：有数量限制。
资助金额：按已付利息的50%给予贴息，最高20万元。
审批方式：企业申报、材料审核、社会公示、拨付资金。"""

STEPS = """关于申报2031年绿色工厂奖励的通知
一、奖励标准
每家一次性奖励10万元。
二、申报条件
在本市登记的制造企业，上年度能耗下降5%以上。
三、评审评价
（一）材料初审。受托机构审阅材料。
（二）现场核查。受托机构到厂核查。
（三）评审公示。市局公布结果。
四、资金发放
无异议的，转账发放。"""


def read(text: str) -> Extraction:
    return extract(read_text(text))


def test_the_line_below_a_guides_heading_is_its_name() -> None:
    (item,) = read(PORTAL).items
    assert item.name == "数控机床购置补助"


def test_attaching_annexes_is_no_hint_that_the_procedure_is_told_elsewhere() -> None:
    (item,) = read(PORTAL).items
    assert item["process"].state == "found"
    assert item["process"].text.startswith("企业登录政策平台")


def test_an_office_is_no_legal_basis() -> None:
    (item,) = read(PORTAL).items
    assert item["legal_basis"].state == "missing"


def test_a_sentence_about_a_chapter_is_no_chapter() -> None:
    found = {item.name: item for item in read(SUMMARY).items}
    assert set(found) == {"落户奖", "办展补贴"}
    assert "50万元奖励" in found["落户奖"]["standard"].text
    assert "20万元" in found["办展补贴"]["standard"].text


def test_who_and_conditions_in_one_line_with_numbers() -> None:
    (item,) = read(TWO_CONDITIONS).items
    assert item["target"].text == "本市2031年新认定的创新企业、科技企业（农业企业）"
    assert item["conditions"].text.endswith("已支付利息。")


def test_how_many_and_how_decided_are_no_standard() -> None:
    (item,) = read(TWO_CONDITIONS).items
    assert item["standard"].text == "资助金额：按已付利息的50%给予贴息，最高20万元。"
    assert item["process"].text == "企业申报、材料审核、社会公示、拨付资金。"


def test_received_from_today_on_is_a_period() -> None:
    (item,) = read(TWO_CONDITIONS).items
    assert item["application_period"].text == "从即日起受理2031年创新企业贷款贴息补助的申请"


def test_a_heading_whose_parts_are_steps_tells_the_procedure() -> None:
    (item,) = read(STEPS).items
    assert "现场核查" in item["process"].text
    assert "转账发放" in item["process"].text
