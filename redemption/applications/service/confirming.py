"""Confirmation that the money arrived; it is a word of the enterprise's, and moves nothing."""

from sqlalchemy.orm import Session

from redemption.applications import queries
from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.applications.service.access import must_file
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox
from redemption.kernel.errors import Conflict, Invalid

NOTE_LIMIT = 500


def confirm_receipt(
    session: Session, actor: Actor, number: str, *, arrived: bool, note: str = ""
) -> Application:
    """Say that the money is there, or that it is not (then the department is told to look).

    Raises:
        Conflict: `not_paid`: nothing was paid yet.
    """
    must_file(actor)
    application = queries.case(session, actor, number, lock=True).application
    if application.status != Status.DISBURSED.value:
        raise Conflict("这笔资金还没有拨付，到账后再请您确认。", code="not_paid")
    if len(note) > NOTE_LIMIT:
        raise Invalid.field("note", f"请不要超过{NOTE_LIMIT}个字。")
    if not arrived and not note.strip():
        raise Invalid.field("note", "请写明情况，例如：查询账户到今天仍未到账。")
    if application.receipt.get("arrived") is True:
        return application
    application.receipt = {
        "arrived": arrived,
        "note": note.strip(),
        "at": clock.now().isoformat(),
        "by": actor.ref,
    }
    action = "confirm_receipt" if arrived else "report_missing_payment"
    audit.record(session, f"application:{application.id}", actor.ref, action, {"note": note.strip()})
    if not arrived:
        outbox.publish(
            session, "payment.missing", application.number, application_id=application.id, note=note.strip()
        )
    session.flush()
    return application
