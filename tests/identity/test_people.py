"""People of an enterprise: invitations, mandates, removal, a lost password, the consent."""

import datetime as dt

import pytest
import time_machine

from redemption.identity import invitations, people, recovery
from redemption.identity import service as identity
from redemption.identity.models import Invitation, Person, Post
from redemption.identity.rules import Grade
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed
from redemption.kernel.outbox import OutboxRow
from redemption.kernel.secrets import Signer
from redemption.messages.models import Message
from workers.jobs import identity as jobs


def text(answer):
    return answer.get_data(as_text=True)


INVITE = {
    "name": "小王",
    "login": "13911112222",
    "email": "wang@example.org",
    "grade": "filer",
    "kind": "own",
}


def code_of(answer):
    return text(answer).split("开通码 <strong>")[1].split("</strong>")[0]


def test_an_owner_invites_and_the_invited_takes_the_post(browser_of, session, world):
    owner = browser_of("qiye")
    sent = owner.post("/space/people", INVITE)
    assert sent.status_code == 201
    code = code_of(sent)
    assert code not in text(owner.get("/space/people")), "shown once"
    assert code in session.query(Message).one().body
    newcomer = browser_of("")
    assert newcomer.post("/invitations", {"code": code.lower().replace("-", " ")}).status_code == 303
    weak = newcomer.post(f"/invitations/{code}", {"password": "1", "again": "1", "consent": "1"})
    assert weak.status_code == 422
    without = {"password": "xiaowang-mima", "again": "xiaowang-mima"}
    assert newcomer.post(f"/invitations/{code}", without).status_code == 422, "no account without consent"
    taken = newcomer.post(f"/invitations/{code}", {**without, "consent": "1"})
    assert taken.location == "/space"
    assert newcomer.get("/space").status_code == 200
    assert "小王" in text(owner.get("/space/people"))
    assert newcomer.post("/space/people", {**INVITE, "login": "other"}).status_code == 403, "not an owner"


def test_an_agency_acts_by_a_mandate_that_ends_and_can_be_revoked(browser_of, session, world):
    owner, agent = browser_of("qiye"), world.actors["qiye2"]
    mandate = {**INVITE, "login": "qiye2", "kind": "agency", "agency": "某代办公司", "mandate_number": "W-1"}
    refused = owner.post("/space/people", mandate)
    assert refused.status_code == 422
    assert "委托截止日期" in text(refused)
    until = clock.today() + dt.timedelta(days=30)
    as_owner = owner.post("/space/people", {**mandate, "grade": "owner", "until": until.isoformat()})
    assert as_owner.status_code == 422
    code = code_of(owner.post("/space/people", {**mandate, "until": until.isoformat()}))
    other = browser_of("qiye2")
    assert other.post(f"/invitations/{code}").location == "/space"
    posts = identity.queries.posts_of(session, agent.person_id)
    assert len(posts) == 2, "both enterprises, one account"
    held = next(post for post in posts if post.enterprise_id == world.enterprises[0].id)
    assert held.mandate["agency"] == "某代办公司"
    assert held.ended_at == clock.end_of_day(until)
    assert world.enterprises[0].name in text(other.get("/space/people"))
    with time_machine.travel(held.ended_at + dt.timedelta(seconds=1)):
        assert len(identity.queries.posts_of(session, agent.person_id)) == 1, "the mandate is over"
    assert owner.post(f"/space/people/{held.id}/remove", {"reason": "不再委托"}).status_code == 303
    assert other.get("/space").status_code == 303, "the session in that post is over at once"
    told = session.query(Message).filter_by(template="post_ended").one()
    assert told.person_id == agent.person_id


def test_an_invitation_is_for_one_account_once_and_can_be_withdrawn(browser_of, session, world):
    owner = browser_of("qiye")
    code = code_of(owner.post("/space/people", INVITE))
    assert browser_of("qiye2").post(f"/invitations/{code}").status_code == 404, "somebody else's"
    number = session.query(Invitation).one().id
    assert browser_of("qiye2").post(f"/space/people/invitations/{number}/withdraw").status_code == 404
    assert owner.post(f"/space/people/invitations/{number}/withdraw").status_code == 303
    assert browser_of("").get(f"/invitations/{code}").status_code == 410
    assert browser_of("").get("/invitations/3333-3333-3333-3333").status_code == 404


def test_an_invitation_ends_after_its_days(session, world):
    made = invitations.invite(
        session, world.actors["qiye"], name="甲", login="jia@example.org", grade=Grade.READER
    )
    with time_machine.travel(clock.now() + invitations.LIFE):
        assert invitations.open_invitations(session, world.enterprises[0].id) == []
        with pytest.raises(Exception, match="过期"):
            invitations.invitation_by_code(session, made.code)


def test_the_last_owner_stays(session, world):
    actor = world.actors["qiye"]
    with pytest.raises(Conflict, match="至少要有一位"):
        people.remove(session, actor, actor.post_id)
    with pytest.raises(Conflict, match="至少要有一位"):
        people.change_grade(session, actor, actor.post_id, Grade.READER)
    made = invitations.invite(session, actor, name="乙", login="yi@example.org", grade=Grade.OWNER)
    invitations.accept_with_password(session, made.code, "yi-de-mima-2026")
    people.change_grade(session, actor, actor.post_id, Grade.READER)
    assert session.get_one(Post, actor.post_id).grade == "reader"


def test_another_enterprises_people_do_not_exist(browser_of, world):
    post = world.actors["qiye2"].post_id
    owner = browser_of("qiye")
    assert owner.get(f"/space/people/{post}").status_code == 404
    assert owner.post(f"/space/people/{post}", {"grade": "reader"}).status_code == 404
    assert owner.post(f"/space/people/{post}/remove").status_code == 404


def test_a_clerk_opens_only_what_was_checked(session, world):
    from tests.factories import BOX

    facts = {
        "name": "甲",
        "login": "13900000003",
        "phone": "",
        "email": "",
        "id_number": "11010519491231002X",
    }
    with pytest.raises(NotAllowed):
        invitations.open_first_account(
            session, world.actors["guanli"], BOX, enterprise=world.enterprises[2], **facts,
            licence_seen=True, mandate_seen=True, is_representative=False,
        )  # fmt: skip
    with pytest.raises(Invalid):
        invitations.open_first_account(
            session, world.actors["chuangkou"], BOX, enterprise=world.enterprises[2], **facts,
            licence_seen=False, mandate_seen=True, is_representative=False,
        )  # fmt: skip


# --- a lost password -------------------------------------------------------------------------------------


def recoveries(session):
    return session.query(OutboxRow).filter_by(topic="account.recovery").all()


def test_asking_says_the_same_to_everybody(browser_of, session, world):
    known = browser_of("").post("/recover", {"login": "qiye"})
    unknown = browser_of("").post("/recover", {"login": "nobody"})
    strip = lambda page: page.split("<main")[1].split("</main")[0]  # noqa: E731
    assert strip(text(known)) == strip(text(unknown))
    assert [row.payload["person_id"] for row in recoveries(session)] == [world.people["qiye"].id]


def test_no_flood_of_links(browser_of, session, world):
    for _ in range(recovery.MOST + 3):
        browser_of("").post("/recover", {"login": "qiye@example.org"})
    assert len(recoveries(session)) == recovery.MOST


def test_the_link_sets_a_password_once_and_ends_every_session(
    browser_of, session, world, settings, connected
):
    from types import SimpleNamespace

    person = world.people["qiye"]
    elsewhere = browser_of("qiye")
    browser_of("").post("/recover", {"login": "qiye"})
    runtime = SimpleNamespace(database=connected, settings=settings, signer=Signer([settings.secret_key]))
    payload = recoveries(session)[0].payload
    jobs.send_recovery(runtime, payload)
    jobs.send_recovery(runtime, payload)
    message = session.query(Message).filter_by(template="account_recovery").one()
    assert message.person_id == person.id
    link = message.data["link"].removeprefix(settings.base_url)
    visitor = browser_of("")
    new = {"password": "quan-xin-de-mima", "again": "quan-xin-de-mima"}
    assert visitor.post(link, {**new, "again": "bu-yi-yang-de"}).status_code == 422
    assert visitor.post(link, new).location == "/sign-in"
    assert visitor.post(link, new).status_code == 410
    assert elsewhere.get("/account").status_code == 303
    assert (
        browser_of("").post("/sign-in", {"login": "qiye", "password": "quan-xin-de-mima"}).status_code == 303
    )


def test_a_link_that_is_old_or_changed_opens_nothing(browser_of, session, world, settings):
    token = recovery.link_token(world.people["qiye"], Signer([settings.secret_key]))
    assert browser_of("").get(f"/recover/{token[:-3]}AAA").status_code == 403
    with time_machine.travel(clock.now() + recovery.LIFE):
        assert browser_of("").get(f"/recover/{token}").status_code == 410


# --- consent ---------------------------------------------------------------------------------------------


def test_consent_is_asked_once_kept_with_its_version_and_can_be_taken_back(browser_of, session, world):
    person = session.get_one(Person, world.people["qiye"].id)
    person.consent = {}
    session.flush()
    browser = browser_of("qiye")
    asked = browser.get("/space/profile")
    assert asked.location == "/account/consent?next=/space/profile"
    assert "收集哪些信息" in text(browser.get(asked.location))
    given = browser.post("/account/consent", {"answer": "give", "next": "/space/profile"})
    assert given.location == "/space/profile"
    assert browser.get("/space/profile").status_code == 200
    session.expire_all()
    assert person.consent["version"] == "2026-11"
    browser.post("/account/consent", {"answer": "withdraw"})
    assert browser.get("/space").location.startswith("/account/consent")
    stray = browser.post("/account/consent", {"answer": "give", "next": "https://elsewhere.example"})
    assert stray.location == "/space"
