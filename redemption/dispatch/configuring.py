"""Setting up how a department is reached: connections, keys, routes. Mistakes are told here, not at delivery."""

import datetime as dt
import json
import secrets as random
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from redemption.dispatch import queries
from redemption.dispatch.models import Connection, Parcel, Route
from redemption.dispatch.port import Capability, adapter_class, load_options
from redemption.dispatch.port import mapping as port_mapping
from redemption.dispatch.port.signing import SCHEMES, new_secret, read_secret
from redemption.dispatch.rules import ParcelState, Purpose
from redemption.identity.models import DepartmentKey
from redemption.identity.queries import live_keys
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.secrets import SecretBox

LIVE_KEYS = 2
TOKEN_LIFE = dt.timedelta(days=365)
"""Of a department's system that fetches its cases; a new one is made while the old one still lives."""


def connect(
    session: Session,
    box: SecretBox,
    actor: Actor,
    department_id: int,
    *,
    adapter: str,
    options: Json,
    mapping: Json | None = None,
    begins_at: dt.datetime | None = None,
    max_parallel: int = 4,
) -> Connection:
    """Reach a department in a new way from a moment on. Cases from before finish where they are.

    Raises:
        Invalid: `adapter_unknown`, `options_invalid` or `mapping_invalid`, each with fields.
    """
    plain, secret = load_options(adapter, options)
    port_mapping.check(mapping or {})
    if not 1 <= max_parallel <= 32:
        raise Invalid.field("max_parallel", "同时投递的件数应在 1 到 32 之间。")
    begins = begins_at or clock.now()
    for earlier in queries.connections_of(session, department_id):
        if earlier.ends_at is None and earlier.begins_at <= begins:
            earlier.ends_at = begins
    connection = Connection(
        department_id=department_id,
        adapter=adapter,
        options=plain,
        secrets=_sealed(box, department_id, secret),
        mapping=mapping or {},
        begins_at=begins,
        max_parallel=max_parallel,
    )
    session.add(connection)
    session.flush()
    audit.record(
        session,
        f"department:{department_id}",
        actor.ref,
        "connect",
        {"adapter": adapter, "options": plain, "begins_at": begins.isoformat()},
    )
    return connection


def reconfigure(
    session: Session,
    box: SecretBox,
    actor: Actor,
    connection: Connection,
    *,
    options: Json | None = None,
    mapping: Json | None = None,
    max_parallel: int | None = None,
) -> None:
    """Change a connection in use; a secret option that is not given again keeps its value."""
    if options is not None:
        kept = open_secrets(box, connection)
        given = {name: value for name, value in options.items() if value not in (None, "")}
        plain, secret = load_options(connection.adapter, {**kept, **given})
        connection.options = plain
        connection.secrets = _sealed(box, connection.department_id, secret)
    if mapping is not None:
        port_mapping.check(mapping)
        connection.mapping = mapping
    if max_parallel is not None:
        if not 1 <= max_parallel <= 32:
            raise Invalid.field("max_parallel", "同时投递的件数应在 1 到 32 之间。")
        connection.max_parallel = max_parallel
    connection.version += 1
    _try_now(session, connection)
    audit.record(
        session,
        f"department:{connection.department_id}",
        actor.ref,
        "reconfigure",
        {"connection": connection.id, "options": connection.options, "mapping": connection.mapping},
    )


def _try_now(session: Session, connection: Connection) -> None:
    """What waited because of the old settings does not wait out its pause."""
    connection.failures, connection.open_until = 0, None
    session.execute(
        update(Parcel)
        .where(Parcel.connection_id == connection.id, Parcel.state == ParcelState.WAITING)
        .values(next_at=func.least(Parcel.next_at, clock.now()))
    )


def open_secrets(box: SecretBox, connection: Connection) -> dict[str, str]:
    """The secret options of a connection in clear, for the adapter alone."""
    if not connection.secrets:
        return {}
    found: dict[str, str] = json.loads(box.open(connection.secrets, f"connection:{connection.department_id}"))
    return found


def _sealed(box: SecretBox, department_id: int, secret: dict[str, str]) -> str | None:
    return box.seal(json.dumps(secret), f"connection:{department_id}") if secret else None


def add_key(
    session: Session,
    box: SecretBox,
    actor: Actor,
    department_id: int,
    *,
    scheme: str = "v1",
    secret: str | None = None,
) -> tuple[DepartmentKey, str]:
    """A new signing key; its secret is shown once. At most two keys live: the old one until it is retired.

    Raises:
        Invalid: no such scheme, or a given secret that is none. Conflict: two keys live already.
    """
    if scheme not in SCHEMES:
        raise Invalid.field("scheme", "签名算法可选 v1（HMAC-SHA256）或 v1sm3（HMAC-SM3）。")
    if len(live_keys(session, department_id)) >= LIVE_KEYS:
        raise Conflict("已有两个有效密钥，请先停用旧密钥再生成新的。", code="two_keys_live")
    text = secret or new_secret()
    try:
        read_secret(text)
    except ValueError:
        raise Invalid.field("secret", "密钥应为 24 到 64 字节的 base64，可带 whsec_ 前缀。") from None
    key = DepartmentKey(
        department_id=department_id,
        key_id=f"k{clock.today():%y%m%d}-{random.token_hex(3)}",
        scheme=scheme,
        secret=box.seal(text, f"department_key:{department_id}"),
        created_at=clock.now(),
    )
    session.add(key)
    session.flush()
    audit.record(
        session, f"department:{department_id}", actor.ref, "add_key", {"key": key.key_id, "scheme": scheme}
    )
    return key, text


def retire_key(session: Session, actor: Actor, department_id: int, key_id: str) -> None:
    """Take a key out of use. Conflict where it is the only one of a department that needs one."""
    keys = live_keys(session, department_id)
    found = next((key for key in keys if key.key_id == key_id), None)
    if found is None:
        raise Invalid.field("key_id", "没有这个有效密钥，请刷新页面。")
    connection = queries.connection_at(session, department_id, clock.now())
    needed = connection is not None and (Capability.SIGNED in adapter_class(connection.adapter).capabilities)
    if len(keys) == 1 and needed:
        raise Conflict("这是唯一的有效密钥，请先生成新密钥并交给对方。", code="last_key")
    found.retired_at = clock.now()
    audit.record(session, f"department:{department_id}", actor.ref, "retire_key", {"key": key_id})


def set_route(
    session: Session,
    actor: Actor,
    item_id: int,
    department_id: int,
    *,
    purpose: str = Purpose.DECISION,
    jurisdiction_id: int | None = None,
    step: int = 1,
    begins_at: dt.datetime | None = None,
) -> Route:
    """Send an item's cases (of one district, or all) to a department, to decide or to be heard.

    It takes the place of the rule before it: of who decides there, or of the same department's hearing.
    """
    begins = begins_at or clock.now()
    before = select(Route).where(
        Route.item_id == item_id,
        Route.purpose == purpose,
        Route.jurisdiction_id.is_not_distinct_from(jurisdiction_id),
        or_(Route.ends_at.is_(None), Route.ends_at > begins),
    )
    if purpose == Purpose.OPINION:
        before = before.where(Route.department_id == department_id)
    for row in session.scalars(before):
        row.ends_at = max(begins, row.begins_at)
    route = Route(
        item_id=item_id,
        jurisdiction_id=jurisdiction_id,
        department_id=department_id,
        purpose=purpose,
        step=step,
        begins_at=begins,
    )
    session.add(route)
    session.flush()
    audit.record(
        session,
        f"item:{item_id}",
        actor.ref,
        "set_route",
        {"department": department_id, "purpose": purpose, "district": jurisdiction_id, "step": step},
    )
    return route


def end_route(session: Session, actor: Actor, route_id: int) -> None:
    """Take a rule out of use; cases that were sent by it stay where they are. NotFound if there is none."""
    route = session.get(Route, route_id, with_for_update=True)
    if route is None or (route.ends_at is not None and route.ends_at <= clock.now()):
        raise NotFound("没有找到这条规则，它可能已经停用。")
    route.ends_at = clock.now()
    audit.record(session, f"item:{route.item_id}", actor.ref, "end_route", {"route": route.id})


def preview(mapping: Json, payload: Json) -> dict[str, Any]:
    """What a department would get of a real case: its fields, or what is wrong with the table or the case."""
    port_mapping.check(mapping)
    try:
        return {"data": port_mapping.apply(mapping, payload), "faults": {}}
    except port_mapping.MappingFault as error:
        return {"data": {}, "faults": error.fields}
