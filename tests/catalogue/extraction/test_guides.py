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
