"""Whole notices and guides of invented places, each with what a careful reader would take out of it."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import LIST_FIELDS, Item
from redemption.policies.reading import read_text

SOFTWARE = """关于开展2024年度云岭市软件保费补贴申报工作的通知
各有关企业：
根据《云岭市软件产业办法》（云政办〔2023〕17号），现通知如下：
一、申报条件
在云岭市登记注册的软件企业，已投保质量责任保险。
二、补贴标准
按保费的80%给予补贴，最高100万元。
三、有关要求
（一）请申报单位于2024年9月20日前将申报材料报送所在县（市、区）工信部门。
（二）县（市、区）工信部门于9月30日前报市工信局。
联系人：王工，电话：0877-2023456。
云岭市工业和信息化局
2024年8月26日
附件1：保费补贴申请报告
一、企业基本情况
申报时间：
序号 保单号 保费 发票号 开票日期
"""

MACHINES = """沙河区2022年农机补贴申请公告
一、谁能申请
在沙河区从事农业生产的个人和合作社。
二、补多少
按中央补贴额的50%给予补贴，单台最高3万元。
三、怎么申请
申请人持身份证、购机发票、合格证、人机合影照片到所在镇农业服务中心申请。
四、时间安排
受理时间从公告之日起至2022年11月30日。
咨询：沙河区农业农村局 0539-7756612"""

SHOPS = """海棠区商务局关于申报促消费资金的公告
一、申报项目
（一）首店引进奖励
1.申报对象：引进首店的商业运营企业。
2.奖励标准：每家奖励20万元。
（二）夜间街区奖励
1.申报对象：夜间街区的管理单位。
2.奖励标准：一次性奖励50万元。
二、申报程序
（一）企业申报。申报单位于2024年3月1日至3月31日将书面材料送至区商务局消费科（海棠区政府3号楼415室）。
（二）部门审核。区商务局在20个工作日内完成审核。
（三）社会公示。公示7天。
（四）资金拨付。公示无异议后拨付资金。"""

TABLE = """灵活就业补贴办事指南
申请条件：在本区办理灵活就业登记。
补贴标准：每月300元。
申请材料：
材料名称　份数　形式　要求
《补贴申请表》　1　原件　本人签字
身份证　1　原件　核验后退回
缴费凭证　系统共享，免提交
办理地点：东河区桂湖大道2号政务中心三楼综合窗口（点击查看各窗口电话）
审核发放
街道初审→区人社局审核→公示→发放。
咨询电话：023-86012357
[发布时间：2024-03-24 08:15  阅读次数：38]"""

RECOGNISED = """关于印发青榆县零工人员认定办法的通知
零工人员是指在劳动年龄内、有就业愿望且在本县从事短期用工的登记失业人员。
一、认定程序
1．本人申请：申请人到户籍所在地村社区申请或在政务服务网线上办理。
2．社区受理：社区在收到材料后7个工作日内核实情况并上报镇街道。
3．镇街道初审：镇街道在7个工作日内审核。不符合的说明理由。
4．县级复审：县就业中心在7个工作日内复审，公示无异议后认定。
二、认定需提交的证明材料
1.身份证；
2.户口簿。
三、申报地点
材料交至所在镇便民中心"""

CASES = {
    "an annex below the signature": (
        SOFTWARE,
        {
            "channels": "（一）请申报单位于2024年9月20日前将申报材料报送所在县（市、区）工信部门。",
            "application_period": "（一）请申报单位于2024年9月20日前将申报材料报送所在县（市、区）工信部门。",
            "phone": ["0877-2023456"],
        },
    ),
    "papers that one takes along": (
        MACHINES,
        {
            "materials": ["身份证", "购机发票", "合格证", "人机合影照片"],
            "phone": ["0539-7756612"],
            "application_period": "受理时间从公告之日起至2022年11月30日。",
        },
    ),
    "a first step that says when and where": (
        SHOPS,
        {
            "channels": "申报单位于2024年3月1日至3月31日将书面材料送至区商务局消费科（海棠区政府3号楼415室）。",
            "application_period": "申报单位于2024年3月1日至3月31日将书面材料送至区商务局消费科（海棠区政府3号楼415室）。",
            "onsite_address": ["区商务局消费科（海棠区政府3号楼415室）"],
            "time_limit": "区商务局在20个工作日内完成审核。",
        },
    ),
    "columns parted by spaces": (
        TABLE,
        {
            "materials": ["《补贴申请表》", "身份证"],
            "process": "街道初审→区人社局审核→公示→发放。",
            "phone": ["023-86012357"],
            "onsite_address": ["东河区桂湖大道2号政务中心三楼综合窗口（点击查看各窗口电话）"],
        },
    ),
    "who is defined in front": (
        RECOGNISED,
        {
            "target": "在劳动年龄内、有就业愿望且在本县从事短期用工的登记失业人员",
            "channels": "本人申请：申请人到户籍所在地村社区申请或在政务服务网线上办理。",
            "materials": ["身份证", "户口簿"],
        },
    ),
}


def _told(item: Item, field: str) -> str | list[str]:
    if field in LIST_FIELDS:
        return [entry.text for entry in item[field].entries]
    return item[field].text


@pytest.mark.parametrize("name", CASES)
def test_a_notice(name: str) -> None:
    text, expected = CASES[name]
    items = extract(read_text(text)).items
    assert items
    for item in items:
        assert {field: _told(item, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("sentence", "target"),
    [
        ("对年接待游客1万人次以上的旅行社进行奖励。每满一万人奖励一万元。", "年接待游客1万人次以上的旅行社"),
        ("县内外旅行社宣传推介本县，组团达1000人次以上的，给予每人5元奖励。", "县内外旅行社"),
        ("单个展会营业额10万元以上的，按15%对引进企业进行奖励，最高3万元。", "引进企业"),
        ("投资500万元以上改造夜市的，按投资额的10%给予项目业主补助。", "项目业主"),
        ("组织开展较大规模赛事活动的，给予5000元奖励。", ""),
        ("获评省级智能化示范项目的，给予20万元奖励。", ""),
    ],
)
def test_who_is_paid(sentence: str, target: str) -> None:
    text = f"青榆县扶持政策\n第一条 {sentence}\n第二条 新办的养老机构，给予3万元补贴。"
    assert extract(read_text(text)).items[0]["target"].text == target


def test_questions_without_a_title_have_the_name_of_the_benefit() -> None:
    text = (
        "问：企业招用毕业生，能享受什么补贴？\n答：中小微企业招用毕业生满3个月的，可申请吸纳就业补贴，标准为每人1500元。\n"
        "问：申请需要哪些材料？\n答：需提供《补贴申请表》、毕业证书复印件、劳动合同复印件。\n"
        "问：咨询电话是多少？\n答：0953-6038890。"
    )
    (item,) = extract(read_text(text)).items
    assert item.name == "吸纳就业补贴"
    assert len(item["materials"].entries) == 3


def test_a_notice_to_come_does_not_hide_when_one_applies() -> None:
    text = (
        "青榆县文旅办法\n第一条 新评定为四星级饭店的，一次性奖励50万元。\n第二条 新评定为甲级民宿的，一次性奖励5万元。\n"
        "第三条 每年1月，县文旅局发布申报通知，企业在2月底前向县文旅局提出申请。县文旅局审核并公示后拨付。"
    )
    for item in extract(read_text(text)).items:
        assert item["application_period"].text == (
            "每年1月，县文旅局发布申报通知，企业在2月底前向县文旅局提出申请。"
        )
