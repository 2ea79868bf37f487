"""What the extractor read as numbers and dates, put into the columns that clocks and search use."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from redemption.catalogue.rules import Mode
from redemption.policies.models import PolicyVersion

_MODE_WORDS = (
    ("免申即享", Mode.WITHOUT_APPLICATION),
    ("即申即享", Mode.INSTANT),
    ("专家评审", Mode.BY_REVIEW),
    ("择优", Mode.BY_REVIEW),
)


def columns(fields: Mapping[str, Any], values: Mapping[str, Any], policy: PolicyVersion) -> dict[str, Any]:
    """Columns of a new item version; a value that is not clearly there stays empty for a person to fill."""
    opens_on, closes_on = period(values)
    found = {
        "mode": mode(fields),
        "time_limit_days": workdays(values),
        "opens_on": opens_on,
        "closes_on": closes_on,
        "valid_from": policy.valid_from,
        "valid_until": policy.valid_until,
    }
    return found


def workdays(values: Mapping[str, Any]) -> int | None:
    """办理时限 in workdays, if it is given in workdays."""
    limit = values.get("time_limit")
    if not isinstance(limit, Mapping):
        return None
    number = limit.get("number") or limit.get("value")
    unit = str(limit.get("unit", ""))
    whole = isinstance(number, int) and not isinstance(number, bool) and 0 < number <= 1000
    return number if whole and unit in ("workday", "workdays", "工作日") else None


def period(values: Mapping[str, Any]) -> tuple[dt.date | None, dt.date | None]:
    """The days on which applications open and close, if both are dates in that order."""
    said = values.get("application_period")
    if not isinstance(said, Mapping):
        return None, None
    opens, closes = _date(said.get("from") or said.get("start")), _date(said.get("to") or said.get("end"))
    return (None, None) if opens and closes and closes < opens else (opens, closes)


def mode(fields: Mapping[str, Any]) -> Mode:
    """兑现方式 by the words of the process and channel; 限时兑现 where they say nothing."""
    words = " ".join(
        str((fields.get(name) or {}).get("text", "")) for name in ("process", "channels", "standard")
    )
    return next((mode for word, mode in _MODE_WORDS if word in words), Mode.WITHIN_LIMIT)


def _date(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
