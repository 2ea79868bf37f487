"""Jobs of applications: what time does by itself, and files that wait for their scan."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from redemption.applications import queries, scanning, service
from redemption.applications.models import Material
from redemption.applications.rules import Scan
from redemption.applications.service import sweeping
from redemption.kernel.errors import NotReady
from redemption.kernel.uow import unit_of_work
from redemption.messages import service as messages
from workers.runtime import Payload, Runtime, job, outside_job, periodic


@outside_job("material.waiting")
def scan(runtime: Runtime, payload: Payload) -> None:
    """Scan a file that waits in quarantine; tried again while the scanner does not answer."""
    with unit_of_work(runtime.database) as session:
        material = session.get(Material, payload["material_id"])
        waits = material is not None and material.removed_at is None and material.scan == Scan.WAITING.value
        digest = material.sha256 if material else ""
    if not waits:
        return
    with runtime.storage.open(digest) as stream:
        said = scanning.scan(runtime.settings.clamd, stream)
    if said is Scan.WAITING:
        raise NotReady("病毒扫描服务没有应答，稍后再试。", code="scanner_silent")
    with unit_of_work(runtime.database) as session:
        service.note_scan(session, payload["material_id"], said)


@job("payment.missing")
def missing(session: Session, payload: Payload) -> None:
    """The enterprise says that the money has not arrived: its department is told to look."""
    case = queries.case_by_id(session, payload["application_id"])
    messages.tell(
        session,
        template="payment_missing",
        once=f"application:{case.application.id}:missing:{payload['note'][:40]}",
        data={
            "item": case.version.name,
            "number": case.application.number,
            "enterprise": case.enterprise.name,
            "department": case.department.name,
            "day": "",
            "reason": payload["note"],
        },
        link=f"/workbench/applications/{case.application.number}",
        department_id=case.department.id,
    )


def _each(runtime: Runtime, ids: Iterable[int], deal: Callable[[Session, int], object]) -> None:
    """One short transaction a case: a case that cannot be dealt with does not hold up the others."""
    for application_id in ids:
        with unit_of_work(runtime.database) as session:
            deal(session, application_id)


@periodic("applications.lapse", every=60)
def lapse(runtime: Runtime) -> None:
    """End cases whose correction was not answered in time."""
    with unit_of_work(runtime.database) as session:
        ids = sweeping.overdue_corrections(session)
    _each(runtime, ids, sweeping.lapse)


@periodic("applications.deem", every=60)
def deem(runtime: Runtime) -> None:
    """Accept what a department left without a word, where the item has that on."""
    with unit_of_work(runtime.database) as session:
        ids = sweeping.silent(session)
    _each(runtime, ids, sweeping.deem_accepted)


@periodic("applications.remind", every=3600)
def remind(runtime: Runtime) -> None:
    """Remind of corrections that are due soon; each is told once."""
    with unit_of_work(runtime.database) as session:
        due = sweeping.corrections_due_soon(session)
    for application_id, correction_id in due:
        with unit_of_work(runtime.database) as session:
            sweeping.remind(session, application_id, correction_id)
