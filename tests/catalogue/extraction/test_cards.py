"""Catalogues without numbers: names above texts, cards with a gift and a list, items whose numbers begin again."""

import pytest

from redemption.catalogue.extraction import Item, extract
from redemption.catalogue.extraction.promises import is_giving
from redemption.policies.reading import read


def _items(text: str) -> list[Item]:
    return extract(read(text.encode(), "目录.txt")).items


def test_names_that_end_alike_above_their_text_and_their_codes() -> None:
    kinds = (
        ("甲类", "五年以上", 30),
        ("乙类", "三年以上", 20),
        ("丙类", "一年以上", 10),
        ("储备", "半年以上", 5),
    )
    text = "\n".join(
        f"{kind}工匠政策\nYGGJ0000{place}\n在本区制造业企业连续工作{years}并取得技师以上证书的{kind}工匠，给予每人{sum_}万元的安家补助；"
        for place, (kind, years, sum_) in enumerate(kinds)
    )
    items = _items(text)
    assert [item.name for item in items] == [f"{kind}工匠政策" for kind, _, _ in kinds]
    for item, (kind, years, sum_) in zip(items, kinds, strict=True):
        assert f"{sum_}万元" in item["standard"].text
        assert years in item["conditions"].text
        assert kind in item["target"].text


def test_names_that_begin_alike_and_one_that_tells_several_benefits() -> None:
    text = (
        "稳岗服务之技能培训\n本区登记失业人员和离校两年内未就业的高校毕业生，每人每年可享受一次免费技能培训，不得重复参加。\n"
        "稳岗服务之创业培训\n有创业意愿的本区户籍居民凭有效证件到定点机构报名，可参加一次免费创业培训，同一人只能参加一次。\n"
        "稳岗服务之返乡扶持\n"
        "创业奖励：返乡农民工在本区首次创办企业并正常经营一年以上的，给予一次性奖励1万元。\n"
        "场租补贴：返乡农民工租用经营场地的，按实际租金的50%给予补贴。\n"
        "稳岗服务之见习岗位\n企业提供见习岗位并按月发放生活费的，按每人每月1200元的标准给予见习补贴，最长六个月。\n"
    )
    names = [item.name for item in _items(text)]
    assert names == [
        "稳岗服务之技能培训", "稳岗服务之创业培训", "创业奖励", "场租补贴", "稳岗服务之见习岗位",
    ]  # fmt: skip


def test_a_name_a_gift_and_a_list_of_conditions() -> None:
    cards = (
        ("区级研发机构", "补助10万元", ("在本区注册满一年", "研发人员不少于10人")),
        ("市级研发机构", "补助20万元", ("已认定为区级研发机构", "注册资金不高于5000万元")),
        ("省级研发机构", "最高补助50万元", ("已认定为市级研发机构", "近三年研发投入均不低于300万元")),
    )
    text = "\n".join(
        f"{name}\n{gift}\n" + "\n".join(f"{n}.{condition};" for n, condition in enumerate(conditions, 1))
        for name, gift, conditions in cards
    )
    items = _items(text)
    assert [item.name for item in items] == [name for name, _, _ in cards]
    for item, (_, gift, conditions) in zip(items, cards, strict=True):
        assert item["standard"].text == gift
        assert all(condition in item["conditions"].text for condition in conditions)


def test_a_name_a_condition_and_a_gift_on_a_line_each() -> None:
    cards = (
        ("小微企业社保补贴", "小微企业招用毕业两年内的高校毕业生。", "最长可补贴2年"),
        ("公益岗位补贴", "用人单位开发经认定的公益性岗位。", "按当地最低工资补贴"),
        ("退役军人就业补贴", "用人单位招用退役一年内的军人，签订一年以上合同。", "一次性每人1万元。"),
        ("见习补贴", "用人单位组织离校未就业的毕业生见习。", "每人每月1200元"),
    )
    items = _items("\n".join("\n".join(card) for card in cards))
    assert [item.name for item in items] == [name for name, _, _ in cards]
    assert [item["conditions"].text for item in items] == [told for _, told, _ in cards]
    assert [item["standard"].text for item in items] == [gift for _, _, gift in cards]
    assert items[1]["target"].text == "用人单位"


def test_numbers_that_begin_again_below_the_name_of_another_item() -> None:
    part = "{name}\n1.服务对象：{who}。\n2.申请条件：在本区居住满{months}个月。\n3.办理流程：\n（一）到社区提出申请。\n（二）街道审核。\n"
    text = part.format(name="本区户籍居民", who="年满六十周岁的本区户籍居民", months=6) + part.format(
        name="外来常住居民", who="年满六十五周岁的外来常住居民", months=12
    )
    own, others = _items(text)
    assert (own.name, others.name) == ("本区户籍居民", "外来常住居民")
    assert "六十五" not in own["target"].text
    assert "12个月" in others["conditions"].text
    assert "街道审核" in own["process"].text


def test_labels_above_lists_stand_beside_each_other() -> None:
    text = (
        "办事依据\n1．云港市促进就业办法（2019年3月26日通过）；\n2．关于做好创业贷款贴息工作的通知（云财〔2018〕22号）。\n"
        "办事流程\n1．申请。到受理窗口递交资料。\n2．公示（2天）。对通过的人员公示。\n3．放款。银行发放贷款。\n"
        "适用对象\n1．个人创业：法定劳动年龄内的创业人员，最高贷款10万元。\n2．合伙创业：合伙经营的创业人员，最高贷款50万元。\n"
    )
    (item,) = _items(text)
    assert "云财〔2018〕22号" in item["legal_basis"].text
    assert "银行发放贷款" in item["process"].text
    assert "公示" in item["process"].text


def test_a_printed_page_repeats_its_title_between_the_words_of_an_article() -> None:
    head = "云港区促进外贸的若干政策意见（试行）"
    text = (
        f"{head}\n为提高对外开放水平，根据《云港市促进外贸办法》（云政〔2018〕20号）等文件精神，结合我区实际，现制定如下政策意见，请遵照执行。\n"
        "第一条 新引进的外资企业，实到外资500万美元以上的，一次性给予奖励30万元，每家企业累计不超过\n"
        f"12\n下一页\n{head}\n60万元。\n"
        "第二条 参加境外展会的企业，每个项目给予1万元补助。\n"
        f"13\n上一页\n{head}\n"
        "第三条 租用公共保税仓库的企业，按租金的50%给予补助，最高20万元。\n14\n下一页\n"
    )
    extraction = extract(read(text.encode(), "政策.txt"))
    assert extraction.policy.title == head
    first, second, third = extraction.items
    assert "30万元" in first["standard"].text
    assert head not in first["standard"].text
    assert "下一页" not in first["standard"].text
    assert "1万元" in second["standard"].text
    assert "保税" in third["conditions"].text


def test_general_rules_without_a_number_above_the_articles() -> None:
    text = (
        "云港区招商办法\n总  则\n第一条 为营造良好环境，制定本办法。\n第二条 对重点项目采取一事一议，给予最大优惠。\n第一章 场租补贴\n"
        "第三条 新落户企业租用办公场地的，按租金的50%给予补贴，最长三年。\n第二章 培训补贴\n"
        "第四条 企业对新录用职工开展岗前培训的，可向人社部门申请一次性培训补贴。\n"
    )
    items = _items(text)
    assert [item["standard"].text for item in items] == [
        "按租金的50%给予补贴，最长三年。", "可向人社部门申请一次性培训补贴。",
    ]  # fmt: skip


def test_a_row_of_tabs_is_no_list_of_sections() -> None:
    text = (
        "首席技师奖励\n对象条件\n工种范围\n奖励标准\n申领程序\n对象条件\n申请人需同时符合以下条件：\n1.本市在职职工。\n2.本年度晋级并取得证书。\n"
        "工种范围\n1.机械加工类工种。\n2.本市产业急需的工种。\n奖励标准\n晋级技师的，每人奖励600元。\n"
        "申领程序\n1.职工在网上服务大厅申请。\n2.市总工会审核后打入银行卡。\n"
    )
    (item,) = _items(text)
    assert item.name == "首席技师奖励"
    assert "取得证书" in item["conditions"].text
    assert "工种" not in item["conditions"].text
    assert item["standard"].text == "晋级技师的，每人奖励600元。"
    assert "网上服务大厅" in item["process"].text


def test_who_a_programme_with_several_kinds_is_for() -> None:
    text = (
        "关于开展紧缺人才引进申报的通知\n各有关企业：\n一、金融类、物流类紧缺人才引进工作的实施范围\n面向在本区注册的金融企业和物流企业。\n"
        "二、申报条件\n引进人才与企业签订三年以上劳动合同。\n三、补贴标准\n每引进一名给予企业2万元。\n"
    )
    (item,) = _items(text)
    assert item["target"].text == "面向在本区注册的金融企业和物流企业。"


@pytest.mark.parametrize(
    ("sentence", "gives"),
    [
        ("符合条件的失业人员每年可享受一次免费职业技能培训。", True),
        ("从事鼓励类产业的企业，享受免征、减征企业所得税政策。", True),
        ("企业开展岗前培训的，可向人力资源社会保障部门申请一次性培训补贴。", True),
        ("拨打免费咨询热线可了解政策。", False),
        ("每半年抽查一次，抽查数量不低于补贴总量的5%。", False),
        ("工作小组向符合条件的企业发放补贴资金。", False),
        ("企业注册资金不高于1000万元；", False),
    ],
)
def test_what_is_given_without_a_sum(sentence: str, gives: bool) -> None:
    assert is_giving(sentence) is gives


def test_grades_stand_beside_their_sums() -> None:
    text = (
        "云港区开放型经济政策意见\n第一条 新引进的外资制造企业，实到外资500万、1000万美元以上的，分别奖励30万元、60万元。\n"
        "第二条 首次获评国家级、省级示范基地的企业，分别给予20万元、10万元奖励。\n"
    )
    first, second = _items(text)
    assert first["target"].text == "新引进的外资制造企业"
    assert first["conditions"].text == "新引进的外资制造企业，实到外资500万、1000万美元以上的"
    assert first["standard"].text == "实到外资500万、1000万美元以上的，分别奖励30万元、60万元。"
    assert second["conditions"].text == "首次获评国家级、省级示范基地的企业"
