"""What portals print around a notice: the record above it, downloads below it, empty values; and headings without a label."""

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import Item
from redemption.policies.reading import read_text

RECORD = """首页
01. [主题分类] 商贸
02. [发文机构] 云溪市商务局
03. [成文日期] 2031-06-17
04. [文件来源] 政府公报 2031年第27期
为落实《消费品更新方案》（云发〔2031〕2号），现公告如下。
一、补贴品类
对个人消费者购买智能门锁给予补贴。
二、补贴标准
按成交价的15%给予补贴，每件最高300元。
三、申报流程
申请人登录“云溪补贴系统”填写申请—向区商务局提交材料—业务科室初审—局务会审定—公示—拨付。"""

DOWNLOADS = """关于开展紧缺人才岗位需求预申报工作的通知
一、基本条件
本科以上学历，与本区企业签订三年劳动合同。
二、优惠政策
每月给予2000元租房补贴，最长三年。
三、岗位需求的预申报
（一）请企业于8月23日（星期二）中午12:00前报送至邮箱gw@yunxi.cn，逾期视为放弃。
（二）获得名额的企业提交纸质材料到区经济促进局（新安路8号807室）。
云溪区经济促进局
2031年8月19日
（联系人：林先生，27660000；尤小姐，27840000）
附件下载：1.岗位需求申报表
2.人才引进工作方案
3.申报材料清单
4.联系邮箱"""

EMPTY = """市级机床购置奖励
申报时间：-
发文时间：
新兴产业
扶持标准
按设备购置款20%给予奖励。
申报材料
奖励申请表
本人缴纳养老保险、医疗保险的凭证
设备照片"""


def only(text: str) -> Item:
    found = extract(read_text(text))
    assert len(found.items) == 1
    return found.items[0]


def test_the_record_of_a_document_is_no_section_of_it() -> None:
    told = only(RECORD)
    assert told["standard"].text == "按成交价的15%给予补贴，每件最高300元。"
    assert told["legal_basis"].text == "《消费品更新方案》（云发〔2031〕2号）"


def test_of_steps_in_a_row_those_of_the_applicant_tell_how_to_apply() -> None:
    assert only(RECORD)["channels"].text == "申请人登录“云溪补贴系统”填写申请—向区商务局提交材料"


def test_a_heading_that_ends_with_applying_tells_how_where_its_text_says_so() -> None:
    told = only(DOWNLOADS)
    assert told["channels"].text == told["process"].text
    assert told["channels"].text.startswith("请企业于8月23日")
    assert "8月23日" in told["application_period"].text


def test_downloads_below_the_signature_are_no_text_and_the_contact_there_is_found() -> None:
    told = only(DOWNLOADS)
    assert "联系邮箱" not in told["process"].text
    assert [entry.text for entry in told["phone"].entries] == ["27660000", "27840000"]


def test_a_dash_is_no_value() -> None:
    assert only(EMPTY)["application_period"].state == "missing"


def test_one_paper_may_name_two_insurances() -> None:
    assert [entry.text for entry in only(EMPTY)["materials"].entries] == [
        "奖励申请表",
        "本人缴纳养老保险、医疗保险的凭证",
        "设备照片",
    ]
