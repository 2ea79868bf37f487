"""The demonstration department's connection: signed both ways, at whatever port this start gave it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.dispatch import configuring
from redemption.dispatch.models import Connection
from redemption.identity import queries
from redemption.identity.rules import system_actor
from redemption.kernel.secrets import SecretBox
from redemption.seed.world import BEGAN

CODE = "QC-KJ"


def connect(session: Session, box: SecretBox, port: int, secret: str) -> None:
    """Point the department's `http` connection at a loopback port, and share the signing secret."""
    department = queries.department(session, CODE)
    endpoint = f"http://127.0.0.1:{port}"
    found = session.scalar(
        select(Connection).where(Connection.department_id == department.id, Connection.ends_at.is_(None))
    )
    if found is None:
        session.add(
            Connection(
                department_id=department.id,
                adapter="http",
                options={"endpoint": endpoint},
                begins_at=BEGAN,
            )
        )
        session.flush()
    else:
        found.options = {**found.options, "endpoint": endpoint}
        found.open_until = None
    if not queries.live_keys(session, department.id):
        configuring.add_key(session, box, system_actor("seed"), department.id, secret=secret)
