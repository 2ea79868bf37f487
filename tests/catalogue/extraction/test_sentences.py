"""Gifts told in running sentences: who, on which conditions, what; and what is no gift."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import Item
from redemption.catalogue.extraction.promises import is_giving
from redemption.policies.reading import read_text

TITLE = "松岭县支持实体经济若干政策\n"


def _items(*articles: str) -> list[Item]:
    numbered = (f"第{'一二三四五六七八九'[place]}条 {words}" for place, words in enumerate(articles))
    return extract(read_text(TITLE + "\n".join(numbered))).items


OTHER = "鼓励企业上市。对在境内上市的种业企业，奖励200万元。"


@pytest.mark.parametrize(
    ("sentence", "gives"),
    [
        ("企业存在重大环保违法行为的，由联席会议决定不给予补助。", False),
        ("对调查中另行发现的线索，不对新线索给予奖励。", False),
        ("企业享受过投资奖励、达产奖励后再申报的，按新项目办理。", False),
        ("企业新增设备的，给予10%的补助。", True),
    ],
)
def test_what_is_refused_is_not_given(sentence: str, gives: bool) -> None:
    assert is_giving(sentence) is gives


def test_an_exclusion_in_the_closing_part_binds_every_item() -> None:
    text = (
        TITLE
        + "第一条 对首次上规的工业企业，给予10万元奖励。\n第二条 对参加境外展会的贸易企业，按展位费的50%给予补贴。\n附则\n"
        "1．企业存在重大违法行为的，可由联席会议研究决定不给予补助。\n2．本政策自印发之日起施行。"
    )
    for item in extract(read_text(text)).items:
        assert "研究决定不给予补助" in item["conditions"].text


@pytest.mark.parametrize(
    ("sentence", "condition", "gift"),
    [
        (
            "对完成兼并重组的，参照其资产过户产生的当年地方贡献的60%给予企业奖励。",
            "完成兼并重组的",
            "参照其资产过户产生的当年地方贡献的60%给予企业奖励。",
        ),
        (
            "对投产满三年的食品企业，以上一年度贡献为基数，参照其新增贡献的50%给予奖励。",
            "投产满三年的食品企业",
            "以上一年度贡献为基数，参照其新增贡献的50%给予奖励。",
        ),
        (
            "对主导制定国际标准的，当年给予50万元奖励。",
            "主导制定国际标准的",
            "当年给予50万元奖励。",
        ),
    ],
)
def test_the_measure_of_a_gift_is_no_condition(sentence: str, condition: str, gift: str) -> None:
    first, _ = _items(sentence, OTHER)
    assert (first["conditions"].text, first["standard"].text) == (condition, gift)


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("对新落户的总部项目，自认定当年起给予企业三年奖励，每年最高50万元。", "新落户的总部项目"),
        ("对获评省级产业集群称号的，给予牵头的行业协会20万元奖励。", "牵头的行业协会"),
        (
            "对冷链物流类项目（不含商业地产）固定资产投资达到3000万元的，给予100万元奖励。",
            "冷链物流类项目（不含商业地产）",
        ),
        ("对首次获评绿色工厂的，给予企业20万元奖励。", ""),
        ("每培育1家高新技术企业，奖励孵化器运营机构5万元。", "孵化器运营机构"),
        ("村集体经济组织领办合作社的，给予一次性补助5万元。", "村集体经济组织"),
        ("支持客运班线的经营企业购置车辆，对新增电动客车的，按购置价格的20%给予补助。", "客运班线的经营企业"),
        (
            "支持企业、高校联合申报科技项目，对获得立项的牵头单位，按国拨经费的10%给予配套。",
            "获得立项的牵头单位",
        ),
        ("支持企业技术改造，对设备投资500万元以上的，按10%给予补助。", ""),
        ("对企业自主研发新药并投产的，对企业发展给予50万元支持。", ""),
        (
            "对新开发一类新药的，奖励100万元；对改良二类新药的，奖励50万元；企业通过药品评价的，奖励30万元。",
            "",
        ),
        (
            "对水产企业，第一年加工量达到500吨的，奖励10万元；第二年达到上述数量的，奖励8万元；第三年达到上述数量的，奖励5万元。",
            "水产企业",
        ),
    ],
)
def test_who_a_sentence_is_for(sentence: str, who: str) -> None:
    first, _ = _items(sentence, OTHER)
    assert first["target"].text == who


def test_an_article_without_a_heading_gives_once_in_each_sentence() -> None:
    items = _items(
        "首次获评省级文旅项目的，分别给予10万元、5万元奖励。率先通过海关高级认证的企业给予8万元奖励。同一企业累计奖励不超过20万元。",
        OTHER,
    )
    assert [item["standard"].text for item in items[:2]] == [
        "分别给予10万元、5万元奖励。",
        "给予8万元奖励。\n同一企业累计奖励不超过20万元。",
    ]


@pytest.mark.parametrize(
    "article",
    [
        "引进境外资金的中介机构，按到位资金的1%给予奖励。首次引进跨国公司的，再给予20万元奖励。",
        "鼓励企业重组。对并购同业企业的，给予30万元奖励。盘活闲置厂房的，给予20万元奖励。",
        "对年出口额500万元以上的企业，奖励5万元。对年进口额200万元以上的企业，奖励2万元。",
    ],
)
def test_what_is_added_stays_with_the_article(article: str) -> None:
    assert len(_items(article, OTHER)) == 2


HEADED = """北港区扶持先进制造业意见
一、奖励政策
（一）投资奖励
第一条 对新上的装备项目，按设备投资额的8%给予奖励。
第二条 投资超过1亿元的装备项目为重大项目，可在第一条基础上实行“一事一议”。
（二）总部奖励
第三条 对新设立的总部企业，按年度贡献的50%给予奖励。
第四条 对本地公司将外地业务迁回结算的，经认定后，按新增贡献享受第三条政策。
（三）招商引资
第五条 对街道引进的项目，项目奖励按第一条执行，产生的贡献由街道与园区按50%比例分配。
二、政策兑现
第六条 政策奖励分3个阶段，按30%、30%、40%对企业进行奖励。
第七条 区专班办公室对企业报来的情况进行核查和审核后，向区领导小组申报兑现奖励。经区领导小组批准后，60个工作日内兑现。
"""


def test_an_article_below_a_heading_is_a_benefit_where_it_is_for_something_else() -> None:
    items = extract(read_text(HEADED)).items
    assert [item.name for item in items][:2] == ["投资奖励", "总部奖励"]
    assert [item["standard"].text for item in items][1:] == [
        "按年度贡献的50%给予奖励。",
        "按新增贡献享受第三条政策。",
    ]
    assert items[2]["target"].text == "本地公司"


def test_what_an_office_reports_after_its_review_is_no_channel() -> None:
    for item in extract(read_text(HEADED)).items:
        assert "区专班办公室" in item["process"].text
        assert item["channels"].text == ""


def test_instalments_among_the_steps_are_no_benefit() -> None:
    text = (
        "云溪区支持物流业办法\n第一章 奖励标准\n第一条 对首次获评4A级的物流企业，给予20万元奖励。\n"
        "第二条 对新建冷库的企业，按投资额的10%给予补助。\n第二章 资金拨付\n"
        "第三条 奖励资金分三年按50%、30%、20%的比例拨付给企业，每年最高500万元。\n"
        "第四条 企业向区商务局提出申请，区商务局审核公示后，由区财政局拨付。"
    )
    items = extract(read_text(text)).items
    assert len(items) == 2
    assert all("分三年按50%" in item["process"].text for item in items)


TALENT = """清源市人才引进办法
第一条 为优化人才结构，根据《人才优先发展意见》（清发〔2020〕3号），制定本办法。
第二条
加大科技人才引进力度，符合以下条件之一的人员可申请办理人才引进：
（一）获得省级以上科技奖励、近3年投入研发500万元以上的主要完成人；
（二）在本市高新技术企业担任技术负责人满三年的。
第三条
支持创业团队引进人才：
（一）近3年获得股权融资3000万元以上的创业团队，其核心成员可办理人才引进；
（二）入选市级人才工程的团队，其成员可申请办理人才引进。
第四条
拓展遴选引进范围。在本市稳定工作，且符合以下条件之一的人员，可申请办理人才引进：
（一）取得硕士以上学位的；
（二）经综合评价合格的。
第五条
拟引进的人才应无犯罪记录，提出引进时应在聘用单位工作满一年。
第六条
本人签署诚信承诺书后，由聘用单位向区人社局提出申请，报市人社局审核，审核通过的办理落户手续。
第七条
本办法自发布之日起施行。
"""


def test_each_article_opens_its_own_door_to_what_is_no_money() -> None:
    items = extract(read_text(TALENT)).items
    assert [item.name for item in items] == [
        "加大科技人才引进力度",
        "支持创业团队引进人才",
        "拓展遴选引进范围",
    ]
    first, team, _ = items
    assert "（二）在本市高新技术企业担任技术负责人满三年的。" in first["conditions"].text
    assert first["standard"].text == "可申请办理人才引进"
    assert first["target"].text == ""
    assert "入选市级人才工程" in team["conditions"].text
    for item in items:
        assert "应无犯罪记录" in item["conditions"].text
        assert "报市人社局审核" in item["channels"].text
        assert [entry.text for entry in item["materials"].entries] == ["诚信承诺书"]


def test_a_school_place_is_told_apart_from_the_sum_before_it() -> None:
    first, _ = _items("年缴税款100万元以上外资企业的高管，照顾其子女入读公办小学。", OTHER)
    assert first["standard"].text == "照顾其子女入读公办小学。"
    assert first["target"].text == "年缴税款100万元以上外资企业的高管"


def test_conditions_listed_below_the_gift() -> None:
    first, second, _ = _items(
        "加大制造业支持力度，对符合以下条件之一的制造企业，给予一次性奖励50万元：\n（一）上年度营业收入首次突破5亿元的；\n"
        "（二）获得股权投资1000万元支持的。",
        "支持人才安居。符合下列条件之一的人员，每月给予1000元租房补贴，最长三年：\n（一）取得博士学位的；\n（二）具有正高级职称的。",
        OTHER,
    )
    assert (first["standard"].text, first["target"].text) == ("给予一次性奖励50万元", "制造企业")
    assert "首次突破5亿元的" in first["conditions"].text
    assert "股权投资1000万元" in first["conditions"].text
    assert second["standard"].text == "每月给予1000元租房补贴，最长三年"
    assert second["target"].text == ""


@pytest.mark.parametrize(
    ("sentence", "gives"),
    [
        ("外资企业高管年缴税款100万元以上的，照顾其子女入读公办小学。", True),
        ("经认定的高层次人才，可申请入住人才公寓。", True),
        ("符合条件的，可快速办理引进手续。", True),
        ("可到服务大厅办理营业执照。", False),
        ("依法保障适龄儿童入学。", False),
    ],
)
def test_what_is_given_to_persons(sentence: str, gives: bool) -> None:
    assert is_giving(sentence) is gives


REPORTS = """平湖市食品安全举报奖励办法
第一条 为鼓励举报，根据《食品安全条例》《举报奖励规定》等规定，结合本市实际，制定《平湖市食品安全举报奖励办法》。
第二条 自然人（以下称举报人）可通过热线、来信等渠道，向市场监管部门举报。
第三条 奖励举报人须同时符合下列条件：
（一）有明确的被举报对象；
（二）举报经查证属实。
第四条 举报奖励发放规则：
（一）两人联名举报的，按照一件给予奖励，由举报人自行分配；
（二）调查中发现新线索的，不对新线索给予奖励。
第五条 对符合条件的举报人，按照以下标准给予一次性奖励：
（一）罚款金额10万元以下的，奖励1000元；
（二）罚款金额10万元以上的，按罚款金额的2%奖励。
第六条 本办法自印发之日起施行。
"""


def test_rules_for_paying_one_reward_are_no_second_benefit() -> None:
    (item,) = extract(read_text(REPORTS)).items
    assert "奖励1000元" in item["standard"].text
    assert "自行分配" not in item["standard"].text
    assert item["target"].text == "自然人（以下称举报人）"
    assert item["channels"].text == "自然人（以下称举报人）可通过热线、来信等渠道，向市场监管部门举报。"
    assert item["legal_basis"].text == "《食品安全条例》《举报奖励规定》"
    assert "被举报对象" in item["conditions"].text
