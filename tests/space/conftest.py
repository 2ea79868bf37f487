"""Counting statements: lists must not ask once a row."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture
def count_statements(session):
    """`with count_statements() as seen:`: the statements that the database was sent meanwhile."""
    engine = session.get_bind().engine

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(connection, cursor, statement, parameters, context, executemany):
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
