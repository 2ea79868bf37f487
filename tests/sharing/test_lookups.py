"""Data sharing against a real registry process-to-be: asked by a worker, recorded, never in the way."""

import threading

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from redemption.adapters.simulator.faults import Faults
from redemption.adapters.simulator.registry import make_app
from redemption.applications.models import Lookup, Registry
from redemption.applications.sharing import asking, differing, looking
from redemption.applications.sharing.rules import FACTS, Subject
from redemption.dispatch.port.signing import SigningKey, new_secret
from redemption.identity.models import Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import Invalid
from redemption.kernel.patience import FAILURES
from tests.factories import BOX

ADMINISTRATOR = Actor(1, "管理员", Role.ADMINISTRATOR)
SUBJECTS = [subject.value for subject in Subject]


class Served:
    """A registry on a port of its own."""

    def __init__(self, facts=None, faults=None):
        self.secret = new_secret()
        key = SigningKey("registry", "v1", self.secret)
        self.app = make_app((key,), facts or {}, faults or Faults(), invent=False)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def asked(self):
        return self.app.test_client().get("/asked.json").get_json()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def served(stage):
    facts = {
        uscc: {
            "registration": {"legal_representative": "另一位", "address": "清川市登记路1号"},
            "qualifications": {"qualifications": [{"code": "software"}]},
            "tax": {"tax_credit": "A", "tax_arrears": False, "password": "dropped"},
            "social_security": {"insured_staff": 17, "social_insurance": True},
        }
        for uscc in stage.session.scalars(select(Enterprise.uscc))
    }
    made = Served(facts)
    yield made
    made.stop()


def connected_to(session, endpoint, secret, **options):
    return asking.connect(
        session,
        BOX,
        ADMINISTRATOR,
        code="R1",
        title="市数据共享平台",
        adapter="http",
        subjects=SUBJECTS,
        options={"endpoint": endpoint, "secret": secret, "timeout": 0.5, **options},
    )


def lookups(session):
    return list(session.scalars(select(Lookup).order_by(Lookup.id).execution_options(populate_existing=True)))


def test_a_case_is_verified_after_its_submission_and_differences_are_kept(session, connected, stage, served):
    connected_to(session, served.endpoint, served.secret)
    enterprise = session.get_one(Enterprise, stage.filer.enterprise_id)
    enterprise.profile = {**enterprise.profile, "insured_staff": 30, "tax_credit": "A"}
    application = stage.case()
    assert not lookups(session), "submitting asks nobody"
    asking.verify(session, application.id)
    asking.verify(session, application.id)
    session.flush()
    assert looking.run_due(connected, BOX) == len(SUBJECTS), "once, although it was wanted twice"
    assert {row.state for row in lookups(session)} == {"found"}
    session.refresh(application)
    kept = application.differences
    assert kept["insured_staff"]["declared"] == "30人"
    assert kept["insured_staff"]["department"] == "17人"
    assert kept["insured_staff"]["source"] == "市数据共享平台"
    assert "legal_representative" in kept
    assert "tax_credit" not in kept
    assert all("password" not in row.facts for row in lookups(session))
    asked = served.asked()
    assert {row["purpose"] for row in asked} == {"verification"}
    assert {row["reference"] for row in asked} == {application.number}
    assert {row["asked_by"] for row in asked} == {"系统自动核验"}


def test_what_was_asked_is_shown_to_the_enterprise_and_to_nobody_else(
    session, connected, stage, served, browser_of
):
    connected_to(session, served.endpoint, served.secret)
    application = stage.case()
    asking.verify(session, application.id)
    session.flush()
    looking.run_due(connected, BOX)
    page = browser_of("qiye").get("/space/profile/lookups").get_data(as_text=True)
    assert application.number in page
    assert "核验申报内容" in page
    assert "系统自动核验" in page
    assert "17人" in page
    assert application.number not in browser_of("qiye2").get("/space/profile/lookups").get_data(as_text=True)


def test_a_form_is_filled_in_from_a_registry(session, connected, stage, served, browser_of):
    connected_to(session, served.endpoint, served.secret)
    draft, browser = stage.draft(), browser_of("qiye")
    here = f"/apply/{draft.number}/lookups"
    assert browser.post(here).status_code == 303
    assert "正在查询" in browser.get(here).get_data(as_text=True)
    looking.run_due(connected, BOX)
    page = browser.get(here).get_data(as_text=True)
    assert "另一位" in page
    assert "17人" in page
    assert browser.post(f"{here}/adoption", {}).status_code == 422
    assert browser.post(f"{here}/adoption", {"fact": ["insured_staff", "address"]}).status_code == 303
    enterprise = session.get_one(Enterprise, stage.filer.enterprise_id, populate_existing=True)
    assert enterprise.profile["insured_staff"] == 17
    assert enterprise.address == "清川市登记路1号"
    assert enterprise.legal_representative != "另一位", "what was not ticked stays"
    assert browser_of("qiye2").get(here).status_code == 404
    assert browser_of("qiye2").post(here).status_code == 404
    assert browser_of("qiye2").post(f"{here}/adoption", {"fact": "address"}).status_code == 404


@pytest.mark.parametrize("faults", [Faults(errors=1.0), Faults(delay=0.8), None])
def test_a_registry_that_fails_blocks_nothing_and_is_left_in_peace(
    session, connected, stage, browser_of, faults
):
    """500s, too slow, and not there at all."""
    served = Served({}, faults)
    if faults is None:
        served.stop()
    try:
        registry = connected_to(session, served.endpoint, served.secret)
        application = stage.case()
        asking.verify(session, application.id)
        session.flush()
        looking.run_due(connected, BOX)
        assert application.status == "received"
        assert {row.state for row in lookups(session)} == {"waiting"}
        for _ in range(FAILURES):
            for row in lookups(session):
                row.next_at = row.asked_at
            session.flush()
            looking.run_due(connected, BOX)
        session.refresh(registry)
        assert registry.open_until is not None
        draft, browser = stage.draft(), browser_of("qiye")
        here = f"/apply/{draft.number}/lookups"
        browser.post(here)
        page = browser.get(here).get_data(as_text=True)
        assert "数据来源暂时中断，请直接填写，不影响申报" in page
        assert "正在查询" not in page
    finally:
        if faults is not None:
            served.stop()


def test_a_wrong_key_is_told_by_the_check_and_ends_as_a_sentence(
    session, connected, stage, served, browser_of
):
    connected_to(session, served.endpoint, new_secret())
    browser = browser_of("guanli")
    page = browser.post("/admin/registries/R1/check").get_data(as_text=True)
    assert "签名密钥不被接受" in page
    asking.verify(session, stage.case().id)
    session.flush()
    looking.run_due(connected, BOX)
    for row in lookups(session):
        row.attempts, row.next_at = 9, row.asked_at
    registry = session.scalars(select(Registry)).one()
    session.refresh(registry)
    registry.open_until = None
    session.flush()
    looking.run_due(connected, BOX)
    assert all("请人工核对，不影响办理" in row.note for row in lookups(session) if row.state == "failed")
    assert any(row.state == "failed" for row in lookups(session))


def test_the_administrator_sets_a_registry_up(session, app, served, browser_of):
    browser = browser_of("guanli")
    assert "还没有接入数据来源" in browser.get("/admin/registries").get_data(as_text=True)
    wrong = browser.post(
        "/admin/registries/new", {"adapter": "http", "code": "R2", "endpoint": "ftp://x", "secret": "short"}
    )
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "请填写名称" in text
    assert "请至少选择一类" in text
    good = {
        "adapter": "http",
        "code": "R2",
        "title": "税务",
        "subjects": "tax",
        "endpoint": served.endpoint,
        "secret": served.secret,
        "active": "1",
    }
    assert browser.post("/admin/registries/new", good).status_code == 303
    kept = session.scalars(select(Registry)).one()
    assert served.secret not in str(kept.options)
    assert served.secret not in kept.secrets
    page = browser.get("/admin/registries/R2").get_data(as_text=True)
    assert served.secret not in page
    assert "签名被接受" in browser.post("/admin/registries/R2/check").get_data(as_text=True)
    # without the secret typed again it stays
    del good["secret"]
    assert browser.post("/admin/registries/R2", {**good, "title": "税务局"}).status_code == 303
    assert "签名被接受" in browser.post("/admin/registries/R2/check").get_data(as_text=True)


def test_options_are_checked(session, stage):
    with pytest.raises(Invalid) as refused:
        connected_to(session, "http://user:pw@127.0.0.1/", "whsec_short")
    assert set(refused.value.fields) >= {"secret"} or set(refused.value.fields) >= {"endpoint"}


def test_facts_of_the_wrong_shape_are_left_out():
    answer = {"insured_staff": "many", "social_insurance": 1, "other": 2}
    assert differing.plain(answer, FACTS[Subject.SOCIAL_SECURITY]) == {}
    assert differing.plain({"founded_on": "2020-13-01", "name": "x" * 500}, FACTS[Subject.REGISTRATION]) == {}
    assert differing.plain({"tax_arrears": True}, FACTS[Subject.TAX]) == {"tax_arrears": True}


def test_a_declared_qualification_that_is_not_registered_is_a_difference():
    found = differing.found(
        {"qualifications": [{"code": "software"}]},
        {"qualifications": [{"code": "software"}, {"code": "high_tech"}]},
    )
    assert "高新技术企业" in found["qualifications"][0]
    assert (
        differing.found(
            {"qualifications": [{"code": "software"}]}, {"qualifications": [{"code": "software"}]}
        )
        == {}
    )


def test_a_program_reads_its_own_enterprises_lookups(session, connected, stage, served, api_of):
    connected_to(session, served.endpoint, served.secret)
    application = stage.case()
    assert asking.verify_many(session, [application.id, 10**9]) == len(SUBJECTS), (
        "one that fails stops nobody"
    )
    session.flush()
    looking.run_due(connected, BOX)
    found = api_of("qiye").request("GET", "/api/v1/lookups?limit=3").get_json()
    assert len(found["items"]) == 3
    assert {row["number"] for row in found["items"]} == {application.number}
    rest = api_of("qiye").request("GET", f"/api/v1/lookups?cursor={found['next_cursor']}").get_json()
    assert len(rest["items"]) == len(SUBJECTS) - 3
    assert api_of("qiye2").request("GET", "/api/v1/lookups").get_json()["items"] == []
