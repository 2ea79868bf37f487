"""One 办事指南 in every way that a page lays out labels and values."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read, read_text

PAIRS = [
    ("事项名称", "小微企业贷款贴息"),
    ("实施主体", "市金融局"),
    ("政策依据", "《金融意见》（云府〔2023〕1号）"),
    ("服务对象", "本市小微企业"),
    ("受理条件", "成立满一年；信用良好"),
    ("补贴标准", "按利息的50%给予贴息，最高10万元"),
    ("申请材料", "申请表、营业执照、借款合同"),
    ("办理方式", "线上办理"),
    ("网上办理地址", "https://zw.yunxi.gov.cn"),
    ("办理地点", "政务服务中心2楼3号窗口"),
    ("办理流程", "申请—受理—审核—公示—拨付"),
    ("法定办结时限", "30个工作日"),
    ("承诺办结时限", "20个工作日"),
    ("办理时间", "周一至周五9:00-17:00"),
    ("咨询电话", "0799-8632011"),
    ("监督电话", "0799-8632099"),
]
TWO = [(PAIRS[i], PAIRS[i + 1]) for i in range(0, len(PAIRS), 2)]
TEXTS = {
    "a line each": "\n".join(f"{label}\n{value}" for label, value in PAIRS),
    "colons": "\n".join(f"{label}：{value}" for label, value in PAIRS),
    "tabs": "\n".join(f"{label}\t{value}" for label, value in PAIRS),
    "spaces": "\n".join(f"{label}  {value}" for label, value in PAIRS),
    "brackets": "\n".join(f"【{label}】{value}" for label, value in PAIRS),
    "numbers": "\n".join(f"{n}.{label}：{value}" for n, (label, value) in enumerate(PAIRS, 1)),
    "bars": "\n".join(f"| {label} | {value} |" for label, value in PAIRS),
    "two pairs a row": "\n".join("\t".join((*left, *right)) for left, right in TWO),
}
PAGES = {
    "table": "<table>" + "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in PAIRS) + "</table>",
    "table of two pairs": "<table>"
    + "".join(
        f"<tr><td>{a}</td><td>{b}</td><td>{c}</td><td>{d}</td></tr>" for (a, b), (c, d) in TWO
    )
    + "</table>",
    "definitions": "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in PAIRS) + "</dl>",
}  # fmt: skip


def _documents() -> list[object]:
    texts = [pytest.param(read_text(f"贷款贴息办事指南\n{text}"), id=name) for name, text in TEXTS.items()]
    pages = [
        pytest.param(read(f"<html><body>{body}</body></html>".encode(), "a.html"), id=name)
        for name, body in PAGES.items()
    ]
    return [*texts, *pages]


@pytest.mark.parametrize("document", _documents())
def test_a_guide(document) -> None:
    (item,) = extract(document).items
    assert item.name == "小微企业贷款贴息"
    for field, label in (
        ("target", "服务对象"), ("conditions", "受理条件"), ("standard", "补贴标准"), ("channels", "办理方式"),
        ("process", "办理流程"), ("legal_basis", "政策依据"),
    ):  # fmt: skip
        assert item[field].text == dict(PAIRS)[label]
    assert "20个工作日" in item["time_limit"].text
    assert item["application_period"].state == "missing"
    lists = {
        name: [entry.text for entry in item[name].entries]
        for name in ("materials", "online_url", "onsite_address", "phone")
    }
    assert lists == {
        "materials": ["申请表", "营业执照", "借款合同"],
        "online_url": ["https://zw.yunxi.gov.cn"],
        "onsite_address": ["政务服务中心2楼3号窗口"],
        "phone": ["0799-8632011"],
    }


TERMINAL = """办事指南
事项名称
临时补助金
申报条件
申请对象需符合以下条件：
1、申请人为本市户籍的在职职工，且连续参保满一年；
2、申请人在本市医疗机构住院；
提示：自助机不受理代办。
请随身带好（均为原件）：
1、申请人身份证；
2、申请人户籍证明；
3、出院小结证明（蓝联）；
4、申请人银行卡；
办理流程
申请人可通过自助终端提交申请，街道服务中心审核后发放补助金。
"""


def test_papers_below_a_line_that_does_not_say_so() -> None:
    (item,) = extract(read_text(TERMINAL)).items
    assert [entry.text for entry in item["materials"].entries] == [
        "申请人身份证",
        "申请人户籍证明",
        "出院小结证明（蓝联）",
        "申请人银行卡",
    ]
    assert "身份证" not in item["conditions"].text
    assert item["conditions"].text.endswith("自助机不受理代办。")
    assert item["target"].text == "本市户籍的在职职工"


LOAN = """科创贷申请须知
支持对象：
本市科技型小微企业。
贷款条件：
1、企业经营正常一年以上；
2、贷款用途明确；
贷款流程：
1、企业登录云溪科创平台，填写贷款申请书并打印；
2、向科技服务站递交加盖公章的申请书；
3、服务站审查；
4、合作银行调查并审批；
5、担保公司核保；
6、银行放款。
"""


def test_steps_of_a_loan_end_with_the_payment() -> None:
    """The channel is what the applicant does; the steps of the bank are none of it."""
    (item,) = extract(read_text(LOAN)).items
    assert item["process"].text.endswith("银行放款。")
    assert item["channels"].text.endswith("递交加盖公章的申请书；")
