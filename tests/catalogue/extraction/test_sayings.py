"""The ways in which a notice says when, where and whom to ask, under headings that announce none of it."""

import re

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import Item
from redemption.policies.reading import read_text

NOTICE = """关于组织申报2031年云溪市绿色工厂奖励的通知
各有关企业：
根据《云溪市绿色制造办法》（云发〔2030〕3号），现将有关事项通知如下：
一、申报对象
在本市登记的制造企业。
二、申报条件
上年度单位产值能耗下降5%以上。
三、奖励标准
每家一次性奖励20万元。
四、{heading}
{said}
云溪市工业和信息化局
2031年2月20日"""
HEADINGS = ["其他事项", "有关要求", "工作要求", "申报要求"]
PERIODS = [
    "请各企业于2031年4月30日前登录云溪政策平台完成申报。",
    "申报时间为2031年4月1日至4月30日。",
    "申报截止日期为2031年4月30日17时。",
    "本次申报自2031年4月1日开始，至4月30日结束。",
    "申报工作于4月30日截止，逾期不予受理。",
    "企业须在4月30日17:30前通过系统提交申请，过期不再受理。",
    "网上申报时间：2031年4月1日9:00至4月30日17:00。",
    "2031年4月30日前，符合条件的企业将纸质材料一式两份送市工信局绿色科。",
    "每年3月、9月集中受理申报。",
    "全年常态化受理申报。",
    "申请人应在项目完工后6个月内提出申请。",
    "各企业务必于4月30日（周五）下班前报送申报书。",
    "申报期限：即日起至2031年4月30日止。",
    "自通知发布之日起至2031年4月30日，企业可登录平台申报。",
    "系统将于2031年4月1日开放，4月30日24时关闭，请在开放期间完成填报。",
]
LIMITS = [
    "市工业和信息化局自受理之日起20个工作日内完成审核。",
    "审核通过后，15个工作日内拨付奖励资金。",
    "公示无异议后10个工作日内，由市财政局拨付资金。",
    "自收到申请材料之日起30日内完成审核并拨付。",
    "区工信局于10个工作日内提出初审意见并报市局。",
]
WAYS = [
    "企业登录“云溪政策通”（https://zct.yunxi.gov.cn）在线申报。",
    "申报单位通过云溪市企业服务平台提交申报材料。",
    "纸质材料一式三份报送至市工业和信息化局节能科。",
    "请将申报材料送至云溪市学院路18号市民中心3楼302室。",
    "企业向所在县（区）工业和信息化主管部门提出申请。",
    "申请人可通过“云溪办”APP或到各区政务服务中心窗口申请。",
    "采取线上申报方式，企业在云溪政务服务网注册后填写申请表并上传材料。",
    "电子版发送至邮箱lsgc@yunxi.gov.cn，纸质版邮寄至市工信局。",
    "符合条件的企业可持申请表到市行政服务中心B区12号窗口办理。",
    "微信搜索“云溪惠企”小程序，进入“政策兑现”栏目申报。",
]
PHONES = [
    "联系人：张工，电话：0799-8632011。",
    "市工信局节能科 0799-8632011",
    "（联系人：张工；联系电话：0799-8632011）",
    "如有疑问，请拨打0799-8632011咨询。",
    "详情请致电市工信局（0799-8632011）。",
    "联系方式：张工 13800001234",
    "咨询电话：0799-8632011，0799-8632012。",
]


def only(heading: str, said: str) -> Item:
    (item,) = extract(read_text(NOTICE.format(heading=heading, said=said))).items
    assert item["conditions"].text == "上年度单位产值能耗下降5%以上。"
    return item


def _bare(words: str) -> str:
    return "".join(sign for sign in words if sign.isalnum())


SAYINGS = [
    *(("application_period", said, heading) for said in PERIODS for heading in HEADINGS),
    *(("channels", said, heading) for said in WAYS for heading in HEADINGS),
    *(
        ("time_limit", said, heading) for said in LIMITS for heading in HEADINGS[:3]
    ),  # the office's time, not theirs
]


@pytest.mark.parametrize(("name", "said", "heading"), SAYINGS)
def test_a_sentence_under_any_heading(name: str, said: str, heading: str) -> None:
    told = _bare(only(heading, said)[name].text)
    assert told
    assert told in _bare(said)
    assert len(told) * 2 > len(_bare(said))


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("said", PHONES)
def test_whom_to_ask(said: str, heading: str) -> None:
    found = [entry.text for entry in only(heading, said)["phone"].entries]
    assert found == re.findall(r"0\d{3}-\d{7}|1\d{10}", said)
