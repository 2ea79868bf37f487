"""Jobs of publicity and payment."""

from sqlalchemy.orm import Session

from redemption.disbursement import service
from redemption.kernel.uow import unit_of_work
from workers.runtime import Payload, Runtime, job, periodic


@job("application.moved")
def moved(session: Session, payload: Payload) -> None:
    """Publicity and payment follow the case."""
    service.follow(session, payload["application_id"], payload["action"])


@job("payment.reported")
def reported(session: Session, payload: Payload) -> None:
    service.reported(session, payload["event_id"])


@periodic("disbursement.publicity", every=60)
def publicity(runtime: Runtime) -> None:
    """End the publicity whose period is over."""
    with unit_of_work(runtime.database) as session:
        service.sweep_publicity(session)
