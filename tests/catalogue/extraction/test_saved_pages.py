"""Saved pages: the same programme, and the same list, in every markup that sites put them into, with menus and a foot around."""

import pytest

from redemption.catalogue.extraction import Extraction, extract
from redemption.policies.reading import read

TITLE = "2031年云溪市小微企业设备更新补助申报指南"
TOLD = {
    "target": ("申报对象", "在本市登记注册的小微制造企业"),
    "conditions": ("申报条件", "依法缴纳社会保险满12个月，近三年无重大安全事故"),
    "standard": ("补助标准", "按设备购置额的10%给予补助，单个企业最高30万元"),
    "channels": ("申报方式", "登录云溪政策服务网（https://zc.yunxi.gov.cn）在线填报"),
    "process": ("办理流程", "企业申报，区经信局初审，市经信局复核，公示后拨付"),
    "application_period": ("申报时间", "2031年3月1日至4月30日"),
    "phone": ("咨询电话", "0799-8632011"),
}
PAGE = (
    '<html><head><meta charset="utf-8"><title>{title}-云溪市政府网</title><style>p{{}}</style></head><body>'
    '<div class="nav"><a href="/">首页</a> <a href="/a">政务公开</a></div><h1>{title}</h1>'
    '<div class="info">发布时间：2031-02-20 来源：云溪市经信局 浏览次数：100</div><div>{body}</div>'
    '<div class="footer"><a href="/m">网站地图</a> 主办：云溪市政府 赣ICP备05000000号<script>var x=1;</script></div></body></html>'
)
# {c} 一, {t} the heading, {v} its text
MARKUP = {
    "bold headings": "<p><strong>{c}、{t}</strong></p><p>{v}。</p>",
    "bold before the text": "<p><strong>{c}、{t}：</strong>{v}。</p>",
    "spans in spans": '<p style="text-indent:2em"><span><span>{c}、</span><span>{t}</span></span></p><p><span>{v}。</span></p>',
    "line breaks": "{c}、{t}<br>　　{v}。<br/>",
    "headings": "<h3>{t}</h3><p>{v}。</p>",
    "rows of blocks": '<div class="row"><div class="label">{t}</div><div class="value">{v}。</div></div>',
    "rows with colons": '<div class="row"><span>{t}：</span><span>{v}。</span></div>',
    "entries": "<li><b>{t}</b>：{v}。</li>",
    "brackets": "<p>【{t}】{v}。</p>",
    "no-break spaces": "<p>&nbsp;&nbsp;{c}、{t}</p><p>&nbsp;&nbsp;&nbsp;&nbsp;{v}。</p>",
    "pictures between": '<p>{c}、{t}</p><p><img src="x.png"></p><p>{v}。</p>',
    "terms": "<dl><dt>{t}</dt><dd>{v}。</dd></dl>",
    "rows of tables": "<table><tr><td>{t}</td><td>{v}。</td></tr></table>",
    "heads of rows": "<table><tbody><tr><th>{t}</th><td><p>{v}。</p></td></tr></tbody></table>",
}


def _bare(words: str) -> str:
    return "".join(sign for sign in words if sign.isalnum())


def _read(title: str, body: str) -> Extraction:
    return extract(read(PAGE.format(title=title, body=body).encode(), "a.html"))


@pytest.mark.parametrize("markup", MARKUP)
def test_a_programme(markup: str) -> None:
    body = "".join(
        MARKUP[markup].format(c="一二三四五六七"[n], t=heading, v=said)
        for n, (heading, said) in enumerate(TOLD.values())
    )
    (item,) = _read(TITLE, body).items
    assert item.name == "2031年云溪市小微企业设备更新补助"
    for name, (_, said) in TOLD.items():
        told = "".join(entry.text for entry in item[name].entries) if name == "phone" else item[name].text
        assert _bare(told) == _bare(said)


BENEFITS = [
    ("研发补助", "上年度研发投入200万元以上的企业", "按研发投入的10%给予补助，最高50万元", "0799-8632011"),
    ("上市奖励", "在境内证券交易所上市的企业", "一次性给予300万元奖励", "0799-8632012"),
    ("参展补贴", "参加境外展会的外贸企业", "按展位费的50%给予补贴，每次最高3万元", "0799-8632013"),
    ("租金补贴", "租用标准厂房的制造企业", "按每平方米每月10元给予补贴，期限三年", "0799-8632014"),
]


def _row(*cells: object) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


HEADER = ("政策名称", "支持对象", "支持标准", "咨询电话")
LISTS = {
    "a list": "<table>" + _row(*HEADER) + "".join(_row(*b) for b in BENEFITS) + "</table>",
    "numbers and an office": "<table>"
    + _row("序号", *HEADER[:3], "责任单位", HEADER[3])
    + "".join(_row(n + 1, *b[:3], "区科技局", b[3]) for n, b in enumerate(BENEFITS))
    + "</table>",
    "another order": "<table>"
    + _row(*reversed(HEADER))
    + "".join(_row(*reversed(b)) for b in BENEFITS)
    + "</table>",
    "a category over rows": "<table>"
    + _row("类别", *HEADER)
    + "".join(
        "<tr>" + ("<td rowspan=2>某类</td>" if n % 2 == 0 else "") + _row(*b)[4:]
        for n, b in enumerate(BENEFITS)
    )
    + "</table>",
    "a category between rows": "<table>"
    + _row(*HEADER)
    + "<tr><td colspan=4>一、创新类</td></tr>"
    + "".join(_row(*b) for b in BENEFITS[:2])
    + "<tr><td colspan=4>二、开放类</td></tr>"
    + "".join(_row(*b) for b in BENEFITS[2:])
    + "</table>",
    "a head of two rows": "<table><tr><th rowspan=2>政策名称</th><th colspan=2>政策内容</th><th rowspan=2>咨询电话</th></tr>"
    + _row("支持对象", "支持标准")
    + "".join(_row(*b) for b in BENEFITS)
    + "</table>",
    "a table for each": "".join(
        "<table>" + "".join(_row(label, cell) for label, cell in zip(HEADER, b, strict=True)) + "</table>"
        for b in BENEFITS
    ),
    "a heading and a table for each": "".join(
        f"<h3>{b[0]}</h3><table>"
        + "".join(_row(label, cell) for label, cell in zip(HEADER[1:], b[1:], strict=True))
        + "</table>"
        for b in BENEFITS
    ),
    "headings and labels": "".join(
        f"<h3>{n + 1}. {b[0]}</h3>"
        + "".join(f"<p>{label}：{cell}</p>" for label, cell in zip(HEADER[1:], b[1:], strict=True))
        for n, b in enumerate(BENEFITS)
    ),
}


@pytest.mark.parametrize("markup", LISTS)
def test_a_list(markup: str) -> None:
    items = _read("云溪区惠企政策清单", LISTS[markup]).items
    assert [item.name for item in items] == [b[0] for b in BENEFITS]
    for item, (_, who, gift, phone) in zip(items, BENEFITS, strict=True):
        assert _bare(item["target"].text) == _bare(who)
        assert _bare(item["standard"].text) == _bare(gift)
        assert [entry.text for entry in item["phone"].entries] == [phone]
