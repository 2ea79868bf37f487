"""Messages that leave the house."""

import time

from redemption.kernel import outbox
from redemption.kernel.uow import unit_of_work
from redemption.messages import delivery
from workers.runtime import SPELL, Runtime, bell, periodic


@bell("message.ready")
def send(runtime: Runtime) -> None:
    """Whatever waits goes out; what fails is tried again by the sweep. After a while others get their turn."""
    until = time.monotonic() + SPELL
    while delivery.deliver(runtime.database, runtime.settings):
        if time.monotonic() > until:
            with unit_of_work(runtime.database) as session:
                outbox.publish(session, "message.ready", "more")
            return


@periodic("messages.sweep", every=60)
def sweep(runtime: Runtime) -> None:
    """Deliveries that wait for another try, or whose claim was lost with its process."""
    send(runtime)
