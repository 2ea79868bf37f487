"""A PDF with a text layer: page furniture dropped, wrapped lines joined, numbered lines kept apart."""

from importlib import resources

import pytest
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

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
