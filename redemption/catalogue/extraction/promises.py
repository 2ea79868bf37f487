"""Whether a sentence promises something to an applicant: a sum, a rate, relief from a charge, a free service."""

from __future__ import annotations

import re
from functools import lru_cache

NUMBER = re.compile(
    r"(?:第\s*[一二三四五六七八九十百\d\s]{1,6}条\s|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．)）](?!\d)|[①-⑳]|[·•●▪◆■◇○★☆※➢►▶]|[.．](?=\s))\s*"
)
# Digits are bounded: a line of nothing else would be searched anew from each of them.
AMOUNT = (
    r"(?:人民币)?(?:[\d０-９][\d０-９,，.．]{0,24}\s*(?:个|[百千])?\s*[多余]?\s*(?:万|亿|千|百)?\s*(?:美元|港元|欧元|元)"
    r"|[一二三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟]{1,12}(?:万|亿)?元)"
)
MONEY = re.compile(
    AMOUNT
    + r"|[\d０-９.]{1,24}\s*万(?!人|家|户|平|吨|千|头|亩|台|件)|[\d０-９.．]{1,24}\s*[%％‰]|百分之[一二三四五六七八九十]+|全额|等额|1[:：]1"
)
BENEFIT = r"(?:补贴|补助|奖励|资助|贴息|奖补|津贴|扶持|补偿|奖金|减免|返还|配套|支持|待遇|贷款|保险金|(?<!注册)资金|优惠|激励|扶助|退税)"
_GIVE = (
    r"(?:给予|予以|给与|发放(?!工资|薪酬|劳动报酬)|奖励|奖补|补贴|补助|资助|拨付|支付|兑付|配套|贴息|补足|返还|减免|减征|免征|免除|免收|减收|缓缴|提供"
    r"|(?<![未已曾不再可除])(?<!同时)享受(?![完过])|(?<=可)享受|(?<=可)(?:申请|申领|领取)|(?<=可以)(?:申请|申领|领取)|支持|授予)"
)
_WHO_NOUN = r"(?:企业|单位|个人|项目|人员|机构|人才|家庭|主体|组织|公司|平台|毕业生)"
_LEAD = r"(?:(?:分别|可以?|均|再|另|将|由[^，。；]{2,16}?|按(?:有关)?规定|经[^，。；]{2,12}后|每年|每月|一次性|最高|额外|按月|按季|按年|直接|分(?:阶段|期|批|[一二三四五两\d]{1,2}年)|前[一二三四五两\d]{1,2}年|连续[一二三四五两\d]{1,2}年|[一二三四五两\d]{1,2}年内|在职期间可?|依[次法]|同时|累计|择优|优先)\s*){0,4}"
GIVING_STARTS = re.compile(
    rf"(?:按照?|以)(?!规定(?:缴|为|足|办|参|签)|时(?:足额)?缴|要求|期(?!权)|国家|其?本人)[^，。；]{{1,60}}?(?:标准|比例|额度|原则|[%％‰]|分之[一二三四五六七八九十]+|元[^，。；]{{0,4}}的?)[^，。；]{{0,20}}?(?:{_GIVE}|申请|申领|兑付|发放)"
    rf"|(?:全额|全部|减半)(?:给予|予以)?(?:补贴|补助|奖励|资助|返还|免除)|{_LEAD}(?:{_GIVE})(?![后、]|外[，,]|的[，,]|的(?:[\u4e00-\u9fff、]{{0,12}}{_WHO_NOUN})|对象|资金的|条件|政策的|活动|目录|名录|办法|范围|[^，。；]{{0,6}}基础上)"
    rf"|{_LEAD}(?:(?<!对)每[^，。；]{{1,12}}?|单[^，。；]{{1,8}}?)?(?:最高|不超过|给予)?{AMOUNT}"
    rf"|(?:下浮|减按|降低|下调)[^，。；]{{0,12}}?(?=\d)"
    rf"|(?<!对)每(?:人|家|户|个|件|月|年|名|项|台|次|连续|成功|增加|招用)[^，。；]{{0,16}}?(?:给予|补贴|奖励|补助|资助|发放|最高|不超过)"
)
_NEGATIVE = re.compile(
    r"不(?:给予|予(?:以)?)(?:支持|奖励|补贴|资助|补助|受理|兑现|拨付|发放)|不再(?:享受|给予|受理|补贴|资助|予以)|追回|追缴|收回|退回|退还|取消(?:其)?(?:资格|补贴|奖励|申报)|停止(?:拨付|发放|享受)"
    r"|不得(?:重复|同时|再|申|享)|罚款|处以|挪用|骗取|套取|截留|弄虚作假|虚报|冒领"
)
_BUDGET = re.compile(
    r"^(?:(?:此外|同时|另外|另)[，,]?)?(?:每年|全年|年度|本区|本县|本市|区级?财政|[市区县]财政|市财政|区财政|县财政|财政|统筹|设立|安排|由.{2,10}财政)[^，。；]{0,20}(?:安排|设立|统筹)[^，。；]{0,30}(?:资金|经费|基金|预算)"
    r"|^(?:(?:此外|同时|另外|另)[，,]?)?[^，。；对]{0,12}(?:每年|全年|年度)安排[^，。；]{0,8}[\d.]+\s*[万亿]元"
)
_SPENDING = re.compile(
    r"安排[^，。；]{0,20}(?:经费|资金|预算)(?:予以|给予)?支持|(?:设立|安排)[^，。；]{0,24}资金[，,]?(?:主要)?用于"
    rf"|^\s*(?:第[^条]{{1,5}}条\s*)?(?:设立|组建|发起|建立)[^，。；]{{0,24}}{AMOUNT}[^，。；]{{0,24}}(?:基金|资金池|引导\s?资金)"
)
_MEANT = re.compile(
    r"[^，。；]{0,12}(?:所称|所说|所指)的?[^，。；]{1,16}[，,]?是?指"
)  # what a word means gives nothing
_PRINCIPLE = re.compile(r"就高|不重复|从高不从低|择优享受|原则(?:予以|执行|给予)|不叠加|不累计")


def has_money(text: str) -> bool:
    return bool(MONEY.search(text))


_RELIEF = re.compile(
    r"(?:的|企业|单位|个人|人员|工商户)[，,]?(?:免征|免收|免除|减免|减半征收|减征|全额返还|返还|缓缴)[^，。；]{0,24}(?:税|费|金|租)"
)
_IN_FULL = re.compile(r"(?:全额|全部|减半)(?:给予|予以)?(?:补贴|补助|奖励|资助|返还|免除|兑现|承担)")
FREE = re.compile(
    r"(?:(?<!不)可(?!不)|(?<!不得)(?<!不能)(?<!不再)(?:享受|参加))[^，。；]{0,16}免费(?![^，。；]{0,4}(?:咨询|热线|电话))"
)
# 可申请办理人才引进, 优先安排子女入学, 可申请入住人才公寓: what is given to persons is no money
SERVED = re.compile(
    r"(?<!不)可(?:以)?(?:申请|直接|快速|优先|按规定|在本[市区县省]){0,2}办理[^，。；：的]{0,8}(?:引进|落户|入户|调动|随迁)(?:手续)?(?!后|的|时)"
    r"|(?:照顾|优先|协调|统筹|就近)(?:安排)?[^，。；]{0,24}子女[^，。；]{0,12}(?:入[学读园]|就[学读])"
    r"|(?<!不)可(?:以)?(?:申请|优先|免费){1,2}(?:入住|租住|承租|配租)[^，。；]{0,12}(?:公寓|公租房|住房|人才房)"
)
# 可向人社部门申请一次性培训补贴, 享受免征企业所得税政策: no sum, but something to apply for
ENTITLED = re.compile(
    r"(?<!不)可(?:以)?(?:按(?:有关|照)?规定|向[^，。；]{2,16})?(?:申请|申领|享受)(?:一次性|有关|相关)?[^，。；的]{0,12}"
    r"(?:补贴|补助|返还|免征|减征|减免|加计扣除|税收优惠|退税|缓缴)(?:政策)?[。；]?$"
    r"|(?:(?:按照?|参照|比照)[^，。；]{2,30})?(?<!已)享受本?[^，。；第]{0,6}第[一二三四五六七八九十\d]{1,3}条[^，。；的]{0,6}(?:政策|奖励|补[贴助]|支持)(?=[，。；]|$)"
    r"|享受(?:一次性|有关|相关)?[^，。；的]{0,8}(?:免征|减征|减半征收|减免|税收优惠)(?![^，。；]{0,12}(?:的|期间|资格|条件))"
)


_NO_GIFT = re.compile(  # 抽查不低于补贴总量的5%
    r"(?:抽样|抽查|复核|核查|检查)[^，。；]{0,12}(?:不低于|不少于)|^[^，。；元%％]{4,40}(?:发放|拨付|兑付)(?:补贴|奖励|补助|资助|扶持)?资金[。；]?$"
    r"|不对[^，。；]{2,30}(?:给予|予以)|按[^，。；]{0,30}比例(?:进行)?(?:分配|分成|分担)(?![^。]*(?:给予|予以))"
)
_SERVING = re.compile(
    rf"为[^，。；]{{2,20}}提供[^，。；]{{0,24}}(?:担保|增信|服务|保障|平台|环境)(?![^。]*(?:给予|予以|{BENEFIT}))"
)


def is_budget(sentence: str) -> bool:
    """县财政每年安排资金1000万元: money that nobody applies for."""
    sentence = sentence.strip()
    marker = NUMBER.match(sentence)
    return bool(_BUDGET.match(sentence[marker.end() :] if marker else sentence))


# Sentences that name money and promise none: sanctions, what the money is for, what was given already, ceilings alone.
_NAMES_MONEY_ONLY = re.compile(
    r"弄虚作假|骗取|套取|截留|挪用|罚款|资金[^，。；]{0,8}用于|已(?:经)?(?:给予|获|享受)|总额|累计|合计|总计"
)
_PROMISES_NONE = tuple(
    re.compile(rule)
    for rule in (
        r"(?=.*(?:弄虚作假|骗取|套取|截留|挪用|罚款)).*(?:追回|取消|处|不得|移送|责任)",
        r"[^，。；]{0,16}资金(?:应当?|须|必须|只能|专项|主要){0,2}(?:应)?用于.*(?:占比|支出|不得)",
        r"[^，。；]{0,24}已(?:经)?(?:给予|获得?|享受)[^，。；]{0,16}(?:奖励|补贴|补助|资助|支持)的，[^。]{0,20}(?:不再|不予|差额)",
        r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．])?(?:同一|单个|每[个家])[^，。；的]{0,16}(?:总额|累计|合计|总计)[^，。；]{0,10}(?:不超过|最高)[^，。；]*。?$",
    )
)
_EACH_SENTENCE = re.compile(r"[^。]*(?:。|$)")


def _promising(words: str) -> str:
    """The words without sentences that name money and promise none."""
    if not _NAMES_MONEY_ONLY.search(words):
        return words
    said = _EACH_SENTENCE.findall(words)
    return "".join(s for s in said if not any(rule.match(s) for rule in _PROMISES_NONE))


_RELIEVES = re.compile(
    r"\s*(?:减免|免收|免除|免征|减征|减半收取)(?![^，。；]*(?:的|手续|材料|程序))[^，。；]{2,30}(?:税|费|租金|押金)(?:[，。；]|$)"
)
_GIVEN_TO = re.compile(rf"\s*给予[^，。；]{{2,40}}?{_WHO_NOUN}[^，。；]{{0,8}}{AMOUNT}")


@lru_cache(maxsize=2048)  # every step asks it of the same sentences
def is_giving(sentence: str) -> bool:
    """Whether a sentence promises something to an applicant."""
    sentence = _promising(sentence)
    if _RELIEVES.match(sentence) or _GIVEN_TO.match(sentence):
        return True
    if FREE.search(sentence) or SERVED.search(sentence):
        return True
    if _NEGATIVE.search(sentence) and not re.search(
        rf"(?<!不)给予[^，。；]{{0,30}}{BENEFIT}|{AMOUNT}", sentence
    ):
        return False
    if (_BUDGET.match(sentence.strip()) or _SPENDING.search(sentence)) and not re.search(
        r"对[^，。；]{2,60}[，,]?[^。；]{0,20}(?:给予|予以)", sentence
    ):
        return False
    if _MEANT.match(sentence):
        return False
    if _PRINCIPLE.search(sentence) and not re.search(AMOUNT, sentence):
        return False
    if _NO_GIFT.search(sentence):
        return False
    if ENTITLED.search(sentence):
        return True
    start = GIVING_STARTS.search(sentence)
    if not start or _SERVING.search(sentence):
        return False
    if MONEY.search(sentence, start.start() if start else 0):
        return bool(re.search(rf"{_GIVE}|{BENEFIT}|最高|不超过|下浮|减按", sentence))
    if _RELIEF.search(sentence) or _IN_FULL.search(sentence):
        return True
    return bool(
        re.search(rf"(?:给予|予以|享受|申领|申请|发放|提供)[^，。；]{{0,40}}{BENEFIT}", sentence)
    ) and bool(re.search(r"给予|予以|可(?:以)?(?:申请|申领|享受|领取)|发放", sentence))
