"""Cursor pages: stable while rows are added, and as fast on the thousandth page as on the first."""

import base64
import json
from typing import Any

from flask import request
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from redemption.kernel.errors import Invalid

LIMIT = 50
MOST = 200


def encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).decode().rstrip("=")


def decode(cursor: str) -> Any:
    """
    Raises:
        Invalid: somebody made this cursor up.
    """
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeDecodeError):
        raise Invalid.field("cursor", "游标无效，请从第一页重新开始。") from None


def number(cursor: str) -> int:
    """The key after which the next page begins. Invalid as `decode`."""
    after = decode(cursor)
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**63:
        raise Invalid.field("cursor", "游标无效，请从第一页重新开始。")
    return after


def page(
    session: Session,
    query: Select[Any],
    key: InstrumentedAttribute[int],
    *,
    limit: int = LIMIT,
    cursor: str | None = None,
    newest_first: bool = True,
) -> tuple[list[Any], str | None]:
    """One page by a unique numeric key; returns the rows (scalars) and the cursor of the next page or None."""
    limit = max(1, min(limit, MOST))
    if cursor:
        after = number(cursor)
        query = query.where(key < after if newest_first else key > after)
    rows = list(session.scalars(query.order_by(key.desc() if newest_first else key.asc()).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode(getattr(rows[limit - 1], key.key))


def cursor_argument() -> str | None:
    """`?cursor=` of this request."""
    return request.args.get("cursor") or None
