"""Looking after connections: what stands still without anybody having failed is told, too."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.dispatch.models import Connection, Parcel
from redemption.dispatch.port import Capability, known_adapters
from redemption.dispatch.recording import tell_trouble
from redemption.dispatch.rules import ParcelState
from redemption.kernel import clock

STUCK_AFTER = dt.timedelta(hours=1)
LATER_AFTER = dt.timedelta(days=2)
"""A department that said 202 has this long before somebody is asked to look."""


def watch(session: Session) -> int:
    """Tell about cases that nobody fetches or answers, once a day each; returns of how many connections."""
    now, told = clock.now(), 0
    for connection in session.scalars(select(Connection).order_by(Connection.id)):
        sentence = _standstill(session, connection, now)
        if sentence:
            mark = f"standstill:{connection.id}:{clock.today().isoformat()}"
            tell_trouble(session, connection, mark, sentence)
            told += 1
    return told


def _standstill(session: Session, connection: Connection, now: dt.datetime) -> str:
    adapter = known_adapters().get(connection.adapter)
    fetched = adapter is not None and Capability.FETCHED in adapter.capabilities
    oldest_waiting = _oldest(session, connection, ParcelState.WAITING)
    oldest_later = _oldest(session, connection, ParcelState.LATER)
    expected = dt.timedelta(seconds=int(connection.options.get("expected_every", 3600)))
    if fetched and oldest_later is not None and now - oldest_later > expected:
        seen = connection.last_polled_at
        last = f"上次回执 {clock.moment_text(seen)}" if seen else "还没有过回执"
        return f"有案件等待取件已超过 {int(expected.total_seconds() // 60)} 分钟，{last}。"
    if oldest_waiting is not None and now - oldest_waiting > STUCK_AFTER:
        return f"最早一件自 {clock.moment_text(oldest_waiting)} 起没有送达。{connection.last_error}"
    if not fetched and oldest_later is not None and now - oldest_later > LATER_AFTER:
        return f"有案件答复“稍后处理”后一直没有消息，最早一件 {clock.moment_text(oldest_later)}。"
    return ""


def _oldest(session: Session, connection: Connection, state: ParcelState) -> dt.datetime | None:
    return session.scalar(
        select(Parcel.created_at)
        .where(Parcel.connection_id == connection.id, Parcel.state == state)
        .order_by(Parcel.created_at)
        .limit(1)
    )
