"""What the extractor read as numbers and dates, put into the columns that clocks and search use.

Only what is clearly there; a person confirms the rest. What cannot be filled stays empty and never wrong.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from redemption.catalogue.rules import Mode
from redemption.kernel.money import yuan_text
from redemption.policies.models import PolicyVersion

MOST_SUMMARY = 80
_MODE_WORDS = (
    ("免申即享", Mode.WITHOUT_APPLICATION),
    ("即申即享", Mode.INSTANT),
    ("专家评审", Mode.BY_REVIEW),
    ("择优", Mode.BY_REVIEW),
)
_PUBLICITY = re.compile(r"公示[^，。；\d]{0,12}?(\d{1,2})\s*个?\s*工作日")
_PAYMENT = re.compile(
    r"(?:资金)?(?:拨付|兑付|兑现|发放)[^，。；\d]{0,6}(\d{1,3})\s*个?\s*工作日"
    r"|(\d{1,3})\s*个?\s*工作日(?:之?内)?[^，。；\d]{0,8}(?:拨付|兑付|发放)"
)


def columns(fields: Mapping[str, Any], values: Mapping[str, Any], policy: PolicyVersion) -> dict[str, Any]:
    """Columns of a new item version, as far as the text gives them."""
    opens_on, closes_on = period(values)
    return {
        "summary": summary(fields, values),
        "mode": mode(fields),
        "time_limit_days": workdays(values),
        "publicity_days": _days(_PUBLICITY, fields) or 0,
        "payment_days": _days(_PAYMENT, fields),
        "opens_on": opens_on,
        "closes_on": closes_on,
        "valid_from": policy.valid_from,
        "valid_until": policy.valid_until,
    }


def workdays(values: Mapping[str, Any]) -> int | None:
    """办理时限 in workdays, if the text gives one whole limit in workdays."""
    limit = (values.get("time_limit") or {}).get("total")
    if not isinstance(limit, Mapping) or limit.get("unit") != "workday":
        return None
    number = limit.get("number")
    return number if isinstance(number, int) and 0 <= number <= 1000 else None


def period(values: Mapping[str, Any]) -> tuple[dt.date | None, dt.date | None]:
    """The days on which applications open and close; nothing where the text contradicts itself."""
    said = values.get("application_period")
    if not isinstance(said, Mapping) or said.get("problems"):
        return None, None
    opens, closes = _date(said.get("from")), _date(said.get("to"))
    return (None, None) if opens and closes and closes < opens else (opens, closes)


def mode(fields: Mapping[str, Any]) -> Mode:
    """兑现方式 by the words of the process, the channel and the standard; 限时兑现 where they say nothing."""
    words = _words(fields, "process", "channels", "standard")
    return next((mode for word, mode in _MODE_WORDS if word in words), Mode.WITHIN_LIMIT)


def summary(fields: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """One sentence on what one gets: the amount or the cap, else the first sentence of the standard."""
    standard = values.get("standard") or {}
    if isinstance(standard.get("amount"), int):
        return (
            f"一次性{yuan_text(standard['amount'])}"
            if standard.get("once")
            else yuan_text(standard["amount"])
        )
    if isinstance(standard.get("cap"), int):
        return f"最高{yuan_text(standard['cap'])}"
    first = re.split(r"[。；\n]", _words(fields, "standard").strip(), maxsplit=1)[0].strip()
    return first if len(first) <= MOST_SUMMARY else ""


def _days(pattern: re.Pattern[str], fields: Mapping[str, Any]) -> int | None:
    """One number of workdays, if the text names only one."""
    words = _words(fields, "process", "time_limit", "standard")
    found = {next(part for part in match.groups() if part) for match in pattern.finditer(words)}
    return int(found.pop()) if len(found) == 1 else None


def _words(fields: Mapping[str, Any], *names: str) -> str:
    return "\n".join(str((fields.get(name) or {}).get("text", "")) for name in names)


def _date(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
