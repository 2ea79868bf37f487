"""Claims: which parcels may go out now, and what a parcel needs before it leaves.

`claim` leases parcels of connections whose rows are locked, so that the limit of parallel calls holds over all
couriers; `dress` adds what is not kept in a payload: links, the account, the mapping.
"""

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Submission
from redemption.dispatch import rules
from redemption.dispatch.models import Connection, Parcel, Referral
from redemption.dispatch.port import Adapter, Context, Outcome, Shipment, adapter_class
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.port.signing import SigningKey
from redemption.dispatch.rules import GONE_OVER, LEASE, ParcelState
from redemption.identity.models import Department, DepartmentKey
from redemption.identity.queries import live_keys, live_keys_of
from redemption.kernel import clock
from redemption.kernel.db import Database, Json
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.storage import Storage

LINK_LIFE = dt.timedelta(days=7)
LINK_PURPOSE = "material"


@dataclass(frozen=True)
class Claim:
    """A parcel this courier holds until its lease ends."""

    parcel_id: int
    connection_id: int
    token: uuid.UUID
    shipment: Shipment
    adapter: Adapter | None
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


@dataclass(frozen=True)
class Leased:
    """A parcel that was leased, with what stands around it."""

    parcel: Parcel
    referral: Referral
    connection: Connection
    department: Department
    keys: tuple[DepartmentKey, ...]


_LEASE = text(
    """
WITH ready AS MATERIALIZED (
  SELECT due.id
    FROM jsonb_to_recordset(:shares) AS share(connection_id bigint, most int)
   CROSS JOIN LATERAL (
     SELECT p.id
       FROM parcel p
      WHERE p.connection_id = share.connection_id AND p.state = 'waiting' AND p.next_at <= :now
        AND (p.lease_until IS NULL OR p.lease_until < :now)
        AND NOT EXISTS (
          SELECT FROM parcel earlier
           WHERE earlier.referral_id = p.referral_id AND earlier.sequence < p.sequence
             AND earlier.state <> ALL(:gone_over))
      ORDER BY p.next_at, p.id
      LIMIT share.most
        FOR UPDATE SKIP LOCKED
   ) AS due
   LIMIT :room
)
UPDATE parcel
   SET lease_until = :until, lease_token = :token, first_attempt_at = coalesce(first_attempt_at, :now)
  FROM ready
 WHERE parcel.id = ready.id
RETURNING parcel.id
"""
).bindparams(bindparam("shares", type_=JSONB))


def claim(session: Session, room: int, out: Mapping[int, int]) -> list[Leased]:
    """Lease up to `room` parcels, from every connection in turn, in as many statements for many as for one.

    Args:
        out: calls of this courier that have not come back, by connection. They count although their leases are
            over, so that a system that hangs for ever does not take one thread after the other.

    The rows of the connections are locked meanwhile, so that the limit of parallel calls holds over all couriers; a
    connection that another courier is looking at is left to it.
    """
    now = clock.now()
    due = select(Parcel.id).where(Parcel.connection_id == Connection.id, *_due(now)).exists()
    connections = session.scalars(
        select(Connection)
        .where(due, or_(Connection.open_until.is_(None), Connection.open_until <= now))
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    leases = _busy(session, [one.id for one in connections], now)
    busy = {one.id: max(leases.get(one.id, 0), out.get(one.id, 0)) for one in connections}
    shares = _shares(connections, busy, room)
    if not shares:
        return []
    leased = session.scalars(
        _LEASE,
        {
            "shares": shares,
            "room": room,
            "now": now,
            "until": now + LEASE,
            "token": uuid.uuid4(),
            "gone_over": [state.value for state in GONE_OVER],
        },
    ).all()
    return _with_surroundings(session, leased)


def _busy(session: Session, connection_ids: Sequence[int], now: dt.datetime) -> dict[int, int]:
    """Calls under way, by connection."""
    query = select(Parcel.connection_id, func.count()).where(
        Parcel.connection_id.in_(connection_ids),
        Parcel.state == ParcelState.WAITING,
        Parcel.lease_until > now,
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Parcel.connection_id))}


def _shares(connections: Sequence[Connection], busy: Mapping[int, int], room: int) -> list[Json]:
    """How many each connection may have: an equal part of the room, and never more than its limit."""
    shares = []
    for connection in random.sample(connections, len(connections)):
        # after failures one parcel goes ahead and finds out; the others follow when it comes back
        limit = 1 if connection.failures >= rules.BREAKER_FAILURES else connection.max_parallel
        most = min(limit - busy.get(connection.id, 0), -(-room // len(connections)))
        if most > 0:
            shares.append({"connection_id": connection.id, "most": most})
    return shares


def _with_surroundings(session: Session, parcel_ids: Sequence[int]) -> list[Leased]:
    rows = session.execute(
        select(Parcel, Referral, Connection, Department)
        .join(Referral, Referral.id == Parcel.referral_id)
        .join(Connection, Connection.id == Parcel.connection_id)
        .join(Department, Department.id == Referral.department_id)
        .where(Parcel.id.in_(parcel_ids))
        .order_by(Parcel.id)
        .execution_options(populate_existing=True)
    ).all()
    keys = live_keys_of(session, {row[3].id for row in rows})
    return [Leased(*row, tuple(keys.get(row[3].id, ()))) for row in rows]


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
    *,
    mapped: bool = True,
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
    if mapped and connection.mapping.get("fields"):
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
    return _opened(box, live_keys(session, department_id))


def _opened(box: SecretBox, keys: Iterable[DepartmentKey]) -> tuple[SigningKey, ...]:
    return tuple(
        SigningKey(key.key_id, key.scheme, box.open(key.secret, f"department_key:{key.department_id}"))
        for key in keys
    )


def make_adapter(
    session: Session,
    box: SecretBox,
    storage: Storage,
    connection: Connection,
    department: Department,
    live: Iterable[DepartmentKey] | None = None,
) -> Adapter:
    """The adapter of a connection with its options, secrets and live keys (read unless they are given)."""
    keys = _opened(box, live_keys(session, department.id) if live is None else live)
    secrets: dict[str, str] = {}
    if connection.secrets:
        secrets = json.loads(box.open(connection.secrets, f"connection:{department.id}"))

    def read_file(sha256: str) -> bytes:
        with storage.open(sha256) as stream:
            return stream.read()

    context = Context(department.code, dict(connection.options), secrets, keys, read_file)
    return adapter_class(connection.adapter)(context)
