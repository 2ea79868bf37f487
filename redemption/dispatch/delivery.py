"""Delivery: claim with a lease, commit, call outside in no transaction, record (DESIGN law 2).

`Courier.pump` takes whatever is due, from every connection in turn, and hands it over with threads of its own: a slow
department keeps its own few threads busy and nobody else's. How many calls a connection has at once is counted in
the table, so any number of couriers in any number of processes keep the limit together. A courier that is killed
leaves leases that run out; what it had handed over is handed over again under the same key.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from redemption.dispatch.claiming import Claim, Leased, Outfit, claim, dress, make_adapter
from redemption.dispatch.models import Connection
from redemption.dispatch.port import (
    Adapter,
    Alert,
    Capability,
    Outcome,
    Polled,
    Refused,
    Shipment,
    known_adapters,
)
from redemption.dispatch.port.mapping import MappingFault
from redemption.dispatch.recording import Try, record, unheard
from redemption.dispatch.rules import LEASE
from redemption.identity.models import Department, DepartmentKey
from redemption.identity.queries import live_keys
from redemption.kernel import clock
from redemption.kernel.db import Json
from redemption.kernel.uow import unit_of_work

log = structlog.get_logger("redemption.dispatch")

THREADS = 32
ROUND = 0.02
"""Seconds between looks: who answers within it is written down together with the others."""


class Courier:
    """Delivers for one process. `pump` may run in several threads and processes at once."""

    def __init__(self, outfit: Outfit, *, threads: int = THREADS) -> None:
        self._outfit = outfit
        self._threads = threads
        self._adapters: dict[int, tuple[tuple[Any, ...], Adapter]] = {}
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="courier")
        self._out: Counter[int] = Counter()
        """Calls that wait for an answer, of this pump and of earlier ones, by connection."""

    def pump(self, seconds: float = 20.0) -> int:
        """Deliver what is due until nothing is, or until the time is over; returns how many were handed over.

        In rounds of a moment: what came back is written down together, then as many are claimed as there is room.
        Calls that still wait for an answer when the time is over go on, and are written down one by one.
        """
        until = time.monotonic() + seconds
        flying: set[Future[Try]] = set()
        count = 0
        while time.monotonic() < until:
            claims = self._claim(self._threads - self._out.total())
            flying |= {self._start(claim) for claim in claims}
            count += len(claims)
            if not flying:
                break
            done, flying = wait(flying, timeout=ROUND)
            self._record([future.result() for future in done])
        for future in flying:
            future.add_done_callback(lambda late: self._record([late.result()]))
        return count

    def close(self) -> None:
        """Wait for the calls under way, and give back every adapter's connections."""
        self._pool.shutdown()
        with self._guard:
            for _, adapter in self._adapters.values():
                adapter.close()
            self._adapters.clear()

    def _start(self, claim: Claim) -> Future[Try]:
        with self._guard:
            self._out[claim.connection_id] += 1
        return self._pool.submit(self._try, claim)

    # --- claiming ------------------------------------------------------------------------------------------

    def _claim(self, room: int) -> list[Claim]:
        if room <= 0:
            return []
        with unit_of_work(self._outfit.database) as session:
            return [self._dressed(session, leased) for leased in claim(session, room, dict(self._out))]

    def _dressed(self, session: Session, leased: Leased) -> Claim:
        parcel, referral, connection = leased.parcel, leased.referral, leased.connection
        key = f"{referral.number}.{parcel.sequence}"
        fault: Outcome | None = None
        adapter: Adapter | None = None
        payload: Json = parcel.payload
        try:
            payload = dress(
                session, self._outfit, connection, referral, leased.department.code, parcel.payload
            )
        except MappingFault as error:
            said = tuple(f"{name}：{text}" for name, texts in error.fields.items() for text in texts)
            fault = Refused(said or (error.message,))
        try:
            adapter = self._adapter(session, connection, leased.department, leased.keys)
        except Exception as error:
            log.exception("adapter_unusable", connection=connection.id)
            fault = Alert(f"对接配置不可用：{error}"[:500])
        shipment = Shipment(key, referral.number, parcel.sequence, parcel.kind, payload, parcel.attempts + 1)
        assert parcel.lease_token is not None
        return Claim(parcel.id, connection.id, parcel.lease_token, shipment, adapter, fault)

    def _adapter(
        self, session: Session, connection: Connection, department: Department, keys: Sequence[DepartmentKey]
    ) -> Adapter:
        """This connection's adapter, kept as long as its settings and keys stay the same."""
        mark = (connection.version, connection.adapter, tuple(key.id for key in keys))
        with self._guard:
            kept = self._adapters.get(connection.id)
            if kept is not None and kept[0] == mark:
                return kept[1]
            made = make_adapter(session, self._outfit.box, self._outfit.storage, connection, department, keys)
            self._adapters[connection.id] = (mark, made)
        return made

    def _forget(self, claim: Claim) -> None:
        """Somebody's settings are wrong: the next try reads certificates and the like anew."""
        with self._guard:
            kept = self._adapters.get(claim.connection_id)
            if kept is not None and kept[1] is claim.adapter:
                # not closed: other calls may be under way
                del self._adapters[claim.connection_id]

    # --- delivering ----------------------------------------------------------------------------------------

    def _try(self, claim: Claim) -> Try:
        started = time.monotonic()
        try:
            outcome = claim.fault or self._send(claim)
        finally:
            with self._guard:
                self._out[claim.connection_id] -= 1
        if isinstance(outcome, Alert):
            self._forget(claim)
        return Try(claim, outcome, int((time.monotonic() - started) * 1000))

    def _record(self, tries: Sequence[Try]) -> None:
        """All at once; if one of them cannot be written, the others are, and it is tried again when its lease ends."""
        if not tries:
            return
        try:
            with unit_of_work(self._outfit.database) as session:
                record(session, tries)
        except Exception:
            log.exception("tries_not_recorded", count=len(tries))
            if len(tries) == 1:
                raise
            for one in tries:
                with contextlib.suppress(Exception):
                    self._record([one])

    def _send(self, claim: Claim) -> Outcome:
        assert claim.adapter is not None
        try:
            return claim.adapter.send(claim.shipment)
        except Exception as error:
            # an adapter that raises is a mistake of its author: the case must not suffer for it
            log.exception("adapter_raised", key=claim.shipment.key)
            return Alert(f"对接程序出错：{type(error).__name__}: {error}"[:500])

    # --- answers that are fetched --------------------------------------------------------------------------

    def poll(self, receive: Callable[[Session, Department, Json], Any]) -> int:
        """Fetch answers of every connection that has to be asked; `receive` keeps one event in its transaction."""
        codes = [code for code, found in known_adapters().items() if Capability.POLLED in found.capabilities]
        with unit_of_work(self._outfit.database) as session:
            ids = list(
                session.scalars(select(Connection.id).where(Connection.adapter.in_(codes)).order_by("id"))
            )
        return sum(self._poll_one(connection_id, receive) for connection_id in ids)

    def _poll_one(self, connection_id: int, receive: Callable[[Session, Department, Json], Any]) -> int:
        now = clock.now()
        with unit_of_work(self._outfit.database) as session:
            connection = session.scalar(
                select(Connection)
                .where(
                    Connection.id == connection_id,
                    or_(Connection.poll_lease_until.is_(None), Connection.poll_lease_until < now),
                )
                .with_for_update(skip_locked=True, key_share=True)
            )
            if connection is None:
                return 0
            connection.poll_lease_until = now + LEASE
            department = session.get_one(Department, connection.department_id)
            cursor = dict(connection.poll_cursor)
            adapter = self._adapter(session, connection, department, live_keys(session, department.id))
        try:
            polled = adapter.poll(cursor)
            self._keep(department.id, polled, receive)
        except Exception as error:
            log.exception("poll_failed", connection=connection_id)
            self._polled(connection_id, cursor, f"取回答复失败：{error}"[:500])
            return 0
        self._polled(connection_id, dict(polled.cursor), "")
        adapter.settle(polled.cursor)
        return len(polled.events)

    def _keep(
        self, department_id: int, polled: Polled, receive: Callable[[Session, Department, Json], Any]
    ) -> None:
        for event in polled.events:
            with unit_of_work(self._outfit.database) as session:
                receive(session, session.get_one(Department, department_id), dict(event))

    def _polled(self, connection_id: int, cursor: Json, error: str) -> None:
        with unit_of_work(self._outfit.database) as session:
            connection = session.get_one(
                Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True
            )
            connection.poll_cursor, connection.poll_lease_until = cursor, None
            if error:
                unheard(session, connection, error)
            else:
                connection.last_polled_at = clock.now()
