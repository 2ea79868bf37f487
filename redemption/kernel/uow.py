"""The unit of work: the one place that commits.

Use `unit_of_work(database)` in jobs, commands and tests of whole processes: everything inside is one transaction,
committed at the end, undone when anything raises. A web request has its own (`redemption.web.session`), built on
`complete` and `abandon`. Services never commit: they take a Session and add to whatever transaction it is in.

Do not call the outside world (HTTP, SMTP, a slow file) inside a unit of work: claim, leave, call, come back.
Side effects that must happen after the commit are outbox rows (`redemption.kernel.outbox`), never callbacks.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from redemption.kernel.db import Database


@contextmanager
def unit_of_work(database: Database) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    session = database.sessions()
    try:
        yield session
        complete(session)
    except BaseException:
        abandon(session)
        raise
    finally:
        session.close()


def complete(session: Session) -> None:
    """Commit what the session did."""
    session.commit()


def abandon(session: Session) -> None:
    """Undo what the session did."""
    session.rollback()
