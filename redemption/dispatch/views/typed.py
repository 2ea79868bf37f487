"""What is typed on the pages of delivery: a department, a day, a number."""

import datetime as dt

from sqlalchemy import select

from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.errors import Invalid
from redemption.web.session import db


def chosen_department(code: str) -> Department:
    found = db().scalar(select(Department).where(Department.code == code.strip()))
    if found is None:
        raise Invalid.field("department", "请选择部门。")
    return found


def begins(text: str) -> dt.datetime | None:
    """The start of a day; None, meaning now, where none is given."""
    if not text.strip():
        return None
    try:
        return clock.start_of_day(dt.date.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise Invalid.field("begins_on", "请按 2026-12-01 的格式填写日期。") from None


def number(text: str, name: str, default: int) -> int:
    """A whole number, or the default where nothing is typed."""
    plain = text.strip()
    if not plain:
        return default
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise Invalid.field(name, "请填写整数。")
    return int(plain)
