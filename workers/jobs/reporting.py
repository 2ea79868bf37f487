"""Duties and reports: opened by what is published, swept every minute."""

from sqlalchemy.orm import Session

from redemption.consultation import service as consultation
from redemption.reporting import assembly, service, sweep
from workers.runtime import Payload, Runtime, job, outside_job, periodic


@job("policy.published")
def policy_published(session: Session, payload: Payload) -> None:
    """The 3 workdays of article 25 begin, and the 简明问答 become public on the same day (第三十条)."""
    service.open_report_duty(session, payload["policy_id"], payload["version_id"])
    consultation.publish_with_policy(session, payload["policy_id"])


@job("item.published")
def item_published(session: Session, payload: Payload) -> None:
    """A report that has not gone takes the item in; one that has is followed by a supplement."""
    service.supplement(session, payload["item_id"], payload["version_id"])


@outside_job("report.assemble")
def assemble(runtime: Runtime, payload: Payload) -> None:
    """Letter, text, standards and data in one package."""
    assembly.assemble(runtime.database, runtime.storage, runtime.settings.base_url, payload["report_id"])


@periodic("duties.sweep", every=60)
def sweep_duties(runtime: Runtime) -> None:
    """Reminders, overdue, escalation."""
    sweep.sweep(runtime.database)


@periodic("duties.look_after", cron="20 * * * *")
def look_after(runtime: Runtime) -> None:
    """Departments that were dissolved, offices that were set up."""
    sweep.look_after(runtime.database)
