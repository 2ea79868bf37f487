"""One message for one occasion, whoever repeats the call; wordings are filled in whole or not at all."""

import pytest
from sqlalchemy import func, select

from redemption.identity.models import Department, Enterprise, Jurisdiction, Office, Person, Post
from redemption.identity.rules import Actor, Grade, Role
from redemption.kernel import clock
from redemption.kernel.errors import Invalid
from redemption.kernel.outbox import OutboxRow
from redemption.messages import choosing, queries, rules, service
from redemption.messages.models import Delivery, Message
from redemption.messages.rules import Channel

DATA = {
    "title": "报送《办法》",
    "due": "2026年11月25日24:00",
    "left": "还剩 1 个工作日",
    "missing": "确认报送",
}


@pytest.fixture
def department(session):
    city = Jurisdiction(code="990100", name="青川市", short_name="青", level="city", parent_id=None)
    session.add(city)
    session.flush()
    made = Department(
        code="kw", name="青川市科委", short_name="科", jurisdiction_id=city.id, contact_email="kw@example.org"
    )
    session.add(made)
    session.flush()
    return made


def remind(session, department, once="duty:1:first"):
    service.tell(
        session, template="duty_reminder", once=once, department_id=department.id, data=DATA, link="/x"
    )


def test_the_same_occasion_tells_once(session, department):
    remind(session, department)
    remind(session, department)
    message = session.scalars(select(Message)).one()
    assert message.subject == "请在2026年11月25日24:00前完成：报送《办法》"
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.channel, delivery.address, delivery.state) == ("email", "kw@example.org", "waiting")
    rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "message.ready")).all()
    assert [row.payload for row in rows] == [{"message_id": message.id}]


def test_another_occasion_tells_again(session, department):
    remind(session, department)
    remind(session, department, once="duty:1:second")
    assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_a_half_sentence_is_never_sent(session, department):
    with pytest.raises(ValueError, match="missing"):
        service.tell(
            session,
            template="duty_reminder",
            once="x",
            department_id=department.id,
            data={"title": "a", "due": "b", "left": "c"},
        )
    with pytest.raises(ValueError, match="no message template"):
        service.tell(session, template="nothing", once="x", department_id=department.id, data={})
    with pytest.raises(ValueError, match="nobody"):
        service.tell(session, template="duty_reminder", once="x", data=DATA)


def test_an_office_is_told_through_its_people_and_sms_only_where_the_template_says(session, department):
    office = Office(jurisdiction_id=department.jurisdiction_id, name="青川市政务公开办")
    person = Person(
        login="office1", name="李文", email="li@example.org", phone="13800000000", created_at=clock.now()
    )
    enterprise = Enterprise(
        uscc="91110108551385082Q",
        name="甲",
        created_at=clock.now(),
        contact_phone="13900000000",
        contact_email="a@example.org",
    )
    session.add_all([office, person, enterprise])
    session.flush()
    session.add(Post(person_id=person.id, role="office", office_id=office.id, began_at=clock.now()))
    session.flush()
    service.tell(
        session,
        template="office_duty_overdue",
        once="o",
        office_id=office.id,
        data={"department_name": "科委", "title": "报送", "due": "今天"},
    )
    service.tell(
        session,
        template="application_refused",
        once="e",
        enterprise_id=enterprise.id,
        data={"item": "贴息", "number": "1", "enterprise": "甲", "department": "科委", "reason": "不在范围"},
    )
    sent = {(d.channel, d.address) for d in session.scalars(select(Delivery))}
    assert sent == {
        ("email", "li@example.org"),
        ("email", "a@example.org"),
        ("sms", "13900000000"),
    }


@pytest.mark.parametrize(
    ("enterprise", "person", "sent"),
    [
        ([], [], set()),
        ([Channel.EMAIL], [], {("email", "a@example.org")}),
        (None, [Channel.SMS], {("email", "a@example.org"), ("sms", "13900000000"), ("sms", "13800000000")}),
    ],
)
def test_nothing_leaves_by_a_way_that_was_not_chosen(session, enterprise, person, sent):
    firm = Enterprise(
        uscc="91110108551385082Q",
        name="甲",
        created_at=clock.now(),
        contact_phone="13900000000",
        contact_email="a@example.org",
    )
    filer = Person(
        login="f", name="李文", email="li@example.org", phone="13800000000", created_at=clock.now()
    )
    session.add_all([firm, filer])
    session.flush()
    who = Actor(filer.id, "李文", Role.ENTERPRISE, grade=Grade.OWNER, enterprise_id=firm.id)
    choosing.choose(session, who, enterprise=enterprise, person=person)
    assert choosing.chosen(session, who) == (set(Channel if enterprise is None else enterprise), set(person))
    data = {"item": "贴息", "number": "1", "enterprise": "甲", "department": "科委", "reason": "不在范围。"}
    service.tell(
        session,
        template="application_paused",
        once="p",
        enterprise_id=firm.id,
        person_id=filer.id,
        data=data,
    )
    service.tell(
        session,
        template="application_refused",
        once="e",
        enterprise_id=firm.id,
        person_id=filer.id,
        data=data,
    )
    assert {(d.channel, d.address) for d in session.scalars(select(Delivery))} == sent
    bodies = [message.body for message in session.scalars(select(Message).order_by(Message.id))]
    assert len(bodies) == 2, "in the space it stands in any case"
    assert "原因：不在范围。\n" in bodies[0], "one full stop"


def test_mine_is_mine_alone(session, department):
    other = Department(code="fg", name="发改", short_name="发", jurisdiction_id=department.jurisdiction_id)
    session.add(other)
    session.flush()
    remind(session, department)
    theirs = Actor(1, "a", Role.OFFICER, department_id=other.id)
    ours = Actor(2, "b", Role.OFFICER, department_id=department.id)
    message = session.scalars(select(Message)).one()
    assert queries.unread_count(session, theirs) == 0
    assert service.mark_read(session, theirs, [message.id]) == 0
    assert queries.unread_count(session, ours) == 1
    assert service.mark_read(session, ours, [message.id]) == 1
    assert queries.unread_count(session, ours) == 0


def test_an_administrators_wording_wins_and_cannot_name_what_is_not_there(session, department):
    admin = Actor(1, "管理员", Role.ADMINISTRATOR)
    service.save_template(session, admin, "duty_reminder", "催办：{title}", "请于{due}前办。")
    remind(session, department)
    assert session.scalars(select(Message)).one().subject == "催办：报送《办法》"
    with pytest.raises(Invalid) as caught:
        service.save_template(session, admin, "duty_reminder", "{password}", "x")
    assert "{password}" in caught.value.fields["subject"][0]
    service.save_template(session, admin, "duty_reminder", "", "")
    assert service.wording(session, "duty_reminder") == rules.built_in()["duty_reminder"]


def test_every_built_in_wording_says_what_to_do():
    words = ("请", "不需要", "可以", "督办", "答复")
    for template in rules.built_in().values():
        assert template.subject
        assert any(word in template.body for word in words), template.code
