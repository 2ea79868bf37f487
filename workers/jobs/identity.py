"""Accounts: the link that lets somebody set a new password."""

from redemption.identity import queries, recovery
from redemption.kernel.uow import unit_of_work
from redemption.messages import service as messages
from workers.runtime import Payload, Runtime, outside_job


@outside_job("account.recovery")
def send_recovery(runtime: Runtime, payload: Payload) -> None:
    """Write the message with the link; its delivery is the messages' own job. Twice is once."""
    with unit_of_work(runtime.database) as session:
        person = queries.person_by_id(session, payload["person_id"])
        if person is None or person.closed_at is not None:
            return
        token = recovery.link_token(person, runtime.signer)
        messages.tell(
            session,
            template="account_recovery",
            once=f"recovery:{payload['request']}",
            person_id=person.id,
            data={
                "name": person.name,
                "link": f"{runtime.settings.base_url}/recover/{token}",
                "minutes": int(recovery.LIFE.total_seconds() // 60),
            },
        )
