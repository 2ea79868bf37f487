"""Opinions of outside experts by link: one case, a few days, no account, masked personal data.

The link's secret is shown once, to the officer who asks; its digest is kept. Opening it, answering and revoking it are
in the case's audit log. A wrong, used, revoked or expired link says so and shows nothing.
"""

import datetime as dt
import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.decisions.models import ExpertInvitation
from redemption.decisions.service import must_decide
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Gone, Invalid, NotFound
from redemption.kernel.secrets import digest_token, mask_account, mask_id_number, mask_phone, token
from redemption.messages.service import tell

MOST_DAYS = 60
MOST_OPEN = 20
RESULTS = {"support": "同意", "conditional": "附条件同意", "oppose": "不同意"}
_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_LONG = re.compile(r"(?<![0-9])[0-9]{12,32}(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_MAIL = re.compile(r"[^\s@，。；]+@[^\s@，。；]+")


def of_case(session: Session, application_id: int) -> list[ExpertInvitation]:
    return list(
        session.scalars(
            select(ExpertInvitation)
            .where(ExpertInvitation.application_id == application_id)
            .order_by(ExpertInvitation.id)
        )
    )


def state_of(invitation: ExpertInvitation) -> str:
    """`answered`, `revoked`, `expired` or `open`."""
    if invitation.answered_at is not None:
        return "answered"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if invitation.expires_at <= clock.now() else "open"


def invite(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    name: str,
    organisation: str,
    question: str,
    days: int,
) -> tuple[ExpertInvitation, str]:
    """Ask an expert; returns the invitation and the secret part of its link, which is shown once.

    Raises:
        NotFound: not the deciding department. Conflict: the case is over, or too many are asked already. Invalid.
    """
    must_decide(actor, application)
    if application.over_at is not None or application.decided_at is not None:
        raise Conflict("这件申报已作出决定，不再征求意见。", code="case_over")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", f"有效期应在 1 到 {MOST_DAYS} 天之间。")
    if sum(state_of(row) == "open" for row in of_case(session, application.id)) >= MOST_OPEN:
        raise Conflict(f"一件申报最多同时征求 {MOST_OPEN} 位专家的意见。", code="too_many_experts")
    code, now = token(), clock.now()
    made = ExpertInvitation(
        application_id=application.id,
        department_id=application.department_id,
        code_digest=digest_token(code),
        name=name,
        organisation=organisation,
        question=question,
        invited_by=actor.ref,
        invited_by_name=actor.name,
        invited_at=now,
        expires_at=clock.end_of_day(clock.day_of(now) + dt.timedelta(days=days)),
    )
    session.add(made)
    session.flush()
    _log(session, made, actor.ref, "invite_expert", {"name": name, "until": made.expires_at.isoformat()})
    return made, code


def revoke(session: Session, actor: Actor, application: Application, invitation_id: int) -> None:
    """The link does not open any more. NotFound for one of another case; an answer that was given stays."""
    must_decide(actor, application)
    found = session.scalar(
        select(ExpertInvitation)
        .where(
            ExpertInvitation.id == invitation_id,
            ExpertInvitation.application_id == application.id,
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound("没有找到这份邀请。")
    if state_of(found) == "open":
        found.revoked_at = clock.now()
        _log(session, found, actor.ref, "revoke_expert", {"name": found.name})


def opened(session: Session, code: str, *, lock: bool = False) -> tuple[ExpertInvitation, Application]:
    """The invitation of a link and its case.

    Raises:
        NotFound: no such link. Gone: answered, revoked, expired, or the case has been decided since.
    """
    query = select(ExpertInvitation).where(ExpertInvitation.code_digest == digest_token(code))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("这个链接无效，可能没有复制完整。请向邀请您的部门核对。")
    match state_of(found):
        case "answered":
            raise Gone("意见已经提交，感谢您的参与。如需更改，请联系邀请您的部门。", code="opinion_given")
        case "revoked":
            raise Gone("部门已撤回这次征求意见，您不需要再处理。", code="invitation_revoked")
        case "expired":
            raise Gone("链接已过期。需要继续提出意见的，请联系邀请您的部门重新发送。", code="link_expired")
    application = session.get_one(Application, found.application_id)
    if application.decided_at is not None or application.over_at is not None:
        raise Gone("这件申报已作出决定，不再征求意见，感谢您的关注。", code="case_over")
    return found, application


def note_opening(session: Session, invitation: ExpertInvitation, address: str) -> None:
    """Count and log a look at the case."""
    invitation.opened += 1
    invitation.last_opened_at = clock.now()
    _log(session, invitation, f"expert:{invitation.id}", "expert_opened", {"address": address})


def answer(session: Session, code: str, result: str, text: str) -> ExpertInvitation:
    """Take the expert's opinion, once."""
    found, application = opened(session, code, lock=True)
    if result not in RESULTS:
        raise Invalid.field("result", "请选择您的意见。")
    if not text.strip():
        raise Invalid.field("text", "请写明具体意见。")
    found.result, found.text, found.answered_at = result, text.strip(), clock.now()
    _log(session, found, f"expert:{found.id}", "expert_answered", {"result": result, "text": found.text})
    tell(
        session,
        template="expert_answered",
        once=f"expert:{found.id}",
        department_id=found.department_id,
        data={"name": found.name, "application_number": application.number, "result": RESULTS[result]},
        link=f"/workbench/applications/{application.number}",
    )
    return found


def masked(text: Any) -> str:
    """A declared text without numbers of accounts, identity cards and mobiles, and without mail addresses."""
    plain = str(text)
    plain = _ID.sub(lambda found: mask_id_number(found[0]), plain)
    plain = _MOBILE.sub(lambda found: mask_phone(found[0]), plain)
    plain = _LONG.sub(lambda found: mask_account(found[0]), plain)
    return _MAIL.sub("***@***", plain)


def _log(session: Session, invitation: ExpertInvitation, who: str, action: str, data: dict[str, Any]) -> None:
    audit.record(
        session,
        f"application:{invitation.application_id}",
        who,
        action,
        {"invitation": invitation.id, **data},
    )
