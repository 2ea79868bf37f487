"""Batches to a payment system, and its results: sent once in effect, applied once each, wrong amounts refused.

Sending follows DESIGN §2.2: claimed with a lease, sent in no transaction under the batch's number, then recorded.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.disbursement import queries, service
from redemption.disbursement.models import PaymentBatch, PaymentChannel, PaymentOrder, PaymentResult
from redemption.disbursement.port import GROUP, Again, Batch, Context, Order, Outcome, Payments, Sent
from redemption.disbursement.rules import BatchState, PaymentState, ResultState
from redemption.identity.models import Department
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import audit, clock, outbox, plugins
from redemption.kernel.db import Database, Json
from redemption.kernel.errors import Conflict, DomainError, Invalid, NotFound
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
            _tell(session, batch.department_id, mark, batch.number, outcome.reason)
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
        _tell(
            session, batch.department_id, f"batch:{batch.id}:{batch.attempts}", batch.number, batch.last_error
        )


def _tell(session: Session, department_id: int, once: str, number: str, error: str) -> None:
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


# --- coming back -----------------------------------------------------------------------------------------


def take_result(session: Session, channel: PaymentChannel, body: Json) -> PaymentResult:
    """Apply one result, as `ResultSchema` loaded it; the same id again changes nothing.

    A result that does not fit (another amount, an order settled otherwise) is kept for a person and not applied.

    Raises:
        NotFound: no such order of this department in a batch that was sent. Conflict `result_id_reused`.
    """
    order = session.scalar(
        select(PaymentOrder)
        .join(Application, Application.id == PaymentOrder.application_id)
        .join(PaymentBatch, PaymentBatch.id == PaymentOrder.batch_id)
        .where(
            PaymentOrder.number == body["order"],
            PaymentBatch.channel_id == channel.id,
            Application.department_id == channel.department_id,
        )
    )
    if order is None:
        raise NotFound(f"没有送往贵系统的款项 {body['order']}，请核对编号。", code="order_unknown")
    result, is_new = _written(session, channel, body)
    if not is_new:
        return result
    fault = _fault(order, body)
    if not fault:
        fault = _applied(session, channel, order, body)
    result.state = ResultState.REFUSED if fault else ResultState.APPLIED
    result.note = fault
    if fault:
        _tell(session, channel.department_id, f"payment_result:{result.id}", order.number, fault)
    return result


def settle(session: Session, actor: Actor, result_id: int, note: str) -> None:
    """A person says how a result that did not fit was dealt with."""
    found = session.scalar(
        select(PaymentResult)
        .join(PaymentChannel, PaymentChannel.id == PaymentResult.channel_id)
        .where(PaymentResult.id == result_id, PaymentChannel.department_id == actor.department_id)
        .with_for_update(of=PaymentResult)
    )
    if found is None:
        raise NotFound("没有找到这条结果。")
    if not note.strip():
        raise Invalid.field("note", "请写明核对情况和处理结果。")
    found.state, found.note = ResultState.SETTLED, f"{found.note}　处理：{note.strip()[:500]}"
    audit.record(
        session,
        f"department:{actor.department_id}",
        actor.ref,
        "settle_payment_result",
        {"order": found.order_number, "note": note.strip()[:500]},
    )


def unsettled(session: Session, department_id: int) -> list[PaymentResult]:
    """Results of a department's payment system that wait for a person."""
    return list(
        session.scalars(
            select(PaymentResult)
            .join(PaymentChannel, PaymentChannel.id == PaymentResult.channel_id)
            .where(PaymentChannel.department_id == department_id, PaymentResult.state == ResultState.REFUSED)
            .order_by(PaymentResult.id.desc())
            .limit(100)
        )
    )


def _written(session: Session, channel: PaymentChannel, body: Json) -> tuple[PaymentResult, bool]:
    """The row of a result, first of all: two deliveries of the same id wait for each other here."""
    plain = {name: str(value) if value is not None else None for name, value in body.items()}
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    made = session.scalar(
        insert(PaymentResult)
        .values(
            channel_id=channel.id,
            result_id=body["id"],
            order_number=body["order"],
            body=plain,
            digest=digest,
            received_at=clock.now(),
            state=ResultState.APPLIED.value,
            note="",
        )
        .on_conflict_do_nothing()
        .returning(PaymentResult.id)
    )
    query = select(PaymentResult).where(
        PaymentResult.channel_id == channel.id, PaymentResult.result_id == body["id"]
    )
    found = session.scalars(query).one()
    if made is None and found.digest != digest:
        raise Conflict(
            "这个编号此前用于内容不同的结果，请换一个编号。", code="result_id_reused", result=body["id"]
        )
    return found, made is not None


def _fault(order: PaymentOrder, body: Json) -> str:
    try:
        amount = Decimal(str(body["amount"]))
    except InvalidOperation:
        return "金额无法识别。"
    if amount != order.amount:
        return f"金额不符：应付 {order.amount:.2f} 元，支付系统回传 {amount:.2f} 元。请向支付系统核对。"
    return ""


def _applied(session: Session, channel: PaymentChannel, order: PaymentOrder, body: Json) -> str:
    """Do what the result says; a sentence where it cannot be."""
    actor = system_actor("payments", channel.department_id)
    try:
        with session.begin_nested():
            if body["result"] == "paid":
                service.paid(session, actor, order, at=body["occurred_at"], voucher=body.get("voucher", ""))
            else:
                service.returned(session, actor, order, body["reason"], at=body["occurred_at"])
    except DomainError as error:
        return error.message
    return ""


def fetch(database: Database, box: SecretBox) -> int:
    """Take what lies ready at payment systems that do not call back; returns how many results."""
    from redemption.disbursement.schemas import ResultSchema

    with unit_of_work(database) as session:
        channels = list(session.scalars(select(PaymentChannel).where(PaymentChannel.active)))
        adapters = [(channel.id, make_payments(box, channel)) for channel in channels]
    taken = 0
    for channel_id, adapter in adapters:
        done = []
        for name, raw in adapter.poll():
            with unit_of_work(database) as session:
                channel = session.get_one(PaymentChannel, channel_id)
                _take_unsure(session, channel, ResultSchema(), raw)
            done.append(name)
        if done:
            adapter.settle(done)
        adapter.close()
        taken += len(done)
    return taken


def _take_unsure(session: Session, channel: PaymentChannel, schema: Any, raw: Any) -> None:
    """A fetched result: whatever is wrong with it is kept for a person."""
    faults = schema.validate(raw)
    try:
        if faults:
            raise Invalid(json.dumps(faults, ensure_ascii=False)[:500])
        with session.begin_nested():
            take_result(session, channel, schema.load(raw))
    except DomainError as error:
        text = json.dumps(raw, ensure_ascii=False, sort_keys=True, default=str)
        session.execute(
            insert(PaymentResult)
            .values(
                channel_id=channel.id,
                result_id=f"?{hashlib.sha256(text.encode()).hexdigest()[:40]}",
                order_number=str(raw.get("order", ""))[:100],
                body={"raw": text[:5000]},
                digest=hashlib.sha256(text.encode()).hexdigest(),
                received_at=clock.now(),
                state=ResultState.REFUSED.value,
                note=error.message,
            )
            .on_conflict_do_nothing()
        )
