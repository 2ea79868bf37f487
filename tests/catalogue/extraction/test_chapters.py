"""One chapter among others tells how one applies; contents pages, names without their first label."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

RECOGNITION = """关于印发《青榆县托育园认定办法》的通知
一、总体原则
（一）统一标准。托育园由县卫健局认定后挂牌。
二、托育园认定
（一）准入条件
申报托育园应同时符合以下条件：
1.建筑面积300平方米以上；
2.取得消防验收合格证。
（二）认定程序
托育园认定按照以下步骤开展：
1.申报。运营主体向县卫健局提交如下材料：
（1）托育园认定申请表；
（2）场地产权证书；
（3）消防验收合格证。
2.审核。县卫健局审核材料并现场查看。
3.公示。县卫健局公示5个工作日。
4.授牌。对公示无异议的发文授牌。
三、附则
（一）本办法自2024年5月1日起施行。"""

CONTENTS = """2024年青榆县展会资金申报指南
目　录
方向一 出国参展补助…………2
方向二 办展补助…………3
申报要求…………4
一、申报主体条件
在青榆县注册，无严重失信记录。
二、申报方向
方向一 出国参展补助
【申报对象】出国参展的企业。
【补助标准】展位费的50%，最高3万元。
方向二 办展补助
【申报对象】在本县办展的机构。
【补助标准】场租费的40%，最高30万元。
三、申报要求
1.申报方式：登录惠企平台（https://hq.qingyu.gov.cn）线上申报。
2.申报时间：2024年6月1日至6月30日。
3.办理流程：企业申报—县商务局审核—公示—拨付。
4.监督电话：0799-8630000。"""

NAMES = """青榆县就业政策
服务对象：用人单位
见习补贴
政策内容：对吸纳见习人员的单位，按最低工资的60%给予补贴。
申请渠道：县人才中心
基地奖补
对吸纳脱贫劳动力的就业基地，给予一次性奖补。
申请渠道：街道窗口
降低费率
政策内容：失业保险费率继续按1%执行。
文件依据：《青榆县稳就业方案》（青人社〔2023〕4号）"""

STEPS = """青榆县促进旅游若干措施
一、奖励内容
（一）引客奖励。对年组织游客2000人以上的旅行社，给予10万元奖励。
（二）演出补贴。对年演出50场以上的院团，每场补贴2000元。
二、申报与兑现
（一）申报时间。每年2月1日至2月28日。
（二）申报方式。申报单位向县文旅局（青榆县东湖路12号3楼）提交书面材料。
（三）审核兑现。县文旅局会同财政局审核，公示5个工作日后兑付。
（四）表格见年度通知。咨询电话：0799-8630077。"""


def test_one_chapter_tells_how_and_a_step_lists_the_papers() -> None:
    (item,) = extract(read_text(RECOGNITION)).items
    assert "建筑面积300平方米" in item["conditions"].text
    assert [entry.text for entry in item["materials"].entries] == [
        "托育园认定申请表",
        "场地产权证书",
        "消防验收合格证",
    ]
    assert item["channels"].text == "运营主体向县卫健局提交如下材料："
    assert "授牌" in item["process"].text


def test_a_page_of_contents_is_no_section_and_requirements_may_name_their_parts() -> None:
    items = extract(read_text(CONTENTS)).items
    assert [item.name for item in items] == ["出国参展补助", "办展补助"]
    for item in items:
        assert item["conditions"].text == "在青榆县注册，无严重失信记录。"
        assert item["application_period"].text == "2024年6月1日至6月30日。"
        assert item["process"].text.startswith("企业申报")
        assert not item["phone"].entries


def test_names_among_others_need_no_first_label() -> None:
    first, second, third = extract(read_text(NAMES)).items
    assert (first.name, second.name, third.name) == ("见习补贴", "基地奖补", "降低费率")
    assert first["channels"].text == "县人才中心"
    assert second["channels"].text == "街道窗口"
    assert second["standard"].text == "给予一次性奖补。"
    assert "1%" in third["standard"].text


def test_parts_of_a_procedure_with_names_of_other_fields() -> None:
    for item in extract(read_text(STEPS)).items:
        assert item["process"].text == "县文旅局会同财政局审核，公示5个工作日后兑付。"
        assert [entry.text for entry in item["phone"].entries] == ["0799-8630077"]
        assert "东湖路12号3楼" in item["onsite_address"].entries[0].text


def test_what_the_level_above_gives_is_no_gift() -> None:
    text = "青榆县扶持政策\n第一条 经省级认定的首台套企业，除享受上级补助外，再给予20万元奖励。\n第二条 新办的养老机构，给予3万元补贴。"
    first, _ = extract(read_text(text)).items
    assert first["conditions"].text == "经省级认定的首台套企业"
    assert first["standard"].text == "再给予20万元奖励。"


@pytest.mark.parametrize("heading", ["认定需提交的证明材料", "申请人应当提供的相关材料", "需要准备的证件"])
def test_papers_to_hand_in_by_any_verb(heading: str) -> None:
    text = f"青榆县租房补贴指南\n一、申请条件\n在本县无房。\n二、{heading}\n1.身份证；\n2.租赁合同。\n三、补贴标准\n每月500元。"
    (item,) = extract(read_text(text)).items
    assert [entry.text for entry in item["materials"].entries] == ["身份证", "租赁合同"]


UNKNOWN_IN_BRACKETS = """稳岗返还申领指引
【享受对象】未裁员的参保企业。
【返还标准】按失业保险费的60%返还。
【款项去向】用于职工培训、生活补助。
【申领方式】免申即享，企业无需申请。
【公示及发放】公示5个工作日，无异议后15个工作日内拨付。
【咨询电话】12333"""

UNKNOWN_WITH_COLONS = """惠企政策汇总
一、税费类
1. 小微企业减免租金
优惠内容：对承租国有房屋的小微企业，减免三个月租金。
享受主体：小微企业
审批层级：县级
政策依据：《青榆县纾困措施》（青政〔2023〕9号）
联系部门：县国资局 0799-6612366
二、资金类
2. 科技贷款贴息
优惠内容：对获得科技贷款的企业，按利息的40%贴息。
享受主体：高新技术企业
享受方式：每年9月登录惠企平台申报
联系部门：县科技局 0799-6699001"""


def test_a_label_that_nobody_knows_ends_what_stands_before_it() -> None:
    (item,) = extract(read_text(UNKNOWN_IN_BRACKETS)).items
    assert item["standard"].text == "按失业保险费的60%返还。"
    assert item["channels"].text == "免申即享，企业无需申请。"
    assert item["process"].text.startswith("公示5个工作日")
    first, second = extract(read_text(UNKNOWN_WITH_COLONS)).items
    assert first["target"].text == "小微企业"
    assert first["legal_basis"].text == "《青榆县纾困措施》（青政〔2023〕9号）"
    assert not second["legal_basis"].text
    assert second["channels"].text == "每年9月登录惠企平台申报"
