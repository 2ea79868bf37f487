"""Delivery: claim with a lease, commit, call outside in no transaction, record (DESIGN law 2).

`Courier.pump` takes whatever is due, from every connection in turn, and hands it over with threads of its own: a slow
department keeps its own few threads busy and nobody else's. How many calls a connection has at once is counted in
the table, so any number of couriers in any number of processes keep the limit together. A courier that is killed
leaves leases that run out; what it had handed over is handed over again under the same key.
"""

import datetime as dt
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from redemption.applications.models import Application, Submission
from redemption.dispatch import rules
from redemption.dispatch.models import Attempt, Connection, Parcel, Referral
from redemption.dispatch.port import (
    Adapter,
    Alert,
    Capability,
    Context,
    Later,
    Outcome,
    Polled,
    Refused,
    Retry,
    Shipment,
    Taken,
    adapter_class,
    known_adapters,
)
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.port.signing import SigningKey
from redemption.dispatch.rules import GONE_OVER, LEASE, ParcelKind, ParcelState, ReferralState
from redemption.dispatch.service import settle_taken
from redemption.identity.models import Department, Post
from redemption.identity.queries import live_keys
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.db import Database, Json
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.storage import Storage
from redemption.kernel.uow import unit_of_work
from redemption.messages.service import tell

log = structlog.get_logger("redemption.dispatch")

THREADS = 16
LINK_LIFE = dt.timedelta(days=7)
LINK_PURPOSE = "material"
TELL_AGAIN = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Claim:
    """A parcel this courier holds until its lease ends."""

    parcel_id: int
    connection_id: int
    token: uuid.UUID
    shipment: Shipment
    fault: Outcome | None = None
    """Set when the parcel cannot go out as it is: no call is made for it."""


@dataclass(frozen=True)
class Outfit:
    """What a courier needs of its process."""

    database: Database
    storage: Storage
    box: SecretBox
    signer: Signer
    base_url: str


class Courier:
    """Delivers for one process. `pump` may run in several threads and processes at once."""

    def __init__(self, outfit: Outfit, *, threads: int = THREADS) -> None:
        self._outfit = outfit
        self._threads = threads
        self._adapters: dict[int, tuple[tuple[Any, ...], Adapter]] = {}
        self._guard = threading.Lock()

    def pump(self, seconds: float = 20.0) -> int:
        """Deliver what is due until nothing is, or until the time is over; returns how many were handed over."""
        until = time.monotonic() + seconds
        flying: set[Future[None]] = set()
        count = 0
        with ThreadPoolExecutor(self._threads, thread_name_prefix="courier") as pool:
            while time.monotonic() < until:
                claims = self._claim(self._threads - len(flying))
                flying |= {pool.submit(self._deliver, claim) for claim in claims}
                count += len(claims)
                if not flying:
                    break
                done, flying = wait(flying, timeout=0.05, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        return count

    def close(self) -> None:
        """Give back every adapter's connections."""
        with self._guard:
            for _, adapter in self._adapters.values():
                adapter.close()
            self._adapters.clear()

    # --- claiming ------------------------------------------------------------------------------------------

    def _claim(self, room: int) -> list[Claim]:
        if room <= 0:
            return []
        with unit_of_work(self._outfit.database) as session:
            connections = due_connections(session)
        random.shuffle(connections)
        claims: list[Claim] = []
        for at, connection_id in enumerate(connections):
            share = max(1, (room - len(claims)) // (len(connections) - at))
            if len(claims) + share > room:
                break
            claims += self._claim_of(connection_id, share)
        return claims

    def _claim_of(self, connection_id: int, room: int) -> list[Claim]:
        with unit_of_work(self._outfit.database) as session:
            connection = session.scalar(
                select(Connection)
                .where(Connection.id == connection_id)
                .with_for_update(skip_locked=True, key_share=True)
            )
            if connection is None:
                return []
            rows = claim(session, connection, room)
            return [self._dressed(session, connection, parcel) for parcel in rows]

    def _dressed(self, session: Session, connection: Connection, parcel: Parcel) -> Claim:
        referral = session.get_one(Referral, parcel.referral_id)
        department = session.get_one(Department, referral.department_id)
        key = f"{referral.number}.{parcel.sequence}"
        fault: Outcome | None = None
        payload: Json = parcel.payload
        try:
            payload = dress(session, self._outfit, connection, referral, department.code, parcel.payload)
        except port_mapping.MappingFault as error:
            said = tuple(f"{name}：{text}" for name, texts in error.fields.items() for text in texts)
            fault = Refused(said or (error.message,))
        try:
            self._adapter(session, connection, department)
        except Exception as error:
            log.exception("adapter_unusable", connection=connection.id)
            fault = Alert(f"对接配置不可用：{error}"[:500])
        shipment = Shipment(key, referral.number, parcel.sequence, parcel.kind, payload, parcel.attempts + 1)
        assert parcel.lease_token is not None
        return Claim(parcel.id, connection.id, parcel.lease_token, shipment, fault)

    def _adapter(self, session: Session, connection: Connection, department: Department) -> Adapter:
        """This connection's adapter, kept as long as its settings and keys stay the same."""
        keys = live_keys(session, department.id)
        mark = (connection.version, connection.adapter, tuple(key.id for key in keys))
        with self._guard:
            kept = self._adapters.get(connection.id)
            if kept is not None and kept[0] == mark:
                return kept[1]
            made = make_adapter(session, self._outfit.box, self._outfit.storage, connection, department)
            self._adapters[connection.id] = (mark, made)
        return made

    # --- delivering ----------------------------------------------------------------------------------------

    def _deliver(self, claim: Claim) -> None:
        started = time.monotonic()
        outcome = claim.fault or self._send(claim)
        duration = int((time.monotonic() - started) * 1000)
        with unit_of_work(self._outfit.database) as session:
            record(session, claim, outcome, duration)

    def _send(self, claim: Claim) -> Outcome:
        with self._guard:
            adapter = self._adapters[claim.connection_id][1]
        try:
            return adapter.send(claim.shipment)
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
            adapter = self._adapter(session, connection, department)
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
            values: dict[str, Any] = {"poll_cursor": cursor, "poll_lease_until": None}
            if error:
                values |= {"last_error": error, "last_failure_at": clock.now()}
            else:
                values |= {"last_polled_at": clock.now()}
            session.execute(update(Connection).where(Connection.id == connection_id).values(values))


# --- in the database ---------------------------------------------------------------------------------------


def due_connections(session: Session) -> list[int]:
    """Connections with a parcel that may go out now and whose breaker is closed."""
    now = clock.now()
    return list(
        session.scalars(
            select(Parcel.connection_id)
            .join(Connection, Connection.id == Parcel.connection_id)
            .where(*_due(now), or_(Connection.open_until.is_(None), Connection.open_until <= now))
            .distinct()
        )
    )


def claim(session: Session, connection: Connection, room: int) -> list[Parcel]:
    """Lease up to `room` parcels of a connection whose row is locked; the limit counts every courier's calls."""
    now = clock.now()
    busy = (
        session.scalar(
            select(func.count()).where(
                Parcel.connection_id == connection.id,
                Parcel.state == ParcelState.WAITING,
                Parcel.lease_until > now,
            )
        )
        or 0
    )
    # after failures one parcel goes ahead and finds out; the others follow when it comes back
    limit = 1 if connection.failures >= rules.BREAKER_FAILURES else connection.max_parallel
    earlier = aliased(Parcel)
    ready = (
        select(Parcel.id)
        .where(
            Parcel.connection_id == connection.id,
            *_due(now),
            ~select(earlier.id)
            .where(
                earlier.referral_id == Parcel.referral_id,
                earlier.sequence < Parcel.sequence,
                earlier.state.not_in(GONE_OVER),
            )
            .exists(),
        )
        .order_by(Parcel.next_at, Parcel.id)
        .limit(max(0, min(room, limit - busy)))
        .with_for_update(skip_locked=True)
    )
    token = uuid.uuid4()
    ids = list(
        session.scalars(
            update(Parcel)
            .where(Parcel.id.in_(ready.scalar_subquery()))
            .values(
                lease_until=now + LEASE,
                lease_token=token,
                first_attempt_at=func.coalesce(Parcel.first_attempt_at, now),
            )
            .returning(Parcel.id)
            .execution_options(synchronize_session=False)
        )
    )
    return list(
        session.scalars(
            select(Parcel)
            .where(Parcel.id.in_(ids))
            .order_by(Parcel.id)
            .execution_options(populate_existing=True)
        )
    )


def _due(now: dt.datetime) -> tuple[Any, ...]:
    return (
        Parcel.state == ParcelState.WAITING,
        Parcel.next_at <= now,
        or_(Parcel.lease_until.is_(None), Parcel.lease_until < now),
    )


def dress(
    session: Session,
    outfit: Outfit,
    connection: Connection,
    referral: Referral,
    department_code: str,
    payload: Json,
) -> Json:
    """A payload as it leaves: fresh links, the account where the department may have it, the mapping applied.

    Raises:
        MappingFault: the department's table has no value for something it requires.
    """
    made = dict(payload)
    expires = clock.now() + LINK_LIFE
    made["materials"] = [
        _linked(outfit, material, expires) if material.get("sha256") else material
        for material in payload.get("materials", [])
    ]
    made["callback"] = f"{outfit.base_url}/api/v1/departments/{department_code}/events"
    if connection.options.get("bank_account"):
        account = _account(session, outfit.box, referral.application_id)
        if account:
            made["enterprise"] = {**payload["enterprise"], "bank_account": account}
    if connection.mapping.get("fields"):
        made["data"] = port_mapping.apply(connection.mapping, made)
    return made


def _linked(outfit: Outfit, material: Json, expires: dt.datetime) -> Json:
    token = outfit.signer.sign(material["id"], expires, LINK_PURPOSE)
    return material | {
        "url": f"{outfit.base_url}/api/v1/files/{token}",
        "expires_at": expires.isoformat(),
    }


def _account(session: Session, box: SecretBox, application_id: int) -> str:
    row = session.execute(
        select(Submission.id, Submission.bank_account)
        .join(Application, Application.submission_id == Submission.id)
        .where(Application.id == application_id)
    ).one()
    return box.open(row.bank_account, f"submission:{row.id}:bank_account") if row.bank_account else ""


def signing_keys(session: Session, box: SecretBox, department_id: int) -> tuple[SigningKey, ...]:
    """The live keys shared with a department's system, opened."""
    return tuple(
        SigningKey(key.key_id, key.scheme, box.open(key.secret, f"department_key:{department_id}"))
        for key in live_keys(session, department_id)
    )


def make_adapter(
    session: Session, box: SecretBox, storage: Storage, connection: Connection, department: Department
) -> Adapter:
    """The adapter of a connection with its options, secrets and live keys."""
    keys = signing_keys(session, box, department.id)
    secrets: dict[str, str] = {}
    if connection.secrets:
        secrets = json.loads(box.open(connection.secrets, f"connection:{department.id}"))

    def read_file(sha256: str) -> bytes:
        with storage.open(sha256) as stream:
            return stream.read()

    context = Context(department.code, dict(connection.options), secrets, keys, read_file)
    return adapter_class(connection.adapter)(context)


def record(session: Session, held: Claim, outcome: Outcome, duration_ms: int) -> None:
    """Write down one try and what follows from it.

    A claim whose lease ran out and was taken by another courier changes nothing but the list of tries; only that
    the department has the parcel is true whoever learned it.
    """
    now = clock.now()
    referral = session.scalars(
        select(Referral)
        .join(Parcel, Parcel.referral_id == Referral.id)
        .where(Parcel.id == held.parcel_id)
        .with_for_update(of=Referral)
    ).one()
    parcel = session.get_one(Parcel, held.parcel_id, with_for_update=True, populate_existing=True)
    connection = session.get_one(
        Connection, held.connection_id, with_for_update={"key_share": True}, populate_existing=True
    )
    ours = parcel.lease_token == held.token and parcel.state == ParcelState.WAITING
    if ours:
        parcel.attempts += 1
        parcel.lease_until, parcel.lease_token = None, None
    word = "late" if not ours else ""
    if isinstance(outcome, Taken) and parcel.state == ParcelState.WAITING:
        settle_taken(session, parcel, referral, outcome.number)
        _success(connection, now)
        word = ParcelState.TAKEN
    elif ours:
        word = _settle(session, parcel, referral, connection, outcome, now)
    session.add(
        Attempt(
            parcel_id=parcel.id,
            at=now,
            outcome=word,
            status=outcome.status,
            duration_ms=duration_ms,
            answer=_said(outcome),
        )
    )


def _settle(
    session: Session,
    parcel: Parcel,
    referral: Referral,
    connection: Connection,
    outcome: Outcome,
    now: dt.datetime,
) -> str:
    if isinstance(outcome, Later):
        parcel.state, parcel.settled_at, parcel.last_error = ParcelState.LATER, now, ""
        if Capability.FETCHED in adapter_class(connection.adapter).capabilities:
            parcel.position = connection.next_position
            connection.next_position += 1
        _success(connection, now)
        return "later"
    if isinstance(outcome, Refused):
        parcel.state, parcel.settled_at = ParcelState.REFUSED, now
        parcel.last_error = "；".join(outcome.reasons)[:2000]
        if parcel.kind == ParcelKind.SUBMISSION:
            referral.state = ReferralState.REFUSED
        _success(connection, now)
        _tell_held(session, parcel, referral, connection)
        return "refused"
    assert isinstance(outcome, Retry)
    return _again(session, parcel, referral, connection, outcome, now)


def _again(
    session: Session,
    parcel: Parcel,
    referral: Referral,
    connection: Connection,
    outcome: Retry,
    now: dt.datetime,
) -> str:
    parcel.last_error = outcome.reason[:2000]
    parcel.next_at = now + rules.wait_after(parcel.attempts, outcome.retry_after)
    connection.failures += 1
    connection.last_failure_at, connection.last_error = now, parcel.last_error
    pause = rules.breaker_pause(connection.failures)
    if pause is not None:
        connection.open_until = now + pause
    if isinstance(outcome, Alert) or pause is not None:
        _tell_trouble(session, connection, now)
    if parcel.first_attempt_at is not None and rules.is_hopeless(parcel.first_attempt_at, now):
        parcel.state, parcel.settled_at = ParcelState.DEAD, now
        _tell_held(session, parcel, referral, connection)
        return "dead"
    return "alert" if isinstance(outcome, Alert) else "retry"


def _success(connection: Connection, now: dt.datetime) -> None:
    connection.failures, connection.open_until, connection.alerted_at = 0, None, None
    connection.last_success_at, connection.last_error = now, ""


def _said(outcome: Outcome) -> str:
    """What is kept of an answer: cut, and never a secret of ours, because nothing of ours is echoed into it."""
    match outcome:
        case Refused(reasons=reasons):
            text = "；".join(reasons)
        case Retry(reason=reason):
            text = reason
        case Later(note=note):
            text = note
        case _:
            text = f"部门编号 {outcome.number}" if outcome.number else "已接收"
    return f"{text}\n{outcome.answer}".strip()[:2000]


def _tell_trouble(session: Session, connection: Connection, now: dt.datetime) -> None:
    """The department's contact learns that its system does not answer, again after some hours if it goes on."""
    if connection.alerted_at is not None and now - connection.alerted_at < TELL_AGAIN:
        return
    connection.alerted_at = now
    mark = f"trouble:{connection.id}:{int(now.timestamp())}"
    data = {"error": connection.last_error, "failures": connection.failures}
    _tell_both(session, connection.department_id, "adapter_trouble", mark, data, "/workbench/adapters")


def _tell_both(session: Session, department_id: int, template: str, once: str, data: Json, link: str) -> None:
    """The department's contact and every administrator."""
    tell(session, template=template, once=once, data=data, link=link, department_id=department_id)
    administrators = session.scalars(
        select(Post.person_id)
        .where(Post.role == Role.ADMINISTRATOR, Post.ended_at.is_(None))
        .distinct()
        .order_by(Post.person_id)
    )
    for person_id in administrators.all():
        tell(
            session, template=template, once=f"{once}:{person_id}", data=data, link=link, person_id=person_id
        )


def _tell_held(session: Session, parcel: Parcel, referral: Referral, connection: Connection) -> None:
    number = session.scalar(select(Application.number).where(Application.id == referral.application_id))
    data = {"application_number": number or "", "referral": referral.number, "error": parcel.last_error}
    once = f"held:{parcel.id}:{parcel.attempts}:{parcel.state}"
    _tell_both(session, connection.department_id, "parcel_dead", once, data, "/workbench/letters")
