"""Publicity, payment orders, what the bank says, a new account, clawback (DOMAIN §4).

`follow` is the job of `application.moved`: it keeps its own rows in step with the case. Money is ordered when the
approval stands; paid and returned come from the department's system (`payment` events) or by hand in the workbench.
"""

import datetime as dt
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from redemption.applications import service as applications
from redemption.applications.models import Application, Submission
from redemption.applications.rules import Action, Status
from redemption.catalogue.models import ItemVersion
from redemption.decisions import service as decisions
from redemption.decisions.models import DepartmentEvent
from redemption.decisions.receiving import actor_of, contradicts
from redemption.disbursement import queries
from redemption.disbursement.models import PaymentBatch, PaymentOrder, Publicity
from redemption.disbursement.rules import PaymentState, clawback_due
from redemption.identity.models import Department, Enterprise
from redemption.identity.rules import Actor, Role, system_actor
from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, DomainError, IllegalTransition, Invalid, NotFound
from redemption.kernel.money import yuan_full
from redemption.kernel.secrets import SecretBox
from redemption.messages.service import tell

DISBURSEMENT = system_actor("disbursement")


def follow(session: Session, application_id: int, action: str) -> None:
    """Keep publicity and payments in step with a case that moved; the same step again changes nothing."""
    application = session.get_one(Application, application_id)
    match Action(action):
        case Action.PROPOSE_APPROVE | Action.DISMISS_OBJECTION:
            _begin_publicity(session, application)
        case Action.END_PUBLICITY | Action.APPROVE | Action.DENY:
            _end_publicity(session, application)
            if application.status == Status.APPROVED:
                order_payment(session, application)
        case Action.OBJECT:
            pass
        case Action.REVOKE:
            _claw_back(session, application)


def sweep_publicity(session: Session, limit: int = 100) -> int:
    """End the publicity whose period is over; returns how many cases were approved by it."""
    count = 0
    for publicity_id in queries.over(session, clock.now(), limit):
        publicity = session.scalar(
            select(Publicity).where(Publicity.id == publicity_id).with_for_update(skip_locked=True)
        )
        if publicity is None or publicity.ended_at is not None:
            continue
        application = session.get_one(
            Application, publicity.application_id, with_for_update=True, populate_existing=True
        )
        if application.status == Status.PUBLICITY:
            publicity.ended_at = clock.now()
            decisions.conclude_publicity(session, DISBURSEMENT, application)
            count += 1
    return count


def order_payment(session: Session, application: Application) -> PaymentOrder | None:
    """Order the payment of an approval that stands; None where the item pays no money or it is ordered already."""
    version = session.get_one(ItemVersion, application.item_version_id)
    amount = application.amount_approved
    if version.payment_days is None or amount is None or amount <= 0:
        return None
    application = session.get_one(Application, application.id, with_for_update=True, populate_existing=True)
    if application.status != Status.APPROVED or queries.orders_of(session, application.id):
        return None
    order = _order(session, application)
    applications.move(
        session,
        DISBURSEMENT,
        application,
        Action.ORDER_PAYMENT,
        data={"payment_number": order.number, "amount": str(amount)},
    )
    order.due_at = application.due_at
    return order


def paid(
    session: Session, actor: Actor, order: PaymentOrder, *, at: dt.datetime | None = None, voucher: str = ""
) -> None:
    """The money has arrived. Doing it again changes nothing."""
    order = _held(session, order)
    if order.state == PaymentState.PAID:
        return
    _must_be_ordered(order)
    moment = min(at or clock.now(), clock.now())
    order.state, order.paid_at, order.voucher = PaymentState.PAID, moment, voucher
    application = session.get_one(Application, order.application_id)
    applications.move(
        session,
        actor,
        application,
        Action.PAY,
        at=at and moment,
        data={"payment_number": order.number, "amount": str(order.amount), "voucher": voucher},
    )


def returned(
    session: Session, actor: Actor, order: PaymentOrder, reason: str, *, at: dt.datetime | None = None
) -> None:
    """退汇: the bank sent it back; the enterprise gives another account."""
    if not reason.strip():
        raise Invalid.field("reason", "请写明银行退汇的原因，企业会看到。")
    order = _held(session, order)
    if order.state == PaymentState.RETURNED:
        return
    _must_be_ordered(order)
    moment = min(at or clock.now(), clock.now())
    order.state, order.returned_at, order.return_reason = PaymentState.RETURNED, moment, reason
    application = session.get_one(Application, order.application_id)
    applications.move(
        session,
        actor,
        application,
        Action.RETURN_PAYMENT,
        at=at and moment,
        reason=reason,
        data={"payment_number": order.number},
    )


def new_account(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    box: SecretBox,
    account: str,
    account_name: str = "",
    bank_name: str = "",
) -> PaymentOrder:
    """Another account after a 退汇, and the payment ordered again.

    Raises:
        NotFound: not an application of the actor's enterprise. IllegalTransition: nothing came back.
    """
    if actor.role is Role.ENTERPRISE and (
        application.enterprise_id != actor.enterprise_id or not actor.may_file
    ):
        raise NotFound("没有找到这件申报，请核对编号。")
    application = session.get_one(Application, application.id, with_for_update=True, populate_existing=True)
    if application.status != Status.PAYMENT_FAILED:
        raise IllegalTransition("这件申报现在不需要更换账户。")
    submission = session.get_one(Submission, application.submission_id)
    applications.change_account(
        session, actor, submission, account, box=box, account_name=account_name, bank_name=bank_name
    )
    order = _order(session, application)
    applications.move(session, actor, application, Action.NEW_ACCOUNT, data={"payment_number": order.number})
    order.due_at = application.due_at
    return order


def reported(session: Session, event_id: int) -> None:
    """A department's `payment` event: paid or returned. What does not fit is given to a person."""
    event = session.get_one(DepartmentEvent, event_id)
    department = session.get_one(Department, event.department_id)
    order = session.scalar(
        select(PaymentOrder)
        .join(Application, Application.id == PaymentOrder.application_id)
        .where(PaymentOrder.application_id == _application_of(session, event))
        .order_by(PaymentOrder.id.desc())
        .limit(1)
    )
    if order is None:
        raise LookupError(f"no payment order for event {event_id}")
    actor = actor_of(department)
    said = event.data.get("amount")
    if said is not None and Decimal(str(said)) != order.amount:
        note = (
            f"金额不符：应付 {order.amount:.2f} 元，部门系统回传 {Decimal(str(said)):.2f} 元。请核对后登记。"
        )
        contradicts(session, department, event, note)
        return
    try:
        with session.begin_nested():
            if event.data.get("result") == "paid":
                voucher = str(event.data.get("voucher") or "")
                paid(session, actor, order, at=event.occurred_at, voucher=voucher)
            else:
                returned(session, actor, order, str(event.data.get("reason", "")), at=event.occurred_at)
    except DomainError as error:
        contradicts(session, department, event, error.message)


def make_batch(session: Session, actor: Actor, order_ids: list[int]) -> PaymentBatch:
    """Put ordered payments of the actor's department together; one that is in a batch already is left out."""
    orders = list(
        session.scalars(
            select(PaymentOrder)
            .join(Application, Application.id == PaymentOrder.application_id)
            .where(
                PaymentOrder.id.in_(order_ids),
                PaymentOrder.state == PaymentState.ORDERED,
                PaymentOrder.batch_id.is_(None),
                Application.department_id == actor.department_id,
            )
            .order_by(PaymentOrder.id)
            .with_for_update(of=PaymentOrder)
        )
    )
    if not orders or actor.department_id is None:
        raise Invalid.field("orders", "请选择至少一笔尚未编入批次的待拨付款项。")
    batch = PaymentBatch(
        number="",
        department_id=actor.department_id,
        created_at=clock.now(),
        created_by=actor.name,
        orders=len(orders),
        amount=sum((order.amount for order in orders), orders[0].amount * 0),
    )
    department = session.get_one(Department, actor.department_id)
    batch.number = f"{department.code}-{clock.today():%y%m%d}-{orders[0].id}"
    session.add(batch)
    session.flush()
    for order in orders:
        order.batch_id = batch.id
    audit.record(
        session,
        f"department:{actor.department_id}",
        actor.ref,
        "make_batch",
        {"batch": batch.number, "orders": [order.number for order in orders], "amount": str(batch.amount)},
    )
    return batch


def clawed_back(session: Session, actor: Actor, order: PaymentOrder, voucher: str = "") -> None:
    """The money of a revoked approval is back."""
    order = _held(session, order)
    if order.state != PaymentState.CLAWBACK:
        raise Conflict("这笔款项没有在追回。", code="not_clawed_back")
    order.state, order.clawed_back_at = PaymentState.CLAWED_BACK, clock.now()
    audit.record(
        session,
        f"application:{order.application_id}",
        actor.ref,
        "clawed_back",
        {"payment": order.number, "voucher": voucher},
    )


def order_of(session: Session, actor: Actor, number: str) -> PaymentOrder:
    """A payment of the actor's own department. NotFound otherwise."""
    found = session.scalar(
        select(PaymentOrder)
        .join(Application, Application.id == PaymentOrder.application_id)
        .where(PaymentOrder.number == number, Application.department_id == actor.department_id)
    )
    if found is None:
        raise NotFound("没有找到这笔款项。")
    return found


# --- the rows --------------------------------------------------------------------------------------------


def _begin_publicity(session: Session, application: Application) -> None:
    if application.status != Status.PUBLICITY:
        return
    running = queries.running_publicity(session, application.id)
    ends = application.due_at
    if ends is None:
        raise LookupError(f"application {application.id} is in publicity without an end")
    if running is not None:
        # an objection held it up: what is left of the period runs on
        running.ends_at, running.provisional = ends, application.due_provisional
        return
    session.add(
        Publicity(
            application_id=application.id,
            begins_at=clock.now(),
            ends_at=ends,
            provisional=application.due_provisional,
        )
    )


def _end_publicity(session: Session, application: Application) -> None:
    session.execute(
        update(Publicity)
        .where(Publicity.application_id == application.id, Publicity.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def _order(session: Session, application: Application) -> PaymentOrder:
    submission = session.get_one(Submission, application.submission_id)
    enterprise = session.get_one(Enterprise, application.enterprise_id)
    assert application.amount_approved is not None
    order = PaymentOrder(
        application_id=application.id,
        number=f"BF-{application.number}-{len(queries.orders_of(session, application.id)) + 1}",
        amount=application.amount_approved,
        account_name=str(submission.common.get("account_name") or enterprise.name),
        bank_name=str(submission.common.get("bank_name") or enterprise.bank_name),
        bank_account=submission.bank_account,
        account_context=f"submission:{submission.id}:bank_account",
        created_at=clock.now(),
    )
    session.add(order)
    session.flush()
    return order


def _held(session: Session, order: PaymentOrder) -> PaymentOrder:
    session.get_one(Application, order.application_id, with_for_update=True)
    return session.get_one(PaymentOrder, order.id, with_for_update=True, populate_existing=True)


def _must_be_ordered(order: PaymentOrder) -> None:
    if order.state != PaymentState.ORDERED:
        raise Conflict("这笔款项已登记过结果，请刷新页面查看。", code="payment_settled")


def _application_of(session: Session, event: DepartmentEvent) -> int:
    from redemption.dispatch.models import Referral

    return session.get_one(Referral, event.referral_id or 0).application_id


def _claw_back(session: Session, application: Application) -> None:
    decision = decisions.decision_of(session, application.id)
    enterprise = session.get_one(Enterprise, application.enterprise_id)
    version = session.get_one(ItemVersion, application.item_version_id)
    deadline = clawback_due(clock.now(), load_calendar(session))
    for order in queries.orders_of(session, application.id):
        if order.state == PaymentState.ORDERED:
            order.state = PaymentState.CANCELLED
        if order.state != PaymentState.PAID:
            continue
        order.state = PaymentState.CLAWBACK
        order.claimed_back_at = clock.now()
        order.clawback_due_at, order.clawback_provisional = (
            clock.end_of_day(deadline.date),
            deadline.provisional,
        )
        tell(
            session,
            template="clawback_ordered",
            once=f"clawback:{order.id}",
            enterprise_id=application.enterprise_id,
            data={
                "enterprise": enterprise.name,
                "item": version.name,
                "number": application.number,
                "day": clock.day_text(deadline.date),
                "amount": yuan_full(order.amount),
                "reason": decision.revoke_reason if decision else "",
            },
            link=f"/applications/{application.number}",
        )
