"""Delivery to an office's own system: claim with a lease, commit, call outside in no transaction, record (law 2).

`pump` takes whatever is due and hands it over. Whatever happens to a call ends in an `Outcome` that is written down;
a process that is killed leaves a lease that runs out, and the report goes again under the same key. Reports of one
duty go in their order: a supplement waits for the report before it.
"""

import datetime as dt
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from redemption.dispatch.rules import LEASE, breaker_pause, is_hopeless, wait_after
from redemption.identity.models import Department, Office
from redemption.kernel import clock
from redemption.kernel.db import Database, Json
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.uow import unit_of_work
from redemption.messages import service as messages
from redemption.reporting import connecting, queries
from redemption.reporting.models import Duty, OfficeConnection, OfficeParcel, Report
from redemption.reporting.port import Alert, Later, OfficeAdapter, Outcome, Refused, Retry, Sending, Taken
from redemption.reporting.rules import ParcelState
from redemption.reporting.service import SYSTEM, note

log = structlog.get_logger("redemption.reporting")

LINK_PURPOSE = "report_package"
LINK_LIFE = dt.timedelta(days=7)
ROOM = 8
KEPT_TRIES = 20
TELL_AGAIN = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Means:
    """What delivery needs of its process."""

    database: Database
    box: SecretBox
    signer: Signer
    base_url: str


@dataclass(frozen=True)
class Held:
    """A report this process has claimed until its lease ends; `fault` when it cannot go out as it is."""

    parcel_id: int
    token: uuid.UUID
    sending: Sending
    adapter: OfficeAdapter | None
    fault: Outcome | None = None


def pump(means: Means, seconds: float = 20.0) -> int:
    """Deliver what is due until nothing is, or until the time is over; returns how many were handed over."""
    until, count = time.monotonic() + seconds, 0
    with ThreadPoolExecutor(ROOM, thread_name_prefix="office") as pool:
        while time.monotonic() < until:
            with unit_of_work(means.database) as session:
                held = [_dressed(session, means, parcel) for parcel in claim(session)]
            if not held:
                return count
            count += len(held)
            for done in [pool.submit(_deliver, means, one) for one in held]:
                done.result()
    return count


def claim(session: Session, room: int = ROOM) -> list[OfficeParcel]:
    """Lease parcels that may go out now."""
    now = clock.now()
    earlier, first, second = aliased(OfficeParcel), aliased(Report), aliased(Report)
    ready = (
        select(OfficeParcel.id)
        .join(OfficeConnection, OfficeConnection.office_id == OfficeParcel.office_id)
        .join(first, first.id == OfficeParcel.report_id)
        .where(
            OfficeParcel.state == ParcelState.WAITING.value,
            OfficeParcel.next_at <= now,
            or_(OfficeParcel.lease_until.is_(None), OfficeParcel.lease_until < now),
            OfficeConnection.ended_at.is_(None),
            or_(OfficeConnection.open_until.is_(None), OfficeConnection.open_until <= now),
            ~select(earlier.id)
            .join(second, second.id == earlier.report_id)
            .where(
                second.duty_id == first.duty_id,
                second.no < first.no,
                earlier.state == ParcelState.WAITING.value,
            )
            .exists(),
        )
        .order_by(OfficeParcel.next_at, OfficeParcel.id)
        .limit(room)
        .with_for_update(skip_locked=True, of=OfficeParcel)
    )
    ids = session.scalars(
        update(OfficeParcel)
        .where(OfficeParcel.id.in_(ready.scalar_subquery()))
        .values(
            lease_until=now + LEASE,
            lease_token=uuid.uuid4(),
            first_attempt_at=func.coalesce(OfficeParcel.first_attempt_at, now),
        )
        .returning(OfficeParcel.id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = select(OfficeParcel).where(OfficeParcel.id.in_(ids)).order_by(OfficeParcel.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def record(session: Session, held: Held, outcome: Outcome, milliseconds: int) -> None:
    """Write down one try and what follows. A claim whose lease was lost changes nothing, unless the office has it."""
    now = clock.now()
    parcel = session.get_one(OfficeParcel, held.parcel_id, with_for_update=True, populate_existing=True)
    connection = session.scalars(
        select(OfficeConnection).where(OfficeConnection.office_id == parcel.office_id).with_for_update()
    ).one()
    waiting = parcel.state == ParcelState.WAITING.value
    ours = waiting and parcel.lease_token == held.token
    if ours:
        parcel.attempts += 1
        parcel.lease_until, parcel.lease_token = None, None
    if isinstance(outcome, (Taken, Later)) and waiting:
        settle_taken(session, parcel, outcome.number if isinstance(outcome, Taken) else "")
        connection.failures, connection.open_until, connection.alerted_at = 0, None, None
        connection.last_success_at, connection.last_error = now, ""
    elif isinstance(outcome, Refused) and ours:
        parcel.state, parcel.settled_at = ParcelState.REFUSED.value, now
        parcel.last_error = "；".join(outcome.reasons)[:2000]
        _tell(session, connection, "office_report_stuck", parcel, now)
    elif isinstance(outcome, Retry) and ours:
        _again(session, parcel, connection, outcome, now)
    said = parcel.last_error if not isinstance(outcome, (Taken, Later)) else outcome.answer[:300]
    entry: Json = {
        "at": now.isoformat(), "outcome": type(outcome).__name__.lower(), "status": outcome.status,
        "ms": milliseconds, "said": said[:300],
    }  # fmt: skip
    parcel.tries = [*parcel.tries, entry][-KEPT_TRIES:]


def settle_taken(session: Session, parcel: OfficeParcel, number: str) -> None:
    """The office's system has it; also what a callback about it proves."""
    if parcel.state in {ParcelState.TAKEN.value, ParcelState.CANCELLED.value}:
        return
    parcel.state, parcel.settled_at, parcel.number, parcel.last_error = (
        ParcelState.TAKEN.value, clock.now(), number[:100], "",
    )  # fmt: skip
    report = session.get_one(Report, parcel.report_id)
    duty = session.get_one(Duty, report.duty_id)
    note(session, duty, SYSTEM, "delivered", {"report": report.no, "evidence": number[:100]})


def payload(session: Session, means: Means, report: Report) -> Json:
    """What the office's system gets (docs/integrators/office.md)."""
    duty = session.get_one(Duty, report.duty_id)
    department = session.get_one(Department, duty.department_id)
    office = session.get_one(Office, duty.office_id)
    code = connecting.office_code(session, office.id)
    expires = clock.now() + LINK_LIFE
    token = means.signer.sign(str(report.id), expires, LINK_PURPOSE)
    return {
        "version": "1",
        "key": f"{duty.number}.{report.no}",
        "duty": duty.number,
        "no": report.no,
        "kind": duty.kind,
        "supplement": report.no > 1,
        "amended": bool(duty.data.get("amended")),
        "title": duty.title,
        "sent_at": report.sent_at.isoformat() if report.sent_at else None,
        "due": clock.last_day(duty.due_at).isoformat(),
        "late": duty.late,
        "department": {"code": department.code, "name": department.name},
        "office": {"code": code, "name": office.name},
        "policy": report.content["policy"],
        "items": report.content["items"],
        "package": {
            "url": f"{means.base_url}/api/v1/reports/packages/{token}",
            "media_type": "application/zip",
            "sha256": report.package_sha256,
            "size": report.package_size,
            "expires_at": expires.isoformat(),
        },
        "callback": f"{means.base_url}/api/v1/offices/{code}/events",
    }


def _dressed(session: Session, means: Means, parcel: OfficeParcel) -> Held:
    report = session.get_one(Report, parcel.report_id)
    body = payload(session, means, report)
    fault, adapter = None, None
    connection = connecting.connection_of(session, parcel.office_id)
    try:
        assert connection is not None
        adapter = connecting.make_adapter(session, means.box, connection)
    except Exception as error:
        log.exception("office_adapter_unusable", office=parcel.office_id)
        fault = Alert(f"对接配置不可用：{error}"[:500])
    assert parcel.lease_token is not None
    sending = Sending(body["key"], body, parcel.attempts + 1)
    return Held(parcel.id, parcel.lease_token, sending, adapter, fault)


def _deliver(means: Means, held: Held) -> None:
    started = time.monotonic()
    outcome = held.fault or _send(held)
    spent = int((time.monotonic() - started) * 1000)
    with unit_of_work(means.database) as session:
        record(session, held, outcome, spent)


def _send(held: Held) -> Outcome:
    assert held.adapter is not None
    try:
        return held.adapter.deliver(held.sending)
    except Exception as error:
        # an adapter that raises is a mistake of its author: the report must not suffer for it
        log.exception("office_adapter_raised", key=held.sending.key)
        return Alert(f"对接程序出错：{type(error).__name__}: {error}"[:500])
    finally:
        held.adapter.close()


def _again(
    session: Session, parcel: OfficeParcel, connection: OfficeConnection, outcome: Retry, now: dt.datetime
) -> None:
    parcel.last_error = outcome.reason[:2000]
    parcel.next_at = now + wait_after(parcel.attempts, outcome.retry_after)
    connection.failures += 1
    connection.last_failure_at, connection.last_error = now, parcel.last_error
    pause = breaker_pause(connection.failures)
    if pause is not None:
        connection.open_until = now + pause
    if parcel.first_attempt_at is not None and is_hopeless(parcel.first_attempt_at, now):
        parcel.state, parcel.settled_at = ParcelState.DEAD.value, now
        _tell(session, connection, "office_report_stuck", parcel, now)
    elif isinstance(outcome, Alert) or pause is not None:
        _tell(session, connection, "office_system_trouble", parcel, now)


def _tell(
    session: Session, connection: OfficeConnection, template: str, parcel: OfficeParcel, now: dt.datetime
) -> None:
    """The office, which signs at the desk meanwhile, and the administrators, who can mend it."""
    if template == "office_system_trouble":
        if connection.alerted_at is not None and now - connection.alerted_at < TELL_AGAIN:
            return
        connection.alerted_at = now
        mark = f"office_trouble:{connection.id}:{int(now.timestamp())}"
    else:
        mark = f"office_stuck:{parcel.id}:{parcel.attempts}:{parcel.state}"
    report = session.get_one(Report, parcel.report_id)
    duty = session.get_one(Duty, report.duty_id)
    data: dict[str, Any] = {"title": duty.title, "error": parcel.last_error}
    messages.tell(
        session,
        template=template,
        once=mark,
        data=data,
        link=f"/office/reports/{duty.number}/{report.no}",
        office_id=connection.office_id,
    )
    for person_id in queries.administrators(session):
        messages.tell(
            session,
            template=template,
            once=f"{mark}:{person_id}",
            data=data,
            link=f"/admin/offices/{connection.office_id}/system",
            person_id=person_id,
        )
