"""Every route with somebody else's number: the right role, the wrong enterprise, department, centre or office.

The numbers are real ones of the demonstration data; the stranger holds the same role at another place. Whatever the
route does, it must not say that the thing exists: 404 (or 403, or a complaint about the request itself).
"""

import re

import pytest
from sqlalchemy import select

from redemption.applications.models import Application, Material, Submission
from redemption.catalogue.models import Item
from redemption.dispatch.models import Connection
from redemption.documents.models import Document
from redemption.identity.models import Office, Person, Post, ServiceCentre
from redemption.identity.rules import Role
from redemption.identity.service import issue_token
from redemption.kernel import clock
from redemption.policies.models import Policy
from redemption.reporting.models import Duty
from redemption.seed.cases import fill_cases
from redemption.seed.filling import POLICIES, publish
from redemption.web.access import PUBLIC, rule_of
from tests.architecture.test_access import routes
from tests.conftest import Program
from tests.factories import BOX

REFUSED = {403, 404, 405}
COMPLAINED = {400, 409, 412, 415, 422, 428}
"""The request itself was wrong (an empty body): says nothing of the thing, checked below by comparing with a number
that belongs to nobody."""


def stranger(session, world, role: Role, **place) -> str:
    """A bearer token of a new person in this role at another place."""
    person = Person(
        login=f"stranger-{role}", name="外人", password_hash="", created_at=clock.now(), consent={}
    )
    session.add(person)
    session.flush()
    post = Post(person_id=person.id, role=role, grade="owner", began_at=clock.now(), **place)
    session.add(post)
    session.flush()
    return issue_token(session, post)[0]


@pytest.fixture
def city(session, world, storage):
    for published in POLICIES[:3]:
        publish(session, world, published)
    from redemption.seed import cases

    names = ("数字化转型补贴", "专精特新中小企业认定奖励")
    everything = cases.CASES
    cases.CASES = tuple(case for case in everything if case.firm in (0, 9) and case.item in names)
    try:
        fill_cases(session, world, BOX, storage)
    finally:
        cases.CASES = everything
    session.add(
        Connection(
            department_id=world.departments["QC-JX"].id, adapter="hosted", options={}, begins_at=clock.now()
        )
    )
    session.flush()
    return world


@pytest.fixture
def known(session, city):
    """Identifiers by the beginning of the rule they fit, all of 青禾, 经信局, 市中心 or 市公开办."""
    firm, department = city.enterprises[0], city.departments["QC-JX"]
    application = session.scalars(
        select(Application)
        .where(Application.enterprise_id == firm.id, Application.status.is_not(None))
        .order_by(Application.id)
    ).first()
    paper = session.scalars(select(Submission).where(Submission.centre_id.is_not(None))).first()
    item = session.scalars(select(Item).where(Item.department_id == department.id).order_by(Item.id)).first()
    policy = session.scalars(
        select(Policy).where(Policy.lead_department_id == department.id).order_by(Policy.id)
    ).first()
    document = session.scalars(
        select(Document).where(Document.enterprise_id == firm.id).order_by(Document.id)
    ).first()
    duty = session.scalars(select(Duty).where(Duty.department_id == department.id).order_by(Duty.id)).first()
    submission = session.get_one(Submission, application.submission_id)
    material = session.scalars(select(Material).where(Material.submission_id == submission.id)).first()
    connection = session.scalars(select(Connection).where(Connection.department_id == department.id)).first()
    own_post = session.scalars(select(Post).where(Post.enterprise_id == firm.id)).first()
    return {
        "/api/v1/applications/": application.number,
        "/applications/": application.number,
        "/workbench/applications/": application.number,
        "/workbench/ratings/": application.number,
        "/archive/": application.number,
        "/apply/": submission.number,
        "/api/v1/submissions/": submission.number,
        "/desk/cases/": paper.number,
        "/documents/": document.number,
        "/duties/": duty.number,
        "/api/v1/duties/": duty.number,
        "/editor/items/": item.code,
        "/api/v1/items/own/": item.code,
        "/api/v1/items/": item.code,
        "/workbench/offers/": item.code,
        "/workbench/fitting/": item.code,
        "/api/v1/offers/items/": item.code,
        "/api/v1/matching/items/": item.code,
        "/editor/policies/": policy.number,
        "/api/v1/policies/own/": policy.number,
        "/api/v1/policies/": policy.number,
        "/packages/": firm.uscc,
        "/space/people/": str(own_post.id),
        "/workbench/adapters/": str(connection.id),
        "material": material.public_id,
    }


def address(rule: str, known: dict[str, str], nobody: bool = False) -> str | None:
    """The rule with a real identifier in its first place; None where this test knows none."""
    prefix = rule.split("<", 1)[0]
    if prefix not in known:
        return None
    first = "no-such-thing" if nobody else known[prefix]
    if nobody and known[prefix].isdigit():
        first = "999999999"
    filled = re.sub(r"<[^>]+>", first, rule, count=1)

    def rest(match):
        converter, _, name = match[1].rpartition(":")
        if converter.startswith("any("):
            return converter[4:-1].split(",")[0].strip("'\" ")
        if name in {"public_id", "material", "file", "key"}:
            return known["material"]
        return "1"

    return re.sub(r"<([^>]+)>", rest, filled)


def test_what_belongs_to_others_does_not_exist(app, session, city, known):
    elsewhere = {
        "enterprise": stranger(session, city, Role.ENTERPRISE, enterprise_id=city.enterprises[1].id),
        "officer": stranger(session, city, Role.OFFICER, department_id=city.departments["QC-SC"].id),
        "policy_maker": stranger(session, city, Role.POLICY_MAKER, department_id=city.departments["QC-SC"].id),
        "clerk": stranger(session, city, Role.CLERK, centre_id=session.scalars(
            select(ServiceCentre.id).where(ServiceCentre.code == "WH-ZW")).one()),
        "office": stranger(session, city, Role.OFFICE, office_id=session.scalars(
            select(Office.id).where(Office.id == city.offices["990102"].id)).one()),
    }  # fmt: skip
    tried, wrong = 0, []
    for rule, method in routes(app):
        declared = rule_of(app, rule.endpoint, method)
        real = address(rule.rule, known)
        if real is None or PUBLIC in declared:
            continue
        # a policy service package is printed for any enterprise at any window (第二十二条)
        roles = declared & set(elsewhere) if "signed_in" not in declared else set(elsewhere)
        if rule.rule.startswith("/packages/"):
            roles -= {"clerk"}
        for role in sorted(roles):
            program = Program(app, elsewhere[role])
            status = program.request(method, real).status_code
            tried += 1
            if status in REFUSED:
                continue
            unknown = program.request(method, address(rule.rule, known, nobody=True)).status_code
            if status not in COMPLAINED or unknown != status:
                wrong.append(f"{role} {method} {rule.rule}: {status} (of nobody: {unknown})")
    assert tried > 100, "real numbers were tried at many routes"
    assert wrong == []
