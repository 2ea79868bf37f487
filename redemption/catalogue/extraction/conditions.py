"""Conditions as data: what a condition text says about an enterprise, proposed for a person to confirm.

`propose` gives {"all": [leaf, …]} in the words of `catalogue.vocabulary`; a leaf is

    {"attribute": …, "op": …, "value": …, "text": "成立满一年", "span": [120, 125]}

or {"any": [leaf, …]} where the text offers a choice. Shares are percentages, money is in yuan, places are names of
jurisdictions or `here`, the item's own. What has no attribute there is left in the text of the conditions, for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from redemption.catalogue.extraction.amounts import parse_number, read_amounts
from redemption.catalogue.extraction.model import Span


class Attribute(StrEnum):
    """The attributes of `catalogue.vocabulary` that a text is searched for."""

    FOUNDED_ON = "founded_on"
    JURISDICTION = "jurisdiction"
    TAX_REGION = "tax_region"
    INDUSTRY = "industry"
    REVENUE = "revenue"
    REVENUE_GROWTH = "revenue_growth"
    STAFF = "staff"
    INSURED_STAFF = "insured_staff"
    RD_SHARE = "rd_share"
    RD_EXPENSE = "rd_expense"
    RD_STAFF_SHARE = "rd_staff_share"
    INVESTMENT = "investment"
    REGISTERED_CAPITAL = "registered_capital"
    TAX_PAID = "tax_paid"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    INVENTION_PATENTS = "invention_patents"
    QUALIFICATIONS = "qualifications"
    SIZE_CLASS = "size_class"
    ABOVE_SCALE = "above_scale"
    TAX_CREDIT = "tax_credit"
    LEGAL_PERSON = "independent_legal_person"
    INDEPENDENT_ACCOUNTS = "independent_accounts"
    CREDIT_STATUS = "credit_status"
    PENALISED = "penalised"
    SOCIAL_INSURANCE = "social_insurance"
    LEGAL_FORM = "legal_form"
    OWNERSHIP = "ownership"


class Op(StrEnum):
    """How an attribute is compared."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    AGE_AT_LEAST = "age_at_least"
    AGE_AT_MOST = "age_at_most"
    IN = "in"
    NOT_IN = "not_in"
    WITHIN = "within"
    UNDER = "under"
    NOT_UNDER = "not_under"
    HOLDS_ANY = "holds_any"
    IS = "is"


# words of the text → code of a qualification
QUALIFICATIONS: dict[str, str] = {
    "国家高新技术企业": "high_tech", "高新技术企业": "high_tech", "中关村高新技术企业": "zgc_high_tech",
    "科技型中小企业": "tech_sme", "专精特新“小巨人”": "little_giant", "专精特新小巨人": "little_giant",
    "“小巨人”企业": "little_giant", "“专精特新”中小企业": "specialised", "专精特新中小企业": "specialised",
    "专精特新企业": "specialised", "创新型中小企业": "innovative_sme", "技术先进型服务企业": "tech_service",
    "单项冠军": "champion", "独角兽": "unicorn", "瞪羚企业": "gazelle", "农业产业化龙头企业": "agri_leader",
    "绿色工厂": "green_factory", "总部企业": "headquarters", "企业技术中心": "technology_centre", "雏鹰企业": "young_eagle",
}  # fmt: skip
# words of the text → section or division of GB/T 4754
INDUSTRIES: dict[str, str] = {
    "农林牧渔业": "A", "采矿业": "B", "制造业": "C", "建筑业": "E", "批发和零售业": "F", "批发零售业": "F", "批发业": "F51",
    "零售业": "F52", "交通运输业": "G", "物流业": "G", "住宿业": "H61", "餐饮业": "H62", "住宿餐饮业": "H", "软件和信息技术服务业": "I65",
    "软件业": "I65", "信息传输、软件和信息技术服务业": "I", "金融业": "J", "房地产业": "K", "房地产": "K", "租赁和商务服务业": "L",
    "科学研究和技术服务业": "M", "居民服务业": "O80", "教育业": "P", "文化、体育和娱乐业": "R",
}  # fmt: skip
_LEGAL_FORMS = {"个体工商户": "self_employed", "社会组织": "association", "民办非企业单位": "association"}

_N = r"(\d{1,6}(?:\.\d+)?|[一二三四五六七八九十百两]{1,4})"
_AT_MOST = re.compile(r"不超过|不足|不满|未满|不高于|不多于|以下|以内|(?<!不)少于|(?<!不)低于")
_CHOICE = re.compile(r"之一|任一|或者?|其中一")

Predicate = dict[str, Any]
_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Predicate | None]]


def propose(text: str, spans: list[Span]) -> dict[str, Any]:
    """What the conditions at `spans` say in the vocabulary of the catalogue; what says nothing is left to people."""
    predicates: list[Predicate] = []
    for a, b in spans:
        found: list[Predicate] = []
        for rule, build in _RULES:
            for match in rule.finditer(text, a, b):
                predicate = build(match)
                if predicate is not None and not _overlaps(found, match.span(), predicate["attribute"]):
                    found.append(predicate | {"text": match.group(), "span": list(match.span())})
        found.sort(key=lambda predicate: predicate["span"])
        predicates.extend(_with_choices(text, (a, b), found))
    return {"all": _distinct(predicates)}


def _overlaps(found: list[Predicate], span: Span, attribute: str) -> bool:
    return any(
        p["attribute"] == attribute and p["span"][0] < span[1] and span[0] < p["span"][1] for p in found
    )


_LISTED = re.compile(r"[、，]?(?:以及|和|及|或者?|与|/|、)")
_LISTED_BEFORE = re.compile(r"(?:以及|和|及|或者?|与|/|、)[^，。；、]{0,4}$")


def _one_of_several(text: str, span: Span, predicate: Predicate) -> bool:
    """全市各企业、个体工商户: a form of firm named beside others is no condition."""
    a, b = predicate["span"]
    after, before = text[b : min(span[1], b + 3)], text[max(span[0], a - 8) : a]
    return bool(_LISTED.match(after) or _LISTED_BEFORE.search(before))


def _with_choices(text: str, span: Span, found: list[Predicate]) -> list[Predicate]:
    """A、B或C of one attribute is a choice; so is a line that says 之一."""
    out: list[Predicate] = []
    for predicate in found:
        if predicate["attribute"] == "legal_form" and _one_of_several(text, span, predicate):
            continue
        last = out[-1] if out else None
        if last and last.get("attribute") == predicate["attribute"] == "size_class":
            between = text[last["span"][1] : predicate["span"][0]]
            if _LISTED.fullmatch(between):  # 小型企业和微型企业: one or the other
                merged = [*last["value"], *(size for size in predicate["value"] if size not in last["value"])]
                whole = [last["span"][0], predicate["span"][1]]
                out[-1] = last | {"value": merged, "text": text[slice(*whole)], "span": whole}
                continue
        group = last["any"] if last and "any" in last else [last] if last else []
        if group and group[-1]["attribute"] == predicate["attribute"] == "qualifications":
            between = text[group[-1]["span"][1] : predicate["span"][0]]
            rest = text[predicate["span"][1] : min(span[1], predicate["span"][1] + 24)]
            if (
                len(between) <= 16
                and re.fullmatch(r"[^。；]*(?:、|或者?|/)[^。；]*", between)
                and ("或" in between or _CHOICE.search(rest) or "、" in between)
            ):
                out[-1] = {"any": [*group, predicate]}
                continue
        out.append(predicate)
    return out


def _distinct(predicates: list[Predicate]) -> list[Predicate]:
    seen, kept = set(), []
    for predicate in predicates:
        if "any" in predicate:
            kept.append(predicate)
            continue
        key = (predicate["attribute"], predicate["op"], repr(predicate["value"]))
        if key not in seen:
            seen.add(key)
            kept.append(predicate)
    return kept


def _is(attribute: Attribute, value: Any, op: Op = Op.IS) -> Predicate:
    return {"attribute": attribute.value, "op": op.value, "value": value}


def _age(match: re.Match[str]) -> Predicate | None:
    number = parse_number(match.group("n"))
    if number is None:
        return None
    unit = "month" if "月" in match.group("unit") else "year"
    # 注册5年内: at most; 成立满1年, 运营6个月以上: at least
    op = Op.AGE_AT_MOST if re.search(r"不超过|不满|未满|以内|(?<!以)内", match.group()) else Op.AGE_AT_LEAST
    return _is(Attribute.FOUNDED_ON, {"n": int(number), "unit": unit}, op)


def _region(attribute: Attribute) -> Callable[[re.Match[str]], Predicate | None]:
    def build(match: re.Match[str]) -> Predicate | None:
        place = match.group("place")
        if re.match(r"(?:本|我|全|该)[市区县省]", place):
            return _is(attribute, ["here"], Op.WITHIN)
        name = re.sub(r"^.*?(?:省|自治区)", "", place)
        name = re.sub(r"^[\u4e00-\u9fff]{2,4}市(?=[\u4e00-\u9fff]{1,6}(?:区|县))", "", name)
        return _is(attribute, [name], Op.WITHIN) if 2 <= len(name) <= 10 else None

    return build


def _money(attribute: Attribute) -> Callable[[re.Match[str]], Predicate | None]:
    def build(match: re.Match[str]) -> Predicate | None:
        amounts = read_amounts(match.group())
        if len(amounts) != 1 or amounts[0].low is not None or amounts[0].currency != "CNY":
            return None
        value: Decimal = amounts[0].high
        op = Op.AT_MOST if _AT_MOST.search(match.group()) else Op.AT_LEAST
        return _is(attribute, int(value) if value == value.to_integral_value() else float(value), op)

    return build


def _share(attribute: Attribute) -> Callable[[re.Match[str]], Predicate | None]:
    def build(match: re.Match[str]) -> Predicate | None:
        op = Op.AT_MOST if _AT_MOST.search(match.group()) else Op.AT_LEAST
        share = Decimal(match.group("n"))
        return _is(attribute, int(share) if share == share.to_integral_value() else float(share), op)

    return build


def _count(attribute: Attribute) -> Callable[[re.Match[str]], Predicate | None]:
    def build(match: re.Match[str]) -> Predicate | None:
        number = parse_number(match.group("n"))
        if number is None:
            return None
        op = Op.AT_MOST if _AT_MOST.search(match.group()) else Op.AT_LEAST
        return _is(attribute, int(number), op)

    return build


def _sizes(match: re.Match[str]) -> Predicate | None:
    """中小企业 are medium, small and micro ones (中小企业促进法, article 2); 小微企业 the two smallest."""
    words = re.sub(r"中小(?!微)", "中小微", match.group())
    sizes = [
        name
        for word, name in (("微", "micro"), ("小", "small"), ("中", "medium"), ("大", "large"))
        if word in words
    ]
    return _is(Attribute.SIZE_CLASS, sizes, Op.IN) if sizes else None


_INDUSTRY = "|".join(sorted(map(re.escape, INDUSTRIES), key=len, reverse=True))


def _industry(match: re.Match[str]) -> Predicate:
    codes = [INDUSTRIES[word] for word in re.findall(_INDUSTRY, match.group("names"))]
    return _is(Attribute.INDUSTRY, codes, Op.NOT_UNDER if match.group("not") else Op.UNDER)


def _standing(match: re.Match[str]) -> Predicate:
    """Only what is named is asked: who is listed as 经营异常 is not yet 严重失信."""
    words = match.group()
    named = [
        code
        for code, rule in (("abnormal", "异常|不良"), ("dishonest", "失信|违法|黑名单|惩戒|不良"))
        if re.search(rule, words)
    ]
    return _is(Attribute.CREDIT_STATUS, named, Op.NOT_IN)


def _credit(match: re.Match[str]) -> Predicate | None:
    levels = re.findall(r"[ABMCD]", match.group("levels").upper())
    if re.search(r"以上", match.group()) and levels:
        order = ["A", "B", "M", "C", "D"]
        levels = order[: order.index(levels[-1]) + 1]
    return _is(Attribute.TAX_CREDIT, levels, Op.IN) if levels else None


def _fixed(attribute: Attribute, value: Any, op: Op = Op.IS) -> Callable[[re.Match[str]], Predicate | None]:
    return lambda match: _is(attribute, value, op)


def _rule(pattern: str, build: Callable[[re.Match[str]], Predicate | None]) -> _Rule:
    return re.compile(pattern), build


_AMOUNT = r"(?:人民币)?[\d０-９.,，一二三四五六七八九十百千]{1,12}\s*(?:万|亿|百万|千万)?元"
_COMPARED = r"(?:不低于|不少于|达到?|超过|突破|在|≥|>|不超过|低于|大于|不足|为)?\s*"
_PLACE = r"(?P<place>(?:本|我|全)[市区县省]|[\u4e00-\u9fff]{2,12}?(?:市|区|县|开发区|自贸片区)(?:[\u4e00-\u9fff]{1,6}(?:区|县))?)"

_PEOPLE = r"(?:总数|人数|数)?[^，。；\d]{0,8}(?:不少于|不低于|达到?|超过|不超过|≥|在)?\s*(?P<n>\d{1,6})\s*(?:人|名)(?:以上|以下)?"

_RULES: tuple[_Rule, ...] = (
    _rule(
        r"(?:成立|注册|登记|设立|经营|运营|开业|实际运营|登记注册)(?:时间|年限)?(?:已|均|须|应|需)?(?:满|达到?|超过|不超过|不满|未满|在)?\s*(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})\s*(?P<unit>个月|周年|年)(?:以上|及以上|（含）|以内|之内|内)?",
        lambda m: _age(m) if re.search(r"满|达|超过|以上|内|未满", m.group()) else None,
    ),
    _rule(
        rf"(?:工商)?(?:注册地|住所|登记注册地|注册地址)[^，。；]{{0,24}}?(?:在|位于|为){_PLACE}",
        _region(Attribute.JURISDICTION),
    ),
    _rule(
        rf"在{_PLACE}(?:范围内|行政区域内?|辖区内?|境内|内)?(?:依法)?(?:办理)?(?:工商)?(?:登记)?(?:注册|登记)",
        _region(Attribute.JURISDICTION),
    ),
    _rule(
        rf"(?:税务征管关系|税务登记|纳税关系|税收户管|税收征管)[^，。；]{{0,24}}?(?:在|位于|为){_PLACE}",
        _region(Attribute.TAX_REGION),
    ),
    _rule(
        rf"(?:营业(?:总)?收入|主营业务收入|销售收入|年销售额|营收)[^，。；\d]{{0,8}}?{_COMPARED}{_AMOUNT}(?:\s*[（(][^）)]{{0,4}}[)）])?(?:以上|及以上|以下)?",
        _money(Attribute.REVENUE),
    ),
    _rule(
        r"(?:营业收入|产值|销售收入|营收)(?:同比)?(?:增长率?|增速)[^，。；\d]{0,8}(?P<n>\d{1,3}(?:\.\d+)?)\s*[%％](?:以上)?",
        _share(Attribute.REVENUE_GROWTH),
    ),
    _rule(
        r"(?:研发(?:费用|投入|经费)|研究开发费用)[^，。；\d]{0,16}(?:占|比例|比重|强度)[^。；\d]{0,24}?(?P<n>\d{1,3}(?:\.\d+)?)\s*[%％](?:以上)?",
        _share(Attribute.RD_SHARE),
    ),
    _rule(
        rf"(?:研发(?:费用|投入|经费)|研究开发费用)(?:总额|支出)?{_COMPARED}{_AMOUNT}(?:以上)?",
        _money(Attribute.RD_EXPENSE),
    ),
    _rule(
        r"(?:研发|科技|技术)人员[^。；\d]{0,24}(?:占|比例|比重)[^。；\d]{0,20}?(?P<n>\d{1,3}(?:\.\d+)?)\s*[%％](?:以上)?",
        _share(Attribute.RD_STAFF_SHARE),
    ),
    _rule(
        rf"(?:总投资|投资(?:总额|额)?|固定资产投资|设备投入|设备投资|技术投入)[^，。；\d]{{0,8}}?{_COMPARED}{_AMOUNT}(?:以上)?",
        _money(Attribute.INVESTMENT),
    ),
    _rule(
        rf"注册(?:资本|资金)(?:金)?[^，。；\d]{{0,6}}?{_COMPARED}{_AMOUNT}(?:以上)?",
        _money(Attribute.REGISTERED_CAPITAL),
    ),
    _rule(
        rf"(?:纳税(?:总额|额)?|缴纳税收|税收贡献|入库税收)[^，。；\d]{{0,8}}?{_COMPARED}{_AMOUNT}(?:以上)?",
        _money(Attribute.TAX_PAID),
    ),
    _rule(
        rf"(?:员工|职工|从业人员|在职员工|在职职工){_PEOPLE}",
        _count(Attribute.STAFF),
    ),
    _rule(
        rf"(?:缴纳社(?:会)?保(?:险)?(?:的)?(?:职工|人数|人员)|参保(?:职工|人数|人员)|社保缴纳人数){_PEOPLE}",
        _count(Attribute.INSURED_STAFF),
    ),
    _rule(
        r"发明专利[^，。；、\d]{0,10}(?:不少于|不低于|达到?|≥)?\s*(?P<n>\d{1,4})\s*(?:件|项|个)(?:以上|及以上)?(?![^，。；]{0,6}(?:实用新型|软件著作权|知识产权))",
        _count(Attribute.INVENTION_PATENTS),
    ),
    _rule(
        r"(?:拥有|具有|取得|获得|持有)[^，。；\d]{0,12}(?P<n>\d{1,4}|[一二三四五六七八九十两]{1,3})\s*(?:件|项|个)(?:以上|及以上)?[^，。；、]{0,6}发明专利",
        _count(Attribute.INVENTION_PATENTS),
    ),
    _rule(
        r"(?:拥有|具有|取得|获得|持有)[^，。；\d]{0,12}(?P<n>\d{1,4}|[一二三四五六七八九十两]{1,3})\s*(?:件|项|个)(?:以上|及以上)?[^，。；]{0,10}(?:知识产权|(?<!发明)专利|软件著作权)",
        _count(Attribute.INTELLECTUAL_PROPERTY),
    ),
    _rule(
        r"(?:知识产权|(?<!发明)专利|软件著作权)[^，。；\d]{0,10}(?:不少于|不低于|达到?|≥)?\s*(?P<n>\d{1,4})\s*(?:件|项|个)(?:以上|及以上)?",
        _count(Attribute.INTELLECTUAL_PROPERTY),
    ),
    _rule(
        "|".join(sorted(map(re.escape, QUALIFICATIONS), key=len, reverse=True)),
        lambda m: _is(Attribute.QUALIFICATIONS, [QUALIFICATIONS[m.group()]], Op.HOLDS_ANY),
    ),
    _rule(
        r"(?<!科技型)(?<!创新型)(?<!新”)(?<!特新)(?:(?:[大中小微]型?\s*[、和或及/]\s*){1,3}[大中小微]型?|大中型|中小微型?|小型微利|小微|中小型?|微型|小型|中型|大型)(?:工业)?企业",
        _sizes,
    ),
    _rule(
        rf"(?P<names>(?:{_INDUSTRY})(?:[、和或及](?:{_INDUSTRY}))*)(?:领域|行业)?的?(?:规模以上)?(?:中小微?型?|小微型?|小型|中型|大型)?企业(?:（项目）)?(?P<not>除外|均?不(?:享受|适用|纳入|予|得))?",
        _industry,
    ),
    _rule(
        rf"(?:属于|从事|主营业务为|所属行业为)(?P<names>(?:{_INDUSTRY})(?:[、和或及](?:{_INDUSTRY}))*)(?P<not>(?!))?",
        _industry,
    ),
    _rule(r"规模以上|规上(?:工业|服务业)?企业|限额以上", _fixed(Attribute.ABOVE_SCALE, True)),
    _rule(
        r"纳税信用(?:等级|级别|评价)?(?:为|达到|在)?\s*(?P<levels>[A-DMa-dm](?:\s*级?\s*[、或和/]\s*[A-DMa-dm])*)\s*级?(?:（?及?以上）?)?",
        _credit,
    ),
    _rule(r"独立(?:的)?法人(?:资格|地位)?", _fixed(Attribute.LEGAL_PERSON, True)),
    _rule(
        r"独立核算|(?:财务|会计)(?:核算|管理)?制度[^，。；]{0,4}(?:健全|完善|规范)|健全的?(?:财务|会计)[^，。；]{0,6}制度",
        _fixed(Attribute.INDEPENDENT_ACCOUNTS, True),
    ),
    _rule(
        r"(?:未|没有|不)(?:被)?[^，。；]{0,16}(?:失信|经营异常|严重违法|黑名单|联合惩戒)[^，。；]{0,20}|(?:无|没有)[^，。；]{0,10}(?:失信|不良信用)[^，。；]{0,8}",
        _standing,
    ),
    _rule(
        r"(?:未|没有|无)(?:发生)?[^，。；]{0,12}(?:安全|环保|环境|质量|违法|违规)[^，。；]{0,16}(?:事故|行为|处罚|记录)",
        _fixed(Attribute.PENALISED, False),
    ),
    _rule(
        r"(?:依法|按时|正常|足额|按规定)[^，。；]{0,12}缴纳[^，。；]{0,8}社会保险费?",
        _fixed(Attribute.SOCIAL_INSURANCE, True),
    ),
    _rule(
        "|".join(_LEGAL_FORMS),
        lambda m: _is(Attribute.LEGAL_FORM, [_LEGAL_FORMS[m.group()]], Op.IN),
    ),
    _rule(r"外商投资企业|外资企业", _fixed(Attribute.OWNERSHIP, ["foreign"], Op.IN)),
    _rule(r"民营企业|民营经济组织", _fixed(Attribute.OWNERSHIP, ["private"], Op.IN)),
)
