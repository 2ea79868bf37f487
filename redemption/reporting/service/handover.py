"""Reports on their way to an office's own system: queued when they are sent, cancelled when the desk was quicker.

The report itself does not wait for any of this: 报送 has fulfilled the duty, and it stands at the built-in desk.
"""

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.errors import NotFound
from redemption.reporting.models import Duty, OfficeConnection, OfficeParcel, Report
from redemption.reporting.rules import HELD, ParcelState, ReportState


def queue_parcel(session: Session, report: Report, office_id: int) -> None:
    """Let a report go to its office's own system, if it has one; a second call changes nothing."""
    if session.scalar(_connected(office_id)) is None:
        return
    now = clock.now()
    made = session.scalar(
        insert(OfficeParcel)
        .values(
            report_id=report.id,
            office_id=office_id,
            state=ParcelState.WAITING.value,
            attempts=0,
            next_at=now,
            number="",
            last_error="",
            tries=[],
        )
        .on_conflict_do_nothing(index_elements=["report_id"])
        .returning(OfficeParcel.id)
    )
    if made is not None:
        outbox.publish(session, "report.outgoing", report.id, parcel_id=made)


def queue_forgotten(session: Session, limit: int = 200) -> int:
    """Sent reports that nobody queued (the connection is newer than they are); returns how many."""
    rows = session.execute(
        select(Report, Duty.office_id)
        .join(Duty, Duty.id == Report.duty_id)
        .join(OfficeConnection, OfficeConnection.office_id == Duty.office_id)
        .outerjoin(OfficeParcel, OfficeParcel.report_id == Report.id)
        .where(
            Report.state == ReportState.SENT.value,
            OfficeConnection.ended_at.is_(None),
            OfficeParcel.id.is_(None),
        )
        .order_by(Report.id)
        .limit(limit)
    ).all()
    for report, office_id in rows:
        assert office_id is not None  # joined on it
        queue_parcel(session, report, office_id)
    return len(rows)


def cancel_parcel(session: Session, report: Report, reason: str) -> None:
    """The desk has dealt with a report that has not arrived yet: it is not pushed any more."""
    session.execute(
        update(OfficeParcel)
        .where(OfficeParcel.report_id == report.id, OfficeParcel.state != ParcelState.TAKEN.value)
        .values(
            state=ParcelState.CANCELLED.value, settled_at=clock.now(), last_error=reason, lease_token=None
        )
        .execution_options(synchronize_session="fetch")
    )


def redrive(session: Session, actor: Actor, office_id: int, report_id: int | None = None) -> int:
    """Push again at once what waits or was given up: one report, or all of an office; returns how many.

    Raises:
        NotFound: neither an administrator nor this office, or no such report on its way.
    """
    if actor.role is not Role.ADMINISTRATOR and actor.office_id != office_id:
        raise NotFound("没有找到这份报送材料。")
    states = [ParcelState.WAITING.value, *(state.value for state in HELD)]
    now = clock.now()
    which = update(OfficeParcel).where(OfficeParcel.office_id == office_id, OfficeParcel.state.in_(states))
    if report_id is not None:
        which = which.where(OfficeParcel.report_id == report_id)
    ids = list(
        session.scalars(
            which.values(state=ParcelState.WAITING.value, next_at=now, first_attempt_at=None, settled_at=None)
            .returning(OfficeParcel.id)
            .execution_options(synchronize_session="fetch")
        )
    )
    if report_id is not None and not ids:
        raise NotFound("这份材料不在推送中，请刷新页面查看。")
    session.execute(
        update(OfficeConnection).where(OfficeConnection.office_id == office_id).values(open_until=None)
    )
    for parcel_id in ids:
        outbox.publish(session, "report.outgoing", parcel_id, parcel_id=parcel_id)
    audit.record(session, f"office:{office_id}", actor.ref, "redrive_reports", {"parcels": ids})
    return len(ids)


def parcel_of(session: Session, report_id: int) -> OfficeParcel | None:
    """How a report fares on its way to the office's own system; None where it has none."""
    return session.scalar(select(OfficeParcel).where(OfficeParcel.report_id == report_id))


def _connected(office_id: int) -> Select[int]:
    return select(OfficeConnection.id).where(
        OfficeConnection.office_id == office_id, OfficeConnection.ended_at.is_(None)
    )
