"""Doing in the seeding transaction what the workers would have done at that time."""

import importlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.kernel import clock
from redemption.kernel.outbox import OutboxRow


def settle(session: Session) -> int:
    """Run the jobs of all open outbox rows that stay inside the database; returns how many.

    Rows whose job calls the outside world wait for the real workers. Workers stand above this package, so their
    register is found by name.
    """
    jobs: dict[str, Any] = importlib.import_module("workers.routes").load()
    handled = 0
    while True:
        session.flush()
        inside = [topic for topic, registered in jobs.items() if registered.kind in {"inside", "together"}]
        rows = session.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.done_at.is_(None), OutboxRow.topic.in_(inside), OutboxRow.not_before <= clock.now()
            )
            .order_by(OutboxRow.id)
        ).all()
        if not rows:
            return handled
        for row in rows:
            registered = jobs[row.topic]
            together = registered.kind == "together"
            registered.handler(session, [row.payload] if together else row.payload)
            row.done_at = clock.now()
            handled += 1
