"""Money and rates as policies write them: 最高不超过人民币壹佰万元整, ５０万元, 1.2亿元, 5万至50万元, 百分之三十.

Amounts are in yuan. What cannot be read for certain is left out, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

# One character for one, so that offsets into the narrowed text are offsets into the text itself.
_NARROW = str.maketrans("０１２３４５６７８９．，％：－～", "0123456789.,%:-~")
_CAPITAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億两〇", "一二三四五六七八九十百千万亿二零")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, "": 1}

# From its first digit only, and bounded: a line of nothing but digits would be searched anew from each of them.
_ARABIC = r"(?<!\d)(?<!\d\.)\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,8})?|(?<!\d)(?<!\d\.)\d{1,16}(?:\.\d{1,8})?"
_CHINESE = r"[一二三四五六七八九十百千万亿零〇两壹贰叁肆伍陆柒捌玖拾佰仟萬億]{1,16}"
_NUMBER = rf"(?:(?:{_ARABIC})\s*[多余]?\s*(?:百万|千万|万|亿|千|百)?(?:\s*\d{{1,4}}\s*万)?|{_CHINESE})"
_MONEY = re.compile(
    rf"(?:(?P<low>{_NUMBER})\s*(?P<lowunit>元)?\s*(?:-{{1,2}}|—{{1,2}}|–|~|至|到)\s*)?(?P<high>{_NUMBER})\s*(?P<unit>美元|港元|欧元|日元|元|块钱)"
)
_BARE = re.compile(rf"(?P<high>(?:{_ARABIC})\s*(?:万|亿))(?![元人家户平吨千头亩台件个次度条名吨美港欧日])")
_RATE = re.compile(
    r"(?:(?P<low>(?<!\d)(?<!\d\.)\d{1,9}(?:\.\d{1,8})?)\s*[%‰]?\s*(?:-|—|–|~|至|到)\s*)?(?P<high>(?<!\d)(?<!\d\.)\d{1,9}(?:\.\d{1,8})?)\s*(?P<sign>%|‰)|百分之(?P<written>[一二三四五六七八九十百零]{1,6})"
)
_CAP_BEFORE = re.compile(
    r"(?:最高|不超过|不高于|不得超过|上限|封顶|最多|限额|以内|不突破|最大|至多)[^，。；、]{0,14}$"
)
_CAP_AFTER = re.compile(
    r"\s*(?:整|人民币|[（(][^）)]{0,8}[)）])?\s*(?:以内|封顶|为上限|为限|的?上限|内(?:的|给))"
)
_THRESHOLD = re.compile(
    r"(?:收入|产值|税收|纳税额?|投资额?|总额达|销售额|融资额?|营收|资产|金额达|实缴|注册资本|注册资金|到账|增加值|出口额|进口额|交易额|贷款额|合同额|规模|达到|超过|突破|满|每增加|每满)[^，。；、]{0,12}$"
)
_OVER = re.compile(
    r"\s*(?:[（(]含[^）)]{0,6}[)）])?\s*(?:以上|以下|及以上|（含）|及以下|的(?:企业|单位|项目|部分))"
)
_PER_BEFORE = re.compile(
    r"(?:每|单|同一)(?:个|家|户|件|项|人|名|年|月|台|套|平方米|次|笔|亩|场|季度?)?(?:企业|单位|项目|人|月|年|个|家|户)?"
)
_PER_AFTER = re.compile(r"\s*/\s*(人|月|年|户|家|件|台|平方米|亩|次|人·月|人·年|人/月|吨|天|场|个|项)")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in yuan, or a range of amounts; `span` relative to the text it was read from."""

    low: Decimal | None
    high: Decimal
    currency: str
    span: tuple[int, int]
    text: str
    cap: bool
    threshold: bool
    per: str | None
    approximate: bool = False

    def as_json(self, offset: int = 0) -> dict[str, Any]:
        out: dict[str, Any] = {"value": _plain(self.high), "currency": self.currency, "text": self.text}
        out["span"] = [self.span[0] + offset, self.span[1] + offset]
        if self.low is not None:
            out["from"], out["to"] = _plain(self.low), _plain(self.high)
            del out["value"]
        if self.cap:
            out["cap"] = True
        if self.per:
            out["per"] = self.per
        if self.approximate:
            out["approximate"] = True
        return out


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def parse_number(text: str) -> Decimal | None:
    """A number in any writing: 1,200.5 · 3.5万 · 五万 · 壹佰万 · 1亿2000万. None when it is none."""
    text = re.sub(r"[\s,多余]", "", text.translate(_NARROW))
    if not text:
        return None
    if re.match(r"\d", text):
        total = Decimal(0)
        for match in re.finditer(r"(\d+(?:\.\d+)?)(百万|千万|万|亿|千|百)?", text):
            scale = Decimal(1)
            for c in match.group(2) or "":
                scale *= _SCALES[c]
            try:
                total += Decimal(match.group(1)) * scale
            except InvalidOperation:  # pragma: no cover
                return None
        return total
    return _written(text.translate(_CAPITAL))


def _written(text: str) -> Decimal | None:
    """A written number; a malformed one (万 after 万, digit after digit) is None."""
    total = section = digit = 0
    had_digit = False
    for c in text:
        if c in _DIGITS:
            if had_digit and digit:
                return None
            digit, had_digit = _DIGITS[c], True
        elif c in ("十", "百", "千"):
            if not digit and c != "十":
                return None
            section += (digit or 1) * _SCALES[c]
            digit, had_digit = 0, False
        else:
            section += digit
            if section == 0:
                return None
            if c == "亿":
                total = (total + section) * _SCALES[c]
            else:
                total += section * _SCALES[c]
            section = digit = 0
            had_digit = False
    value = total + section + digit
    return Decimal(value) if value else None


def read_amounts(text: str) -> list[Amount]:
    """All amounts of money in a text, in order."""
    return list(_all_amounts(text))


@lru_cache(maxsize=512)  # a standard is read for its sums and for its grades; items share conditions
def _all_amounts(text: str) -> tuple[Amount, ...]:
    narrow = text.translate(_NARROW)
    found = [amount for match in _MONEY.finditer(narrow) if (amount := _amount(narrow, text, match))]
    taken = [amount.span for amount in found]
    for match in _BARE.finditer(narrow):
        if not any(a <= match.start() < b for a, b in taken) and (amount := _amount(narrow, text, match)):
            found.append(amount)
    return tuple(sorted(found, key=lambda amount: amount.span))


def _amount(narrow: str, text: str, match: re.Match[str]) -> Amount | None:
    groups = match.groupdict()
    high = parse_number(groups["high"])
    if high is None or (high == 0):
        return None
    low = parse_number(groups["low"]) if groups.get("low") else None
    if low is not None and not groups.get("lowunit"):
        low = _same_scale(low, groups["low"], groups["high"])
    if low is not None and low >= high:
        low = None if low > high else low
    start, end = match.span()
    if low is None and groups.get("low"):
        start = match.start("high")
    before, after = narrow[max(0, start - 24) : start], narrow[end : end + 16]
    cap = bool(_CAP_BEFORE.search(before) or _CAP_AFTER.match(after))
    threshold = not cap and bool(_OVER.match(after) or _THRESHOLD.search(before))
    currency = {"美元": "USD", "港元": "HKD", "欧元": "EUR", "日元": "JPY"}.get(
        groups.get("unit") or "", "CNY"
    )
    return Amount(
        low, high, currency, (start, end), text[start:end], cap, threshold, _per(before, after),
        bool(re.search(r"[多余]", match.group())),
    )  # fmt: skip


def _same_scale(low: Decimal, low_text: str, high_text: str) -> Decimal:
    """5-10万元: the unit stands once and holds for both."""
    if re.search(r"[万亿千百]", low_text):
        return low
    unit = re.search(r"(百万|千万|万|亿|千|百)\s*$", high_text)
    for c in unit.group(1) if unit else "":
        low *= _SCALES[c]
    return low


def _per(before: str, after: str) -> str | None:
    if match := _PER_AFTER.match(after):
        return match.group(1)
    found = None
    for match in re.finditer(r"每(?:[个家户件项人名年月台套次笔亩场季]|平方米)(?:每[月年人])?", before):
        found = match.group()
    return found


def read_rates(text: str) -> list[dict[str, Any]]:
    """Rates as fractions of one: 30% → 0.3, with the words they are a rate of where the text says 按…的30%."""
    narrow = text.translate(_NARROW)
    rates: list[dict[str, Any]] = []
    for match in _RATE.finditer(narrow):
        before = narrow[max(0, match.start() - 40) : match.start()]
        if match.group("written"):
            value = _written(match.group("written"))
            if value is None:
                continue
            rate: dict[str, Any] = {"value": float(value / 100)}
        else:
            divisor = Decimal(100 if match.group("sign") == "%" else 1000)
            rate = {"value": float(Decimal(match.group("high")) / divisor)}
            if match.group("low"):
                rate["from"] = float(Decimal(match.group("low")) / divisor)
        if base := re.search(r"按照?([^，。；]{2,36}?)的?\s*(?:最高|不超过)?$", before):
            rate["of"] = base.group(1).strip()
        if _CAP_BEFORE.search(before):
            rate["cap"] = True
        rates.append(rate | {"text": text[match.start() : match.end()], "span": list(match.span())})
    return rates
