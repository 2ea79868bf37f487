"""Whose messages a page shows, and who marks them as read."""

from redemption.kernel import clock
from redemption.messages import queries, service
from redemption.messages.models import Delivery, Message

DATA = {"title": "报送《办法》", "due": "今天", "left": "今天到期", "missing": "确认报送"}


def test_messages_of_ones_place(session, world, browser_of):
    department = world.departments["QC-JX"]
    service.tell(
        session, template="duty_reminder", once="a", department_id=department.id, data=DATA, link="/x"
    )
    message = session.query(Message).one()
    maker, other = browser_of("zhengce"), browser_of("keji")
    assert "请在今天前完成" in maker.get("/messages").text
    assert "没有消息" in other.get("/messages").text
    other.post("/messages/read", {"id": str(message.id)})
    assert queries.unread_count(session, world.actors["zhengce"]) == 1
    assert maker.post("/messages/read", {"id": str(message.id)}).status_code == 303
    session.expire_all()
    assert queries.unread_count(session, world.actors["zhengce"]) == 0
    assert browser_of("").get("/messages").status_code in {302, 303, 401}


def test_the_log_shows_how_each_went_and_neither_words_nor_whole_addresses(session, world, browser_of):
    department = world.departments["QC-JX"]
    data = {**DATA, "title": "保密的标题"}
    service.tell(
        session, template="duty_reminder", once="b", department_id=department.id, data=data, link="/x"
    )
    message = session.query(Message).one()
    now = clock.now()
    for at, (channel, address, state) in enumerate(
        (("email", "lin@example.org", "sent"), ("sms", "13900000001", "failed"))
    ):
        session.add(
            Delivery(message_id=message.id, channel=channel, address=address, state=state, attempts=at + 1, next_at=now,
                     sent_at=now if state == "sent" else None, error="" if state == "sent" else "网关拒绝：余额不足")
        )  # fmt: skip
    session.flush()
    administrator = browser_of("guanli")
    page = administrator.get("/admin/messages").text
    assert "l***@example.org" in page
    assert "139****01" in page
    assert "网关拒绝：余额不足" in page
    for secret in ("lin@example.org", "13900000001", "保密的标题"):
        assert secret not in page
    failed = administrator.get("/admin/messages?state=failed").text
    assert "139****01" in failed
    assert "l***@" not in failed
    assert "没有发送记录" in administrator.get("/admin/messages?state=unknown").text
    assert "/admin/messages" in administrator.get("/admin/templates").text
    for login in ("qiye", "shenpi", "chuangkou", "gongkai"):
        assert browser_of(login).get("/admin/messages").status_code == 403
