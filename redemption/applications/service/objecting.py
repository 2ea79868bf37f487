"""公示异议: anybody may object while an intended approval is shown; only the department learns who."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import queries
from redemption.applications.models import Application, Objection
from redemption.applications.rules import Action, Status
from redemption.applications.service.moving import step
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import Invalid, NotFound

REASON_LIMIT = 2000
PUBLIC = Actor(0, "公示期间异议人", Role.SYSTEM, system="public")
"""An objector has no account; the name stands in the objection alone."""


def raise_objection(session: Session, number: str, *, name: str, phone: str, reason: str) -> Objection:
    """Object to an intended approval. The first objection stops the publicity; more join it.

    Raises:
        NotFound: there is no publicity of this number now. Invalid: name, phone or reason is missing.
    """
    application = session.scalar(select(Application).where(Application.number == number))
    if application is None or application.status is None:
        raise NotFound("没有找到这项公示，请核对编号。")
    case = queries.case_by_id(session, application.id, lock=True)
    if case.application.status not in (Status.PUBLICITY.value, Status.OBJECTION_REVIEW.value):
        raise NotFound("这项公示已经结束，不能再提出异议。如有线索，请向办理部门反映。")
    faults = {}
    if not name.strip() or len(name) > 50:
        faults["name"] = "请填写姓名或单位名称，不超过50个字。"
    if not phone.strip() or len(phone) > 40:
        faults["phone"] = "请填写联系电话，便于核实情况。"
    if not reason.strip() or len(reason) > REASON_LIMIT:
        faults["reason"] = f"请写明异议的事实和理由，不超过{REASON_LIMIT}个字。"
    if faults:
        raise Invalid(fields=faults)
    objection = Objection(
        application_id=case.application.id,
        name=name.strip(),
        phone=phone.strip(),
        reason=reason.strip(),
        raised_at=clock.now(),
    )
    session.add(objection)
    session.flush()
    if case.application.status == Status.PUBLICITY.value:
        # the reason may name the objector: the event, which the enterprise sees, does not carry it
        step(session, PUBLIC, case, Action.OBJECT, data={"objection_id": objection.id})
    return objection
