"""Exports, made where nobody waits for them."""

import datetime as dt

from sqlalchemy.orm import Session

from redemption.kernel.uow import unit_of_work
from redemption.supervision import evaluation, exporting, service
from workers.runtime import Payload, Runtime, job, outside_job, periodic


@outside_job("export.requested", queue="low", lease=dt.timedelta(minutes=30))
def export(runtime: Runtime, payload: Payload) -> None:
    exporting.make(runtime.database, runtime.storage, payload["export_id"])


@job("evaluation.invited", queue="low")
def invited(session: Session, payload: Payload) -> None:
    """The questionnaire goes to who applied, and to who fitted and did not."""
    evaluation.tell_invited(session, payload["evaluation_id"])


@periodic("exports.expire", cron="35 * * * *")
def expire(runtime: Runtime) -> None:
    """Files are kept seven days. The row goes first: a crash in between leaves a file, never a row without one."""
    while True:
        with unit_of_work(runtime.database) as session:
            digests = service.expire(session)
        for digest in digests:
            runtime.storage.delete(digest)
        if not digests:
            return
