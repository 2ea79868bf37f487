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
