"""Withdrawal, at any time before the decision; it is passed on to the department's system."""

from sqlalchemy.orm import Session

from redemption.applications import queries
from redemption.applications.models import ApplicationEvent
from redemption.applications.rules import WITHDRAWABLE, Action, Status
from redemption.applications.service.access import must_file
from redemption.applications.service.moving import step
from redemption.identity.rules import Actor
from redemption.kernel import clock, outbox
from redemption.kernel.errors import Conflict, Invalid

REASON_LIMIT = 500


def withdraw(session: Session, actor: Actor, number: str, reason: str = "") -> ApplicationEvent:
    """Take an application back.

    Raises:
        Conflict: `too_late_to_withdraw`: it was decided, or its publicity runs.
    """
    must_file(actor)
    case = queries.case(session, actor, number, lock=True)
    status = Status(str(case.application.status))
    if status not in WITHDRAWABLE:
        raise Conflict(
            f"这件申报当前为“{status.label}”，已经不能撤回。如有疑问，请联系{case.department.name}。",
            code="too_late_to_withdraw",
        )
    if len(reason) > REASON_LIMIT:
        raise Invalid.field("reason", f"请不要超过{REASON_LIMIT}个字。")
    correction = queries.open_correction(session, case.application.id)
    if correction is not None:
        correction.closed_at = clock.now()
    event = step(session, actor, case, Action.WITHDRAW, reason=reason)
    outbox.publish(
        session, "application.withdrawn", case.application.number, application_id=case.application.id
    )
    return event
