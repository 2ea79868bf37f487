"""Whose messages a page shows, and who marks them as read."""

from redemption.messages import queries, service
from redemption.messages.models import Message

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
