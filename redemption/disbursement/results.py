"""What payment systems say about orders: each result applied once, wrong amounts refused, the rest for a person."""

import hashlib
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.disbursement import service
from redemption.disbursement.models import PaymentBatch, PaymentChannel, PaymentOrder, PaymentResult
from redemption.disbursement.paying import make_payments, tell_department
from redemption.disbursement.rules import ResultState
from redemption.disbursement.schemas import ResultSchema
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import audit, clock
from redemption.kernel.db import Database, Json
from redemption.kernel.errors import Conflict, DomainError, Invalid, NotFound
from redemption.kernel.secrets import SecretBox
from redemption.kernel.uow import unit_of_work
from redemption.web.sentences import in_a_line


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
        tell_department(session, channel.department_id, f"payment_result:{result.id}", order.number, fault)
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
            raise Invalid(in_a_line(faults)[:500])
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
