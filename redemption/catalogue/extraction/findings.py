"""Step 8: what a person has to look at. Codes are stable; the message is for the policy maker who reviews."""

from __future__ import annotations

import re
from collections import Counter

from redemption.catalogue.extraction.model import EXTERNAL, FIELDS, MISSING, Finding, Item, Policy, Span
from redemption.catalogue.extraction.synonyms import Synonyms

FIELD_NAMES = {
    "target": "适用对象", "conditions": "适用条件", "standard": "兑现标准", "materials": "申报材料", "channels": "申报渠道",
    "process": "办理流程", "online_url": "在线办理链接", "onsite_address": "现场办理地址", "time_limit": "办理时限",
    "phone": "咨询电话", "application_period": "申报期限", "legal_basis": "政策依据",
}  # fmt: skip
# Article 24 of the Measure asks for these; the standard is asked for by article 25.
REQUIRED = (
    "target", "conditions", "standard", "materials", "channels", "process", "online_url", "onsite_address", "time_limit",
    "phone",
)  # fmt: skip
_PROBLEMS = {
    "year_missing": "申报期限中的日期没有写明年份，请补充年份。",
    "contradictory_dates": "申报期限中有互不一致的截止日期，请核对后确定一个。",
    "ends_before_begins": "申报期限的截止日期早于开始日期，请核对。",
}


def find_all(text: str, items: list[Item], policy: Policy, synonyms: Synonyms) -> list[Finding]:
    """All findings of a document, by item and field."""
    if not items:
        return [_no_item(text)]
    findings: list[Finding] = []
    for index, item in enumerate(items):
        findings.extend(_fields(index, item))
        findings.extend(_materials(index, item, synonyms))
        findings.extend(_periods(index, item))
        findings.extend(_phones(index, item))
        findings.extend(_amounts(index, item))
    findings.extend(_names(items))
    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        findings.append(
            Finding("ends_before_begins", "政策的失效日期早于生效日期，请核对。", field="validity")
        )
    return findings


def _no_item(text: str) -> Finding:
    if len(re.sub(r"\s", "", text)) < 60:
        why = "文字太少"
    elif not re.search(r"补贴|奖励|资助|补助|扶持|贴息|支持|减免|贷款|认定|优惠", text):
        why = "文中没有写明补贴、奖励、资助等惠企内容"
    else:
        why = "文中没有可识别的申报对象、条件、标准等标题，也没有写明给予标准的条款"
    message = f"没有识别出可以申报的事项：{why}。政策可以照常发布，如有事项请手工添加。"
    return Finding("no_item", message)


def _fields(index: int, item: Item) -> list[Finding]:
    found = []
    for name in FIELDS:
        value = item[name]
        label = FIELD_NAMES[name]
        if value.state == EXTERNAL:
            span: Span | None = value.spans[0] if value.spans else None
            message = f"“{label}”写在附件或其他文件中，请补录或链接。"
            found.append(Finding(f"external_{name}", message, index, name, span))
        elif value.state == MISSING and name in REQUIRED:
            found.append(
                Finding(f"missing_{name}", f"没有找到“{label}”，请补充。", index, name, item.name_span)
            )
    return found


def _materials(index: int, item: Item, synonyms: Synonyms) -> list[Finding]:
    found = []
    catch_all, shared = synonyms.words("catch_all"), synonyms.words("shared_data")
    for entry in item["materials"].entries:
        bare = re.sub(r"\s", "", entry.text)
        if word := next((w for w in catch_all if w in bare), None):
            message = f"材料“{_short(entry.text)}”含有兜底用语“{word}”，办事指南中应写明具体材料名称。"
            found.append(Finding("catch_all_material", message, index, "materials", entry.span))
        if word := next((w for w in shared if w in bare), None):
            message = (
                f"材料“{_short(entry.text)}”中的{word}可能可以通过数据共享获取，请核对是否仍需申报单位提交。"
            )
            found.append(Finding("over_demand", message, index, "materials", entry.span))
    return found


def _periods(index: int, item: Item) -> list[Finding]:
    found = []
    for problem in (item.values.get("application_period") or {}).get("problems", []):
        message = _PROBLEMS[problem["code"]]
        span = problem["span"]
        found.append(Finding(problem["code"], message, index, "application_period", (span[0], span[1])))
    return found


def _phones(index: int, item: Item) -> list[Finding]:
    found = []
    for entry in item["phone"].entries:
        if entry.details.get("normalised") is None:
            message = f"电话“{entry.text}”连写在一起，无法分开，请核对。"
            found.append(Finding("phone_unreadable", message, index, "phone", entry.span))
        elif entry.details.get("run_together"):
            message = f"电话“{entry.text}”原文与其他号码连写，请核对拆分是否正确。"
            found.append(Finding("phone_run_together", message, index, "phone", entry.span))
    return found


def _amounts(index: int, item: Item) -> list[Finding]:
    """A standard that speaks of money but gives no figure that could be read."""
    value = item["standard"]
    values = item.values.get("standard")
    if value.state != "found" or not values or values["amounts"] or values["rates"] or values["thresholds"]:
        return []
    message = "兑现标准中没有可读取的金额或比例，请填写或说明。"
    return [Finding("amount_open", message, index, "standard", value.spans[0] if value.spans else None)]


def _names(items: list[Item]) -> list[Finding]:
    counts = Counter(re.sub(r"\s", "", item.name) for item in items)
    return [
        Finding(
            "duplicate_item_name",
            f"有两个以上事项同名“{_short(item.name)}”，请改成可以区分的名称。",
            index,
            None,
            item.name_span,
        )
        for index, item in enumerate(items)
        if counts[re.sub(r"\s", "", item.name)] > 1
    ]


def _short(text: str) -> str:
    text = re.sub(r"\s+", "", text)
    return text if len(text) <= 20 else text[:20] + "…"
