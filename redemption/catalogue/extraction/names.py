"""The name of the programme that a whole document is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.benefits import benefit_name
from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.structure import Node

_BEFORE = re.compile(
    r"^.{0,60}?关于\s*(?:(?:组织|开展|做好|受理|启动|公开|征集|继续|进一步|集中|认真|全面|积极|申请|申报|办理|发放|报送|推荐|实施|落实|申领|兑现|拨付|补充|加快|全力|抓紧|公布|印发|发布|组织开展|组织实施)\s*(?:好|实施|做好)?\s*)*"
)
_AFTER = re.compile(
    r"\s*(?:(?:的)?(?:申报|申请|受理|征集|推荐|兑现|申领|评选|遴选|办理|报送|发放|拨付|审核|评审|评定|组织)*(?:工作|活动|事项|有关事项|事宜|有关工作|有关事宜|指南|须知|指引)*(?:的|有关)*\s*(?:预?通知|公告|通告|公示|函|启事|补充通知|通报))\s*(?:[（(][^（）()]{0,20}[)）])?\s*$"
)
_GUIDE = re.compile(
    r"(?:的)?(?:(?:申报|申请|办理|办事|服务|操作|政策|业务|申领|兑现)*(?:指南|指引|须知|问答|流程|说明|操作规程|解读|攻略|一览)|常见问题(?:解答)?|政策解读|申报条件及要求)\s*(?:[（(][^（）()]{0,20}[)）])?\s*$"
)
_READ = re.compile(
    r"^(?:一图读懂|一图看懂|图解(?:政策)?|政策解读|政策速递|政策问答|办事指南|问(?=[：:])|【[^】]{2,8}】)\s*[|｜丨:：]?\s*|(?:怎么|如何|怎样)(?:申?领|申请|申报|办理?|拿)[？?！!]?$"
)
_TAIL = re.compile(r"(?:申报|申请|受理|申领|的)+(?:工作)?$")


def programme_name(text: str, title: str, title_span: Span | None, root: Node) -> tuple[str, Span | None]:
    """Name and span: 关于组织申报2025年度绿色工厂奖励的通知 → 2025年度绿色工厂奖励."""
    for node in root.walk():
        if "name" in node.roles:
            spans = node.spans()
            if spans and spans[0][1] - spans[0][0] <= 80:
                return text[slice(*spans[0])].strip(), spans[0]
    name = strip_title(title)
    if title_span and name:
        at = text.find(name, *title_span)
        if at >= 0:
            return name, (at, at + len(name))
    return name or title, title_span


_NOUN = r"(?:项目|资金|补贴|补助|奖励|资助|贴息|津贴|认定|奖补|返还)"
_INTRO = re.compile(
    rf"(?:开展|组织|启动|申报|办理|做好|实施|受理|发放|征集)对?((?:(?!对|根据|按照|通知)[\u4e00-\u9fff\d（）“”、—\-]){{4,50}}?{_NOUN})(?=的?(?:申报|申请|申领|发放|受理|兑现|摸排|征集|遴选|推荐|认定|评选|工作|有关|相关))"
    rf"|对((?:[\u4e00-\u9fff\d（）“”、]){{4,40}}?进行(?:奖励性?)?(?:补助|奖励|补贴|资助))"
)


def name_in_introduction(text: str, begin: int) -> Span | None:
    """现就申报2024年度…专项资金有关事项通知如下: the programme, where the document has no title."""
    match = _INTRO.search(text, begin, begin + 800)
    return match.span(match.lastindex or 0) if match else None


def name_in_answers(text: str, lines: Sequence[Line]) -> Span | None:
    """Questions and answers without a title: the name of what the first answer that gives something gives."""
    for line in lines:
        for grant in read_giving(text, [(line.start, line.end)]).grants:
            if name := benefit_name(text, grant.gift):
                return name
    return None


def strip_title(title: str) -> str:
    """A title without what makes it a notice or a guide."""
    name = _READ.sub("", title.strip()).strip("《》【】 ")
    if match := re.search(r"(印发|转发)《(.+)》", name):
        if match.group(1) == "转发":
            return strip_title(match.group(2))
        name = match.group(2)
    stripped = _BEFORE.sub("", name) if "关于" in name else name
    stripped = _AFTER.sub("", stripped)
    stripped = _GUIDE.sub("", stripped)
    stripped = re.sub(
        r"^(?:组织|开展|做好|申报|申请|(?:如何|怎么|怎样)(?:申[领请报]|办理|享受))", "", stripped
    )
    stripped = re.sub(
        r"(?:(?:开始|启动)申报|申报(?:开始|启动)|开始受理)[啦了]?[！!]?$|[？?！!]$", "", stripped
    )
    if "关于" in name:
        stripped = _TAIL.sub("", stripped)
    stripped = stripped.strip(' 　《》“”"、，')
    return stripped if len(stripped) >= 4 else name
