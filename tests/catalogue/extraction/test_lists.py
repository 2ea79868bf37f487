"""Lists of items: from a workbook in any order of columns, from a text that lost its table."""

import io

import openpyxl
import pytest

from redemption.catalogue.extraction import Item, extract
from redemption.policies.reading import read, read_text

HEADER = ["咨询电话", "支持标准", "事项名称", "申报时间", "支持对象"]
ROWS = [
    ["0799-8632011", "每家奖励5万元", "小升规奖励", "每年3月1日至3月31日", "首次上规的工业企业"],
    ["0799-8632022", "展位费的70%，最高3万元", "参展补贴", "常年受理", "外贸企业"],
]


def _facts(items: list[Item]) -> list[tuple[str, str, str, list[str]]]:
    return [
        (i.name, i["target"].text, i["standard"].text, [entry.text for entry in i["phone"].entries])
        for i in items
    ]


EXPECTED = [(row[2], row[4], row[1], [row[0]]) for row in ROWS]


def _workbook(header: list[list[str | None]], order: list[int], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in header:
        sheet.append(row)
    for row in ROWS:
        sheet.append([row[place] for place in order])
    if merged:
        sheet.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [2, 4, 1, 3, 0], [4, 3, 2, 1, 0]])
def test_a_workbook_with_its_columns_in_any_order(order: list[int]) -> None:
    data = _workbook([[HEADER[place] for place in order]], order)
    assert _facts(extract(read(data, "清单.xlsx")).items) == EXPECTED


def test_a_workbook_with_a_merged_title_above_its_header() -> None:
    order = [2, 4, 1, 3, 0]
    title = ["云溪市惠企政策清单", None, None, None, None]
    data = _workbook([title, [HEADER[place] for place in order]], order, merged="A1:E1")
    assert _facts(extract(read(data, "清单.xlsx")).items) == EXPECTED


@pytest.mark.parametrize("between", ["\t", " | ", "  "])
def test_a_list_in_a_text(between: str) -> None:
    order = [2, 4, 1, 3, 0]
    lines = [between.join(row[place] for place in order) for row in [HEADER, *ROWS]]
    if "|" in between:
        lines = [f"| {line} |" for line in lines]
    items = extract(read_text("云溪市惠企政策清单\n" + "\n".join(lines))).items
    assert _facts(items) == EXPECTED


def test_a_list_with_one_cell_a_line() -> None:
    order = [2, 4, 1, 3, 0]
    cells = [row[place] for row in [HEADER, *ROWS] for place in order]
    assert _facts(extract(read_text("云溪市惠企政策清单\n" + "\n".join(cells))).items) == EXPECTED


def test_labels_below_each_other_are_no_list_where_only_one_row_follows() -> None:
    items = extract(
        read_text("参展补贴办事指南\n事项名称\n支持对象\n支持标准\n参展补贴\n外贸企业\n最高3万元")
    ).items
    assert len(items) <= 1


UNHEADED = [
    ["1", "安家补助政策", "KX-0001", "新引进的正高级工程师（不含退休返聘），给予每人一次性安家补助8万元；", "2024-03-05"],
    ["2", "留用补助政策", "KX-0002", "出站后留在云溪的博士后，给予每人4万元留用补助；", "2024-03-06"],
    ["3", "技能提升政策", "KX-0003", "（1）获得技师证书的，每人奖励2000元；", ""],
    ["4", "海外工程师政策", "KX-0004", "对聘用海外工程师满一年的企业，给予用人单位6万元年薪资助。", "2024-03-08"],
]  # fmt: skip
BROKEN = "（2）获得高级技师证书的，每人奖励3000元；"


def test_a_list_without_the_names_of_its_columns() -> None:
    """No row says what the columns hold; one cell holds line breaks, so that its row runs over three lines."""
    lines = ["\t".join(row) for row in UNHEADED]
    lines[2] = lines[2].rstrip() + f"\n{BROKEN}\n（3）获得首席技师证书的，每人奖励5000元；\t2024-03-07"
    items = extract(read_text("\n".join(lines))).items
    assert [item.name for item in items] == [row[1] for row in UNHEADED]
    assert items[0]["target"].text == "新引进的正高级工程师（不含退休返聘）"
    assert items[0]["standard"].text == "给予每人一次性安家补助8万元；"
    assert BROKEN in items[2]["standard"].text
    assert items[2]["standard"].text.endswith("5000元；")
    assert "用人单位" in items[3]["standard"].text


def test_an_unheaded_list_tells_whom_and_whom_to_call() -> None:
    rows = [
        "开业补贴\t首次创业的毕业生\t一次性给予6000元\t0578-2213401",
        "场租补贴\t租赁门面的创业者\t每年最高补贴8000元\t0578-2213402",
        "吸纳就业奖励\t小微企业\t每人奖励1500元\t0578-2213403",
    ]
    facts = _facts(extract(read_text("\n".join(rows))).items)
    cells = [row.split("\t") for row in rows]
    assert facts == [(name, who, gift, [phone]) for name, who, gift, phone in cells]


def test_grades_in_a_table_of_a_regulation_are_no_list_of_items() -> None:
    grades = "国家级\t奖励50万元\n省级\t奖励30万元\n市级\t奖励10万元"
    text = f"云溪市研发平台奖励办法\n第一条 对认定为研发平台的企业，按下列标准给予一次性奖励：\n{grades}"
    assert len(extract(read_text(text)).items) == 1
