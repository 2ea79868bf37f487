"""Jobs of delivery: refer what was submitted, ring the courier, sweep up what nobody rang for."""

import datetime as dt

from sqlalchemy.orm import Session

from redemption.applications.sharing import asking as sharing
from redemption.decisions import receiving
from redemption.dispatch import queries, service, watching
from redemption.dispatch.claiming import Outfit, due_connections
from redemption.dispatch.delivery import Courier
from redemption.kernel import clock
from redemption.kernel.uow import unit_of_work
from workers.runtime import Payload, Runtime, bell, job, periodic, together

FORGOTTEN_AFTER = dt.timedelta(minutes=1)
PUMP_SECONDS = 20.0


_couriers: dict[int, Courier] = {}


def courier(runtime: Runtime) -> Courier:
    """This process's courier: it keeps departments' connections open between jobs."""
    made = _couriers.get(id(runtime))
    if made is None:
        outfit = Outfit(
            runtime.database, runtime.storage, runtime.box, runtime.signer, runtime.settings.base_url
        )
        made = _couriers[id(runtime)] = Courier(outfit)
    return made


@together("application.submitted", queue="high")
def submitted(session: Session, payloads: list[Payload]) -> None:
    ids = [payload["application_id"] for payload in payloads]
    service.refer_many(session, ids)
    sharing.verify_many(session, ids)


@job("application.resubmitted", queue="high")
def resubmitted(session: Session, payload: Payload) -> None:
    service.send_correction(session, payload["application_id"], payload["correction_id"])


@job("application.withdrawn", queue="high")
def withdrawn(session: Session, payload: Payload) -> None:
    service.send_withdrawal(session, payload["application_id"], payload.get("reason", ""))


@bell("parcel.ready", queue="delivery")
def deliver(runtime: Runtime) -> None:
    """Whichever parcels are due go out."""
    _pump(runtime)


@periodic("dispatch.sweep", every=3, queue="delivery")
def sweep(runtime: Runtime) -> None:
    """Find what is undelivered from the tables alone: applications nobody referred, parcels that are due."""
    with unit_of_work(runtime.database) as session:
        forgotten = queries.unreferred(session, clock.now() - FORGOTTEN_AFTER)
        service.refer_many(session, forgotten)
    _pump(runtime)


@periodic("dispatch.poll", every=10, queue="delivery")
def poll(runtime: Runtime) -> None:
    """Fetch answers from exchange databases and folders."""
    courier(runtime).poll(receiving.receive_unsure)


def _pump(runtime: Runtime) -> None:
    with unit_of_work(runtime.database) as session:
        due = due_connections(session)
    if due:
        courier(runtime).pump(PUMP_SECONDS)


@periodic("dispatch.watch", every=300)
def watch(runtime: Runtime) -> None:
    """Tell about cases that nobody fetches or answers."""
    with unit_of_work(runtime.database) as session:
        watching.watch(session)
