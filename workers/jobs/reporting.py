"""Duties and reports: opened by what is published, swept every minute."""

import datetime as dt

from sqlalchemy.orm import Session

import redemption.due_dates  # noqa: F401  - what a changed calendar moves, complete
from redemption.consultation import service as consultation
from redemption.evaluation import service as evaluation
from redemption.kernel import clock
from redemption.kernel.uow import unit_of_work
from redemption.reporting import assembly, clocks, outgoing, recalculation, recurring, service, sweep
from redemption.reporting import queries as reporting_queries
from redemption.reporting.rules import Kind
from workers.runtime import Payload, Runtime, bell, job, outside_job, periodic

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


@outside_job("report.assemble", queue="low")
def assemble(runtime: Runtime, payload: Payload) -> None:
    """Letter, text, standards and data in one package."""
    assembly.assemble(runtime.database, runtime.storage, runtime.settings.base_url, payload["report_id"])


@bell("report.outgoing", queue="delivery")
def push(runtime: Runtime) -> None:
    """Whichever reports are due go to their office's own system."""
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
    recalculation.recalculate(session, dt.date.fromisoformat(payload["first"]), payload.get("year"))
    _follow_ratings(session)


@periodic("calendar.provisional", cron="40 * * * *", queue="low")
def catch_up(runtime: Runtime) -> None:
    """Provisional due dates become firm where a release brought the schedule of their year."""
    with unit_of_work(runtime.database) as session:
        if recalculation.catch_up(session):
            _follow_ratings(session)


@job("department.rating_days")
def rating_days(session: Session, payload: Payload) -> None:
    """An administrator gave a department other days for the steps after a bad rating: those that run move with it."""
    evaluation.recompute(session, payload["department_id"])
    _follow_ratings(session)


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
    """核实 → 整改 → 回访: each step is a duty with the step's own due date, done when the next step begins."""
    with unit_of_work(runtime.database) as session:
        _follow_ratings(session)


def _follow_ratings(session: Session) -> None:
    for step in evaluation.running_steps(session):
        duty = service.open_duty(
            session,
            Kind.RATING_FOLLOW_UP,
            subject=f"follow_up:{step.follow_up_id}",
            round_=step.place,
            title=step.title,
            department_id=step.department_id,
            event=clock.day_of(step.began_at),
            due_at=step.due_at,
            provisional=step.provisional,
            link=f"/workbench/ratings/{step.number}",
            quiet=True,
        )
        if (duty.due_at, duty.provisional) != (step.due_at, step.provisional):
            service.reschedule(session, duty, step.due_at, step.provisional)
    for duty in reporting_queries.open_of_kind(session, Kind.RATING_FOLLOW_UP):
        done_at = evaluation.step_done_at(session, int(duty.subject.partition(":")[2]), duty.round)
        if done_at is not None:
            service.fulfil(session, service.SYSTEM, duty, {}, done_at)


# thousands of cases on the last day of a period take half a minute: no application waits for that
@periodic("duties.cases", every=60, queue="low")
def follow_cases(runtime: Runtime) -> None:
    """Clocks of applications that began, moved or ended since the last turn."""
    for _ in range(MOST_TURNS):
        with unit_of_work(runtime.database) as session:
            ids = clocks.unfollowed(session)
            for application_id in ids:
                clocks.follow_application(session, application_id)
        if len(ids) < clocks.BATCH:
            return
