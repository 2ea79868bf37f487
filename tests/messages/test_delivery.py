"""Mail over a real SMTP server and SMS over a real HTTP server: sent once, whatever fails on the way."""

import datetime as dt
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import select

from redemption.kernel import clock
from redemption.messages import delivery, service
from redemption.messages.models import Delivery

DATA = {
    "item": "贴息",
    "number": "1-01",
    "enterprise": "甲公司",
    "department": "科技局",
    "day": "",
    "reason": "不在范围",
}


class Inbox:
    """Takes mail; refuses or breaks off as told."""

    def __init__(self) -> None:
        self.mails: list = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.answer if self.answer[:3] in {"250", "451", "550"} else "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer == "break":
            server.transport.close()
            return "250 OK"
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox():
    box = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def mailing(settings, inbox):
    import dataclasses

    return dataclasses.replace(
        settings, smtp_url=f"smtp://127.0.0.1:{inbox.port}", mail_from="no-reply@duixian.example"
    )


def refuse(session, world, template="application_refused"):
    enterprise = world.enterprises[0]
    enterprise.contact_email, enterprise.contact_phone = "qiye@example.org", "13900000001"
    session.flush()
    service.tell(
        session,
        template=template,
        once=f"t:{template}",
        enterprise_id=enterprise.id,
        data=DATA,
        link="/space",
    )
    return {row.channel: row for row in session.scalars(select(Delivery))}


def test_a_mail_arrives_once_readable_and_with_its_link(session, world, connected, mailing, inbox):
    row = refuse(session, world, "application_accepted")["email"]
    assert delivery.deliver(connected, mailing, row.message_id) == 1
    assert delivery.deliver(connected, mailing, row.message_id) == 0
    session.expire_all()
    assert (row.state, row.lease_until, row.attempts) == ("sent", None, 1)
    import email
    from email import policy

    mail = email.message_from_bytes(inbox.mails[0].content, policy=policy.default)
    assert mail["Subject"] == "已受理：贴息"
    assert mail["Message-ID"] == f"<delivery-{row.id}@localhost>"
    assert "http://localhost/space" in mail.get_content()
    assert inbox.mails[0].rcpt_tos == ["qiye@example.org"]


def test_a_claim_that_was_lost_is_taken_again_as_the_same_message(session, world, connected, mailing, inbox):
    row = refuse(session, world, "application_accepted")["email"]
    delivery.claim(session)  # and the process dies
    assert delivery.deliver(connected, mailing) == 0
    with time_machine.travel(clock.now() + dt.timedelta(minutes=4), tick=False):
        assert delivery.deliver(connected, mailing) == 1
    session.expire_all()
    assert (row.state, row.attempts) == ("sent", 2)


def test_refused_for_ever_fails_refused_for_now_waits(session, world, connected, mailing, inbox):
    row = refuse(session, world, "application_accepted")["email"]
    inbox.answer = "451 later"
    delivery.deliver(connected, mailing)
    session.expire_all()
    assert row.state == "waiting"
    assert row.next_at > clock.now()
    assert "451" in row.error
    inbox.answer = "550 no such box"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        delivery.deliver(connected, mailing)
    session.expire_all()
    assert row.state == "failed"


def test_broken_after_the_text_is_unknown_and_not_repeated(session, world, connected, mailing, inbox):
    row = refuse(session, world, "application_accepted")["email"]
    inbox.answer = "break"
    delivery.deliver(connected, mailing)
    session.expire_all()
    assert row.state == "unknown"
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=False):
        assert delivery.deliver(connected, mailing) == 0


def test_nothing_listening_waits_and_gives_up_after_the_last_pause(session, world, connected, settings):
    import dataclasses

    closed = dataclasses.replace(settings, smtp_url="smtp://127.0.0.1:9")
    row = refuse(session, world, "application_accepted")["email"]
    moment = clock.now()
    for _ in range(len(delivery.PAUSES) + 1):
        with time_machine.travel(moment, tick=False):
            assert delivery.deliver(connected, closed) == 1
        moment += dt.timedelta(days=1)
    session.expire_all()
    assert (row.state, row.attempts) == ("failed", 7)


def test_without_a_server_the_delivery_says_that_it_is_off(session, world, connected, settings):
    rows = refuse(session, world)
    delivery.deliver(connected, settings)
    session.expire_all()
    assert {row.state for row in rows.values()} == {"off"}
    assert "未配置" in rows["email"].error


def test_sms_goes_to_the_gateway_with_an_idempotency_key(session, world, connected, settings, mailing):
    import dataclasses

    taken: list = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
            self.send_response(503 if len(taken) == 1 else 202)
            self.end_headers()

        def log_message(self, *parts):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gateway = dataclasses.replace(
            mailing, sms_url=f"http://127.0.0.1:{server.server_port}/send", sms_token="geheim"
        )
        row = refuse(session, world)["sms"]
        delivery.deliver(connected, gateway)
        session.expire_all()
        assert row.state == "waiting"
        with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
            delivery.deliver(connected, gateway)
        server.shutdown()
    session.expire_all()
    assert row.state == "sent"
    assert taken[0][0] == taken[1][0] == f"message-delivery-{row.id}"
    assert taken[1][1] == "Bearer geheim"
    assert taken[1][2]["to"] == "13900000001"
    assert "不予受理：贴息" in taken[1][2]["text"]
