"""Setting up how an office's own system is reached: address, keys. Mistakes are told here, not at delivery."""

import json
import secrets as random
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from redemption.dispatch.port.signing import SCHEMES, SigningKey, new_secret
from redemption.identity.models import Jurisdiction, Office
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.kernel.secrets import SecretBox
from redemption.reporting.models import Duty, OfficeConnection, OfficeKey, OfficeParcel, Report
from redemption.reporting.port import Context, OfficeAdapter, load_options, office_adapter
from redemption.reporting.rules import ParcelState, ReportState

LIVE_KEYS = 2
STOPPED = "对接已停用，请在工作台签收。"


@dataclass(frozen=True)
class Standing:
    """How an office's system stands."""

    office: Office
    connection: OfficeConnection | None
    keys: tuple[OfficeKey, ...]
    counts: dict[str, int]
    """Parcels by state."""

    @property
    def live(self) -> bool:
        return self.connection is not None and self.connection.ended_at is None


def standing(session: Session, office_id: int) -> Standing:
    """NotFound for no such office."""
    office = session.get(Office, office_id)
    if office is None:
        raise NotFound("没有找到这个公开办。")
    counts = session.execute(
        select(OfficeParcel.state, func.count())
        .where(OfficeParcel.office_id == office_id)
        .group_by(OfficeParcel.state)
    )
    return Standing(
        office, connection_of(session, office_id), live_keys(session, office_id), dict(counts.all())
    )


def connection_of(session: Session, office_id: int) -> OfficeConnection | None:
    return session.scalar(select(OfficeConnection).where(OfficeConnection.office_id == office_id))


def held_parcels(
    session: Session, office_id: int, limit: int = 100
) -> list[tuple[OfficeParcel, Report, Duty]]:
    """Reports that have not arrived in the office's system, the oldest first."""
    rows = session.execute(
        select(OfficeParcel, Report, Duty)
        .join(Report, Report.id == OfficeParcel.report_id)
        .join(Duty, Duty.id == Report.duty_id)
        .where(
            OfficeParcel.office_id == office_id,
            OfficeParcel.state.not_in([ParcelState.TAKEN.value, ParcelState.CANCELLED.value]),
        )
        .order_by(OfficeParcel.id)
        .limit(limit)
    )
    return [(parcel, report, duty) for parcel, report, duty in rows]


def connect(
    session: Session, box: SecretBox, actor: Actor, office_id: int, *, adapter: str, options: Json
) -> OfficeConnection:
    """Reach an office's system from now on, or change how. Reports that are not signed yet go there too.

    A secret option that is not given again keeps its value.

    Raises:
        NotAllowed: only administrators. Invalid: `adapter_unknown`, `options_invalid` with fields.
    """
    _must_administer(actor)
    found = connection_of(session, office_id)
    kept = open_secrets(box, found) if found is not None and found.adapter == adapter else {}
    given = {name: value for name, value in options.items() if value not in (None, "")}
    plain, secret = load_options(adapter, {**kept, **given})
    sealed = box.seal(json.dumps(secret), f"office_connection:{office_id}") if secret else None
    if found is None:
        found = OfficeConnection(office_id=office_id, adapter=adapter, began_at=clock.now())
        session.add(found)
    found.adapter, found.options, found.secrets = adapter, plain, sealed
    found.version = (found.version or 0) + 1
    found.ended_at, found.open_until, found.failures = None, None, 0
    session.flush()
    unsigned = select(Report.id).where(Report.state == ReportState.SENT.value)
    session.execute(
        update(OfficeParcel)
        .where(
            OfficeParcel.office_id == office_id,
            OfficeParcel.state == ParcelState.CANCELLED.value,
            OfficeParcel.report_id.in_(unsigned),
        )
        .values(state=ParcelState.WAITING.value, next_at=clock.now(), first_attempt_at=None, settled_at=None)
    )
    audit.record(
        session, f"office:{office_id}", actor.ref, "connect_office", {"adapter": adapter, "options": plain}
    )
    return found


def disconnect(session: Session, actor: Actor, office_id: int) -> None:
    """Stop pushing; what has not arrived is signed at the desk, where it stands anyway. NotFound, NotAllowed."""
    _must_administer(actor)
    found = connection_of(session, office_id)
    if found is None or found.ended_at is not None:
        raise NotFound("这个公开办没有正在使用的对接。")
    found.ended_at = clock.now()
    session.execute(
        update(OfficeParcel)
        .where(OfficeParcel.office_id == office_id, OfficeParcel.state == ParcelState.WAITING.value)
        .values(
            state=ParcelState.CANCELLED.value, settled_at=clock.now(), last_error=STOPPED, lease_token=None
        )
    )
    audit.record(session, f"office:{office_id}", actor.ref, "disconnect_office", {})


def add_key(
    session: Session, box: SecretBox, actor: Actor, office_id: int, scheme: str = "v1"
) -> tuple[OfficeKey, str]:
    """A new signing key; its secret is shown once. At most two live.

    Raises:
        NotAllowed: only administrators. Invalid: no such scheme. Conflict: two keys live already.
    """
    _must_administer(actor)
    if scheme not in SCHEMES:
        raise Invalid.field("scheme", "签名算法可选 v1（HMAC-SHA256）或 v1sm3（HMAC-SM3）。")
    if len(live_keys(session, office_id)) >= LIVE_KEYS:
        raise Conflict("已有两个有效密钥，请先停用旧密钥再生成新的。", code="two_keys_live")
    text = new_secret()
    key = OfficeKey(
        office_id=office_id,
        key_id=f"k{clock.today():%y%m%d}-{random.token_hex(3)}",
        scheme=scheme,
        secret=box.seal(text, f"office_key:{office_id}"),
        created_at=clock.now(),
    )
    session.add(key)
    session.flush()
    audit.record(
        session, f"office:{office_id}", actor.ref, "add_office_key", {"key": key.key_id, "scheme": scheme}
    )
    return key, text


def retire_key(session: Session, actor: Actor, office_id: int, key_id: str) -> None:
    """Take a key out of use. NotFound for no such key, Conflict for the last one of a connection in use."""
    _must_administer(actor)
    keys = live_keys(session, office_id)
    found = next((key for key in keys if key.key_id == key_id), None)
    if found is None:
        raise NotFound("没有这个有效密钥，请刷新页面。")
    connection = connection_of(session, office_id)
    if len(keys) == 1 and connection is not None and connection.ended_at is None:
        raise Conflict("这是唯一的有效密钥，请先生成新密钥并交给对方。", code="last_key")
    found.retired_at = clock.now()
    audit.record(session, f"office:{office_id}", actor.ref, "retire_office_key", {"key": key_id})


def live_keys(session: Session, office_id: int) -> tuple[OfficeKey, ...]:
    """Signing keys in use, the newest first."""
    rows = select(OfficeKey).where(OfficeKey.office_id == office_id, OfficeKey.retired_at.is_(None))
    return tuple(session.scalars(rows.order_by(OfficeKey.id.desc())))


def signing_keys(session: Session, box: SecretBox, office_id: int) -> tuple[SigningKey, ...]:
    """The live keys, opened."""
    return tuple(
        SigningKey(key.key_id, key.scheme, box.open(key.secret, f"office_key:{office_id}"))
        for key in live_keys(session, office_id)
    )


def open_secrets(box: SecretBox, connection: OfficeConnection) -> dict[str, str]:
    """The secret options in clear, for the adapter alone."""
    if not connection.secrets:
        return {}
    found: dict[str, str] = json.loads(
        box.open(connection.secrets, f"office_connection:{connection.office_id}")
    )
    return found


def make_adapter(session: Session, box: SecretBox, connection: OfficeConnection) -> OfficeAdapter:
    """The adapter of a connection with its options, secrets and live keys."""
    context = Context(
        office_code(session, connection.office_id),
        dict(connection.options),
        open_secrets(box, connection),
        signing_keys(session, box, connection.office_id),
    )
    return office_adapter(connection.adapter)(context)


def office_code(session: Session, office_id: int) -> str:
    """An office is named by the code of its jurisdiction."""
    code = session.scalar(
        select(Jurisdiction.code)
        .join(Office, Office.jurisdiction_id == Jurisdiction.id)
        .where(Office.id == office_id)
    )
    return code or ""


def office_by_code(session: Session, code: str) -> Office | None:
    return session.scalar(
        select(Office)
        .join(Jurisdiction, Jurisdiction.id == Office.jurisdiction_id)
        .where(Jurisdiction.code == code)
    )


def _must_administer(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed("公开办的对接由系统管理员设置。")
