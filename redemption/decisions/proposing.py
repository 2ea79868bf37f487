"""Decisions by two people, where a department asks for it: one proposes, another one confirms or gives it back.

The department's own system is one voice: its events decide at once. In the workbench `decide` asks here first.
"""

from decimal import Decimal

from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.decisions import queries, service
from redemption.decisions.models import Proposal
from redemption.decisions.rules import EventType
from redemption.decisions.schemas import DecidedData
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound

DECIDABLE = (Status.ACCEPTED, Status.OBJECTION_REVIEW)


def decide(session: Session, actor: Actor, application: Application, data: Json) -> Proposal | None:
    """Decide, or propose where the department lets two people decide; the proposal, or None when it is decided."""
    if not queries.needs_two(session, application.department_id):
        service.act(session, actor, application, EventType.DECIDED, data)
        return None
    if application.department_id != actor.department_id or application.status not in DECIDABLE:
        raise Conflict("这件申报现在不能作出决定，请刷新页面查看最新状态。", code="not_decidable")
    if queries.open_proposal(session, application.id) is not None:
        raise Conflict("已有一份决定等待复核，请先复核或退回。", code="already_proposed")
    if data["result"] == "approve" and data.get("amount") is None and application.amount_requested is None:
        raise Invalid.field("amount", "请填写兑现金额。", code="amount_needed")
    plain = {name: str(value) if isinstance(value, Decimal) else value for name, value in data.items()}
    made = Proposal(
        application_id=application.id,
        data=plain,
        person_id=actor.person_id,
        person_name=actor.name,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, f"application:{application.id}", actor.ref, "propose_decision", plain)
    return made


def confirm(session: Session, actor: Actor, application: Application) -> None:
    """A second person agrees: the decision takes effect as proposed, under the money rules of this moment."""
    proposal = _open(session, actor, application)
    data = DecidedData().load(proposal.data)
    _settle(session, actor, application, proposal, "confirmed", "")
    service.act(session, actor, application, EventType.DECIDED, data)


def give_back(session: Session, actor: Actor, application: Application, note: str) -> None:
    """A second person does not agree; the first one may propose anew."""
    if not note.strip():
        raise Invalid.field("note", "请写明退回的理由。")
    proposal = _open(session, actor, application, by_proposer=True)
    _settle(session, actor, application, proposal, "returned", note)


def _open(session: Session, actor: Actor, application: Application, *, by_proposer: bool = False) -> Proposal:
    proposal = queries.open_proposal(session, application.id)
    if proposal is None or application.department_id != actor.department_id:
        raise NotFound("没有等待复核的决定，请刷新页面。")
    if proposal.person_id == actor.person_id and not by_proposer:
        raise Conflict("复核人不能是提出决定的人，请由另一位同事复核。", code="same_person")
    return proposal


def _settle(
    session: Session, actor: Actor, application: Application, proposal: Proposal, outcome: str, note: str
) -> None:
    proposal.settled_at, proposal.outcome = clock.now(), outcome
    proposal.settled_by, proposal.note = actor.name, note
    audit.record(
        session,
        f"application:{application.id}",
        actor.ref,
        f"proposal_{outcome}",
        {"proposal": proposal.id, "note": note},
    )
    session.flush()
