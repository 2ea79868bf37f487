"""The same four papers in every way that guides list them, below a heading and behind a label."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

PAPERS = ["申请表", "营业执照复印件", "购销合同", "发票复印件"]
LISTS = {
    "figures": "1.申请表；\n2.营业执照复印件；\n3.购销合同；\n4.发票复印件。",
    "brackets": "（1）申请表；\n（2）营业执照复印件；\n（3）购销合同；\n（4）发票复印件。",
    "written": "（一）申请表；\n（二）营业执照复印件；\n（三）购销合同；\n（四）发票复印件。",
    "circled, on one line": "①申请表；②营业执照复印件；③购销合同；④发票复印件。",
    "figures, on one line": "1.申请表；2.营业执照复印件；3.购销合同；4.发票复印件。",
    "half brackets, on one line": "1）申请表；2）营业执照复印件；3）购销合同；4）发票复印件。",
    "figures and spaces": "1、申请表 2、营业执照复印件 3、购销合同 4、发票复印件",
    "first, second": "一是申请表；二是营业执照复印件；三是购销合同；四是发票复印件。",
    "commas": "申请表、营业执照复印件、购销合同、发票复印件。",
    "commas and an and": "申请表、营业执照复印件、购销合同和发票复印件。",
    "semicolons": "申请表；营业执照复印件；购销合同；发票复印件。",
    "bare lines": "申请表\n营业执照复印件\n购销合同\n发票复印件",
    "dashes": "- 申请表\n- 营业执照复印件\n- 购销合同\n- 发票复印件",
    "dots": "• 申请表\n• 营业执照复印件\n• 购销合同\n• 发票复印件",
    "a sentence before": "企业应提交以下材料：\n1.申请表；\n2.营业执照复印件；\n3.购销合同；\n4.发票复印件。",
    "a sentence before, on one line": "企业应提交以下材料：申请表、营业执照复印件、购销合同、发票复印件。",
    "needed": "需提交申请表、营业执照复印件、购销合同、发票复印件。",
    "taken along": "申请人携带申请表、营业执照复印件、购销合同、发票复印件到窗口办理。",
    "a remark before": "申报材料一式两份，按以下顺序装订：\n1.申请表；\n2.营业执照复印件；\n3.购销合同；\n4.发票复印件。",
    "a remark behind": "1.申请表；\n2.营业执照复印件；\n3.购销合同；\n4.发票复印件。\n以上材料一式两份，A4纸装订成册，复印件加盖公章。",
}
PAGES = {
    "a heading": "云溪市技改补助办事指南\n一、申报对象\n本市制造企业。\n二、补助标准\n给予20万元补助。\n三、申报材料\n{papers}\n四、咨询电话\n0799-8632011",
    "a label": "云溪市技改补助办事指南\n申报对象：本市制造企业。\n补助标准：给予20万元补助。\n申报材料：{papers}\n咨询电话：0799-8632011",
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("listed", LISTS)
def test_four_papers(listed: str, page: str) -> None:
    (item,) = extract(read_text(PAGES[page].format(papers=LISTS[listed]))).items
    assert [entry.text for entry in item["materials"].entries] == PAPERS
    assert [entry.text for entry in item["phone"].entries] == ["0799-8632011"]
