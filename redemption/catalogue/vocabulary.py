"""What a condition may speak of: attributes of an enterprise, the operations on them, and the words for both.

Conditions of an item are data, so that a policy finds its enterprises:

    {"all": [{"attribute": "founded_on", "op": "age_at_least", "value": {"n": 1, "unit": "year"},
              "text": "成立满一年", "span": [120, 125]},
             {"any": [{"attribute": "qualifications", "op": "holds_any", "value": ["high_tech"]},
                      {"attribute": "revenue", "op": "at_least", "value": 20000000}]}]}

A node is `all`, `any` (lists of nodes), `not` (one node) or a leaf. `text` and `span` say where it was read; `as_of`
(a date) fixes the day a leaf is asked for, otherwise it is the day of asking. Places are codes or names of
jurisdictions; `here` is the item's own. `{"manual": true, "text": "…"}` is a
condition that only a person can judge. `{}` means: nothing has been confirmed as data.

`matching` evaluates, `catalogue.checking` checks; this module names and words. Money is in yuan, shares are percentages.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from redemption.identity.rules import SIZE_NAMES
from redemption.kernel.money import yuan_text


class Kind(StrEnum):
    """The shape of an attribute's value."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"
    PLACE = "place"
    INDUSTRY = "industry"
    QUALIFICATIONS = "qualifications"


@dataclass(frozen=True)
class Attribute:
    """One thing known, or not known, of an enterprise. `name` is the key in `Enterprise.profile`."""

    name: str
    label: str
    kind: Kind
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


OWNERSHIPS = {
    "private": "民营企业",
    "state_owned": "国有企业",
    "foreign": "外资企业",
    "mixed": "混合所有制企业",
}
CREDIT = {"good": "信用良好", "abnormal": "列入经营异常名录", "dishonest": "列入严重违法失信名单"}
LEGAL_FORMS = {
    "company": "公司",
    "partnership": "合伙企业",
    "sole": "个人独资企业",
    "self_employed": "个体工商户",
    "institution": "事业单位",
    "association": "社会组织",
}
QUALIFICATIONS = {
    "high_tech": "高新技术企业",
    "zgc_high_tech": "中关村高新技术企业",
    "tech_sme": "科技型中小企业",
    "innovative_sme": "创新型中小企业",
    "specialised": "专精特新中小企业",
    "little_giant": "专精特新“小巨人”企业",
    "champion": "制造业单项冠军企业",
    "gazelle": "瞪羚企业",
    "unicorn": "独角兽企业",
    "headquarters": "总部企业",
    "technology_centre": "企业技术中心",
    "key_laboratory": "重点实验室",
    "incubator": "科技企业孵化器",
    "ip_demonstration": "知识产权示范企业",
    "green_factory": "绿色工厂",
    "software": "软件企业",
    "tech_service": "技术先进型服务企业",
    "time_honoured": "老字号",
    "quality_award": "政府质量奖",
    "agri_leader": "农业产业化龙头企业",
    "young_eagle": "雏鹰企业",
}

_ALL = (
    Attribute("jurisdiction", "注册地", Kind.PLACE, hint="营业执照上的住所所在的市、区"),
    Attribute("tax_region", "纳税地", Kind.PLACE, hint="税务征管关系所在的市、区"),
    Attribute("founded_on", "成立日期", Kind.DATE),
    Attribute("industry", "所属行业", Kind.INDUSTRY, hint="国民经济行业分类（GB/T 4754）代码，例如 I651"),
    Attribute("size_class", "企业规模", Kind.CHOICE, choices={str(k): v for k, v in SIZE_NAMES.items()}),
    Attribute("ownership", "企业性质", Kind.CHOICE, choices=OWNERSHIPS),
    Attribute("legal_form", "组织形式", Kind.CHOICE, choices=LEGAL_FORMS),
    Attribute("credit_status", "信用状况", Kind.CHOICE, choices=CREDIT),
    Attribute("tax_credit", "纳税信用等级", Kind.CHOICE, choices={name: f"{name}级" for name in "ABMCD"}),
    Attribute("qualifications", "资质荣誉", Kind.QUALIFICATIONS, choices=QUALIFICATIONS),
    Attribute("independent_legal_person", "具有独立法人资格", Kind.FLAG),
    Attribute("above_scale", "规模以上企业", Kind.FLAG),
    Attribute("listed", "已上市", Kind.FLAG),
    Attribute("independent_accounts", "独立核算、财务制度健全", Kind.FLAG),
    Attribute("social_insurance", "依法缴纳社会保险", Kind.FLAG),
    Attribute("penalised", "近年有重大违法、安全、环保或质量事故", Kind.FLAG),
    Attribute("loss_making", "上年度亏损", Kind.FLAG),
    Attribute("registered_capital", "注册资本", Kind.MONEY, "元"),
    Attribute("revenue", "上年度营业收入", Kind.MONEY, "元"),
    Attribute("revenue_growth", "营业收入增长率", Kind.PERCENT, "%"),
    Attribute("output_value", "上年度工业总产值", Kind.MONEY, "元"),
    Attribute("total_assets", "资产总额", Kind.MONEY, "元"),
    Attribute("tax_paid", "上年度纳税额", Kind.MONEY, "元"),
    Attribute("rd_expense", "上年度研发费用", Kind.MONEY, "元"),
    Attribute("rd_share", "研发费用占营业收入比例", Kind.PERCENT, "%"),
    Attribute("rd_growth", "研发费用增长率", Kind.PERCENT, "%"),
    Attribute("investment", "固定资产投资额", Kind.MONEY, "元"),
    Attribute("exports", "上年度出口额", Kind.MONEY, "元"),
    Attribute("financing", "上年度股权融资额", Kind.MONEY, "元"),
    Attribute("staff", "职工人数", Kind.NUMBER, "人"),
    Attribute("insured_staff", "缴纳社会保险人数", Kind.NUMBER, "人"),
    Attribute("rd_staff", "研发人员", Kind.NUMBER, "人"),
    Attribute("rd_staff_share", "研发人员占职工总数比例", Kind.PERCENT, "%"),
    Attribute("layoff_rate", "上年度裁员率", Kind.PERCENT, "%"),
    Attribute("patents", "有效专利", Kind.NUMBER, "件"),
    Attribute("invention_patents", "有效发明专利", Kind.NUMBER, "件"),
    Attribute("intellectual_property", "知识产权总数", Kind.NUMBER, "件"),
    Attribute("trademarks", "注册商标", Kind.NUMBER, "件"),
    Attribute("floor_area", "经营面积", Kind.NUMBER, "平方米"),
)
ATTRIBUTES: Mapping[str, Attribute] = {made.name: made for made in _ALL}

_NUMBERS = {
    "at_least": "不低于",
    "more_than": "高于",
    "at_most": "不超过",
    "less_than": "低于",
    "equals": "等于",
}
OPERATIONS: Mapping[Kind, Mapping[str, str]] = {
    Kind.NUMBER: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.PERCENT: _NUMBERS,
    Kind.DATE: {
        "age_at_least": "满",
        "age_at_most": "不超过",
        "on_or_after": "不早于",
        "on_or_before": "不晚于",
    },
    Kind.CHOICE: {"in": "属于", "not_in": "不属于"},
    Kind.FLAG: {"is": "是"},
    Kind.PLACE: {"within": "在", "not_within": "不在"},
    Kind.INDUSTRY: {"under": "属于", "not_under": "不属于"},
    Kind.QUALIFICATIONS: {"holds_any": "具有其一", "holds_all": "全部具有", "holds_none": "均不具有"},
}
"""Operation → its word, by the kind of the attribute."""

HERE = "here"
"""In place of a code: the jurisdiction of the item itself (在本区注册)."""
UNITS = {"year": "年", "month": "个月", "day": "日"}
SECTIONS = {
    "A": "农、林、牧、渔业",
    "B": "采矿业",
    "C": "制造业",
    "D": "电力、热力、燃气及水生产和供应业",
    "E": "建筑业",
    "F": "批发和零售业",
    "G": "交通运输、仓储和邮政业",
    "H": "住宿和餐饮业",
    "I": "信息传输、软件和信息技术服务业",
    "J": "金融业",
    "K": "房地产业",
    "L": "租赁和商务服务业",
    "M": "科学研究和技术服务业",
    "N": "水利、环境和公共设施管理业",
    "O": "居民服务、修理和其他服务业",
    "P": "教育",
    "Q": "卫生和社会工作",
    "R": "文化、体育和娱乐业",
    "S": "公共管理、社会保障和社会组织",
    "T": "国际组织",
}
"""The sections of GB/T 4754—2017."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sentence(leaf: Mapping[str, Any]) -> str:
    """What a leaf asks for, in words: 成立日期满1年, 上年度营业收入不低于2000万元."""
    if leaf.get("manual"):
        return str(leaf.get("text") or "由审批部门判断的条件")
    attribute = ATTRIBUTES.get(str(leaf.get("attribute")))
    if attribute is None:
        return str(leaf.get("text") or leaf.get("attribute") or "无法识别的条件")
    word = OPERATIONS[attribute.kind].get(str(leaf.get("op")), str(leaf.get("op")))
    return _SENTENCES[attribute.kind](attribute, word, leaf)


def value_text(attribute: Attribute, value: Any) -> str:
    """A value of an attribute as a person reads it."""
    if value is None:
        return "未填写"
    if attribute.kind is Kind.MONEY and isinstance(value, int | float):
        return yuan_text(round(value))
    if attribute.kind in (Kind.NUMBER, Kind.PERCENT) and isinstance(value, int | float):
        return f"{value:g}{attribute.unit}"
    if attribute.kind is Kind.CHOICE:
        return attribute.choices.get(str(value), str(value))
    if attribute.kind is Kind.FLAG:
        return "是" if value else "否"
    if attribute.kind is Kind.INDUSTRY:
        return industry_text(str(value))
    if attribute.kind is Kind.QUALIFICATIONS and isinstance(value, list):
        held = [attribute.choices.get(str(q.get("code")), "") for q in value if isinstance(q, Mapping)]
        return "、".join(name for name in held if name) or "无"
    if isinstance(value, dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def industry_text(code: str) -> str:
    """I 信息传输、软件和信息技术服务业, C39（制造业）."""
    section = SECTIONS.get(code[:1], "")
    if not section:
        return code
    return section if len(code) == 1 else f"{code}（{section}）"


def is_number(value: Any) -> bool:
    """A finite JSON number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def parse_day(value: Any) -> dt.date | None:
    """A day written YYYY-MM-DD, and nothing else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


# --- wording ---------------------------------------------------------------------------------------------


def _amount(attribute: Attribute, word: str, leaf: Mapping[str, Any]) -> str:
    return f"{attribute.label}{word}{value_text(attribute, leaf.get('value'))}"


def _date(attribute: Attribute, word: str, leaf: Mapping[str, Any]) -> str:
    value = leaf.get("value")
    subject = "成立" if attribute.name == "founded_on" else attribute.label
    if isinstance(value, Mapping):
        return f"{subject}{word}{value.get('n')}{UNITS.get(str(value.get('unit')), '')}"
    day = parse_day(value)
    return f"{attribute.label}{word}{value_text(attribute, day) if day else value}"


def _listed(attribute: Attribute, word: str, leaf: Mapping[str, Any]) -> str:
    values = leaf.get("value") if isinstance(leaf.get("value"), list) else []
    names = [attribute.choices.get(str(part), str(part)) for part in values or []]
    if attribute.kind is Kind.INDUSTRY:
        names = [industry_text(str(part)) for part in values or []]
    if attribute.kind is Kind.PLACE:
        names = ["本市或本区" if name == HERE else name for name in names]
    if attribute.kind is Kind.QUALIFICATIONS:
        joined = "、".join(names)
        forms = {
            "holds_any": f"具有以下资质之一：{joined}" if len(names) > 1 else f"是有效期内的{joined}",
            "holds_all": f"同时具有{joined}资质",
            "holds_none": f"不具有{joined}资质",
        }
        return forms.get(str(leaf.get("op")), joined)
    return f"{attribute.label}{word}{'、'.join(names)}"


def _flag(attribute: Attribute, word: str, leaf: Mapping[str, Any]) -> str:
    return attribute.label if leaf.get("value") else f"不属于：{attribute.label}"


_SENTENCES = {
    Kind.NUMBER: _amount,
    Kind.MONEY: _amount,
    Kind.PERCENT: _amount,
    Kind.DATE: _date,
    Kind.CHOICE: _listed,
    Kind.FLAG: _flag,
    Kind.PLACE: _listed,
    Kind.INDUSTRY: _listed,
    Kind.QUALIFICATIONS: _listed,
}
