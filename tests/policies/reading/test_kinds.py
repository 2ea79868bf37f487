"""Every kind of file becomes one text with blocks; what cannot be read is refused with a sentence."""

import io
import json
import zipfile

import docx
import openpyxl
import pypdfium2 as pdfium
import pytest

from redemption.policies.reading import ReadDocument, ReadingError, read, read_text
from redemption.policies.reading.document import Block

TEXT = (
    "关于申报云溪市绿色工厂奖励的通知\n一、申报对象\n在本市注册的工业企业。\n（一）已投产；\n（二）无事故。\n"
)


def _spans_hold(document: ReadDocument) -> None:
    for block in document.blocks:
        assert 0 <= block.start < block.end <= len(document.text)
        for a, b in block.cells:
            assert 0 <= a <= b <= len(document.text)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
def test_text_in_any_encoding(encoding: str) -> None:
    document = read(TEXT.encode(encoding), "通知.txt")
    assert document.kind == "txt"
    assert document.text.startswith("关于申报云溪市绿色工厂奖励的通知\n一、申报对象")
    assert [block.kind for block in document.blocks] == [
        "paragraph",
        "heading",
        "paragraph",
        "list_entry",
        "list_entry",
    ]


def test_blocks_survive_json() -> None:
    document = read_text("事项\t标准\n甲\t十元")
    again = ReadDocument.from_dict(json.loads(json.dumps(document.as_dict(), ensure_ascii=False)))
    assert again == document
    assert [again.text[a:b] for a, b in again.blocks[1].cells] == ["甲", "十元"]
    assert Block.from_dict(document.blocks[0].as_dict()) == document.blocks[0]


PAGE = """<%@ page language="java" pageEncoding="GBK"%>
<html><head><meta charset="{charset}"><title>某区政府网</title><meta name="ArticleTitle" content="首贷贴息"/>
<script>var x = "<p>不是正文</p>";</script><style>p {{color:red}}</style></head>
<body><nav><a href="/">首页</a></nav><ul><li><a href="/a">政务公开</a></li></ul>
<div class="footer">版权所有 某区政府</div>
<h2>首贷贴息</h2><p>一、补贴对象</p><p>小微<b>企业</b>。<br>个体工商户。</p>
<table><tr><th rowspan="2">标准</th><td>首贷</td><td>2%</td></tr><tr><td>续贷</td><td>1%</td></tr></table>
<p>{{{{ user.name }}}}</p><p><a href="f.doc">附件：申请表.doc</a></p></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_page(charset: str) -> None:
    document = read(PAGE.format(charset=charset).encode(charset), "a.html")
    assert document.properties["title"] == "首贷贴息"
    assert document.text.split("\n") == [
        "首贷贴息", "一、补贴对象", "小微企业。", "个体工商户。", "标准\t首贷\t2%", "续贷\t1%", "附件：申请表.doc",
    ]  # fmt: skip
    rows = [block for block in document.blocks if block.kind == "table_row"]
    assert [[document.text[a:b] for a, b in row.cells] for row in rows] == [
        ["标准", "首贷", "2%"],
        ["标准", "续贷", "1%"],
    ]
    _spans_hold(document)


def test_table_that_arranges_the_page_is_no_table() -> None:
    page = "<html><table><tr><td>栏目</td><td><p>一、条件</p><table><tr><td>甲</td><td>乙</td></tr></table></td></tr></table></html>"
    document = read(page.encode(), "a.htm")
    assert document.text == "栏目\n一、条件\n甲\t乙"
    assert [block.kind for block in document.blocks] == ["paragraph", "heading", "table_row"]


def _word(build) -> bytes:
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_with_table_and_automatic_numbers() -> None:
    def build(document) -> None:
        document.add_heading("人才公寓补贴办事指南", 1)
        document.add_paragraph("具备本科学历", style="List Number")
        document.add_paragraph("在本区就业", style="List Number")
        table = document.add_table(3, 2)
        for row, cells in enumerate(
            [("申请材料", "劳动合同"), ("", "社保凭证"), ("咨询电话", "0755-12345678")]
        ):
            for column, cell in enumerate(cells):
                table.cell(row, column).text = cell
        table.cell(0, 0).merge(table.cell(1, 0))

    document = read(_word(build), "a.docx")
    assert document.text.split("\n")[:3] == ["人才公寓补贴办事指南", "1.具备本科学历", "2.在本区就业"]
    assert document.blocks[0].kind == "heading"
    rows = [
        [document.text[a:b] for a, b in block.cells] for block in document.blocks if block.kind == "table_row"
    ]
    assert rows == [["申请材料", "劳动合同"], ["申请材料", "社保凭证"], ["咨询电话", "0755-12345678"]]
    _spans_hold(document)


def test_sheet_with_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["惠企政策清单", None, None])
    sheet.merge_cells("A1:C1")
    sheet.append(["类别", "事项名称", "标准"])
    sheet.append(["就业", "见习补贴", "每人1200元"])
    sheet.append([None, "扩岗补助", "每人1000元"])
    sheet.merge_cells("A3:A4")
    out = io.BytesIO()
    book.save(out)
    document = read(out.getvalue(), "清单.xlsx")
    assert (
        document.text
        == "惠企政策清单\n类别\t事项名称\t标准\n就业\t见习补贴\t每人1200元\n扩岗补助\t每人1000元"
    )
    assert [document.text[a:b] for a, b in document.blocks[-1].cells] == ["就业", "扩岗补助", "每人1000元"]


def _blank_pdf() -> bytes:
    pdf = pdfium.PdfDocument.new()
    pdf.new_page(200, 200)
    out = io.BytesIO()
    pdf.save(out)
    pdf.close()
    return out.getvalue()


ENCRYPTED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/O(" + b"a" * 32 + b")/U(" + b"b" * 32 + b")/P -4>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[(x)(x)]>>\n%%EOF"
)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t\n", "a.txt", "empty"),
        (b"<html><body><script>1</script></body></html>", "a.html", "empty"),
        (b"x" * (20 * 1024 * 1024 + 1), "a.txt", "too_big"),
        (TEXT.encode(), "a.docx", "name_mismatch"),
        (b"<html><body><p>a</p></body></html>", "a.pdf", "name_mismatch"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x01\x02", "a.png", "unsupported_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 600, "a.doc", "unsupported_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (b"{\\rtf1 a}", "a.rtf", "unsupported_kind"),
        (_zip(**{"OFD.xml": b"<a/>"}), "a.ofd", "unsupported_kind"),
        (_zip(**{"a.txt": b"a"}), "a.zip", "unsupported_kind"),
        (b"PK\x03\x04 broken", "a.docx", "damaged"),
        (
            _zip(word__document__xml=b"").replace(b"word/document/xml", b"word/document.xml"),
            "a.docx",
            "damaged",
        ),
        (_zip(**{"word/document.xml": b" " * 90_000_000}), "a.docx", "archive_bomb"),
        (b"%PDF-1.7 broken", "a.pdf", "damaged"),
        (ENCRYPTED_PDF, "a.pdf", "encrypted"),
        (_blank_pdf(), "扫描.pdf", "no_text_layer"),
        (b"<html><body>" + b"<div>" * 2000, "a.html", "too_deep"),
        (b"<html>" + "申".encode("gbk") * 10 + b"\xff\xfe\xff" * 400, "a.html", "unknown_encoding"),
    ],
)
def test_refusals(data: bytes, name: str, code: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read(data, name)
    assert caught.value.code == code
    assert caught.value.message.endswith("。")
    assert "请" in caught.value.message


def test_name_says_nothing_about_the_content() -> None:
    assert read(TEXT.encode(), "../../etc/passwd").kind == "txt"
    assert read(TEXT.encode("gbk"), "通知.raw").kind == "txt"


def test_word_entities_are_not_expanded() -> None:
    body = (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>申报&x;条件</w:t></w:r></w:p></w:body></w:document>".encode()
    )
    assert read(_zip(**{"word/document.xml": body}), "a.docx").text in ("申报条件", "申报")
