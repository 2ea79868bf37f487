"""One notice under many headings and numberings: the words of a heading differ, what stands below it does not."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

BODIES = {
    "target": "在本市注册的中小企业。",
    "conditions": "（一）成立满一年；\n（二）信用良好。",
    "standard": "按投资额的10%给予补助，最高50万元。",
    "materials": "1.申请表；\n2.营业执照复印件；\n3.审计报告。",
    "application_period": "2024年3月1日至3月31日。",
    "process": "企业登录惠企平台提交申请，主管部门20个工作日内审核，公示后拨付。",
    "phone": "张工，0799-8632011",
}
HEADINGS = [
    ("申报对象", "申报条件", "支持标准", "申报材料", "申报时间", "申报程序", "联系方式"),
    ("支持范围", "基本条件", "补助标准及方式", "需提交的材料", "受理时间", "办理流程", "咨询电话"),
    ("申报主体", "申报要求", "奖励额度", "申请材料清单", "申报期限", "工作程序", "联系人及电话"),
    ("补助对象", "应具备的条件", "资助方式和标准", "报送材料要求", "申报截止时间", "审核流程", "业务咨询"),
    ("适用对象", "申请资格", "扶持标准", "申报资料", "时间安排", "申报流程", "联系人"),
    ("奖励范围", "准入要求", "补贴标准和期限", "提交资料", "申报受理时间", "评审程序", "咨询联系方式"),
    ("申报单位", "资格要求", "奖补标准", "应提供的申报材料", "集中申报时间", "申报审批流程", "联系电话"),
    (
        "谁能申报",
        "申报须具备的条件",
        "支持方式及额度",
        "所需材料",
        "受理期限",
        "办理程序",
        "受理部门及联系电话",
    ),
]
NUMBERING = [
    "{cn}、{head}",
    "{n}.{head}",
    "（{cn}）{head}",
    "{head}",
    "{cn}．{head}",
    "【{head}】",
    "第{cn}条 {head}",
]


def _below(body: str, numbering: str) -> str:
    """The body with numbers of another kind than its heading's."""
    if numbering.startswith("（"):
        return body.replace("（一）", "1.").replace("（二）", "2.")
    if numbering.startswith("{n}"):
        return body.replace("1.", "（1）").replace("2.", "（2）").replace("3.", "（3）")
    return body


def _notice(headings: tuple[str, ...], numbering: str) -> str:
    out = ["关于组织申报2024年技术改造补助的通知", "各有关单位：", "现就申报事项通知如下："]
    for n, (head, body) in enumerate(zip(headings, BODIES.values(), strict=True), 1):
        below = _below(body, numbering)
        out += [numbering.format(cn="一二三四五六七"[n - 1], n=n, head=head), below]
    return "\n".join(out)


@pytest.mark.parametrize("numbering", NUMBERING)
@pytest.mark.parametrize("headings", HEADINGS, ids=lambda headings: headings[0])
def test_a_notice(headings: tuple[str, ...], numbering: str) -> None:
    (item,) = extract(read_text(_notice(headings, numbering))).items
    assert item.name == "2024年技术改造补助"
    assert item["target"].text == BODIES["target"]
    assert "成立满一年" in item["conditions"].text
    assert "信用良好" in item["conditions"].text
    assert item["standard"].text == BODIES["standard"]
    assert [entry.text for entry in item["materials"].entries] == ["申请表", "营业执照复印件", "审计报告"]
    assert item["application_period"].text == BODIES["application_period"]
    assert item["process"].text == BODIES["process"]
    assert [entry.text for entry in item["phone"].entries] == ["0799-8632011"]
