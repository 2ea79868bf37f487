"""The name of a programme from titles of every kind; questions and answers however they are marked; what is told elsewhere."""

import re

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.synonyms import Synonyms
from redemption.policies.reading import read_text

BODY = """
各有关单位：
一、申报对象
在本市登记的企业。
二、支持标准
每家给予20万元。
三、申报材料
{papers}
四、咨询电话
0799-8632011
云溪市经济和信息化局
2031年2月20日"""
TITLES = {
    "关于组织申报2031年云溪市绿色工厂奖励的通知": "2031年云溪市绿色工厂奖励",
    "云溪市经济和信息化局关于组织申报2031年度绿色工厂奖励资金的通知": "2031年度绿色工厂奖励资金",
    "关于开展2031年云溪市技术改造补助申报工作的通知": "2031年云溪市技术改造补助",
    "关于受理2031年第二批专利资助申请的通知": "2031年第二批专利资助",
    "关于印发《云溪市高层次人才购房补贴实施细则》的通知": "云溪市高层次人才购房补贴实施细则",
    "云溪市创业担保贷款办事指南": "云溪市创业担保贷款",
    "一次性创业补贴申请指引": "一次性创业补贴",
    "关于启动2031年云溪市服务业奖励兑现工作的公告": "2031年云溪市服务业奖励",
    "2031年云溪市稳岗返还政策问答": "2031年云溪市稳岗返还",
    "转发关于组织申报2031年省级绿色工厂奖励的通知": "2031年省级绿色工厂奖励",
    "关于转发《关于组织申报2031年省级绿色工厂奖励的通知》的通知": "2031年省级绿色工厂奖励",
    "【申报通知】2031年云溪市绿色工厂奖励开始申报": "2031年云溪市绿色工厂奖励",
    "关于开展云溪市2031年家电以旧换新补贴活动的公告": "云溪市2031年家电以旧换新补贴",
    "政策解读｜云溪市绿色工厂奖励": "云溪市绿色工厂奖励",
    "如何申领一次性扩岗补助？": "一次性扩岗补助",
    "云溪市首次创业补贴": "云溪市首次创业补贴",
    "关于进一步做好一次性扩岗补助发放工作的通知": "一次性扩岗补助",
}
ELSEWHERE = ["详见附件1。", "按附件2要求提交。", "具体见《申报指南》。", "以申报系统提示为准。", "另行通知。"]
ANSWERS = """云溪市一次性创业补贴政策问答
问：谁可以申请？
答：本市登记失业人员。
问：需要什么条件？
答：首次创办企业并正常经营6个月以上。
问：补贴标准是多少？
答：一次性8000元。
问：怎么申请？
答：登录云溪人社网（https://rs.yunxi.gov.cn）提交申请。
问：要准备哪些材料？
答：申请表、身份证、营业执照。
问：多久能到账？
答：审核通过后15个工作日内发放。
问：什么时候可以申请？
答：营业执照登记之日起3年内。
问：咨询电话是多少？
答：0799-8632011。"""
MARKS = {
    "问：答：": ("问：", "答："),
    "Q: A:": ("Q：", "A："),
    "Q1: A:": ("Q{}：", "A："),
    "问题1：": ("问题{}：", "答："),
    "【问】【答】": ("【问】", "【答】"),
    "1.": ("{}.", ""),
    "none": ("", ""),
}


@pytest.mark.parametrize(("title", "name"), TITLES.items(), ids=range(len(TITLES)))
def test_the_name_of_a_programme(title: str, name: str) -> None:
    (item,) = extract(read_text(title + BODY.format(papers="1.申请表；\n2.营业执照。"))).items
    assert item.name == name


@pytest.mark.parametrize("said", ELSEWHERE)
def test_papers_told_elsewhere(said: str) -> None:
    (item,) = extract(read_text("云溪市技改补助办事指南" + BODY.format(papers=said))).items
    assert item["materials"].state == "external"


@pytest.mark.parametrize("marks", MARKS)
def test_questions_and_answers_however_marked(marks: str) -> None:
    asked, answered = MARKS[marks]
    numbers = iter(range(1, 9))
    page = re.sub("问：", lambda _: asked.format(next(numbers)), ANSWERS).replace("答：", answered)
    (item,) = extract(read_text(page)).items
    assert item.name == "云溪市一次性创业补贴"
    assert item["target"].text == "本市登记失业人员。"
    assert item["conditions"].text == "首次创办企业并正常经营6个月以上。"
    assert item["standard"].text == "一次性8000元。"
    assert item["channels"].text.startswith("登录云溪人社网")
    assert [entry.text for entry in item["materials"].entries] == ["申请表", "身份证", "营业执照"]
    assert item["time_limit"].text == "审核通过后15个工作日内发放。"
    assert item["application_period"].text == "营业执照登记之日起3年内。"
    assert [entry.text for entry in item["phone"].entries] == ["0799-8632011"]


QUESTIONS = [
    ("谁可以申请？", "target"),
    ("补贴发给谁？", "target"),
    ("什么类型的企业可以享受？", "target"),
    ("参保缴费期限有什么要求？", "conditions"),
    ("申请有什么限制？", "conditions"),
    ("补贴怎么算？", "standard"),
    ("贷款期限多长？", "standard"),
    ("申请期限是多久？", "application_period"),
    ("可以随时申请吗？", "application_period"),
    ("审核需要多长时间？", "time_limit"),
    ("什么时候发钱？", "time_limit"),
    ("需要填什么表？", "materials"),
    ("向哪个部门申请？", "channels"),
    ("资金怎么拨付？", "process"),
    ("不清楚的问谁？", "phone"),
    ("根据什么文件？", "legal_basis"),
    ("政策有效期到什么时候？", "validity"),
]


@pytest.mark.parametrize(("question", "role"), QUESTIONS)
def test_what_a_question_asks_stands_at_its_end(question: str, role: str) -> None:
    assert Labels(Synonyms.default()).question(question) == (role,)


def test_a_page_that_interprets_is_named_by_what_it_interprets() -> None:
    page = "云溪市\n当前位置：首页 > 政策\n一次性扩岗补助政策解读\n来源：就业中心\n一、问：补助标准是多少？\n答：每人1500元。\n二、问：怎么申请？\n答：登录平台申请。"
    (item,) = extract(read_text(page)).items
    assert item.name == "一次性扩岗补助"
