"""Conditions as a person confirms them, one by one. Pure.

The confirmed conditions are `{"all": [unit, …]}`; a unit is a leaf or a group. What the extractor proposes is offered
beside them; nothing computes before somebody ticked it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redemption.catalogue import checking, vocabulary
from redemption.catalogue.exchange.columns import Unreadable, read_day
from redemption.catalogue.vocabulary import ATTRIBUTES, OPERATIONS, Kind
from redemption.kernel.errors import Invalid
from redemption.kernel.money import parse_amount

_UNITS = {"年": "year", "周年": "year", "个月": "month", "月": "month", "日": "day", "天": "day"}


@dataclass(frozen=True)
class Unit:
    """One condition on the page."""

    node: Mapping[str, Any]
    sentence: str
    confirmed: bool
    text: str
    """What the source says, where it was read from it."""

    @property
    def packed(self) -> str:
        return json.dumps(self.node, ensure_ascii=False, sort_keys=True)


def units(conditions: Mapping[str, Any], proposed: Any) -> list[Unit]:
    """The confirmed conditions first, then the proposals that compute and are not among them."""
    listed = [(node, True) for node in _children(conditions)]
    known = {_key(node) for node, _ in listed}
    for node in map(_judged, _children(proposed)):
        if node and _key(node) not in known:
            known.add(_key(node))
            listed.append((node, False))
    return [Unit(node, said(node), confirmed, _text(node)) for node, confirmed in listed]


def _judged(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A proposal that does not compute is offered as a condition that a person judges, never with a wrong value."""
    if not checking.check(node):
        return node
    text = _text(node) or "；".join(filter(None, map(_text, node.get("any") or ())))
    return {"manual": True, "text": text} if text else {}


def said(node: Any) -> str:
    """A condition in words, groups included."""
    if not isinstance(node, Mapping):
        return "无法识别的条件"
    for key, before in (("all", "同时满足"), ("any", "满足其一")):
        if isinstance(node.get(key), list):
            return f"{before}：" + "；".join(said(child) for child in node[key])
    if "not" in node:
        return f"不属于下列情形：{said(node['not'])}"
    return vocabulary.sentence(node)


def confirmed(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The conditions made of what was ticked; empty when nothing was."""
    return {"all": [dict(node) for node in nodes]} if nodes else {}


def joined(several: Iterable[Any]) -> dict[str, Any]:
    """The conditions of several items as those of one, each once."""
    nodes = {_key(node): node for conditions in several for node in _children(conditions)}
    return confirmed(list(nodes.values()))


def unpack(packed: str) -> dict[str, Any]:
    """A unit as it came back from the page. Invalid if somebody wrote it by hand and wrongly."""
    try:
        node = json.loads(packed)
    except ValueError:
        raise Invalid.field("conditions", "条件的内容有误，请刷新页面后重新勾选。") from None
    if not isinstance(node, dict):
        raise Invalid.field("conditions", "条件的内容有误，请刷新页面后重新勾选。")
    return node


def typed(attribute: str, comparison: str, value: str) -> dict[str, Any]:
    """A condition from the three boxes of the page: 营业收入, 不低于, 2000万.

    Invalid at `conditions.new` if it does not exist or cannot be read.
    """
    known = ATTRIBUTES.get(attribute)
    if known is None:
        raise Invalid.field("conditions.new", "请选择条件的项目。")
    meant = {word: code for code, word in OPERATIONS[known.kind].items()}
    operation = meant.get(comparison)
    if operation is None:
        raise Invalid.field("conditions.new", f"“{known.label}”可用的比较有：{'、'.join(meant)}。")
    leaf = {"attribute": attribute, "op": operation, "value": _value(known, operation, value.strip())}
    faults = checking.check(leaf)
    if faults:
        raise Invalid.field("conditions.new", faults[0].message)
    return leaf


def _value(attribute: vocabulary.Attribute, operation: str, text: str) -> Any:
    wrong = Invalid.field("conditions.new", f"看不懂“{attribute.label}”的取值“{text[:40]}”，请按提示填写。")
    if attribute.kind is Kind.FLAG:
        if text not in ("是", "否", ""):
            raise wrong
        return text != "否"
    if not text:
        raise Invalid.field("conditions.new", "请填写取值。")
    if attribute.kind is Kind.MONEY:
        try:
            amount = parse_amount(text)
        except Invalid as error:
            raise Invalid.field("conditions.new", error.message) from None
        return int(amount) if amount == int(amount) else float(amount)
    if attribute.kind in (Kind.NUMBER, Kind.PERCENT):
        try:
            number = float(text.rstrip("%％" + attribute.unit))
        except ValueError:
            raise wrong from None
        return int(number) if number == int(number) else number
    if attribute.kind is Kind.DATE:
        return _date(operation, text, wrong)
    words = [
        part for part in text.replace("，", "、").replace(",", "、").replace(" ", "、").split("、") if part
    ]
    codes = {label: code for code, label in attribute.choices.items()}
    return [codes.get(word, word) for word in words]


def _date(operation: str, text: str, wrong: Invalid) -> Any:
    if operation in ("on_or_after", "on_or_before"):
        try:
            return read_day(text)
        except Unreadable:
            raise wrong from None
    for unit in sorted(_UNITS, key=len, reverse=True):
        if text.endswith(unit) and text.removesuffix(unit).strip().isdecimal():
            return {"n": int(text.removesuffix(unit)), "unit": _UNITS[unit]}
    raise wrong


def _children(node: Any) -> list[Mapping[str, Any]]:
    if not isinstance(node, Mapping) or not node:
        return []
    if isinstance(node.get("all"), list):
        return [child for child in node["all"] if isinstance(child, Mapping)]
    return [node]


def _key(node: Mapping[str, Any]) -> str:
    """The same condition, wherever it was read."""
    kept = {name: value for name, value in node.items() if name not in ("text", "span")}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _text(node: Mapping[str, Any]) -> str:
    return str(node.get("text") or "")
