"""Whether conditions compute: what does not exist, has the wrong shape, or is too much, is named with its place. Pure.

`catalogue.vocabulary` says what there is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from redemption.catalogue.vocabulary import (
    ATTRIBUTES,
    OPERATIONS,
    UNITS,
    Attribute,
    Kind,
    is_number,
    parse_day,
)

INDUSTRY = re.compile(r"[A-T]([0-9]{2,4})?")
_DEPTH = 12
_MOST = 200


@dataclass(frozen=True)
class Fault:
    """Why a condition cannot be computed. `path` is a JSON Pointer into the conditions."""

    code: str
    path: str
    message: str


def check(conditions: Any) -> list[Fault]:
    """Everything in these conditions that does not exist or has the wrong shape; empty when all of it computes."""
    if conditions in ({}, None):
        return []
    faults = list(_check_node(conditions, "", 0))
    if sum(1 for _ in leaves(conditions)) > _MOST:
        faults.append(Fault("too_many_conditions", "", f"一个事项最多设置{_MOST}条可计算的条件。"))
    return faults


def leaves(node: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every leaf, in reading order; tolerant of malformed nodes, blind below the depth that `check` allows."""
    if not isinstance(node, Mapping) or depth > _DEPTH:
        return
    for key in ("all", "any"):
        if isinstance(node.get(key), list):
            for child in node[key]:
                yield from leaves(child, depth + 1)
    if "not" in node:
        yield from leaves(node["not"], depth + 1)
    if "attribute" in node or node.get("manual"):
        yield node


def _check_node(node: Any, path: str, depth: int) -> Iterator[Fault]:
    if not isinstance(node, Mapping):
        yield Fault("condition_shape", path, "条件应是一个对象。")
        return
    if depth > _DEPTH:
        yield Fault("condition_too_deep", path, f"条件嵌套超过{_DEPTH}层，请简化。")
        return
    kinds = [key for key in ("all", "any", "not", "attribute", "manual") if key in node]
    if len(kinds) != 1:
        yield Fault("condition_shape", path, "每个条件只能是 all、any、not 或一项属性中的一种。")
        return
    kind = kinds[0]
    if kind in ("all", "any"):
        yield from _check_list(node[kind], f"{path}/{kind}", depth)
    elif kind == "not":
        yield from _check_node(node["not"], f"{path}/not", depth + 1)
    elif kind == "attribute":
        yield from _check_leaf(node, path)
    elif node["manual"] is not True or not str(node.get("text") or "").strip():
        yield Fault("condition_shape", path, "由人工判断的条件应写明条件原文。")


def _check_list(children: Any, path: str, depth: int) -> Iterator[Fault]:
    if not isinstance(children, list) or not children:
        yield Fault("condition_shape", path, "请至少列出一个条件。")
        return
    for at, child in enumerate(children):
        yield from _check_node(child, f"{path}/{at}", depth + 1)


def _check_leaf(leaf: Mapping[str, Any], path: str) -> Iterator[Fault]:
    name, op = leaf["attribute"], leaf.get("op")
    attribute = ATTRIBUTES.get(name) if isinstance(name, str) else None
    if attribute is None:
        message = f"企业画像中没有“{name}”这一属性，这个条件无法计算，请改选已有的属性。"
        yield Fault("unknown_attribute", f"{path}/attribute", message)
        return
    if op not in OPERATIONS[attribute.kind]:
        choices = "、".join(OPERATIONS[attribute.kind])
        yield Fault(
            "unknown_operation",
            f"{path}/op",
            f"“{attribute.label}”不能用“{op}”比较，可用的有：{choices}。",
        )
        return
    if "as_of" in leaf and parse_day(leaf["as_of"]) is None:
        yield Fault("wrong_value", f"{path}/as_of", "计算日期请按 2026-01-01 的格式填写。")
    said = _wrong_value(attribute, str(op), leaf.get("value"))
    if said:
        yield Fault("wrong_value", f"{path}/value", f"{attribute.label}：{said}")


def _wrong_value(attribute: Attribute, op: str, value: Any) -> str:
    """What is wrong with the value of a leaf; empty when nothing is."""
    kind = attribute.kind
    if kind in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT):
        return "" if is_number(value) and abs(value) < 10**16 else "请填写一个数。"
    if kind is Kind.FLAG:
        return "" if isinstance(value, bool) else "请填写 true 或 false。"
    if kind is Kind.DATE:
        return _wrong_date(op, value)
    if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):
        return "请列出至少一个取值。"
    if kind is Kind.INDUSTRY:
        wrong = [part for part in value if not INDUSTRY.fullmatch(part)]
        return f"行业代码“{wrong[0]}”的格式不对，例如：C39、I6513。" if wrong else ""
    if kind in (Kind.CHOICE, Kind.QUALIFICATIONS):
        wrong = [part for part in value if part not in attribute.choices]
        return f"没有“{wrong[0]}”这个取值。" if wrong else ""
    return ""


def _wrong_date(op: str, value: Any) -> str:
    if op in ("on_or_after", "on_or_before"):
        return "" if parse_day(value) else "请按 2026-01-01 的格式填写日期。"
    ok = (
        isinstance(value, Mapping)
        and isinstance(value.get("n"), int)
        and not isinstance(value["n"], bool)
        and 0 <= value["n"] <= 3650
        and value.get("unit") in UNITS
        and (value["unit"] != "year" or value["n"] <= 500)
    )
    return "" if ok else "请填写期限，例如：1 年、6 个月。"
