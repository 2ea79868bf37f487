"""Jobs of publicity and payment."""

from sqlalchemy.orm import Session

from redemption.disbursement import paying, results, service
from redemption.kernel.uow import unit_of_work
from redemption.reporting import clocks
from workers.runtime import Payload, Runtime, job, outside_job, periodic


@job("application.moved")
def moved(session: Session, payload: Payload) -> None:
    """Publicity and payment follow the case, and so do the duties that its clocks are."""
    service.follow(session, payload["application_id"], payload["action"])
    clocks.follow_application(session, payload["application_id"])


@job("payment.reported")
def reported(session: Session, payload: Payload) -> None:
    service.reported(session, payload["event_id"])


@outside_job("batch.ready", queue="delivery")
def batch_ready(runtime: Runtime, payload: Payload) -> None:
    """A doorbell: batches that are due go to their payment systems."""
    paying.run_due(runtime.database, runtime.box, runtime.settings.base_url)


@periodic("disbursement.payments", every=30, queue="delivery")
def payments(runtime: Runtime) -> None:
    """Batches whose payment system did not answer, and results that lie ready in folders."""
    paying.run_due(runtime.database, runtime.box, runtime.settings.base_url)
    results.fetch(runtime.database, runtime.box)


@periodic("disbursement.publicity", every=60)
def publicity(runtime: Runtime) -> None:
    """End the publicity whose period is over."""
    with unit_of_work(runtime.database) as session:
        service.sweep_publicity(session)
