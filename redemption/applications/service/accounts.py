"""The account for payment in clear: every look at it is written down."""

from sqlalchemy.orm import Session

from redemption.applications import enterprise_part
from redemption.applications.models import Application, Submission
from redemption.applications.service.starting import account_context
from redemption.identity.rules import Actor
from redemption.kernel import audit
from redemption.kernel.errors import Invalid, NotFound
from redemption.kernel.secrets import SecretBox


def open_account(
    session: Session, actor: Actor, application: Application, box: SecretBox, purpose: str = "payment"
) -> str:
    """The account of an application's submission, in clear.

    Raises:
        NotFound: `account_missing`: none was given.
    """
    submission = session.get_one(Submission, application.submission_id)
    if not submission.bank_account:
        raise NotFound("这件申报没有填写收款账户。", code="account_missing")
    audit.record(
        session,
        f"application:{application.id}",
        actor.ref,
        "look_at_account",
        {"purpose": purpose, "submission": submission.number},
    )
    return box.open(submission.bank_account, account_context(submission))


def change_account(
    session: Session,
    actor: Actor,
    submission: Submission,
    account: str,
    *,
    box: SecretBox,
    account_name: str = "",
    bank_name: str = "",
) -> None:
    """Another account for payment (after a 退汇); whoever calls makes the step that belongs to it."""
    sent = {"bank_account": account, "account_name": account_name, "bank_name": bank_name}
    loaded = enterprise_part.load(sent, pays_money=False, has_account=False, partial=True)
    if not loaded.ok or not loaded.data.get("bank_account"):
        raise Invalid(fields=loaded.errors or {"bank_account": ["请填写银行账号。"]})
    plain = loaded.data.pop("bank_account")
    submission.bank_account = box.seal(plain, account_context(submission))
    submission.common = {
        **submission.common,
        **loaded.data,
        "bank_account": enterprise_part.masked(plain),
    }
    audit.record(
        session,
        f"submission:{submission.id}",
        actor.ref,
        "change_account",
        {"account": submission.common["bank_account"]},
    )
    session.flush()
