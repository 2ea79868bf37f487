"""Whom a programme is for and what is asked of them, told together and apart."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

GUIDE = "云溪市设备补助办事指南\n一、{heading}\n{said}\n二、补助标准\n每家20万元。\n三、申报材料\n1.申请表；\n2.营业执照。\n四、咨询电话\n0799-8632011"
FIRM = "在本市登记注册的制造业企业"
TOLD = [
    ("申报对象", f"{FIRM}。", FIRM, None),
    ("申报对象", "本市制造业企业、科技服务企业。", "本市制造业企业、科技服务企业", None),
    (
        "申报对象及条件",
        f"{FIRM}，且同时满足以下条件：\n1.成立满一年；\n2.无重大安全事故。",
        FIRM,
        "无重大安全事故",
    ),
    ("申报对象和条件", f"（一）申报对象：{FIRM}。\n（二）申报条件：成立满一年。", FIRM, "成立满一年"),
    ("申报条件", f"1.申报主体为{FIRM}；\n2.成立满一年。", FIRM, f"申报主体为{FIRM}"),
    ("申报条件", f"（一）申报单位须为{FIRM}。\n（二）成立满一年。", FIRM, "成立满一年"),
    (
        "补贴对象和条件",
        "毕业5年内的高校毕业生，在本市首次创办企业且正常经营满6个月。",
        "毕业5年内的高校毕业生",
        "正常经营满6个月",
    ),
    ("申请条件", "申请人须同时符合下列条件：（1）本市户籍；（2）年满16周岁。", None, "年满16周岁"),
    (
        "支持对象",
        "符合以下条件之一的企业：\n1.国家高新技术企业；\n2.省级专精特新中小企业。",
        None,
        "省级专精特新中小企业",
    ),
    ("适用范围", f"本指南适用于{FIRM}申报设备补助。", FIRM, None),
]


@pytest.mark.parametrize(("heading", "said", "who", "asked"), TOLD, ids=range(len(TOLD)))
def test_whom_it_is_for_and_what_is_asked(
    heading: str, said: str, who: str | None, asked: str | None
) -> None:
    (item,) = extract(read_text(GUIDE.format(heading=heading, said=said))).items
    if who:
        assert item["target"].text.rstrip("。；") == who
    if asked:
        assert asked in item["conditions"].text
