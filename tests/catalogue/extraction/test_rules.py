"""One small text for each rule of the extractor that a whole text would hide."""

import pytest

from redemption.catalogue.extraction import Item, extract
from redemption.policies.reading import read_text

HEAD = "关于支持产业发展的若干措施\n第一条 为支持发展，制定本措施。\n第二条 绿色工厂奖励。对新建的绿色工厂，给予5万元奖励。\n第三条 "


def _items(text: str) -> list[Item]:
    return extract(read_text(text)).items


def _third(sentence: str) -> Item:
    items = _items(HEAD + sentence)
    assert len(items) == 2, [item.name for item in items]
    return items[1]


@pytest.mark.parametrize(
    ("sentence", "target", "conditions", "standard"),
    [
        (
            "对年薪30万元以上且未享受同类补贴的高级管理人员，按其贡献的80%给予奖励。",
            "年薪30万元以上且未享受同类补贴的高级管理人员",
            "年薪30万元以上且未享受同类补贴的高级管理人员",
            "按其贡献的80%给予奖励。",
        ),
        (
            "新办企业，自投产之日起，前三年按缴纳税收的50%给予奖励。",
            "新办企业",
            "新办企业",
            "自投产之日起，前三年按缴纳税收的50%给予奖励。",
        ),
        (
            "对获评省级称号的企业，在上级奖励基础上，区财政再给予10万元奖励。",
            "获评省级称号的企业",
            "获评省级称号的企业",
            "在上级奖励基础上，区财政再给予10万元奖励。",
        ),
        (
            "市级财政对每家新认定的众创空间给予30万元运营补助。",
            "新认定的众创空间",
            "新认定的众创空间",
            "给予30万元运营补助。",
        ),
        (
            "对改造厂房的企业，视投入和成效，给予最高20万元支持。",
            "改造厂房的企业",
            "改造厂房的企业",
            "视投入和成效，给予最高20万元支持。",
        ),
        (
            "支持服务机构发展。每成功引进1家企业且经营满1年的，给予1万元奖励。",
            None,
            "每成功引进1家企业且经营满1年的",
            "每成功引进1家企业且经营满1年的，给予1万元奖励。",
        ),
        (
            "向符合条件的高层次人才发放安家补助，每人20万元。",
            "符合条件的高层次人才",
            "符合条件的高层次人才",
            "发放安家补助，每人20万元。",
        ),
        (
            "困难人员灵活就业的，按其缴费的三分之二给予社会保险补贴。",
            "困难人员",
            "困难人员灵活就业的",
            "按其缴费的三分之二给予社会保险补贴。",
        ),
    ],
)  # fmt: skip
def test_who_on_which_conditions_what(
    sentence: str, target: str | None, conditions: str, standard: str
) -> None:
    item = _third(sentence)
    assert target is None or item["target"].text == target
    assert item["conditions"].text.rstrip("，") == conditions
    assert item["standard"].text == standard


def test_who_several_gifts_are_for() -> None:
    item = _third("支持企业上市。对在主板上市的企业，给予300万元奖励；对在新三板挂牌的企业，给予50万元奖励。")
    assert item["target"].text == "在主板上市的企业\n在新三板挂牌的企业"  # 企业 alone would say less
    assert item["conditions"].text == "在主板上市的企业\n在新三板挂牌的企业"


def test_two_gifts_in_one_clause() -> None:
    item = _third("支持品牌建设。获得绿色食品认证的奖励2万元，获得有机食品认证的奖励3万元。")
    assert item["conditions"].text == "获得绿色食品认证\n获得有机食品认证"


def test_what_the_authority_does_is_no_condition() -> None:
    item = _third(
        "创业扶持资金。对在本市创业的大学生，给予5万元扶持资金。举办创业大赛，对优秀项目给予1万元扶持资金。"
    )
    assert item["target"].text == item["conditions"].text == "在本市创业的大学生"
    assert item["standard"].text.startswith("给予5万元")
    assert "创业大赛" in item["standard"].text


def test_numbered_parts_for_different_things_are_items_and_grades_are_not() -> None:
    different = "支持做大做强。\n（一）对新增纳入统计库的批发企业，给予5万元奖励。\n（二）对年度营业收入首次突破1亿元的软件企业，给予20万元奖励。"
    assert len(_items(HEAD + different)) == 3
    grades = "支持平台建设。\n（一）对新认定的国家级技术中心，给予100万元奖励。\n（二）对新认定的省级技术中心，给予30万元奖励。"
    assert len(_items(HEAD + grades)) == 2


def test_gifts_of_different_kinds_are_items() -> None:
    items = _items(
        HEAD
        + "发展总部经济。对新引进的总部企业，按注册资本的1%给予落户奖励；对租用办公用房的，按租金的30%给予补助。"
    )
    assert [item["standard"].text for item in items[1:]] == [
        "按注册资本的1%给予落户奖励；",
        "按租金的30%给予补助。",
    ]


def test_exclusions_and_scope_are_conditions_of_every_item() -> None:
    text = (
        HEAD + "参展补贴。对参加境外展会的企业，每个展位补贴1万元。\n"
        "第四条 本措施适用于在本区注册、信用良好的企业。房地产企业不适用本措施。\n"
        "第五条 有下列情形之一的，不予支持：（一）发生安全事故的；（二）被列入失信名单的。"
    )
    for item in _items(text):
        assert "本措施适用于在本区注册、信用良好的企业" in item["conditions"].text
        assert "被列入失信名单" in item["conditions"].text


def test_penalties_are_no_conditions() -> None:
    text = (
        HEAD
        + "参展补贴。对参加展会的企业，每个展位补贴1万元。\n第四条 弄虚作假的，追回资金，三年内不再受理其申请。"
    )
    assert all("弄虚作假" not in item["conditions"].text for item in _items(text))


def test_a_label_above_several_benefits_says_for_whom() -> None:
    benefit = (
        "{name}\n政策内容：对{who}，按规定给予每月{sum}元补贴。\n文件依据：《就业意见》\n申请渠道：街道窗口\n"
    )
    text = (
        "就业政策\n服务对象：高校毕业生\n"
        + benefit.format(name="见习补贴", who="参加见习的毕业生", sum=1000)
        + benefit.format(name="求职补贴", who="积极求职的毕业生", sum=2000)
        + "服务对象：就业困难人员\n"
        + benefit.format(name="岗位补贴", who="在公益性岗位工作的人员", sum=500)
    )
    items = _items(text)
    assert [item["target"].text for item in items] == ["高校毕业生", "高校毕业生", "就业困难人员"]
    assert [item["conditions"].text for item in items] == [
        "参加见习的毕业生",
        "积极求职的毕业生",
        "在公益性岗位工作的人员",
    ]
    assert items[0]["standard"].text == "按规定给予每月1000元补贴。"


def test_benefits_named_inside_the_sections_of_a_guide() -> None:
    text = (
        "人才补贴办事指南\n申请条件\n1.生活补贴：35周岁以下的硕士。\n2.购房补贴：首次购房的博士。\n以上人员须在本市就业。\n"
        "补贴标准\n生活补贴\n每人每月1000元。\n购房补贴\n每人10万元，分三年发放，每年发放一次，直接拨入申请人账户。\n"
        "申请材料\n1.申请表\n2.身份证\n咨询电话\n0799-8633000"
    )
    items = _items(text)
    assert [item.name for item in items] == ["生活补贴", "购房补贴"]
    assert items[0]["standard"].text == "每人每月1000元。"
    assert items[0]["conditions"].text == "35周岁以下的硕士。\n以上人员须在本市就业。"
    assert all(len(item["materials"].entries) == 2 for item in items)


def test_questions_that_name_their_benefit() -> None:
    text = (
        "补贴政策问答\n一、生活补贴的条件是什么？\n答：在本市就业的毕业生。\n二、生活补贴标准是多少？\n答：每月1000元。\n"
        "三、租房补贴的条件是什么？\n答：无自有住房的毕业生。\n四、租房补贴发多少？\n答：每月800元。\n"
        "五、审核要多长时间？\n答：10个工作日内完成审核。\n六、咨询电话是多少？\n答：0791-83986868"
    )
    items = _items(text)
    assert [(item.name, item["standard"].text) for item in items] == [
        ("生活补贴", "每月1000元。"),
        ("租房补贴", "每月800元。"),
    ]
    assert all(item["time_limit"].text == "10个工作日内完成审核。" for item in items)


def test_a_document_without_line_breaks() -> None:
    text = (
        "各有关单位：为推进创新，对2023年度认定的高新技术企业进行奖励性补助，现将有关事项通知如下：一、申报时限2024年4月15日前，逾期不予受理。"
        "二、补助对象及范围补助对象为在本市注册并于2023年认定的高新技术企业。三、申报资料（一）企业申报资料：1.证书复印件，2.2023年奖励资金申请表，"
        "3.营业执照复印件。（二）各区科技部门提交资料：汇总表。四、其他事项请及时上报，联系电话：8268645。"
    )
    (item,) = _items(text)
    assert item.name == "2023年度认定的高新技术企业进行奖励性补助"
    assert item["target"].text.startswith("补助对象为") or item["target"].text.startswith("在本市注册")
    assert [entry.text for entry in item["materials"].entries] == [
        "证书复印件",
        "2023年奖励资金申请表",
        "营业执照复印件",
    ]
    assert "2024年4月15日前" in item["application_period"].text


def test_papers_named_where_they_are_handed_in() -> None:
    text = (
        "关于发放纾困补助的公告\n一、补助范围\n本区餐饮企业。\n二、补助标准\n每家3万元。\n三、申报方式\n"
        "企业于5月31日前将申请表、营业执照复印件及发票复印件加盖公章后，报送至所在街道经济发展办。"
    )
    (item,) = _items(text)
    assert [entry.text for entry in item["materials"].entries] == ["申请表", "营业执照复印件", "发票复印件"]


def test_groups_of_papers_and_papers_on_top() -> None:
    text = (
        "关于人才引进补贴的通知\n一、补贴标准\n每人1万元。\n二、申请条件\n在本区就业。\n三、申请材料\n1.学习证明材料\n（1）学位证书；\n"
        "（2）成绩单；\n2.工作证明材料\n（1）劳动合同；\n（2）社保记录。申请租房补贴的，另需上传：租赁合同、结婚证。"
    )
    (item,) = _items(text)
    assert [entry.text for entry in item["materials"].entries] == [
        "学位证书",
        "成绩单",
        "劳动合同",
        "社保记录",
        "租赁合同",
        "结婚证",
    ]


def test_a_counter_told_without_an_address() -> None:
    text = (
        "租赁补贴申请须知\n一、申请条件\n具有本市户籍。\n二、补贴标准\n每平方米10元。\n三、申请程序\n"
        "申请人向户籍所在地街道住房保障窗口提出申请，提交纸质材料，街道10个工作日内完成审核。"
    )
    (item,) = _items(text)
    assert [entry.text for entry in item["onsite_address"].entries] == ["户籍所在地街道住房保障窗口"]


def test_the_head_of_a_page_is_no_content() -> None:
    text = (
        "服务热线\n18500000000（微信同号）\n首页 项目申报 联系我们\n各相关企业：\n根据《产业办法》（某府规〔2018〕4号），现开展产业发展专项资金申报工作。\n"
        "一、申报条件\n注册地在本区。\n二、奖励标准\n每家10万元。"
    )
    (item,) = _items(text)
    assert item["phone"].state == "missing"
    assert item["legal_basis"].text == "《产业办法》（某府规〔2018〕4号）"
    assert item.name == "产业发展专项资金"


def test_a_number_on_a_line_of_its_own() -> None:
    text = "购房补贴公告\n一\n补贴对象\n本市居民。\n二\n补贴标准\n每套1万元。\n三\n办理流程\n窗口申请→审核（3个工作日）→发放"
    (item,) = _items(text)
    assert item["target"].text == "本市居民。"
    assert item["standard"].text == "每套1万元。"
    assert item["time_limit"].text == "审核（3个工作日）"


def test_fields_told_elsewhere_are_external() -> None:
    text = (
        HEAD + "参展补贴。对参展企业，每个展位补贴1万元。\n第四条 具体申报材料和申报流程以年度申报通知为准。"
    )
    for item in _items(text):
        assert item["materials"].state == item["process"].state == "external"


def test_a_target_that_lists_conditions_tells_both() -> None:
    text = (
        "关于申报增产奖励的通知\n一、支持对象\n同时满足以下条件的规模以上工业企业可以申报：\n（1）产值超过2亿元；\n（2）用电量正增长。\n"
        "二、补助标准\n每家5万元。"
    )
    (item,) = _items(text)
    assert item["target"].text == "规模以上工业企业"
    assert "（2）用电量正增长" in item["conditions"].text


def test_rules_among_the_steps_of_a_procedure() -> None:
    text = (
        "旅游业扶持意见\n一、扶持内容\n1.酒店创建。\n对新评定为五星级的酒店，给予100万元奖励。\n2.景区创建。\n对新评定为5A级的景区，给予80万元奖励。\n"
        "3.资金引导扶持。\n县财政每年安排旅游引导资金1000万元。\n"
        "二、申报及审核\n4.奖励实行申报制。符合条件者向县旅游办提出书面申报，经审核后报县政府兑现。\n"
        "5.与上级政策相抵触的，按上级规定执行。\n6.申请奖励者应当诚实守信，违规申报的，不得享受奖励。\n"
        "本意见由县旅游办负责解释，自2019年1月1日起执行。"
    )
    items = _items(text)
    assert [item.name for item in items] == ["酒店创建", "景区创建"]
    for item in items:
        handling = "奖励实行申报制。符合条件者向县旅游办提出书面申报，经审核后报县政府兑现。"
        assert item["process"].text == item["channels"].text == handling
        assert "诚实守信" in item["conditions"].text
        assert "抵触" not in item["conditions"].text


def test_the_first_article_of_a_procedure_tells_when_where_and_the_first_step() -> None:
    text = (
        "产业扶持操作规程\n第一章 总则\n第一条 本规程所称经营主体，是指从事种植的合作社和家庭农场。\n第二章 扶持标准\n"
        "第二条 基地补助\n新建基地100亩以上的，每亩补助600元。\n第三条 设备补助\n购置补贴目录以外的设备的，按购置价的30%补助。\n"
        "第三章 申报及审批程序\n第四条 每年9月1日至9月30日，申报主体向所在镇农业服务中心提交书面申请。\n"
        "第五条 镇政府10日内完成核查和公示，汇总报区农委审核后兑现。"
    )
    items = _items(text)
    assert [item.name for item in items] == ["基地补助", "设备补助"]
    for item in items:
        assert "每年9月1日" in item["application_period"].text
        assert item["channels"].text.startswith("每年9月1日")
        assert "提交书面申请" in item["process"].text
        assert "审核后兑现" in item["process"].text
        assert item["target"].text == "从事种植的合作社和家庭农场"
        assert "所称" not in item["conditions"].text
    assert items[1]["standard"].text == "按购置价的30%补助。"


def test_what_a_numbered_benefit_says_inside_its_line() -> None:
    text = (
        "惠企政策明白纸\n1.贷款贴息。对按时还款的企业，按利息的40%给予贴息；申请材料：贷款合同、放款凭证、结息单。（区科技局6356337）\n"
        "2.创业补贴。对正常经营1年以上的企业，补贴1.5万元。办理地点：政务服务中心2楼创业窗口。承诺时限：20个工作日。（区人社局 6363710）\n"
        "3.参展补贴。对参展的企业，每个展位补贴1万元。（责任单位：区商务局 6356510）\n"
        "4.帮办代办。企业开办全程代办。（区审批局 2138900）\n"
        "温馨提示：以上政策以正式文件为准；各项奖补每年5月由责任单位统一组织申报，申报通知另行发布。"
    )
    items = _items(text)[:3]
    assert [entry.text for entry in items[0]["materials"].entries] == ["贷款合同", "放款凭证", "结息单"]
    assert items[1]["time_limit"].text == "20个工作日。"
    assert [entry.text for entry in items[1]["onsite_address"].entries] == ["政务服务中心2楼创业窗口"]
    assert [[entry.text for entry in item["phone"].entries] for item in items] == [
        ["6356337"],
        ["6363710"],
        ["6356510"],
    ]
    for item in items:
        assert item["application_period"].text == "各项奖补每年5月由责任单位统一组织申报，申报通知另行发布。"
        assert "局" not in item["standard"].text


def test_a_list_of_annexes_is_no_content() -> None:
    text = (
        "关于印发电子商务若干措施的通知\n各县区商务局：\n现印发给你们。\n附件：\n一、电子商务若干措施\n二、扶持资金申报指南\n市商务局\n2020年5月8日\n"
        "附件一\n电子商务若干措施\n一、鼓励规范发展\n（一）对交易额超500万元的企业，给予10万元奖励。\n"
        "二、发展跨境电商\n（二）对提供通关服务的平台，给予20万元补助。\n（三）对自建仓库的企业，给予30万元补助。"
    )
    assert len(_items(text)) == 3
