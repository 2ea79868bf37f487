"""Jobs of data sharing: questions to registries, asked outside of any transaction."""

from redemption.applications.sharing import looking
from workers.runtime import Payload, Runtime, outside_job, periodic


@outside_job("lookup.wanted", queue="low")
def wanted(runtime: Runtime, payload: Payload) -> None:
    """A doorbell: whatever is due is asked."""
    looking.run_due(runtime.database, runtime.box, most=40)


@periodic("sharing.sweep", every=15, queue="low")
def sweep(runtime: Runtime) -> None:
    """Questions whose registry did not answer, or that nobody rang for."""
    looking.run_due(runtime.database, runtime.box, most=40)
