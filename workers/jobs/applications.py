"""Jobs of applications: what time does by itself, and files that wait for their scan."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from redemption.applications.service import sweeping
from redemption.kernel.uow import unit_of_work
from workers.runtime import Runtime, periodic


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


@periodic("applications.clocks", every=600)
def clocks(runtime: Runtime) -> None:
    """Compute provisional due dates again: a schedule may have been entered."""
    with unit_of_work(runtime.database) as session:
        ids = sweeping.provisional(session)
    _each(runtime, ids, sweeping.refresh)


@periodic("applications.remind", every=3600)
def remind(runtime: Runtime) -> None:
    """Remind of corrections that are due soon; each is told once."""
    with unit_of_work(runtime.database) as session:
        due = sweeping.corrections_due_soon(session)
    for application_id, correction_id in due:
        with unit_of_work(runtime.database) as session:
            sweeping.remind(session, application_id, correction_id)
