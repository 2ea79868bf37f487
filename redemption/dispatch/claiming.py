"""Claims: which parcels may go out now, and what a parcel needs before it leaves.

`claim` leases parcels of one connection whose row is locked, so that the limit of parallel calls holds over all
couriers; `dress` adds what is not kept in a payload: links, the account, the mapping.
"""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from redemption.applications.models import Application, Submission
from redemption.dispatch import rules
from redemption.dispatch.models import Connection, Parcel, Referral
from redemption.dispatch.port import Adapter, Context, Outcome, Shipment, adapter_class
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.port.signing import SigningKey
from redemption.dispatch.rules import GONE_OVER, LEASE, ParcelState
from redemption.identity.models import Department
from redemption.identity.queries import live_keys
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
