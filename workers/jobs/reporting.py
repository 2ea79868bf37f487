"""Duties and reports: opened by what is published, swept every minute."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.consultation import service as consultation
from redemption.evaluation.models import RatingFollowUp
from redemption.kernel import clock
from redemption.kernel.uow import unit_of_work
from redemption.reporting import assembly, clocks, outgoing, recalculation, recurring, service, sweep
from redemption.reporting import queries as reporting_queries
from redemption.reporting.rules import Kind
from workers.runtime import Payload, Runtime, job, outside_job, periodic

MOST_TURNS = 20


@job("policy.published")
def policy_published(session: Session, payload: Payload) -> None:
    """The 3 workdays of article 25 begin, and the 简明问答 become public on the same day (第三十条)."""
    service.open_report_duty(session, payload["policy_id"], payload["version_id"])
    recurring.open_gazette_duty(session, payload["policy_id"], payload["version_id"])
    consultation.publish_with_policy(session, payload["policy_id"])


@job("item.published")
def item_published(session: Session, payload: Payload) -> None:
    """A report that has not gone takes the item in; one that has is followed by a supplement."""
    service.supplement(session, payload["item_id"], payload["version_id"])


@outside_job("report.assemble")
def assemble(runtime: Runtime, payload: Payload) -> None:
    """Letter, text, standards and data in one package."""
    assembly.assemble(runtime.database, runtime.storage, runtime.settings.base_url, payload["report_id"])


@outside_job("report.outgoing", queue="delivery")
def push(runtime: Runtime, payload: Payload) -> None:
    """A doorbell: whichever reports are due go to their office's own system, this one among them."""
    outgoing.pump(_means(runtime))


@periodic("reports.push", every=15, queue="delivery")
def push_due(runtime: Runtime) -> None:
    """Find from the tables alone what has not reached an office's own system."""
    with unit_of_work(runtime.database) as session:
        service.queue_forgotten(session)
    outgoing.pump(_means(runtime))


def _means(runtime: Runtime) -> outgoing.Means:
    return outgoing.Means(runtime.database, runtime.box, runtime.signer, runtime.settings.base_url)


@job("calendar.changed", queue="low")
def calendar_changed(session: Session, payload: Payload) -> None:
    """Every due date that the new calendar moves, in one transaction: nobody sees half of it."""
    recalculation.recalculate(session, dt.date.fromisoformat(payload["first"]))


@periodic("duties.sweep", every=60)
def sweep_duties(runtime: Runtime) -> None:
    """Reminders, overdue, escalation."""
    sweep.sweep(runtime.database)


@periodic("duties.look_after", cron="20 * * * *")
def look_after(runtime: Runtime) -> None:
    """Departments that were dissolved, offices that were set up."""
    sweep.look_after(runtime.database)


@periodic("duties.recurring", cron="10 * * * *")
def open_recurring(runtime: Runtime) -> None:
    """Monthly filing and yearly evaluation, once each; hourly, so that a machine that was off on the first catches up."""
    with unit_of_work(runtime.database) as session:
        recurring.open_monthly(session, clock.today())
    with unit_of_work(runtime.database) as session:
        recurring.open_yearly(session, clock.today())


@periodic("duties.ratings", every=300)
def follow_ratings(runtime: Runtime) -> None:
    """Bad ratings are looked into in time: a duty each, done when the follow-up is closed."""
    with unit_of_work(runtime.database) as session:
        for follow_up in session.scalars(select(RatingFollowUp).where(RatingFollowUp.state != "closed")):
            service.open_duty(
                session,
                Kind.RATING_FOLLOW_UP,
                subject=f"follow_up:{follow_up.id}",
                title="核实并整改不满意评价",
                department_id=follow_up.department_id,
                event=clock.day_of(follow_up.opened_at),
                link=f"/workbench/ratings/{follow_up.number}",
                quiet=True,
            )
        for duty in reporting_queries.open_of_kind(session, Kind.RATING_FOLLOW_UP):
            follow_up = session.get_one(RatingFollowUp, int(duty.subject.partition(":")[2]))
            if follow_up.state == "closed":
                service.fulfil(session, service.SYSTEM, duty, {}, follow_up.called_back_at or clock.now())


@periodic("duties.cases", every=60)
def follow_cases(runtime: Runtime) -> None:
    """Clocks of applications that began, moved or ended since the last turn."""
    for _ in range(MOST_TURNS):
        with unit_of_work(runtime.database) as session:
            ids = clocks.unfollowed(session)
            for application_id in ids:
                clocks.follow_application(session, application_id)
        if len(ids) < clocks.BATCH:
            return
