"""Guides as service counters and terminals show them: values beside labels, one phrase for who, steps for how."""

import pytest

from redemption.catalogue.extraction import Item, extract
from redemption.policies.reading import read_text

TERMINAL = """办事指南
事项名称
尊老卡申领
申请条件
年满七十周岁的本市户籍市民
办理流程
1、申请人到就近的社区事务中心办理；
2、材料齐全的当场受理，10个工作日内制卡。
"""
THRESHOLD = "创业贷款贴息:毕业五年内的青年创办的个体工商户，获得不超过15万元经营贷款，按时发放工资并缴纳保险的，可申请区财政给予的全额贴息。\n首次创业奖励:首次创业并经营满一年的青年，可申请1万元奖励。"


def only(text: str) -> Item:
    (item,) = extract(read_text(text)).items
    return item


def test_one_phrase_names_who_and_the_condition() -> None:
    item = only(TERMINAL)
    assert item["target"].text == item["conditions"].text == "年满七十周岁的本市户籍市民"


def test_steps_tell_how_one_applies_where_nothing_else_does() -> None:
    item = only(TERMINAL)
    assert item["channels"].text == item["process"].text
    assert item["channels"].text.startswith("申请人到就近的社区事务中心办理")


def test_a_threshold_is_no_gift_and_wages_are_none() -> None:
    loan, _ = extract(read_text(THRESHOLD)).items
    assert loan["standard"].text == "可申请区财政给予的全额贴息。"
    assert loan["conditions"].text.startswith("毕业五年内的青年创办的个体工商户")


@pytest.mark.parametrize(
    ("channels", "counters"),
    [
        ("街道（乡镇）公共服务窗口", ["街道（乡镇）公共服务窗口"]),
        ("可到企业注册地的区就业促进中心申请。", ["企业注册地的区就业促进中心"]),
        ("登录市政务服务网办理", []),
    ],
)
def test_a_counter_is_where_one_goes_though_no_street_is_told(channels: str, counters: list[str]) -> None:
    item = only(f"见习补贴办事指南\n申请对象：见习单位\n补贴标准：每人每月1200元\n申请渠道：{channels}\n")
    assert [entry.text for entry in item["onsite_address"].entries] == counters
