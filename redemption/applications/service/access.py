"""What every verb asks first: may this person change things here, and is it still a draft."""

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from redemption.applications.models import Submission
from redemption.applications.queries import Sheet
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotAllowed


def must_file(actor: Actor) -> None:
    """Owners and filers of an enterprise; clerks at the window.

    Raises:
        NotAllowed: a reader, who may look only.
    """
    if actor.role is Role.CLERK or actor.may_file:
        return
    raise NotAllowed(
        "您的账号只能查看。需要申报或修改的，请联系本单位账号管理员开通经办权限。", code="reader_only"
    )


def must_be_draft(sheet: Sheet) -> None:
    """
    Raises:
        Conflict: it was handed in; what was declared stands still.
    """
    if not sheet.is_draft:
        raise Conflict(
            f"申报单{sheet.submission.number}已经提交，内容不能再修改。如需更正，请等待补正通知，或撤回后重新申报。",
            code="already_submitted",
        )


def touch(session: Session, submission: Submission) -> None:
    """Note when the draft was last saved, without raising its version: another part of it was saved."""
    now = clock.now()
    session.execute(
        update(Submission)
        .where(Submission.id == submission.id)
        .values(saved_at=now)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(submission, "saved_at", now)
