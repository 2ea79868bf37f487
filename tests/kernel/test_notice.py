"""The notice of a year's days off is read as it is published, and checked against what it says of itself."""

import datetime as dt

import pytest

from redemption.kernel.errors import Invalid
from redemption.kernel.notice import read_notice
from redemption.kernel.workdays import scheduled

TITLE = "国务院办公厅关于{year}年部分节假日安排的通知\n国办发明电〔{before}〕7号\n各省、自治区、直辖市人民政府：\n"
IN_2025 = """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。"""
IN_2026 = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""


def notice(year: int, days: str) -> str:
    return TITLE.format(year=year, before=year - 1) + days


@pytest.mark.parametrize(("year", "days"), [(2025, IN_2025), (2026, IN_2026)])
def test_every_day_of_the_year_is_what_was_published(year, days):
    read = read_notice(notice(year, days))
    assert (read["year"], read["papers"]) == (year, [f"国办发明电〔{year - 1}〕7号"])
    says = {dt.date.fromisoformat(day["date"]): not day["isOffDay"] for day in read["days"]}
    day = dt.date(year, 1, 1)
    while day.year == year:
        assert says.get(day, day.weekday() < 5) is scheduled(day), day
        day += dt.timedelta(days=1)


def test_a_new_year_that_begins_in_the_old_one_and_a_day_beside_a_weekend():
    read = read_notice(
        notice(
            2019,
            "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。\n"
            "二、清明节：4月5日放假，与周末连休。",
        )
    )
    assert [(day["date"], day["isOffDay"]) for day in read["days"]] == [
        ("2018-12-30", True),
        ("2018-12-31", True),
        ("2019-01-01", True),
        ("2018-12-29", False),
        ("2019-04-05", True),
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("一、元旦：1月1日（周六）放假1天。", "2027年1月1日是星期五，通知写的是“周六”"),
        ("一、元旦：1月1日至3日放假，共4天。", "共4天，读出的是3天"),
        ("一、清明节：4月31日放假。", "没有“4月31日”这一天"),
        ("一、元旦：12月30日至1月1日放假调休，共3天。", "不是一段假期"),
        ("一、元旦：另行通知。", "没有读出放假的日期"),
        ("元旦放假。", "请粘贴国务院办公厅通知的全文"),
    ],
)
def test_what_does_not_agree_is_said(days, said):
    with pytest.raises(Invalid) as fault:
        read_notice(notice(2027, days))
    assert said in str(fault.value.fields["schedule"])
