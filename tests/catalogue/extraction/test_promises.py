"""Sentences that give something, and sentences that only name money, as articles, sections and entries of a list."""

import pytest

from redemption.catalogue.extraction import Extraction, extract
from redemption.policies.reading import read_text

FRAMES = {
    "articles": "云溪区促进产业发展若干措施\n第一条 为促进发展，制定本措施。\n第二条 对首次上规的工业企业，奖励10万元。\n"
    "第三条 对举办展会的机构，每场给予10万元补贴。\n第四条 {said}\n第五条 企业登录云溪平台申报，区经信局审核后拨付。",
    "sections": "云溪区产业政策\n一、上规奖励\n对首次上规的工业企业，奖励10万元。\n二、展会补贴\n"
    "对举办展会的机构，每场给予10万元补贴。\n三、丙项\n{said}",
    "entries": "云溪区产业政策\n1.对首次上规的工业企业，奖励10万元。\n2.对举办展会的机构，每场给予10万元补贴。\n3.{said}",
}
NONE = [
    "同一项目符合多项奖励条件的，按就高原则执行，不重复奖励。",
    "享受本政策的企业，5年内不得迁出本区，否则退回已获得的奖励资金。",
    "对弄虚作假骗取奖励资金的，追回资金，三年内不得申报，并处1万元以下罚款。",
    "区财政每年安排专项资金5000万元，用于支持产业发展。",
    "设立规模10亿元的产业引导基金，支持优质企业做大做强。",
    "本措施所称规模以上工业企业，是指年主营业务收入2000万元及以上的工业企业。",
    "奖励资金由区财政局按规定拨付，所需资金市、区按5:5比例承担。",
    "各部门要加强宣传，确保政策惠及80%以上的企业。",
    "申报企业应具有独立法人资格，近三年无重大违法行为，年纳税额不低于50万元。",
    "企业获得的奖励资金应用于研发投入，研发投入占比不低于3%。",
    "到2033年，全区高新技术企业达到500家，研发投入占比达到3.5%。",
    "优化审批流程，推行告知承诺，办理时限压缩50%以上。",
    "单个企业年度奖励总额不超过1000万元。",
    "市级以上财政对同一事项已给予奖励的，本级不再奖励，差额部分予以补足。",
    "项目验收不合格的，收回全部补助资金。",
    "专项资金来源于区级财政预算，每年不低于上年度财政收入的1%。",
]
# what it says, who (None: not said in a noun), what is given
GIVEN = [
    ("对首次认定为高新技术企业的，一次性给予20万元奖励。", None, "一次性给予20万元奖励。"),
    ("首次认定为高新技术企业的企业，奖励20万元。", "首次认定为高新技术企业的企业", "奖励20万元。"),
    ("凡在本区登记的企业首次认定为高新技术企业的，给予20万元奖励。", "在本区登记的企业", "给予20万元奖励。"),
    (
        "鼓励企业购置设备，对设备投资500万元以上的工业企业，按投资额的8%给予补助，单个项目不超过200万元。",
        "设备投资500万元以上的工业企业",
        "按投资额的8%给予补助，单个项目不超过200万元。",
    ),
    (
        "毕业5年内的高校毕业生首次创办企业，正常经营满6个月的，给予8000元一次性创业补贴。",
        "毕业5年内的高校毕业生",
        "给予8000元一次性创业补贴。",
    ),
    (
        "用人单位招用就业困难人员并缴纳社会保险费的，按单位缴费部分给予补贴，期限不超过3年。",
        "用人单位",
        "按单位缴费部分给予补贴，期限不超过3年。",
    ),
    (
        "对新引进的博士，每月发放生活补贴3000元，发放5年。",
        "新引进的博士",
        "每月发放生活补贴3000元，发放5年。",
    ),
    (
        "新引进的全日制博士研究生，可享受30万元购房补贴。",
        "新引进的全日制博士研究生",
        "可享受30万元购房补贴。",
    ),
    (
        "农民专业合作社新建冷库容积500立方米以上的，每立方米补贴100元，最高10万元。",
        "农民专业合作社",
        "每立方米补贴100元，最高10万元。",
    ),
    ("经认定的区级技术中心，一次性奖励10万元。", None, "一次性奖励10万元。"),
]


def read(frame: str, said: str) -> Extraction:
    return extract(read_text(FRAMES[frame].format(said=said)))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("said", NONE)
def test_money_that_nobody_may_apply_for_is_no_item(said: str, frame: str) -> None:
    items = read(frame, said).items
    assert len(items) == 2
    assert not any(said[:8] in item["standard"].text for item in items)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("said", "who", "given"), GIVEN)
def test_who_gets_what(said: str, who: str | None, given: str, frame: str) -> None:
    _, _, item = read(frame, said).items
    assert item["standard"].text == given
    if who:
        assert item["target"].text == who


def test_relief_from_a_charge_is_an_item() -> None:
    assert (
        read("sections", "减免入驻企业第一年物业费。").items[2]["standard"].text
        == "减免入驻企业第一年物业费。"
    )


TWO_GROUPS = """云溪县人才支持政策
（一）对引进人才的支持政策
1、凡经程序来本县工作的高层次人才，服务期内每人每月享受3000元特殊津贴。
2、对全职调入本县并签订5年以上合同的人才，发放5万元一次性安家补助。
3、对进站开展科研的博士后，一次性给予5万元科研经费资助。
（二）对用人企业的支持政策
1、企业引进的高端人才每年服务6个月以上的，给予企业每人50万元奖励。
2、企业年薪10万元以上引进经营管理人员的，超过部分按30%给予补贴。"""

URGED = """云溪镇经济发展奖励意见
一、改善投资环境，提高外资利用水平。
（一）当年引进境外资金30万美元以上的，每10万美元奖励1万元。
（二）在本镇投资办厂的，每投资500万元，奖励5000元。
二、优化产业结构，改善增长方式。
（三）新增连片50亩以上果园的，每亩奖励100元。
（四）新建投资额超过100万元的休闲农庄，奖励1万元。"""


def test_groups_beside_each_other_list_their_benefits() -> None:
    found = extract(read_text(TWO_GROUPS)).items
    assert len(found) == 5
    assert [item["standard"].text[-9:] for item in found][-1] == "按30%给予补贴。"


def test_a_sentence_may_stand_as_the_heading_of_several_benefits() -> None:
    found = extract(read_text(URGED)).items
    assert len(found) == 4
    assert found[0]["standard"].text == "每10万美元奖励1万元。"
    assert found[3]["standard"].text == "奖励1万元。"
