"""Messages that leave the house."""

from redemption.messages import delivery
from workers.runtime import Payload, Runtime, outside_job, periodic


@outside_job("message.ready")
def send(runtime: Runtime, payload: Payload) -> None:
    """The deliveries of one message; what fails is tried again by the sweep."""
    delivery.deliver(runtime.database, runtime.settings, payload["message_id"])


@periodic("messages.sweep", every=60)
def sweep(runtime: Runtime) -> None:
    """Deliveries that wait for another try, or whose claim was lost with its process."""
    while delivery.deliver(runtime.database, runtime.settings):
        pass
