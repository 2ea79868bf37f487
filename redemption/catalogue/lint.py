"""What a person should look at before an item is published: judged on what stands there now, not on what was
extracted. Never a reason to refuse; the reasons to refuse are in `service.what_is_missing`. Pure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from redemption.catalogue import review
from redemption.catalogue.extraction import Synonyms
from redemption.catalogue.rules import Mode

if TYPE_CHECKING:
    from redemption.catalogue.models import ItemVersion

_WORKDAYS = re.compile(r"(\d{1,3})\s*个?\s*工作日")


@dataclass(frozen=True)
class Remark:
    """One thing to look at, at a field."""

    code: str
    field: str
    message: str


@dataclass(frozen=True)
class Draft:
    """The parts of an item version that are looked at."""

    fields: Mapping[str, Any]
    extracted: Mapping[str, Any]
    values: Mapping[str, Any]
    mode: str
    time_limit_days: int | None
    payment_days: int | None
    closes_on: dt.date | None
    valid_until: dt.date | None
    publicity_days: int = 0
    name: str = ""
    others: Collection[str] = ()
    """The names of the other items of the policy."""

    @classmethod
    def of(cls, version: ItemVersion, others: Collection[str]) -> Draft:
        """What is looked at of an item version."""
        return cls(**{name: getattr(version, name) for name in _LOOKED_AT}, others=others)


_LOOKED_AT = [part.name for part in fields(Draft) if part.name != "others"]


def remarks(draft: Draft, today: dt.date, synonyms: Synonyms | None = None) -> list[Remark]:
    """Everything worth a look, in the order of the page."""
    words = synonyms or Synonyms.default()
    return [
        *_names(draft),
        *_extracted(draft),
        *_materials(draft.fields, words),
        *_limits(draft),
        *_dates(draft, today),
    ]


def _names(draft: Draft) -> Iterator[Remark]:
    """Asked anew each time: names are changed, items are added, split and merged."""
    if draft.name and draft.name in draft.others:
        message = f"同一份文件里还有一个事项也叫“{draft.name}”，请改成可以区分的名称，以免企业报错。"
        yield Remark("duplicate_item_name", "name", message)


def _extracted(draft: Draft) -> Iterator[Remark]:
    """Findings of the extractor at fields that nobody has changed since; the checklist says what is missing, and
    materials are looked at anew."""
    for finding in draft.extracted.get("findings") or ():
        field, code = finding.get("field") or "", str(finding.get("code", ""))
        touched = bool((draft.fields.get(field) or {}).get("edited"))
        if code == "duplicate_item_name":
            continue
        if code == "year_missing" and draft.closes_on is not None:
            continue  # a person has said which year
        if not touched and field != "materials" and not code.startswith(("missing_", "external_")):
            yield Remark(code, field, str(finding.get("message", "")))


def _materials(fields: Mapping[str, Any], synonyms: Synonyms) -> Iterator[Remark]:
    catch_all, shared = synonyms.words("catch_all"), synonyms.words("shared_data")
    for text in review.lines_of(fields.get("materials")):
        bare = re.sub(r"\s+", "", text)
        if word := next((word for word in catch_all if word in bare), None):
            message = f"“{_short(bare)}”含有“{word}”。办事指南不得使用兜底条款（《优化营商环境条例》第三十一条），请写明具体材料。"
            yield Remark("catch_all_material", "materials", message)
        elif word := next((word for word in shared if word in bare), None):
            message = f"“{_short(bare)}”可能可以通过数据共享获取（第三十二条），请核对是否仍需企业提交。"
            yield Remark("over_demand", "materials", message)


def _limits(draft: Draft) -> Iterator[Remark]:
    said = {
        int(number) for number in _WORKDAYS.findall(" ".join(review.lines_of(draft.fields.get("time_limit"))))
    }
    if draft.time_limit_days is None:
        if draft.mode == Mode.WITHIN_LIMIT:
            message = "限时兑现没有填写办理时限的工作日数，系统不能计算办理期限。"
            yield Remark("time_limit_unset", "time_limit", message)
    elif said and draft.time_limit_days not in said:
        numbers = "、".join(str(number) for number in sorted(said))
        message = f"文字写的是 {numbers} 个工作日，办理规则里是 {draft.time_limit_days} 个工作日，请核对。"
        yield Remark("time_limit_differs", "time_limit", message)
    process = "".join(review.lines_of(draft.fields.get("process")))
    if "公示" in process and draft.publicity_days == 0:
        message = "写有公示，但公示期填的是 0，予以兑现前不会公示，请核对。"
        yield Remark("publicity_unset", "process", message)
    standard = draft.values.get("standard") or {}
    if draft.payment_days is None and (standard.get("amounts") or standard.get("rates")):
        message = "标准里有金额，但没有填写兑现期限。不填表示不涉及资金，予以兑现后不会进入拨付。"
        yield Remark("payment_days_unset", "standard", message)


def _dates(draft: Draft, today: dt.date) -> Iterator[Remark]:
    if draft.closes_on is not None and draft.closes_on < today:
        yield Remark(
            "period_over", "application_period", "申报截止日期已过，发布后即为已截止，企业不能申报。"
        )
    if draft.valid_until is not None and draft.valid_until < today:
        yield Remark("validity_over", "legal_basis", "有效期已满，发布后即为已失效。")


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:24] + "…"
