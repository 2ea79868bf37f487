"""Housekeeping of the ground: anchor the audit log, forget outbox rows done long ago."""

from redemption.kernel import audit, outbox
from redemption.kernel.uow import unit_of_work
from workers.runtime import Runtime, periodic


@periodic("audit.anchor", cron="7 * * * *", queue="low")
def anchor(runtime: Runtime) -> None:
    """Sign the heads of the chains that moved since the last hour."""
    with unit_of_work(runtime.database) as session:
        audit.anchor(session, runtime.audit_key)


@periodic("outbox.forget", cron="40 3 * * *", queue="low")
def forget(runtime: Runtime) -> None:
    """Rows stay seven days for people who look after a fault."""
    with unit_of_work(runtime.database) as session:
        outbox.forget_done(session)
