"""One programme, told in every layout and with every set of headings, gives the same fields; so do four cards of a list."""

import pytest

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import LIST_FIELDS, Item
from redemption.policies.reading import read_text

VALUES: dict[str, str | list[str]] = {
    "target": "在本市登记注册的小微制造企业。",
    "conditions": ["依法缴纳社会保险满12个月；", "近三年无重大安全事故；", "上年度营业收入不低于500万元。"],
    "standard": "按设备购置额的10%给予补助，单个企业最高30万元。",
    "materials": ["设备更新补助申请表；", "营业执照复印件；", "设备购置合同和发票复印件。"],
    "channels": "登录云溪政策服务网（https://zc.yunxi.gov.cn）在线填报。",
    "process": "企业申报，区经信局初审，市经信局复核，公示后拨付。",
    "time_limit": "受理后20个工作日内完成审核。",
    "application_period": "2031年3月1日至4月30日。",
    "onsite_address": "云溪市学院路18号政务大厅3楼12号窗口。",
    "phone": "0799-8632011",
}
HEADINGS = [
    "申报对象 申报条件 补助标准 申报材料 申报方式 办理流程 办理时限 申报时间 受理地点 咨询电话",
    "支持对象 应具备的条件 支持标准 需提交的材料 申请渠道 审批程序 审核时限 受理时间 窗口地址 联系电话",
    "补贴对象 补贴条件 补贴金额 所需资料 如何申请 申请程序 承诺办结时限 申请期限 办理地点 咨询方式",
    "适用范围 资格要求 资助额度 材料清单 办理途径 工作流程 审批时限 截止时间 报送地址 联系方式",
    "申请企业 准入标准 核算方法 申请文件 申报方法 受理与审核 审核周期 申报窗口期 收件地址 联系科室",
]
CN = "一二三四五六七八九十"
# how a section is written, and how the entries inside it are numbered: {n} 1, {c} 一, {o} ①, {t} heading, {v} value
LAYOUTS = {
    "written numbers": ("{c}、{t}\n{v}", "（{c}）", "\n"),
    "written numbers, figures inside": ("{c}、{t}\n{v}", "{n}.", "\n"),
    "written numbers and colons": ("{c}、{t}：{v}", "（{n}）", " "),
    "figures": ("{n}．{t}\n{v}", "（{n}）", "\n"),
    "figures and colons, the first entry on the line": ("{n}、{t}：{v}", "({n})", "\n"),
    "brackets": ("（{c}）{t}\n{v}", "{n}.", "\n"),
    "brackets and a stop": ("（{c}）{t}。{v}", "{n}.", ""),
    "labels on their own lines": ("{t}\n{v}", "{n}.", "\n"),
    "labels with colons": ("{t}：\n{v}", "{n}、", "\n"),
    "labels before their values": ("{t}：{v}", "{n}.", " "),
    "lenticular brackets": ("【{t}】\n{v}", "{n}.", "\n"),
    "lenticular brackets before values": ("【{t}】{v}", "{n}.", " "),
    "squares": ("■ {t}\n{v}", "{n}.", "\n"),
    "dots": ("● {t}：{v}", "{n}.", " "),
    "circled": ("{o}{t}：{v}", "{n})", " "),
    "cells": ("{t}\t{v}", "{n}.", " "),
    "bars": ("| {t} | {v} |", "{n}.", " "),
    "articles": ("第{c}条 {t}\n{v}", "（{c}）", "\n"),
    "articles with captions in brackets": ("第{c}条（{t}）{v}", "（{c}）", "\n"),
    "marks": ("## {t}\n{v}", "{n}. ", "\n"),
    "bold": ("**{t}**：{v}", "{n}.", " "),
    "stars": ("★{t}★\n{v}", "{n}.", "\n"),
    "indents": ("　　{c}、{t}\n　　{v}", "　　{n}.", "\n"),
}


def _page(layout: str, headings: str) -> str:
    section, entry, join = LAYOUTS[layout]
    lines = ["云溪市小微企业设备更新补助办事指南"]
    for place, (heading, value) in enumerate(zip(headings.split(), VALUES.values(), strict=True)):
        said = value
        if isinstance(value, list):
            said = join.join(entry.format(n=n + 1, c=CN[n]) + part for n, part in enumerate(value))
        lines.append(section.format(n=place + 1, c=CN[place], o=chr(ord("①") + place), t=heading, v=said))
    return "\n".join(lines)


def _bare(words: str) -> str:
    return "".join(sign for sign in words if sign.isalnum())


def _told(item: Item, name: str) -> list[str]:
    value = item[name]
    return [_bare(e.text) for e in value.entries] if name in LIST_FIELDS else [_bare(value.text)]


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_programme_in_every_layout(layout: str, headings: str) -> None:
    (item,) = extract(read_text(_page(layout, headings))).items
    for name, value in VALUES.items():
        if name == "conditions":
            said = _told(item, name)[0]
            assert all(_bare(part) in said for part in value)
            assert len(said) <= sum(len(_bare(part)) + 2 for part in value)
        else:
            assert _told(item, name) == [
                _bare(part) for part in ([value] if isinstance(value, str) else value)
            ]


BENEFITS = [
    ("研发补助", "上年度研发投入200万元以上的企业", "按研发投入的10%给予补助，最高50万元"),
    ("上市奖励", "在境内证券交易所上市的企业", "一次性给予300万元奖励"),
    ("参展补贴", "参加境外展会的外贸企业", "按展位费的50%给予补贴，每次最高3万元"),
    ("租金补贴", "租用标准厂房的制造企业", "按每平方米每月10元给予补贴，期限三年"),
]
APPLY = "申报企业登录云溪惠企平台（https://hq.yunxi.gov.cn）提交申请"
HANDLE = "区经信局受理，相关部门审核，公示无异议后拨付"
CARDS = {
    "numbered labels": "{c}、{name}\n1.支持对象：{who}。\n2.支持标准：{gift}。\n",
    "lenticular labels": "（{c}）{name}\n【适用对象】{who}。\n【奖补标准】{gift}。\n",
    "a label for the name": "政策名称：{name}\n适用对象：{who}\n政策内容：{gift}\n",
    "policies that count": "政策{c}：{name}\n支持对象：{who}\n支持标准：{gift}\n",
    "the gift first": "{c}、{name}\n{gift}。\n对象：{who}。\n",
    "questions": "问：{name}的标准是多少？\n答：对{who}，{gift}。\n",
    "sentences": "{n}.{name}。对{who}，{gift}。\n",
}
ENDINGS = {
    "one section for both": f"五、申报方式\n{APPLY}，{HANDLE}。",
    "two labels": f"申报渠道：{APPLY}。\n办理程序：{HANDLE}。",
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("card", CARDS)
def test_a_list_in_every_layout(card: str, ending: str) -> None:
    page = "云溪区惠企政策清单\n" + "".join(
        CARDS[card].format(n=n + 1, c=CN[n], name=name, who=who, gift=gift)
        for n, (name, who, gift) in enumerate(BENEFITS)
    )
    items = extract(read_text(page + ENDINGS[ending])).items
    assert [item.name for item in items] == [name for name, _, _ in BENEFITS]
    for item, (_, who, gift) in zip(items, BENEFITS, strict=True):
        assert _bare(item["target"].text) == _bare(who)
        assert _bare(item["standard"].text) == _bare(gift)
        assert _bare(APPLY) in _bare(item["channels"].text)
        assert _bare(HANDLE) in _bare(item["process"].text)


TIERS = [
    ("高新技术企业奖励", ["首次认定的，奖励20万元", "重新认定的，奖励10万元"]),
    ("研发平台奖励", ["认定为国家级的，奖励100万元", "认定为省级的，奖励50万元", "认定为市级的，奖励20万元"]),
    ("企业上市奖励", ["在境内主板上市的，奖励300万元", "在新三板挂牌的，奖励50万元"]),
]
TIERED = {
    "articles and brackets": ("第{c}条 {name}\n", "（{c}）{tier}。\n", ""),
    "articles in one line": ("第{c}条【{name}】", "{tier}；", "\n"),
    "written numbers and figures": ("{c}、{name}\n", "{n}.{tier}。\n", ""),
    "brackets and figures": ("（{c}）{name}\n", "{n}.{tier}。\n", ""),
    "figures and circled": ("{n}.{name}。", "{o}{tier}；", "\n"),
    "figures and brackets": ("{n}．{name}\n", "（{n}）{tier}。\n", ""),
    "chapters": ("第{c}章 {name}\n第{c}条 ", "{tier}；", "\n"),
}


@pytest.mark.parametrize("layout", TIERED)
def test_tiers_of_one_benefit_stay_together(layout: str) -> None:
    head, tier, end = TIERED[layout]
    page = "云溪区科技创新若干措施\n"
    for place, (name, tiers) in enumerate(TIERS):
        page += head.format(c=CN[place], n=place + 1, name=name)
        page += "".join(
            tier.format(c=CN[n], n=n + 1, o=chr(ord("①") + n), tier=said) for n, said in enumerate(tiers)
        )
        page += end
    items = extract(read_text(page)).items
    assert [item.name for item in items] == [name for name, _ in TIERS]
    for item, (_, tiers) in zip(items, TIERS, strict=True):
        assert all(_bare(said.partition("，")[2]) in _bare(item["standard"].text) for said in tiers)
