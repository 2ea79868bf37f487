"""Step 7: what the words of an item mean: amounts, rates, limits, dates. Only what the text gives for certain."""

from __future__ import annotations

import re
from typing import Any

from redemption.catalogue.extraction.amounts import Amount, read_amounts, read_rates
from redemption.catalogue.extraction.conditions import propose
from redemption.catalogue.extraction.dates import partial_dates
from redemption.catalogue.extraction.model import FieldValue, Item, Span
from redemption.catalogue.extraction.periods import read_limits, read_period

_TIER = re.compile(
    r"(?P<label>[\u4e00-\u9fff“”（）()A-Za-z0-9]{1,16}?(?:奖|等|级|类|档|（[^）]{1,6}）))[^，。；、\d]{0,10}(?:不超过|最高|奖励|给予|补贴|资助|为|：)?$"
)


def read_values(text: str, item: Item) -> dict[str, Any]:
    """The values of an item; spans are offsets into the document's text."""
    values: dict[str, Any] = {}
    if item["standard"].spans:
        values["standard"] = _standard(text, item["standard"])
    if item["time_limit"].spans:
        limits = _over_spans(text, item["time_limit"], read_limits)
        whole = [limit for limit in limits if not limit.get("part")]
        values["time_limit"] = {"limits": limits, "total": whole[0] if len(whole) == 1 else None}
    if item["application_period"].spans:
        values["application_period"] = _period(text, item["application_period"])
    # who it is for is a condition too: 注册地在…的高新技术企业
    spans = [*item["target"].spans, *item["conditions"].spans]
    if spans:
        values["conditions"] = propose(text, list(dict.fromkeys(spans)))
    validity = _validity(text, item)
    if validity:
        values["validity"] = validity
    return values


def _over_spans(text: str, value: FieldValue, reader: Any) -> list[dict[str, Any]]:
    found = []
    for a, b in value.spans:
        for entry in reader(text[a:b]):
            entry["span"] = [entry["span"][0] + a, entry["span"][1] + a]
            found.append(entry)
    return found


def _standard(text: str, value: FieldValue) -> dict[str, Any]:
    amounts: list[tuple[int, Amount]] = []
    for a, b in value.spans:
        amounts.extend((a, amount) for amount in read_amounts(text[a:b]))
    given = [(offset, amount) for offset, amount in amounts if not amount.threshold]
    flat = [amount for _, amount in given if not amount.cap]
    caps = [(offset, amount) for offset, amount in given if amount.cap]
    out: dict[str, Any] = {
        "amounts": [amount.as_json(offset) for offset, amount in given],
        "rates": _over_spans(text, value, read_rates),
        "thresholds": [amount.as_json(offset) for offset, amount in amounts if amount.threshold],
        "amount": flat[0].as_json(given[0][0])["value"]
        if len(flat) == 1 == len(given) and flat[0].low is None
        else None,
        "cap": caps[0][1].as_json()["value"] if len(caps) == 1 and caps[0][1].low is None else None,
        "tiers": _tiers(text, value.spans),
    }
    if "一次性" in value.text:
        out["once"] = True
    return out


def _tiers(text: str, spans: list[Span]) -> list[dict[str, Any]]:
    """一等奖20万元，二等奖15万元: two or more amounts with labels of one kind."""
    tiers: list[dict[str, Any]] = []
    for a, b in spans:
        for amount in read_amounts(text[a:b]):
            before = text[a + max(0, amount.span[0] - 24) : a + amount.span[0]]
            before = re.split(r"[，。；、：]", before)[-1]
            if (match := _TIER.search(before)) and not amount.threshold:
                tiers.append({"label": match.group("label"), **amount.as_json(a)})
    return tiers if len(tiers) >= 2 else []


def _period(text: str, value: FieldValue) -> dict[str, Any]:
    a, b = value.spans[0][0], value.spans[-1][1]
    words = text[a:b] if b - a <= 4 * len(value.text) + 40 else value.text
    period = read_period(words)
    offset = a if words is not value.text else None
    for entry in [*period["windows"], *period["problems"]]:
        entry["span"] = (
            [entry["span"][0] + offset, entry["span"][1] + offset] if offset is not None else [a, b]
        )
    return period


def _validity(text: str, item: Item) -> dict[str, Any] | None:
    """政策执行期限至2025年12月31日, said inside the item."""
    for name in ("standard", "conditions"):
        for a, b in item[name].spans:
            match = re.search(
                r"(?:政策|执行|实施|有效)[^，。；]{0,6}(?:期限?|有效期|截止)[^，。；]{0,8}(?:至|到|为)([^，。；]{6,16})",
                text[a:b],
            )
            if match and (dates := partial_dates(match.group(1))) and dates[-1].iso:
                return {"to": dates[-1].iso, "span": [a + match.start(), a + match.end()]}
    return None
