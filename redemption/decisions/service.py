"""What a department does with a case, said by its system or clicked in the workbench: one way for both.

`act` reads top to bottom: who may, is it possible, money, the transition (with its document and message, made by
`applications`), the decision's row. Workbench views lock the case first with `lock_case`.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import service as applications
from redemption.applications.models import Application, ApplicationEvent, Objection
from redemption.applications.rules import Action, Status
from redemption.applications.sharing import differing
from redemption.catalogue.models import ItemVersion
from redemption.decisions import money, queries
from redemption.decisions.models import Decision
from redemption.decisions.rules import EventType
from redemption.dispatch.models import Referral
from redemption.dispatch.service import give_opinion
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound

_SIMPLE = {
    EventType.ACCEPTED: Action.ACCEPT,
    EventType.ACCEPTANCE_REFUSED: Action.REFUSE_ACCEPTANCE,
    EventType.STEP: Action.STEP,
    EventType.PAUSED: Action.PAUSE,
    EventType.RESUMED: Action.RESUME,
}


def lock_case(session: Session, actor: Actor, number: str, *, lock: bool = True) -> Application:
    """A case of the actor's own department, held until the transaction ends.

    Raises:
        NotFound: there is none, or it belongs to another department.
    """
    heard = (
        select(Referral.id)
        .where(
            Referral.application_id == Application.id,
            Referral.department_id == actor.department_id,
            Referral.state != "planned",
        )
        .exists()
    )
    query = select(Application).where(
        Application.number == number,
        Application.status.is_not(None),
        (Application.department_id == actor.department_id) | heard,
    )
    if lock:
        query = query.with_for_update(of=Application).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None or actor.department_id is None:
        raise NotFound("没有找到这件申报，请核对编号。")
    return found


def act(
    session: Session,
    actor: Actor,
    application: Application,
    event: EventType,
    data: Json,
    at: dt.datetime | None = None,
    *,
    referral: Referral | None = None,
    event_id: str = "",
) -> ApplicationEvent | None:
    """Do what the department says. `data` as its schema loads it; `at` is when it happened (default: now).

    Raises:
        IllegalTransition: not in this state. Invalid, Conflict: incomplete, or against the item's money rules.
    """
    moment = _moment(session, application, at)
    if event is EventType.OPINION:
        if referral is None:
            raise Conflict("没有征求您部门意见的转办单。", code="not_asked_for_opinion")
        give_opinion(session, actor, referral, data["result"], data["text"], moment)
        return None
    must_decide(actor, application)
    _keep_differences(application, data.get("differences") or {}, event_id, moment)
    match event:
        case EventType.CORRECTION_REQUESTED:
            applications.ask_correction(
                session, actor, application, data["entries"], reason=data.get("reason", ""), at=moment
            )
            return None
        case EventType.DECIDED:
            return _decide(session, actor, application, data, moment)
        case EventType.PAYMENT:
            raise ValueError("payments are reported to disbursement")
    return applications.move(
        session, actor, application, _SIMPLE[event], at=moment, reason=_reason(data), data=_plain(data)
    )


def _decide(
    session: Session, actor: Actor, application: Application, data: Json, at: dt.datetime
) -> ApplicationEvent:
    version = session.get_one(ItemVersion, application.item_version_id)
    if data["result"] == "deny":
        if not str(data.get("reasons") or "").strip():
            raise Invalid.field("reasons", "不予兑现须说明理由。")
        application.amount_approved = None
        decision = _decision(session, actor, application, data, None, at)
        event = applications.move(
            session, actor, application, Action.DENY, at=at, reason=data["reasons"], data=_plain(data)
        )
        decision.document_id = event.document_id
        return event
    amount = _amount(application, version, data)
    if amount is not None:
        money.check(
            session,
            application,
            version,
            amount,
            top_up=bool(data.get("top_up")),
            by_system=bool(actor.system),
        )
    application.amount_approved = amount
    decision = _decision(session, actor, application, data, amount, at)
    publicity = version.publicity_days > 0 and application.status == Status.ACCEPTED
    action = Action.PROPOSE_APPROVE if publicity else Action.APPROVE
    event = applications.move(
        session, actor, application, action, at=at, reason=data.get("reasons", ""), data=_plain(data)
    )
    decision.document_id = event.document_id
    return event


def conclude_publicity(session: Session, actor: Actor, application: Application) -> ApplicationEvent:
    """The period of publicity is over without an open objection: the approval takes effect."""
    event = applications.move(session, actor, application, Action.END_PUBLICITY)
    decision = decision_of(session, application.id)
    if decision is not None:
        decision.document_id = event.document_id
        decision.decided_at = event.at
    return event


def revoke(session: Session, actor: Actor, application: Application, reason: str) -> ApplicationEvent:
    """Take an approval back; what was paid is claimed back by `disbursement`."""
    if not reason.strip():
        raise Invalid.field("reason", "撤销须说明理由和依据。")
    decision = decision_of(session, application.id)
    if decision is not None:
        decision.revoked_at, decision.revoke_reason = clock.now(), reason
    return applications.move(session, actor, application, Action.REVOKE, reason=reason)


def dismiss_objection(
    session: Session, actor: Actor, application: Application, reason: str
) -> ApplicationEvent:
    """An objection is unfounded: publicity goes on for what is left of its period."""
    if not reason.strip():
        raise Invalid.field("reason", "请写明核查情况和异议不成立的理由。")
    return applications.move(session, actor, application, Action.DISMISS_OBJECTION, reason=reason)


def must_decide(actor: Actor, application: Application) -> None:
    """NotFound for a department that is only heard."""
    if application.department_id != actor.department_id:
        raise NotFound("这件由其他部门审批，您部门只需填写会办意见。")


def assign(session: Session, actor: Actor, application: Application, login: str = "") -> str:
    """Give a case to a colleague (by login), take it over, or give it back; returns whose it is now, or "".

    Args:
        login: empty: to oneself, or back to the department where it is one's own already; "-": back.

    Raises:
        Invalid: not an officer of this department.
    """
    must_decide(actor, application)
    before = application.assignee_person_id
    if not login:
        chosen = None if before == actor.person_id else (actor.person_id, actor.name)
    elif login == "-":
        chosen = None
    else:
        chosen = queries.colleague(session, application.department_id, login)
        if chosen is None:
            raise Invalid.field("assignee", "请选择本部门的审批人员。")
    application.assignee_person_id = chosen[0] if chosen else None
    if before != application.assignee_person_id:
        audit.record(
            session,
            f"application:{application.id}",
            actor.ref,
            "assign",
            {"from": before, "to": application.assignee_person_id},
        )
    return chosen[1] if chosen else ""


def objections_of(session: Session, application_id: int) -> list[Objection]:
    """Objections during publicity; who objects is for the department alone."""
    return list(
        session.scalars(
            select(Objection).where(Objection.application_id == application_id).order_by(Objection.id)
        )
    )


def department_name(session: Session, department_id: int) -> str:
    return session.get_one(Department, department_id).name


def decision_of(session: Session, application_id: int) -> Decision | None:
    return session.scalar(select(Decision).where(Decision.application_id == application_id))


def _decision(
    session: Session,
    actor: Actor,
    application: Application,
    data: Json,
    amount: Decimal | None,
    at: dt.datetime,
) -> Decision:
    """The one row of a case; a decision after an objection takes the place of the intended one."""
    found = decision_of(session, application.id)
    if found is None:
        found = Decision(application_id=application.id)
        session.add(found)
    found.result = data["result"]
    found.amount = amount
    found.reasons = data.get("reasons", "")
    found.basis = data.get("basis", "")
    found.decided_at = at
    found.decided_by, found.decided_by_name = actor.ref, actor.name
    return found


def _amount(application: Application, version: ItemVersion, data: Json) -> Decimal | None:
    given = data.get("amount")
    amount = Decimal(str(given)) if given is not None else application.amount_requested
    if version.payment_days is not None and (amount is None or amount <= 0):
        raise Invalid.field("amount", "请填写兑现金额，应大于零。", code="amount_needed")
    return amount


def _moment(session: Session, application: Application, at: dt.datetime | None) -> dt.datetime:
    """When it happened, by the department's clock as far as it can be right: not before the case's last event,
    never in the future."""
    now = clock.now()
    if at is None:
        return now
    last = session.scalar(
        select(ApplicationEvent.at)
        .where(ApplicationEvent.application_id == application.id)
        .order_by(ApplicationEvent.seq.desc())
        .limit(1)
    )
    moment = min(at, now)
    return max(moment, last) if last is not None else moment


def _keep_differences(application: Application, found: Json, event_id: str, at: dt.datetime) -> None:
    """Both values stay visible: what was declared, and what the department found."""
    if not found:
        return
    kept = dict(application.differences)
    for name, value in found.items():
        declared = application.data.get(name)
        if not differing.same(declared, value):
            kept[name] = {
                "declared": declared,
                "department": value,
                "event": event_id,
                "at": at.isoformat(),
            }
    application.differences = kept


def _reason(data: Json) -> str:
    return str(data.get("reason") or data.get("note") or "")


def _plain(data: Json) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in data.items()}
