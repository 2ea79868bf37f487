"""For any text: no exception, spans inside the text and verbatim, the same result twice."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redemption.catalogue.extraction import Synonyms, extract
from redemption.catalogue.extraction.model import FIELDS
from redemption.policies.reading import ReadDocument, ReadingError, read, read_text

PIECES = st.sampled_from(
    ["一、", "（一）", "1.", "①", "第一条", "第二章 ", "\n", "\n", "\n", "\t", "：", "。", "；", "，", "（", "）", "申报对象", "申报条件", "补贴标准",
     "申报材料", "办理流程", "申报时间及方式", "咨询电话", "0755-12345678", "https://a.gov.cn", "对首次上规的企业，给予10万元奖励", "按实际发生额的30%给予补贴",
     "附件1", "2024年5月1日", "13月40日", "营业执照复印件", "详见附件", "问：", "答：", "关于申报租金补贴的通知", "壹佰万元", "９９９", "云溪市人民路1号",
     "网站地图", "本办法自印发之日起施行", "有哪些条件？", "《甲办法》（甲〔2024〕1号）", "根据", "第一步", "【补贴标准】"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=6), min_size=1, max_size=60).map("".join)


def _read(text: str) -> ReadDocument | None:
    try:
        return read_text(text)
    except ReadingError:
        return None


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_extraction_holds_for_any_text(text: str) -> None:
    document = _read(text)
    if document is None:
        return
    result = extract(document)
    assert json.dumps(result.as_json(), ensure_ascii=False) == json.dumps(
        extract(document).as_json(), ensure_ascii=False
    )
    size = len(document.text)
    for item in result.items:
        assert item.name
        if item.name_span:
            assert 0 <= item.name_span[0] <= item.name_span[1] <= size
        for name in FIELDS:
            value = item[name]
            for a, b in value.spans:
                assert 0 <= a <= b <= size
            if value.text:
                assert value.text == "\n".join(document.text[a:b] for a, b in value.spans)
            for entry in value.entries:
                a, b = entry.span
                assert 0 <= a < b <= size
                assert "".join(entry.text.split()) in "".join(document.text[a:b].split())
    for finding in result.findings:
        if finding.span:
            assert 0 <= finding.span[0] <= finding.span[1] <= size


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_reading_keeps_offsets_and_survives_json(text: str) -> None:
    document = _read(text)
    if document is None:
        return
    assert ReadDocument.from_dict(json.loads(json.dumps(document.as_dict()))) == document
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        last = block.end


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.docx", "a.pdf", "a.xlsx", "a", "a.doc"])
)
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        document = read(data, name)
    except ReadingError:
        return
    extract(document)


def test_synonyms_can_be_added() -> None:
    text = "租金帮扶\n帮扶群体：本市企业。\n帮扶内容：每月500元。\n申报条件：成立满一年。"
    assert extract(read_text(text)).items[0]["target"].state == "missing"
    more = Synonyms.default().merged({"target": ["帮扶群体"], "standard": ["帮扶内容"]})
    item = extract(read_text(text), more).items[0]
    assert item["target"].text == "本市企业。"
    assert item["standard"].text == "每月500元。"


@pytest.mark.parametrize(
    "piece",
    [
        "0799",
        "奖励9",
        "给予",
        "1.",
        "9%",
        "，",
        "（",
        "A",
        "万",
        "—",
        "对企业",
        "资金用于",
        "总额",
        "提交",
        "：",
        "1月",
    ],
)
def test_an_endless_line_costs_what_its_length_costs(piece: str) -> None:
    text = "奖励标准\n" + piece * (20_000 // len(piece))
    begin = time.process_time()
    extract(read_text(text))
    assert time.process_time() - begin < 20  # a rule that begins anew at each sign takes minutes
