"""One regulation in every order of numbers and every way to word its benefits: each says the same."""

from itertools import groupby

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

BENEFITS = [
    ("首次上规奖励", "首次上规的工业企业", "给予10万元奖励。"),
    ("参展补贴", "参加境外展会的企业", "按展位费的50%给予补贴。"),
    ("贷款贴息", "获得信用贷款的小微企业", "按利息的30%给予贴息。"),
]
WORDINGS = {
    "caption and text": ["{name}。对{who}，{gift}"],
    "caption above": ["{name}", "对{who}，{gift}"],
    "no caption": ["对{who}，{gift}"],
    "fields": ["{name}", "（一）支持对象：{who}。", "（二）支持标准：{gift}"],
}
NUMBERING = ("chapters", "articles", "sections", "一、 throughout", "1. across sections")
GENERAL = [
    ("总则", ["为支持工业发展，根据《产业意见》（云府〔2023〕1号），制定本办法。"]),
    ("总则", ["本办法适用于在本区注册、具有独立法人资格的企业。"]),
]
REST = [
    ("申报条件和材料", ["申报企业应当具备以下条件：", "（一）在本区注册；", "（二）信用良好。"]),
    (
        "申报条件和材料",
        ["申报企业应提交以下材料：", "（一）申报表；", "（二）营业执照复印件；", "（三）审计报告。"],
    ),
    (
        "申报与审核",
        [
            "企业每年3月1日至3月31日登录“惠企平台”提交申请，区主管部门20个工作日内完成审核，公示5日无异议后由区财政局拨付资金。"
        ],
    ),
    ("附则", ["有下列情形之一的，不予支持：", "（一）被列入失信名单的；", "（二）发生安全事故的。"]),
    ("附则", ["本办法由区工信局负责解释，咨询电话：0799-8632011。"]),
    ("附则", ["本办法自2024年1月1日起施行，有效期3年。"]),
]


def _written(number: int) -> str:
    return "一二三四五六七八九十"[number - 1] if number <= 10 else "十" + "一二三四五六七八九"[number - 11]


def _below(line: str) -> str:
    return line.replace("（一）", "1.").replace("（二）", "2.").replace("（三）", "3.")


def _regulation(wording: str, numbering: str) -> str:
    benefits = [
        ("扶持内容", [line.format(name=name, who=who, gift=gift) for line in WORDINGS[wording]])
        for name, who, gift in BENEFITS
    ]
    out = ["云溪区支持工业发展办法"]
    count = 0
    for chapter, (title, articles) in enumerate(
        groupby([*GENERAL, *benefits, *REST], key=lambda article: article[0]), 1
    ):
        if numbering == "chapters":
            out.append(f"第{_written(chapter)}章 {title}")
        elif numbering in ("sections", "1. across sections"):
            out.append(f"{_written(chapter)}、{title}")
        for place, (_, lines) in enumerate(articles, 1):
            count += 1
            mark = {
                "chapters": f"第{_written(count)}条 ",
                "articles": f"第{_written(count)}条 ",
                "sections": f"（{_written(place)}）",
                "一、 throughout": f"{_written(count)}、",
                "1. across sections": f"{count}.",
            }[numbering]
            inner = lines if numbering != "sections" else [_below(line) for line in lines]
            out += [mark + inner[0], *inner[1:]]
    return "\n".join(out)


@pytest.mark.parametrize("numbering", NUMBERING)
@pytest.mark.parametrize("wording", WORDINGS)
def test_a_regulation(wording: str, numbering: str) -> None:
    items = extract(read_text(_regulation(wording, numbering))).items
    assert [item["standard"].text for item in items] == [gift for _, _, gift in BENEFITS]
    for item, (_, who, _) in zip(items, BENEFITS, strict=True):
        assert who in item["target"].text
        assert "信用良好" in item["conditions"].text
        assert "失信名单" in item["conditions"].text
        assert "公示5日" in item["process"].text
        assert "惠企平台" in item["channels"].text
        assert "3月1日至3月31日" in item["application_period"].text
        assert "20个工作日" in item["time_limit"].text
        assert item["legal_basis"].text == "《产业意见》（云府〔2023〕1号）"
        assert [entry.text for entry in item["materials"].entries] == ["申报表", "营业执照复印件", "审计报告"]
        assert [entry.text for entry in item["phone"].entries] == ["0799-8632011"]
