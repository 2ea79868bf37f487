"""What an office's own system calls back: it signed a report, or returns it with a reason.

The same event id twice has the effect of once; an event that contradicts what the desk had done is kept for a person
and refused, so that the other side learns of it.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.identity.models import Office
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, NotFound
from redemption.reporting import outgoing, service
from redemption.reporting.models import Duty, OfficeEvent, OfficeParcel, Report
from redemption.reporting.rules import ReportState

APPLIED, CONFLICTING = "applied", "conflicting"
_WORDS = {ReportState.SIGNED.value: "已签收", ReportState.RETURNED.value: "已退回"}


@dataclass(frozen=True)
class Received:
    """An event as it is kept; `repeated` when it was here before."""

    event: OfficeEvent
    repeated: bool


def receive(session: Session, office: Office, code: str, body: Json) -> Received:
    """Take one event of a genuine call.

    Args:
        code: by which the office is addressed, for the log.
        body: `id`, `report` (the key it was delivered under), `type` signed or returned, `occurred_at`, `data`.

    Raises:
        NotFound: no such report to this office. Conflict: the id was used for something else.
    """
    report, duty = _report(session, office, str(body["report"]))
    digest = hashlib.sha256(json.dumps(_json(body), sort_keys=True).encode()).hexdigest()
    made = session.scalar(
        insert(OfficeEvent)
        .values(
            office_id=office.id,
            event_id=body["id"],
            report_id=report.id,
            digest=digest,
            body=_json(body),
            state=APPLIED,
            note="",
            received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["office_id", "event_id"])
        .returning(OfficeEvent.id)
    )
    if made is None:
        known = select(OfficeEvent).where(
            OfficeEvent.office_id == office.id, OfficeEvent.event_id == body["id"]
        )
        event = session.scalars(known).one()
        if event.digest != digest:
            raise Conflict("这个事件编号已用于另一个事件，请换一个编号。", code="event_id_reused")
        return Received(event, True)
    event = session.get_one(OfficeEvent, made)
    _apply(session, _actor(office, code, body), report, duty, event, body)
    return Received(event, False)


def _apply(
    session: Session, actor: Actor, report: Report, duty: Duty, event: OfficeEvent, body: Json
) -> None:
    wanted = ReportState.SIGNED if body["type"] == "signed" else ReportState.RETURNED
    parcel = session.scalar(select(OfficeParcel).where(OfficeParcel.report_id == report.id).with_for_update())
    if parcel is not None:
        outgoing.settle_taken(session, parcel, str(body["data"].get("number") or ""))
    if report.state == wanted.value:
        event.note = f"此前{_WORDS[report.state]}。"
        return
    if report.state != ReportState.SENT.value:
        event.state = CONFLICTING
        event.note = f"这份材料此前{_WORDS.get(report.state, '尚未报送')}，与本事件不一致，请联系公开办核对。"
        service.note(session, duty, actor, "contradicted", {"report": report.no, "reason": event.note})
        return
    at = min(max(body["occurred_at"], report.sent_at or body["occurred_at"]), clock.now())
    if wanted is ReportState.SIGNED:
        service.sign(session, actor, report.id, at=at)
    else:
        service.return_report(session, actor, report.id, str(body["data"].get("reason") or ""), at=at)


def _report(session: Session, office: Office, key: str) -> tuple[Report, Duty]:
    number, _, no = key.rpartition(".")
    row = session.execute(
        select(Report, Duty)
        .join(Duty, Duty.id == Report.duty_id)
        .where(
            Duty.number == number,
            Duty.office_id == office.id,
            Report.no == (int(no) if no.isascii() and no.isdigit() and len(no) < 6 else 0),
            Report.sent_at.is_not(None),
        )
        .with_for_update(of=Report)
    ).one_or_none()
    if row is None:
        raise NotFound("没有报给贵办的这份材料，请核对 report 字段。")
    return row[0], row[1]


def _actor(office: Office, code: str, body: Json) -> Actor:
    name = str(body["data"].get("by") or "")[:40] or "公开办业务系统"
    return Actor(
        0, name, Role.SYSTEM, place=office.name, system=f"office-{code}", office_id=office.id,
        jurisdiction_id=office.jurisdiction_id,
    )  # fmt: skip


def _json(body: Json) -> dict[str, Any]:
    return {
        key: value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value
        for key, value in body.items()
    }
