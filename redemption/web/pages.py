"""Pages: rendering, and the filters that make dates and amounts read the same everywhere."""

import datetime as dt
from decimal import Decimal
from typing import Any

from flask import Flask, Response, make_response, render_template

from redemption.kernel import clock, money
from redemption.web.access import actor_or_none


def init(app: Flask) -> None:
    app.jinja_env.filters.update(day=day, moment=moment, yuan=yuan, yuan_full=yuan_full, size=size)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"actor": actor_or_none()})


def render(template: str, status: int = 200, **context: Any) -> Response:
    """A page. A template never decides its status: the view does."""
    response = make_response(render_template(template, **context))
    response.status_code = status
    return response


def day(value: dt.date | dt.datetime | str | None, empty: str = "—") -> str:
    """2026年11月22日; also of a day that is stored as ISO text."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value) if value else None
    return empty if value is None else clock.day_text(value)


def moment(value: dt.datetime | None, empty: str = "—") -> str:
    """2026年11月22日 14:05, in Asia/Shanghai."""
    return empty if value is None else clock.moment_text(value)


def yuan(value: Decimal | int | str | None, empty: str = "—") -> str:
    """20万元."""
    return empty if value is None else money.yuan_text(Decimal(value))


def yuan_full(value: Decimal | int | str | None, empty: str = "—") -> str:
    """200,000.00元."""
    return empty if value is None else money.yuan_full(Decimal(value))


def size(value: int | None) -> str:
    """1.2 MB; decimal point, one place."""
    if value is None:
        return "—"
    amount, unit = float(value), "B"
    for bigger in ("KB", "MB", "GB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, bigger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
