"""Brochures of a programme: headings in two languages, a running head, who and the conditions in one section."""

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

BROCHURE = """云溪青创证
联系我们
云溪市创业服务中心
热线电话：
0577-88651123
服务地址：
云溪市柳浪路18号2楼
Applicants申请对象
毕业三年内的高校毕业生（含留学归国人员），有意在云溪注册企业，且具有创新性的项目，具有带动就业的潜力。
Our Policies政策福利
凭青创证可享受多项服务。
01.房租支持
·入驻孵化园期间带动就业的，给予最高2万元房租补贴。
Our Policies政策福利
02.青创补贴
自取证一年内办成企业的，给予最高3万元一次性补贴。
Materials申请材料
填写《青创证申请表》；
申请人身份证；
创业计划书。
Procedures 申请流程
申请人将材料交至市创业服务中心；
中心审核后组织评审，评审时间另行通知；
评审通过的，发放青创证。
Card Rules证件管理
证件实名登记，不得转让。
"""


def test_a_brochure_with_headings_in_two_languages() -> None:
    items = extract(read_text(BROCHURE)).items
    assert [item.name for item in items] == ["房租支持", "青创补贴"]
    assert items[0]["standard"].text == "给予最高2万元房租补贴。"
    for item in items:
        assert item["target"].text == "毕业三年内的高校毕业生（含留学归国人员）"
        assert "具有创新性的项目" in item["conditions"].text
        assert [entry.text for entry in item["phone"].entries] == ["0577-88651123"]
        assert [entry.text for entry in item["onsite_address"].entries] == ["云溪市柳浪路18号2楼"]
        assert len(item["materials"].entries) == 3
        assert item["process"].text.endswith("发放青创证。")
        assert item["application_period"].state == "missing"
    assert items[1]["conditions"].text.startswith("自取证一年内办成企业的")
    assert items[0]["conditions"].text.startswith("入驻孵化园期间带动就业的")


BULLETS = """云溪市青年创业政策
一、扶持内容
1.落地补贴
在云溪首次创业的：
·6000元的一次性开业补贴；
·注册三年内可获最高2万元/年带动就业补贴；
·最多5人的社会保险补贴。
2.博士后资助
本市博士后工作站引进的全职博士后人员，给予8万元生活资助。
3.培训补贴
培训后在本市创业的，3000元一次性创业扶持补贴。
4.能力提升
·青年创业见习：
享受生活费补贴1800元/月。
·柳编技艺培训：
免费课程、名师带徒。
5.大赛奖励
·一等奖得主：
奖励5万元。
·二等奖得主：
奖励3万元。
"""


def test_lines_with_names_of_their_own_are_benefits_and_grades_are_none() -> None:
    items = extract(read_text(BULLETS)).items
    assert [item.name for item in items] == [
        "一次性开业补贴",
        "带动就业补贴",
        "社会保险补贴",
        "博士后资助",
        "培训补贴",
        "青年创业见习",
        "柳编技艺培训",
        "大赛奖励",
    ]
    told = [(item["conditions"].text, item["standard"].text) for item in items[:3]]
    assert told == [
        ("在云溪首次创业的", "6000元的一次性开业补贴；"),
        ("在云溪首次创业的\n注册三年内", "最高2万元/年带动就业补贴；"),
        ("在云溪首次创业的", "·最多5人的社会保险补贴。"),
    ]
    assert items[6]["standard"].text == "免费课程、名师带徒。"
    assert "3万元" in items[7]["standard"].text


def test_an_amount_before_the_name_of_the_gift_needs_no_word_for_giving() -> None:
    items = extract(read_text(BULLETS)).items
    assert items[3]["target"].text == "本市博士后工作站引进的全职博士后人员"
    assert items[4]["conditions"].text == "培训后在本市创业的"
    assert items[4]["standard"].text == "3000元一次性创业扶持补贴。"


def test_each_wording_of_a_condition_is_told_once() -> None:
    text = (
        "云溪市创业大赛奖励办法\n第一条 在云溪大赛获奖的，给予启动资金：\n市赛：\n·创业团队最高5万元。\n"
        "国赛：\n·创业团队最高9万元。\n第二条 对引进外国专家的企业，给予5万元奖励；设立工作站的企业，"
        "在协议期内给予每年15万元经费补助。"
    )
    prize, _, station = extract(read_text(text)).items
    assert prize["conditions"].text == "在云溪大赛获奖的\n创业团队"
    assert station["conditions"].text == "设立工作站的企业"


def test_what_the_next_clause_is_about_is_not_who() -> None:
    text = (
        "云溪市技术合作办法\n第一条 对双方签订技术合同，在平台登记，项目符合本市导向并产业化的，"
        "按支付金额的20%予以补助。\n第二条 依托商会等组织设立工作站，每年给予最高8万元经费补助。"
    )
    contract, station = extract(read_text(text)).items
    assert "项目" not in contract["target"].text
    assert "商会" not in station["target"].text
