"""Jobs of the catalogue: items whose days are over."""

from redemption.catalogue import service
from redemption.kernel.uow import unit_of_work
from workers.runtime import Runtime, periodic


@periodic("catalogue.expire", every=60)
def expire(runtime: Runtime) -> None:
    """Close and expire items at the end of their last day; a short transaction for each batch."""
    while True:
        with unit_of_work(runtime.database) as session:
            if service.expire_due(session) == 0:
                return
