"""Dead letters and technical refusals (投递失败): found by a filter, and sent again: one, those of the filter, or all.

The page, the API and the command line ask here, so that a filter means the same to each of them.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.dispatch import queries, service
from redemption.dispatch.models import Parcel
from redemption.identity.queries import department as department_by_code
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import NotFound


@dataclass(frozen=True)
class LetterFilter:
    """What is looked for; empty: everything one may see.

    `reason`: a part of the last error. `department`: its code. `since`: given up on that day or later.
    """

    reason: str = ""
    department: str = ""
    since: dt.date | None = None
    application: str = ""

    def __bool__(self) -> bool:
        return self != LetterFilter()


def find(session: Session, actor: Actor, wanted: LetterFilter) -> Select[Any]:
    """What the filter finds, the oldest first; officers see their own department's.

    Raises:
        NotFound: no such department, or not the officer's own.
    """
    department_id = actor.department_id
    if wanted.department:
        named = department_by_code(session, wanted.department).id
        if department_id not in (None, named):
            raise NotFound("没有这个部门。")
        department_id = named
    query = queries.letters(department_id, wanted.reason)
    if wanted.since is not None:
        query = query.where(Parcel.settled_at >= clock.start_of_day(wanted.since))
    if wanted.application:
        query = query.where(Application.number == wanted.application)
    return query


def redrive(session: Session, actor: Actor, wanted: LetterFilter, note: str = "") -> int:
    """Send everything again that the filter finds; returns how many go out. NotFound as `find`."""
    ids = [row.Parcel.id for row in session.execute(find(session, actor, wanted))]
    return service.redrive(session, actor, ids, note)
