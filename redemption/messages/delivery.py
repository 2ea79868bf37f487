"""Messages on their way out: e-mail by SMTP, SMS by a gateway that takes JSON over HTTP.

A delivery is claimed with a lease in one transaction, sent in none, and recorded in another (DESIGN law 2). The
Message-ID and the gateway's idempotency key are made from the delivery, so that a claim that is repeated after a crash
is the same message to whoever receives it. A connection that broke after the text was handed over leaves the delivery
as `unknown`: it may have arrived, and it stands in the space in any case.
"""

import datetime as dt
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import httpx
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from redemption.config import Settings
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.uow import unit_of_work
from redemption.messages.models import Delivery, Message
from redemption.messages.rules import Channel, DeliveryState

LEASE = dt.timedelta(minutes=3)
TIMEOUT = 20
BATCH = 8
"""Claimed at once: each may wait for its timeout before the lease of the last one ends."""
PAUSES = (60, 300, 1800, 7200, 21600, 43200)
"""Seconds before the second, third, … try; after the last one the delivery has failed."""


@dataclass(frozen=True)
class Claimed:
    """One delivery this process holds until the lease ends."""

    id: int
    channel: str
    address: str
    attempts: int
    subject: str
    body: str
    link: str
    lease_until: dt.datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came of one try."""

    state: DeliveryState
    error: str = ""


def deliver(
    database: Database, settings: Settings, message_id: int | None = None, *, limit: int = BATCH
) -> int:
    """Send what is waiting, of one message or of all; returns how many tries were made."""
    with unit_of_work(database) as session:
        claimed = claim(session, message_id, limit=limit)
    off: list[tuple[Claimed, Outcome]] = []
    for one in claimed:
        outcome = _send(settings, one)
        if outcome.state is DeliveryState.OFF:
            # nobody was called, so nothing can be lost by writing it down with the others
            off.append((one, outcome))
            continue
        with unit_of_work(database) as session:
            record(session, one, outcome)
    if off:
        with unit_of_work(database) as session:
            for one, outcome in off:
                record(session, one, outcome)
    return len(claimed)


def claim(session: Session, message_id: int | None = None, *, limit: int = BATCH) -> list[Claimed]:
    """Take waiting deliveries for this process; the caller commits before it sends."""
    now = clock.now()
    waiting = (
        select(Delivery.id)
        .where(
            Delivery.state == DeliveryState.WAITING.value,
            Delivery.next_at <= now,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
        )
        .order_by(Delivery.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if message_id is not None:
        waiting = waiting.where(Delivery.message_id == message_id)
    taken = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(waiting.scalar_subquery()))
        .values(lease_until=now + LEASE, attempts=Delivery.attempts + 1)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Delivery.address,
            Delivery.attempts,
            Message.subject,
            Message.body,
            Message.link,
            Delivery.lease_until,
        )
        .join(Message, Message.id == Delivery.message_id)
        .where(Delivery.id.in_(taken))
        .order_by(Delivery.id)
    )
    return [Claimed(*row) for row in rows]


def record(session: Session, one: Claimed, outcome: Outcome) -> None:
    """Write down what came of a try, unless the lease ran out and somebody else took the delivery."""
    now = clock.now()
    values: dict[str, object] = {
        "state": outcome.state.value,
        "error": outcome.error[:500],
        "lease_until": None,
    }
    if outcome.state is DeliveryState.SENT:
        values["sent_at"] = now
    elif outcome.state is DeliveryState.WAITING:
        if one.attempts > len(PAUSES):
            values["state"] = DeliveryState.FAILED.value
        else:
            values["next_at"] = now + dt.timedelta(seconds=PAUSES[one.attempts - 1])
    session.execute(
        update(Delivery)
        .where(Delivery.id == one.id, Delivery.lease_until == one.lease_until)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _send(settings: Settings, one: Claimed) -> Outcome:
    if one.channel == Channel.EMAIL:
        return (
            send_mail(settings, one) if settings.smtp_url else Outcome(DeliveryState.OFF, "未配置邮件服务器")
        )
    return send_sms(settings, one) if settings.sms_url else Outcome(DeliveryState.OFF, "未配置短信网关")


def send_mail(settings: Settings, one: Claimed) -> Outcome:
    """One e-mail over SMTP, encrypted where the server can."""
    handed_over = False
    try:
        with _connect(settings.smtp_url) as server:
            mail = _mail(settings, one)
            server.ehlo_or_helo_if_needed()
            handed_over = True
            server.send_message(mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        return _refused(error)
    except smtplib.SMTPServerDisconnected as error:
        state = DeliveryState.UNKNOWN if handed_over else DeliveryState.WAITING
        return Outcome(state, f"连接中断：{error}")
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Outcome(DeliveryState.WAITING, f"{type(error).__name__}: {error}")
    return Outcome(DeliveryState.SENT)


def send_sms(settings: Settings, one: Claimed) -> Outcome:
    """One SMS: `POST {sms_url}` with `{"to", "text", "reference"}`, a bearer token and an Idempotency-Key."""
    reference = f"message-delivery-{one.id}"
    headers = {"Idempotency-Key": reference}
    if settings.sms_token:
        headers["Authorization"] = f"Bearer {settings.sms_token}"
    body = {
        "to": one.address,
        "text": f"【惠企政策兑现】{one.subject}。请登录系统查看。",
        "reference": reference,
    }
    try:
        answer = httpx.post(settings.sms_url, json=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        return Outcome(DeliveryState.WAITING, f"{type(error).__name__}: {error}")
    if answer.is_success:
        return Outcome(DeliveryState.SENT)
    again = answer.status_code in {408, 425, 429} or answer.status_code >= 500
    state = DeliveryState.WAITING if again else DeliveryState.FAILED
    return Outcome(state, f"短信网关回答 {answer.status_code}")


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("邮件服务器地址应为 smtp:// 或 smtps://")
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            parts.hostname, parts.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _mail(settings: Settings, one: Claimed) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = " ".join(one.subject.split())
    mail["From"] = settings.mail_from
    mail["To"] = one.address
    mail["Date"] = format_datetime(clock.now())
    host = urlsplit(settings.base_url).hostname or "localhost"
    mail["Message-ID"] = f"<delivery-{one.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    where = f"\n\n查看详情：{settings.base_url}{one.link}" if one.link else ""
    mail.set_content(f"{one.body}{where}\n\n本邮件由系统自动发出，请勿直接回复。\n")
    return mail


def _refused(error: Exception) -> Outcome:
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((answer[0] for answer in error.recipients.values()), default=550)
    forever = code is not None and code >= 500
    return Outcome(DeliveryState.FAILED if forever else DeliveryState.WAITING, f"邮件服务器拒绝：{error}")
