"""The jobs as the worker calls them: what a publication brings, and what the periodic ones find by themselves."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select

from redemption.consultation import service as consultation
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.outbox import OutboxRow
from redemption.reporting import queries
from redemption.reporting.models import Duty
from tests.applications.cases import make_stage
from tests.factories import make_item, make_policy
from workers.jobs import documents as document_jobs
from workers.jobs import reporting as jobs


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.fixture
def runtime(settings, connected, storage):
    return SimpleNamespace(settings=settings, database=connected, storage=storage)


def payloads(session, topic):
    return [row.payload for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == topic))]


def kinds(session):
    return sorted(session.scalars(select(Duty.kind)))


def test_a_publication_brings_report_gazette_and_its_answers(session, world, runtime):
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    policy = make_policy(session, world, published=False)
    consultation.write(
        session, maker, text="谁能申报？", answer="企业。", source="第一条", policy_number=policy.number
    )
    from redemption.catalogue import service as catalogue

    catalogue.publish_policy(session, maker, policy.number)
    (payload,) = payloads(session, "policy.published")
    jobs.policy_published(session, payload)
    jobs.policy_published(session, payload)
    assert kinds(session) == ["gazette", "report"]
    (assembly,) = payloads(session, "report.assemble")
    jobs.assemble(runtime, assembly)
    jobs.assemble(runtime, assembly)
    session.expire_all()
    duty = session.scalars(select(Duty).where(Duty.kind == "report")).one()
    (report,) = queries.reports(session, duty.id)
    assert (report.state, len(report.package_sha256)) == ("ready", 64)
    for row in payloads(session, "document.issued"):
        document_jobs.render(runtime, row)


def test_an_item_published_before_its_policy_was_handled_is_no_mistake(session, world):
    item = make_item(session, world)
    jobs.item_published(session, {"item_id": item.id, "version_id": item.current_version_id})
    assert kinds(session) == []


def test_periodic_jobs_find_their_work_in_the_tables(session, world, runtime, storage):
    with time_machine.travel(at("2026-10-08 10:00"), tick=False):
        stage = make_stage(session, world, storage)
        application = stage.case()
        jobs.follow_cases(runtime)
        jobs.follow_cases(runtime)
        jobs.open_recurring(runtime)
        jobs.open_recurring(runtime)
        jobs.follow_ratings(runtime)
        jobs.sweep_duties(runtime)
        jobs.look_after(runtime)
    session.expire_all()
    found = kinds(session)
    assert found.count("acceptance") == 1
    assert found.count("monthly_filing") == len(world.departments)
    assert found.count("yearly_evaluation") == 1
    assert session.scalars(select(Duty).where(Duty.kind == "acceptance")).one().due_at == application.due_at
