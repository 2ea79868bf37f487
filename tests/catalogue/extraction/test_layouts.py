"""The same four benefits in every layout that pages use, with what all share told in every way, before and after."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

BENEFITS = [
    ("首次上规奖励", "首次上规的工业企业", "给予10万元奖励。"),
    ("参展补贴", "参加境外展会的企业", "按展位费的50%给予补贴，最高3万元。"),
    ("贷款贴息", "获得信用贷款的小微企业", "按利息的30%给予贴息。"),
    ("设备补助", "购置设备100万元以上的企业", "按10%给予补助。"),
]
LAYOUTS = {
    "numbers": "{number}.{name}。对{who}，{gift}",
    "brackets with numbers": "（{written}）{name}\n对{who}，{gift}",
    "labels": "{number}.{name}\n适用对象：{who}\n支持标准：{gift}",
    "square brackets": "【{name}】对{who}，{gift}",
    "names alone": "{name}\n对{who}，{gift}",
    "bullets": "● {name}：对{who}，{gift}",
    "colons": "{name}：对{who}，{gift}",
    "names that run in": "{name}。对{who}，{gift}",
    "a picture's numbers": "{number}\n{name}\n对{who}，{gift}",
}
NUMBERED = {"numbers", "brackets with numbers", "labels"}
PROCESS = "登录“惠企平台”提交申请，主管部门5个工作日内审核，公示后拨付。"
SHARED = {
    "headings": f"#申报流程\n企业{PROCESS}\n#申报时间\n每年3月1日至3月31日。\n#咨询电话\n0799-8632011",
    "labels": f"申报流程：企业{PROCESS}\n申报时间：每年3月1日至3月31日。\n咨询电话：0799-8632011",
    "prose": f"企业于每年3月1日至3月31日{PROCESS}咨询电话：0799-8632011。",
    "a section": f"#政策兑现\n企业于每年3月1日至3月31日{PROCESS}联系电话：0799-8632011。",
}


def _page(layout: str, shared: str, first: str) -> str:
    benefits = "\n".join(
        LAYOUTS[layout].format(number=n, written="一二三四"[n - 1], name=name, who=who, gift=gift)
        for n, (name, who, gift) in enumerate(BENEFITS, 1)
    )
    if layout in NUMBERED:
        benefits = "#支持政策\n" + benefits
    parts = [benefits, SHARED[shared]] if first == "benefits" else [SHARED[shared], benefits]
    text = "云溪市惠企政策指南\n" + "\n".join(parts)
    for written in "一二三四五":
        text = text.replace("#", f"{written}、" if layout in NUMBERED else "", 1)
    return text


@pytest.mark.parametrize("first", ["benefits", "shared"])
@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_benefits_and_what_they_share(layout: str, shared: str, first: str) -> None:
    items = extract(read_text(_page(layout, shared, first))).items
    assert [item.name for item in items] == [name for name, _, _ in BENEFITS]
    assert [item["target"].text for item in items] == [who for _, who, _ in BENEFITS]
    assert [item["standard"].text for item in items] == [gift for _, _, gift in BENEFITS]
    for item in items:
        assert PROCESS in item["process"].text
        assert PROCESS in item["channels"].text
        assert "每年3月1日至3月31日" in item["application_period"].text
        assert [entry.text for entry in item["phone"].entries] == ["0799-8632011"]
