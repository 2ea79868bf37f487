"""Sentences that give something: 对…的企业，给予10万元奖励. Who, on which conditions, what.

Works on offsets of the document's text. A sentence ends at 。, a clause at ； too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.promises import (
    AMOUNT,
    BENEFIT,
    ENTITLED,
    FREE,
    GIVING_STARTS,
    MONEY,
    NUMBER,
    SERVED,
    is_giving,
)
from redemption.catalogue.extraction.subjects import find_target, is_nobody, is_who, without_pointing

_CAP = re.compile(
    r"^(?:同一|单个|单[家户笔项]|每[个家户人年名项]|年度|累计|最高|最长|最多|总额|合计|原则上|补贴期限|奖励期限|期限|上述|以上|其中|具体|所需资金|对(?:同一|已)|已享受|本[条项款])"
)
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?[”」）)]*")
_CLAUSE = re.compile(r"[^；;。\n]+[；;。]?")
_RECIPIENT = re.compile(
    r"(?:(?<=[，,：:])|(?<=^))\s*对于?(?![其此口接应照外内])(?=[^，。；]{4,120}[，,]?[^。；]{0,60}(?:给予|予以|按|奖励|补贴|补助|资助|发放))"
)
_RECIPIENT_FIRST = re.compile(
    r"(?:[^，。；：:]{0,24}[。：:])?\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．])?\s*(?:对于?|凡)(?![其此口接应照外内])[^，。；]{4,}"
)
_GIVING_WORD = re.compile(
    r"给予|予以|授予|发放|奖励|奖补|补贴|补助|资助|贴息|返还|享受|申请|申领|领取|减免|最高|不超过|兑付|按"
)
_LIMIT = re.compile(r"\s*(?:最高)?不超过\s*[\d０-９]")
_GIVEN_LATER = re.compile(r"的?[，,]\s*(?:即|均|还|也)?(?:可以?(?:申请|申领|享受|获|领取)|给予|予以)")
_URGES = r"(?:鼓励|支持|制定|广泛|动员|开展|建立|健全|完善|落实|发挥|统筹|稳定|挖掘|募集|定期|引导|推动|为|加大|加快|加强|大力|积极|每年安排|设立|强化|促进|深化|优化)"
_PREFACE = re.compile(_URGES)
_URGED_WHO = re.compile(r"支持|鼓励|引导|推动")
# 加大人才引进力度，符合下列条件之一的…: what the gift is for, before who gets it
_AIM = re.compile(rf"{_URGES}[^，。；\d]{{2,40}}[，,](?=(?:凡是?|对)?(?:符合|具备|满足)(?:以下|下列|如下))")
_NAMED_RECIPIENT = re.compile(
    r"(?:给予|奖励|补贴给|发放给|拨付给)((?!每|一次|最高|不超过|相应|不同|为期|连续)[\u4e00-\u9fff]{0,16}?(?:企业|单位|机构|主体|个人|团队|平台|载体|园区|主办方|承办方|运营方|业主|者|人|[协商]会|学会|院校|学校|合作社))(?=一次性|最高|每|\d|奖励|补贴|资助|补助|支持|不超过|[，,])"
)
_NO_APPLICANT = re.compile(
    r"(?:项目|产品|基地|平台|载体|中心|人才|博士|硕士|研究生|专家|人员|毕业生|劳动者|青年|学生)$"
)
_BODY = re.compile(r"(?:企业|单位|机构|主体|主办方|承办方|运营方|业主)$")
_RECIPIENT_LAST = re.compile(
    r"对((?!其|该)[\u4e00-\u9fff]{2,14}?(?:企业|单位|机构|主体|个人|团队|平台|社团|者|人|协会|业主))(?:进行|给予)(?:奖励|补助|补贴|资助)"
    r"|(?:给予|奖励|补助|补贴|资助)((?!每|最高|一次)[\u4e00-\u9fff]{2,8}(?:业主|经营者|主办方|承办方|运营方|创作者|负责人))(?=一次性|最高|\d|奖励|补[贴助]|资助)"
)
_AWARDED = re.compile(r"[\s　]*对(?!其)([^，。；]{4,80}?)(?:进行|给予|予以|实行)(?:表彰|奖励|补助|补贴|资助)")
_MANNER = re.compile(
    r"(?:采取|采用|按照?|根据|以|由|每年|项目立项后?|通过[^，。；]{0,12}方式)[^，。；]{0,10}$"
)
_PAYER = re.compile(
    r"[，,](?:由|从|市|区|县|省)?[^，。；]{0,8}(?:财政部门?|财政|经费|专项资金|资金池)[^，。；]{0,6}$"
)
_PAYER_FIRST = re.compile(
    r"[由从]?(?:[市区县省]|各|同)?级?(?:财政|专项资金|政府|管委会)(?:部门)?(?:按规定)?(?=对)"
)
_NO_CONDITION = re.compile(r"(?:额度|利息|标准|金额|利率|期限|总额|资金|经费|比例)(?:为|是|可|达|不超过)?$")
_MANNER_TAIL = re.compile(
    r"[，,]除[^，。；]{2,20}外$|[，,](?:分别|均|再|另|可|可以)$|[，,](?:按照?|根据|参照|比照|结合|视|可(?:以)?通过)(?![^，。；]*的(?:[，,]|$))[^，。；]{2,40}$"
    r"|[，,](?:自[^，。；]{2,16}起[^，。；]{0,10}|前[一二三四五两\d]年|连续[一二三四五两\d]年|在[^，。；]{2,30}基础上|在[^，。；]{0,4}(?:协议|合同|服务|资助|建设)期内|以[^，。；]{2,30}为基[数准]|[当次]年)$"
)
_BY = re.compile(
    r"[，,]?((?:按照?|根据|依据|结合|视|参照|采取|采用|在[^，。；]{2,40}(?:基础上|同时)|自[^，。；]{2,20}起|前[一二三四五两\d]年|连续[一二三四五两\d]年|以[^，。；]{2,30}为基[数准]|[当次]年)[^。；]{0,60})[，,]?(?:[^，。；]{0,6}财政)?(?:可|再|分别)?$"
)
_NUMBER_OR_START = re.compile(r"[\s　]*")
_LEADING = re.compile(
    r"^[\s　]*(?:对于?(?:每[家个户名位])?|凡是?|针对|鼓励|支持|推动|引导|凡属|向(?=[^，。；]{2,40}$))\s*"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One giving clause. Spans are offsets in the document; `condition` and `target` may be absent."""

    clause: Span
    condition: Span | None
    target: Span | None
    gift: Span


@dataclass(frozen=True, slots=True)
class Giving:
    """What a passage gives: its giving clauses, and the sentences that belong to them."""

    grants: tuple[Grant, ...]
    sentences: tuple[Span, ...]  # all sentences of the passage
    giving: tuple[int, ...]  # indices of the sentences that hold a grant


def sentences(text: str, span: Span) -> list[Span]:
    """The sentences of a span, white space trimmed."""
    found = []
    for match in _SENTENCE.finditer(text, *span):
        a, b = _trim(text, match.start(), match.end())
        if a < b:
            found.append((a, b))
    return found


def read_giving(text: str, spans: list[Span]) -> Giving:
    """The giving clauses of a passage (several lines)."""
    all_sentences: list[Span] = []
    for span in spans:
        all_sentences.extend(sentences(text, span))
    grants: list[Grant] = []
    giving: list[int] = []
    for index, (a, b) in enumerate(all_sentences):
        if not is_giving(text[a:b]):
            continue
        giving.append(index)
        begin: int | None = None  # where the conditions of the next gift begin: 对…；…；…的，给予…
        for match in _CLAUSE.finditer(text, a, b):
            for start, end in _gifts_apart(text, *_trim(text, match.start(), match.end())):
                if start < end and is_giving(text[start:end]):
                    grants.append(_grant(text, start if begin is None else begin, end))
                    begin = None
                elif start < end and begin is None and _RECIPIENT_FIRST.match(text, start, end):
                    begin = start
    return Giving(tuple(grants), tuple(all_sentences), tuple(giving))


_NEXT_GIFT = re.compile(
    r"(?<=元)(?:的?(?:一次性)?(?:奖励|补贴|补助|资助))?[，,](?=对?[^，。；每]{3,40}的[，,]?\s*(?:再|另|一次性|分别|按[^，。；]{2,20})?(?:给予|予以|奖励|补贴|补助|资助))"
)


def _gifts_apart(text: str, start: int, end: int) -> list[Span]:
    """…的，奖励50万元，…的，奖励20万元: two gifts in one clause."""
    cuts = [match.end() for match in _NEXT_GIFT.finditer(text, start, end)]
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _grant(text: str, start: int, end: int) -> Grant:
    if marker := NUMBER.match(text, start, end):
        start = marker.end()
    if payer := _PAYER_FIRST.match(text, start, end):
        start = payer.end()
    split = _split(text, start, end)
    begin = start
    recipient = _RECIPIENT.search(text, start, end)
    if (
        recipient
        and recipient.start() > start
        and (text[recipient.start() - 1] in "：:" or _PREFACE.match(text[start:end]))
    ):
        begin = recipient.end()
    elif aim := _AIM.match(text, start, split):
        begin = aim.end()
    condition = _condition(text, begin, split)
    manner = _BY.search(text, condition[1] if condition else begin, split)
    if manner and (
        manner.start() <= condition[1] + 1
        if condition
        else _NUMBER_OR_START.fullmatch(text, begin, manner.start())
    ):
        split = manner.start(1)
    if condition and (tiers := _tiers(text, condition, split)):
        split = tiers
    target = (condition and _who(text, condition)) or _who_urged(text, start, begin)
    named = _NAMED_RECIPIENT.search(text, split, end) or _RECIPIENT_LAST.search(text, split, end)
    if (
        named
        and named.group(named.lastindex or 1) != ANYBODY
        and (target is None or _names_better(text[slice(*target)], named.group(named.lastindex or 1)))
    ):
        target = named.span(named.lastindex or 1)
    return Grant((start, end), condition, target, (split, end))


def _who(text: str, condition: Span) -> Span | None:
    target = find_target(text, condition)
    target = without_pointing(text, target) if target else None
    return None if target is None or is_nobody(text[slice(*target)]) else target


def _who_urged(text: str, start: int, begin: int) -> Span | None:
    """支持客运企业更新车辆，对购置电动车的，…: who is urged, where the condition after 对 names nobody."""
    if begin == start or not _URGED_WHO.match(text, start):
        return None
    urged = _condition(text, start, text.rfind("，", start, begin))
    who = _who(text, urged) if urged else None
    words = text[slice(*who)] if who else ANYBODY
    return who if words != ANYBODY and not _NO_APPLICANT.search(words) else None


ANYBODY = "企业"  # 给予企业10万元 says who no more than 给予10万元 does
_TIERS = re.compile(r"[，,]([^，。；]*\d[^，。；]*、[^，。；]*\d[^，。；、]*)$")
_SHORTEST_CONDITION = 6


def _tiers(text: str, condition: Span, split: int) -> int | None:
    """新引进的企业，实到外资500万、1000万美元以上的，分别奖励…: the grades are told with their sums, so that each has its own."""
    if not text[split : split + 6].lstrip("，, ").startswith(("分别", "相应", "依次")):
        return None
    found = _TIERS.search(text[slice(*condition)])
    return condition[0] + found.start(1) if found and found.start() >= _SHORTEST_CONDITION else None


def _names_better(target: str, named: str) -> bool:
    """对引进…博士的，给予用人单位5万元: who is paid, where the phrase before names no applicant."""
    return not is_who(target) or bool(_NO_APPLICANT.search(target) and _BODY.search(named))


def _split(text: str, start: int, end: int) -> int:
    """Where what is given begins; after 对…, where the clause names the recipient so."""
    if match := _RECIPIENT.search(text, start, end):
        start = match.end()
    if (served := SERVED.search(text, start, end)) and not MONEY.search(text, served.start(), end):
        return served.start()
    # 可向人社部门申请培训补贴: nothing before it gives, and it has no sum to look for
    entitled = ENTITLED.search(text, start, end) or FREE.search(text, start, end)
    if entitled and not MONEY.search(text, start, end):
        may = next(
            (m for m in _MAY.finditer(text, start, entitled.start()) if is_who(text[start : m.start()])), None
        )
        return may.start() if may else entitled.start()
    for match in GIVING_STARTS.finditer(text, start, end):
        at = match.start()
        if text.count("“", start, at) > text.count("”", start, at):
            continue  # the name of a programme: “…奖励计划”
        said = _GIVING_WORD.search(match.group()) or _names_gift(text, start, match, end)
        if not said and _GIVING_WORD.search(text, match.end(), end):
            continue  # an amount that is a threshold: the giving word comes later
        if _LIMIT.match(match.group()) and _GIVEN_LATER.search(text, match.end(), end):
            continue  # 获得不超过20万元贷款的，可申请贴息
        segment = (
            max(text.rfind("，", start, at), text.rfind("；", start, at), text.rfind("：", start, at)) + 1
        )
        segment = max(segment, start)
        before = text[segment:at].strip()
        rest = text[at:end]
        if not MONEY.search(rest) and not re.search(rf"{BENEFIT}|^(?:免征|免收|免除|减征|缓缴)", rest):
            continue
        if re.search(
            r"(?:注册资本|营业收入|产值|税收|投资额?|销售额|融资|营收|资产|金额达|纳税)[^，。；]{0,12}$",
            before,
        ) and re.match(AMOUNT, rest):
            continue  # a threshold, not a gift
        if re.match(r"^(?:每[^，]{1,12}|对其|按|以|其|一次性|最高|单|总额)", before) and len(before) <= 45:
            return segment + len(text[segment:at]) - len(text[segment:at].lstrip())
        return at
    return start


_MAY = re.compile(r"(?:每年|当年|均|都)?可(?:以)?(?!能)")  # …的劳动力可凭证件报名，申请参加免费培训
# 一次性场租补贴。 behind an amount: what it is the amount of
_OF_GIFT = re.compile(
    rf"(?:/[年月人户次])?的?(?:(?!给予|予以|按|以上|以下|企业|项目|单位|个人)[\u4e00-\u9fff]){{0,14}}?{BENEFIT}(?=[，。；、）]|$)"
)
_MAY_GET = re.compile(r"可(?:以)?(?:获得?|享受?|领取?)$")
_GOT = re.compile(r"(?:^|[，；：]|获得?|享受?|领取?)\s*$")


def _names_gift(text: str, start: int, amount: re.Match[str], end: int) -> bool:
    """…的，5000元一次性场租补贴: the amount of what is given, told without a word for giving."""
    return bool(_OF_GIFT.match(text, amount.end(), end) and _GOT.search(text[start : amount.start()]))


def _condition(text: str, start: int, split: int) -> Span | None:
    a, b = start, split
    if match := _LEADING.match(text[a:b]):
        a += match.end()
    if match := _MAY_GET.search(text, a, b):
        b = match.start()
    while b > a and text[b - 1] in "，,、：: \u3000的由":
        if text[b - 1] == "的" and not text[b:split].startswith(("，", ",")) and b == split:
            b -= 1
            continue
        if text[b - 1] == "的":
            break
        b -= 1
    if match := _PAYER.search(text, a, b):
        b = match.start()
    while (match := _MANNER_TAIL.search(text[a:b])) and match.start() >= 4:
        b = a + match.start()
    a, b = _trim(text, a, b)
    empty = _NO_CONDITION.search(text[a:b]) or _MANNER.match(text[a:b])
    return (a, b) if b - a >= 4 and not empty else None


def awarded(text: str, sentence: Span) -> tuple[Span, Span | None] | None:
    """对…的旅行社进行奖励。 above the sentence with the amount: the condition, and who."""
    match = _AWARDED.match(text, *sentence)
    return (match.span(1), find_target(text, match.span(1))) if match else None


_BLANK = " \t\n\u3000"


def _trim(text: str, a: int, b: int) -> Span:
    words = text[a:b]
    bare = words.lstrip(_BLANK)
    a += len(words) - len(bare)
    return a, a + len(bare.rstrip(_BLANK))


def is_cap(sentence: str) -> bool:
    """A sentence that limits what the one before it gave."""
    return bool(_CAP.match(sentence.strip()))
