"""Several items in one document, each a name above sections whose numbers begin again."""

import pytest

from redemption.catalogue.extraction import Item, extract
from redemption.policies.reading import read_text


def items_of(text: str) -> list[Item]:
    return extract(read_text(text)).items


def fields(item: Item) -> dict[str, str]:
    return {name: value.text for name, value in item.fields.items() if value.state == "found"}


CARDS = """服务中心
最新政策和活动信息
创业场地补贴
2025-03-01
澜州市人力资源和社会保障局
一、补贴对象：在本市首次创办小微企业的青年。二、申请条件：营业执照办理满六个月，并租用经营场地，租期不少于一年。三、补贴标准：按实际租金的50%给予补贴，每年最高1万元。四、受理部门：可登录市就业服务平台申请，也可到经营所在地的区就业服务中心申请。
创业 场地 补贴
吸纳就业奖励政策
2025-04-01
澜州市人力资源和社会保障局、澜州市财政局
一、办理依据：《澜州市促进就业办法》（澜人社〔2025〕4号）。
二、申请对象：吸纳就业困难人员的小微企业。
三、申请条件：
1.与就业困难人员签订一年以上劳动合同；
2.申请人及组织负责人无不良信用记录。
四、奖励标准：每吸纳1人奖励3000元。
"""


def test_numbers_that_begin_again_begin_another_item() -> None:
    first, second = items_of(CARDS)
    assert (first.name, second.name) == ("创业场地补贴", "吸纳就业奖励政策")
    assert fields(first)["target"] == "在本市首次创办小微企业的青年。"
    assert fields(first)["standard"] == "按实际租金的50%给予补贴，每年最高1万元。"
    assert "legal_basis" not in fields(first)
    assert fields(second)["target"] == "吸纳就业困难人员的小微企业。"
    assert fields(second)["conditions"].endswith("2.申请人及组织负责人无不良信用记录。")
    assert fields(second)["standard"] == "每吸纳1人奖励3000元。"


def test_without_names_above_the_numbers_it_stays_one_item() -> None:
    body = "一、补贴对象：小微企业。\n二、补贴标准：每家1万元。\n"
    assert len(items_of("澜州市场地补贴办事指南\n" + body + "附：2024年做法如下。\n" + body)) == 1


def test_a_tab_after_a_number_parts_no_cells() -> None:
    guide = "备案登记变更\n一、受理条件：登记事项发生变更的。\n二、办理程序：1.\t登录服务平台，在线提交申请。\n2.\t部门审核后通知申请人领取结果。\n三、办结时限：3个工作日"
    (item,) = items_of(guide)
    assert fields(item)["process"] == "1. 登录服务平台，在线提交申请。\n2. 部门审核后通知申请人领取结果。"


@pytest.mark.parametrize("name", ["云溪区创业补贴办法", "松岭县稳岗奖励办法（试行）", "北港区人才资助细则"])
def test_the_name_of_rules_that_ends_like_a_label(name: str) -> None:
    text = f"{name}\n第一条 为支持就业，制定本办法。\n第二条 对首次创业的毕业生，给予1万元补贴。"
    extraction = extract(read_text(text))
    assert extraction.policy.title == name
    assert extraction.items[0]["standard"].text == "给予1万元补贴。"
