"""What the command line does about delivery: check a department, redrive, rotate keys."""

import datetime as dt

from redemption.dispatch import configuring, letters, queries
from redemption.dispatch.claiming import make_adapter
from redemption.dispatch.letters import LetterFilter
from redemption.dispatch.port import Context
from redemption.dispatch.port.contract import Report, run
from redemption.identity.queries import department as department_by_code
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.errors import Conflict
from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import Storage
from redemption.kernel.uow import unit_of_work

COMMAND = Actor(0, "命令行", Role.ADMINISTRATOR, system="command")


def check(database: Database, box: SecretBox, storage: Storage, code: str) -> Report:
    """Run the contract test against a department as it is connected now.

    Raises:
        NotFound: no such department. Conflict: it is not connected.
    """
    with unit_of_work(database) as session:
        department = department_by_code(session, code)
        connection = queries.connection_at(session, department.id, clock.now())
        if connection is None:
            raise Conflict(f"部门 {code} 还没有配置对接。", code="not_connected")
        adapter = make_adapter(session, box, storage, connection, department)
        context: Context = adapter.context
    try:
        return run(adapter, context)
    finally:
        adapter.close()


def redrive(
    database: Database,
    *,
    application: str = "",
    department: str = "",
    reason: str = "",
    since: dt.date | None = None,
    everything: bool = False,
) -> int:
    """Send dead letters again: of one application, of a filter, or all.

    Raises:
        Conflict: nothing was named and `everything` is not set. NotFound: no such department.
    """
    wanted = LetterFilter(reason, department, since, application)
    if not (wanted or everything):
        raise Conflict(
            "请指定申报件、部门、失败原因、起始日期，或用 --all 重新投递全部。", code="nothing_named"
        )
    with unit_of_work(database) as session:
        return letters.redrive(session, COMMAND, wanted, "命令行")


def rotate_key(database: Database, box: SecretBox, code: str, scheme: str = "v1") -> str:
    """A second live key for a department; returns its secret, which is shown once."""
    with unit_of_work(database) as session:
        department = department_by_code(session, code)
        return configuring.add_key(session, box, COMMAND, department.id, scheme=scheme)[1]
