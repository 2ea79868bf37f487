"""A PDF with a text layer: page furniture dropped, wrapped lines joined, numbered lines kept apart."""

from importlib import resources

import pytest
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read


@pytest.fixture(scope="module")
def printed() -> bytes:
    font = resources.files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf")
    fonts = FontConfiguration()
    style = CSS(
        string=f"@font-face {{font-family: N; src: url(file://{font})}} body {{font: 12pt N}}"
        "@page {size: A5; margin: 2cm; @bottom-center {content: '— ' counter(page) ' —'}}",
        font_config=fonts,
    )
    body = (
        "<p>一、申报对象</p><p>"
        + "在本市行政区域内注册登记并正常经营的中小微企业，" * 6
        + "均可申报。</p><p>（一）无失信记录；</p><p>（二）依法纳税。</p>"
    )
    return HTML(string=f"<h1>首贷贴息申报指南</h1>{body * 4}").write_pdf(
        stylesheets=[style], font_config=fonts
    )


def test_lines_are_joined_to_paragraphs(printed: bytes) -> None:
    document = read(printed, "指南.pdf")
    lines = document.text.split("\n")
    assert lines[0] == "首贷贴息申报指南"
    assert lines[1] == "一、申报对象"
    assert lines[2] == "在本市行政区域内注册登记并正常经营的中小微企业，" * 6 + "均可申报。"
    assert lines[3:5] == ["（一）无失信记录；", "（二）依法纳税。"]
    assert not [line for line in lines if "—" in line]


def test_an_address_at_the_end_of_a_line_is_not_torn_apart() -> None:
    font = resources.files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf")
    fonts = FontConfiguration()
    style = CSS(
        string=f"@font-face {{font-family: N; src: url(file://{font})}} body {{font: 12pt N}} @page {{size: A5; margin: 2cm}}",
        font_config=fonts,
    )
    told = (
        "申请人可在本市政务服务网（网址：https://www.yungang-zhengwu.gov.cn/chuangye/）申请。",
        "集中受理时间为6月27日至7月18日。申报单位可登录云港区兑现系统（http://zc.yungang.gov.cn）提出申请，逾期不申请视同放弃。",
    )
    body = "".join(
        f"<p>{line}</p>"
        for line in (*told, "在本市行政区域内注册登记并正常经营的企业，" * 5 + "均可申报。") * 2
    )
    data = HTML(string=body).write_pdf(stylesheets=[style], font_config=fonts)
    lines = read(data, "指南.pdf").text.split("\n")
    assert lines[0:2] == list(told)
    assert lines[3:5] == list(told)


TABLE = """<h1>扶持资金申报一览</h1><p>以下事项全年受理。</p>
<table><tr><th>事项名称</th><th>奖励标准</th><th>申报材料</th></tr>
<tr><td>首贷贴息</td><td>按利息的50%给予贴息，最高5万元</td><td>申请表；贷款合同；还款凭证以及银行出具的利息支付证明材料</td></tr>
<tr><td>展位补贴</td><td>每个展位3000元</td><td>申请表；参展合同</td></tr></table>
<p>咨询电话：0990-5551234</p><div class="frame"><p>本表由综合科负责解释。</p></div>"""


@pytest.fixture(scope="module")
def tabled() -> bytes:
    font = resources.files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf")
    fonts = FontConfiguration()
    style = CSS(
        string=f"@font-face {{font-family: N; src: url(file://{font})}} body {{font: 11pt N}}"
        "table {border-collapse: collapse} td, th, .frame {border: 1pt solid black; padding: 3pt}",
        font_config=fonts,
    )
    return HTML(string=TABLE).write_pdf(stylesheets=[style], font_config=fonts)


def test_a_ruled_table_keeps_its_cells(tabled: bytes) -> None:
    document = read(tabled, "一览.pdf")
    rows = [[document.text[a:b] for a, b in block.cells] for block in document.blocks if block.cells]
    assert rows == [
        ["事项名称", "奖励标准", "申报材料"],
        [
            "首贷贴息",
            "按利息的50%给予贴息，最高5万元",
            "申请表；贷款合同；还款凭证以及银行出具的利息支付证明材料",
        ],
        ["展位补贴", "每个展位3000元", "申请表；参展合同"],
    ]
    lines = document.text.split("\n")
    assert lines[:2] == ["扶持资金申报一览", "以下事项全年受理。"]
    assert lines[-2:] == ["咨询电话：0990-5551234", "本表由综合科负责解释。"], "a frame is no table"


def test_a_table_in_a_pdf_becomes_items(tabled: bytes) -> None:
    found = extract(read(tabled, "一览.pdf"))
    assert [item.name for item in found.items] == ["首贷贴息", "展位补贴"]
