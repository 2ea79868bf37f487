"""Rules in a cell: the money rules of an item as lines of words, its computed conditions as JSON. Pure.

    预算总额：1000000元 ⏎ 分配次序：按评审排名，择优 ⏎ 单件上限：50000元

What `money_text` writes, `read_money` reads again to the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from redemption.catalogue import checking
from redemption.catalogue.schemas.items import MoneyRulesSchema
from redemption.catalogue.vocabulary import sentence

_AMOUNTS = {"预算总额": "budget", "单件上限": "cap", "每家企业每年上限": "yearly_cap"}
_CHOICES = {
    "分配次序": ("order", (("额满即止", "receipt"), ("择优", "ranking"), ("排名", "ranking"))),
    "重复享受": ("group_rule", (("就高", "higher"), ("不重复", "exclusive"))),
}
_WORDS = {
    "receipt": "按收件先后，额满即止",
    "ranking": "按评审排名，择优",
    "higher": "同组事项就高不就低",
    "exclusive": "同组事项不重复享受",
}
_QUOTA, _GROUP, _CREDIT = "名额", "同组代码", "信用要求"
_KNOWN = (*_AMOUNTS, _QUOTA, *_CHOICES, _GROUP, _CREDIT)


class Unruly(ValueError):
    """Rules that cannot be taken; the message says how to write them."""


def read_money(value: Any) -> dict[str, Any]:
    """Money rules from a JSON object or from lines of words. Unruly when they are wrong."""
    given = dict(value) if isinstance(value, Mapping) else _from_lines(str(value or ""))
    strange = sorted(set(given) - set(MoneyRulesSchema().fields))
    if strange:
        raise Unruly(f"资金规则里没有“{strange[0]}”，可用：{'、'.join(MoneyRulesSchema().fields)}。")
    try:
        return plain_money(MoneyRulesSchema().load(given))
    except ValidationError as error:
        raise Unruly(_first(error.normalized_messages())) from None


def plain_money(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing, amounts to the fen: what means the same is the same."""
    said = {name: value for name, value in rules.items() if value not in (None, "", False)}
    return said | {name: f"{Decimal(str(said[name])):.2f}" for name in _AMOUNTS.values() if name in said}


def money_text(rules: Mapping[str, Any]) -> str:
    """The rules as lines that `read_money` takes."""
    lines = [
        f"{label}：{str(rules[name]).removesuffix('.00')}元"
        for label, name in _AMOUNTS.items()
        if rules.get(name)
    ]
    if rules.get("quota"):
        lines.append(f"{_QUOTA}：{rules['quota']} 个")
    lines += [f"{label}：{_WORDS[rules[name]]}" for label, (name, _) in _CHOICES.items() if rules.get(name)]
    if rules.get("group"):
        lines.append(f"{_GROUP}：{rules['group']}")
    if rules.get("exclude_bad_credit"):
        lines.append(f"{_CREDIT}：有严重失信记录的不予兑现")
    return "\n".join(lines)


def read_conditions(value: Any) -> dict[str, Any]:
    """Conditions as data, from a JSON object or its text. Unruly when they do not compute."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            raise Unruly("不是有效的 JSON。请从导出的目录里复制，或留空后在编辑页设置。") from None
    if value is None:
        return {}
    faults = checking.check(value)
    if faults:
        raise Unruly(faults[0].message)
    return dict(value)


def conditions_text(conditions: Mapping[str, Any]) -> str:
    """As a cell that `read_conditions` takes."""
    return json.dumps(conditions, ensure_ascii=False, sort_keys=True) if conditions else ""


def conditions_words(conditions: Mapping[str, Any]) -> str:
    """For people who compare."""
    return "\n".join(sentence(leaf) for leaf in checking.leaves(conditions))


def _from_lines(text: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for line in filter(None, (part.strip() for part in text.splitlines())):
        label, _, words = (part.strip() for part in line.replace(":", "：", 1).partition("："))
        if label in _AMOUNTS:
            given[_AMOUNTS[label]] = words
        elif label == _QUOTA:
            given["quota"] = re.sub(r"\s*个$", "", words)
        elif label == _GROUP:
            given["group"] = words
        elif label == _CREDIT:
            given["exclude_bad_credit"] = True
        elif label in _CHOICES:
            name, choices = _CHOICES[label]
            code = next((code for sign, code in choices if sign in words), None)
            if code is None:
                raise Unruly(f"看不懂“{line[:30]}”。")
            given[name] = code
        else:
            raise Unruly(f"看不懂“{line[:30]}”，每行请以这些词开头：{'、'.join(_KNOWN)}。")
    return given


def _first(messages: Any) -> str:
    while isinstance(messages, Mapping):
        messages = next(iter(messages.values()))
    return str(messages[0] if isinstance(messages, list) else messages)
