"""The money rules of an item in words, as its page and its 办事指南 show them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from redemption.kernel.money import yuan_full, yuan_text


@dataclass(frozen=True)
class MoneyLine:
    """One rule. `full` is the whole figure of an amount; `group`: the items of the group are named beside it."""

    label: str
    words: str
    full: str = ""
    group: bool = False


def lines(rules: Mapping[str, Any]) -> list[MoneyLine]:
    """What `ItemVersion.money_rules` says, in the order of a reader's questions."""
    order = {"receipt": "按收件先后，额满即止", "ranking": "按评审排名，择优"}.get(
        rules.get("order") or "", ""
    )
    made = [_amount("预算总额", rules.get("budget"))]
    if rules.get("quota"):
        made.append(MoneyLine("名额", f"{rules['quota']} 个"))
    if order:
        made.append(MoneyLine("分配次序", order))
    made += [_amount("单件上限", rules.get("cap")), _amount("每家企业每年上限", rules.get("yearly_cap"))]
    if rules.get("group"):
        words = "就高不就低" if rules.get("group_rule") == "higher" else "不重复享受"
        made.append(MoneyLine("重复享受", f"同组事项{words}", group=True))
    if rules.get("exclude_bad_credit"):
        made.append(MoneyLine("信用要求", "有严重失信记录的不予兑现"))
    return [line for line in made if line]


def _amount(label: str, amount: Any) -> MoneyLine | None:
    if not amount:
        return None
    value = Decimal(str(amount))
    return MoneyLine(label, yuan_text(value), full=yuan_full(value))
