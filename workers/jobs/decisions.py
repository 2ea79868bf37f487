"""Jobs of departments' events: what was kept because it came too early."""

from redemption.decisions import settling
from redemption.kernel.uow import unit_of_work
from workers.runtime import Runtime, periodic


@periodic("decisions.kept", every=15)
def kept(runtime: Runtime) -> None:
    """Apply events whose turn has come, because their case moved by other hands."""
    with unit_of_work(runtime.database) as session:
        settling.sweep_kept(session)


@periodic("decisions.watch", every=600)
def watch(runtime: Runtime) -> None:
    """Tell about events that wait long for earlier ones."""
    with unit_of_work(runtime.database) as session:
        settling.watch_kept(session)
