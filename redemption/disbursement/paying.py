"""Batches to a payment system: connected by an administrator, sent once in effect. What comes back: `results`.

Sending follows DESIGN §2.2: claimed with a lease, sent in no transaction under the batch's number, then recorded.
"""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from redemption.disbursement import queries
from redemption.disbursement.models import PaymentBatch, PaymentChannel, PaymentOrder
from redemption.disbursement.port import GROUP, Again, Batch, Context, Order, Outcome, Payments, Sent
from redemption.disbursement.rules import BatchState, PaymentState
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox, plugins
from redemption.kernel.db import Database, Json
from redemption.kernel.errors import Conflict, NotFound
from redemption.kernel.patience import breaker_pause, wait_after
from redemption.kernel.secrets import SecretBox, SecretUnreadable
from redemption.kernel.uow import unit_of_work
from redemption.messages.service import tell

log = structlog.get_logger("redemption.disbursement")
LEASE = dt.timedelta(seconds=120)


def channel_of(session: Session, department_id: int) -> PaymentChannel | None:
    return session.scalar(select(PaymentChannel).where(PaymentChannel.department_id == department_id))


def connect(
    session: Session,
    box: SecretBox,
    actor: Actor,
    department_id: int,
    *,
    adapter: str,
    options: Json,
    active: bool = True,
) -> PaymentChannel:
    """Set up how a department's batches are sent, or change it; a secret that is not given again is kept.

    Raises:
        Invalid: `adapter_unknown`, `options_invalid`.
    """
    found = session.scalar(
        select(PaymentChannel).where(PaymentChannel.department_id == department_id).with_for_update()
    )
    kept = _kept_secrets(box, found) if found is not None and found.adapter == adapter else {}
    given = {name: value for name, value in options.items() if value not in (None, "")}
    plain, secret = plugins.load_options(plugins.find(GROUP, adapter), {**kept, **given})
    if found is None:
        found = PaymentChannel(department_id=department_id, adapter=adapter, created_at=clock.now())
        session.add(found)
    found.adapter, found.options, found.active = adapter, plain, active
    found.secrets = box.seal(json.dumps(secret), f"payment_channel:{department_id}") if secret else None
    found.failures, found.open_until = 0, None
    session.flush()
    audit.record(
        session,
        f"department:{department_id}",
        actor.ref,
        "connect_payments",
        {"adapter": adapter, "options": plain, "active": active},
    )
    return found


def _kept_secrets(box: SecretBox, channel: PaymentChannel) -> dict[str, str]:
    """None where the system's own key has been changed: they are asked for again."""
    try:
        return open_secrets(box, channel)
    except SecretUnreadable:
        return {}


def open_secrets(box: SecretBox, channel: PaymentChannel) -> dict[str, str]:
    """The secret options in clear, for the adapter and for checking signatures alone."""
    if not channel.secrets:
        return {}
    found: dict[str, str] = json.loads(box.open(channel.secrets, f"payment_channel:{channel.department_id}"))
    return found


def make_payments(box: SecretBox, channel: PaymentChannel) -> Payments:
    """The adapter of a channel."""
    made: Payments = plugins.find(GROUP, channel.adapter)(
        Context(channel.options, open_secrets(box, channel))
    )
    return made


def send(session: Session, actor: Actor, number: str) -> PaymentBatch:
    """Hand a batch of the actor's department to the payment system; it goes out by a worker.

    Raises:
        NotFound: not their batch. Conflict: no payment system is connected, or it is on its way already.
    """
    batch = session.scalar(
        select(PaymentBatch)
        .where(PaymentBatch.number == number, PaymentBatch.department_id == actor.department_id)
        .with_for_update()
    )
    if batch is None:
        raise NotFound("没有找到这个批次。")
    channel = channel_of(session, batch.department_id)
    if channel is None or not channel.active:
        raise Conflict("还没有连接支付系统，请下载清单办理，或请系统管理员连接。", code="no_channel")
    if batch.state not in {BatchState.LISTED, BatchState.REFUSED}:
        raise Conflict("这个批次已经发送，不用再发。", code="batch_sent")
    if not _orders(session, batch):
        raise Conflict("这个批次的款项都已登记结果，没有需要支付的。", code="nothing_to_pay")
    batch.state, batch.channel_id, batch.next_at = BatchState.WAITING, channel.id, clock.now()
    batch.attempts, batch.last_error = 0, ""
    audit.record(
        session, f"department:{batch.department_id}", actor.ref, "send_batch", {"batch": batch.number}
    )
    outbox.publish(session, "batch.ready", batch.id, batch_id=batch.id)
    return batch


# --- going out -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A claimed batch with everything that sending it needs."""

    batch_id: int
    adapter: Payments
    batch: Batch


def run_due(database: Database, box: SecretBox, base_url: str) -> int:
    """Send what is due; returns how many batches were tried."""
    tried = 0
    while True:
        with unit_of_work(database) as session:
            held = _claim(session, box, base_url)
        if held is None:
            return tried
        try:
            outcome = held.adapter.send(held.batch)
        except Exception as error:
            log.exception("payment_adapter_raised", batch=held.batch.number)
            outcome = Again(f"对接程序出错：{type(error).__name__}")
        finally:
            held.adapter.close()
        with unit_of_work(database) as session:
            record(session, held.batch_id, outcome)
        tried += 1


def _claim(session: Session, box: SecretBox, base_url: str) -> Held | None:
    now = clock.now()
    row = session.execute(
        select(PaymentBatch, PaymentChannel, Department)
        .join(PaymentChannel, PaymentChannel.id == PaymentBatch.channel_id)
        .join(Department, Department.id == PaymentBatch.department_id)
        .where(
            PaymentBatch.state == BatchState.WAITING,
            PaymentBatch.next_at <= now,
            or_(PaymentChannel.open_until.is_(None), PaymentChannel.open_until <= now),
        )
        .order_by(PaymentBatch.next_at)
        .limit(1)
        .with_for_update(of=PaymentBatch, skip_locked=True)
    ).first()
    if row is None:
        return None
    batch, channel, department = row
    batch.attempts += 1
    batch.next_at = now + LEASE
    orders = [
        Order(
            number=order.number,
            payee=order.account_name or enterprise,
            uscc=uscc,
            bank=order.bank_name,
            account=box.open(order.bank_account, order.account_context) if order.bank_account else "",
            amount=order.amount,
            purpose=item,
        )
        # what was cancelled while the batch waited is not paid
        for order, _, enterprise, uscc, item in queries.batch_rows(session, batch.id)
        if order.state == PaymentState.ORDERED
    ]
    if not orders:
        batch.state, batch.next_at = BatchState.REFUSED, None
        batch.last_error = "批次中的款项都已登记结果或取消，没有需要支付的。"
        return _claim(session, box, base_url)
    audit.record(
        session,
        f"department:{batch.department_id}",
        "system:payments",
        "hand_over_batch",
        {"batch": batch.number, "orders": len(orders), "attempt": batch.attempts},
    )
    ready = Batch(
        batch.number,
        department.code,
        sum((order.amount for order in orders), Decimal(0)),
        orders,
        f"{base_url}/api/v1/departments/{department.code}/payment-results",
    )
    return Held(batch.id, make_payments(box, channel), ready)


def record(session: Session, batch_id: int, outcome: Outcome) -> None:
    """Write down what came of sending a batch."""
    now = clock.now()
    batch = session.get_one(PaymentBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state != BatchState.WAITING:
        return
    channel = session.get_one(PaymentChannel, batch.channel_id, with_for_update=True, populate_existing=True)
    if isinstance(outcome, Again):
        channel.failures += 1
        channel.last_error = batch.last_error = outcome.reason[:500]
        pause = breaker_pause(channel.failures)
        channel.open_until = now + pause if pause is not None else None
        batch.next_at = now + wait_after(batch.attempts)
        if pause is not None:
            # once a day for a batch that waits
            mark = f"batch:{batch.id}:{clock.day_of(now).isoformat()}"
            tell_department(session, batch.department_id, mark, batch.number, outcome.reason)
        return
    channel.failures, channel.open_until, channel.last_error = 0, None, ""
    channel.last_success_at = now
    batch.next_at = None
    if isinstance(outcome, Sent):
        batch.state, batch.sent_at, batch.reference, batch.last_error = (
            BatchState.SENT,
            now,
            outcome.reference,
            "",
        )
    else:
        batch.state, batch.last_error = BatchState.REFUSED, "；".join(outcome.reasons)[:2000]
        tell_department(
            session, batch.department_id, f"batch:{batch.id}:{batch.attempts}", batch.number, batch.last_error
        )


def tell_department(session: Session, department_id: int, once: str, number: str, error: str) -> None:
    """The department learns that something waits for a person."""
    tell(
        session,
        template="payment_trouble",
        once=once,
        department_id=department_id,
        data={"number": number, "error": error},
        link="/workbench/payments",
    )


def _orders(session: Session, batch: PaymentBatch) -> list[PaymentOrder]:
    return [row[0] for row in queries.batch_rows(session, batch.id) if row[0].state == PaymentState.ORDERED]
