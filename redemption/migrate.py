"""Migrations: bring a database to the newest revision, and say where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from redemption.kernel.db import Database
from redemption.tables import metadata

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 0x52454445  # one migrating process at a time, across machines


class UnfitDatabase(RuntimeError):
    """The database cannot hold this version; the message says in a sentence what to do."""


def config(folder: Path = FOLDER) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder))
    made.set_main_option("path_separator", "os")
    made.set_main_option("prepend_sys_path", str(folder.parent))
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every migration that is missing, in one transaction, one process at a time.

    Raises:
        UnfitDatabase: it cannot find trigrams in Chinese text (a wrong locale), so search would be blind; or it was
            made by an earlier state of a version that is not released yet.
    """
    with database.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)
        if not connection.scalar(text("SELECT array_length(show_trgm('补贴'), 1)")):
            raise UnfitDatabase(
                "pg_trgm finds no trigrams in Chinese: create the database with "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            )
        if revision == "head" and (lacking := _lacking(connection)):
            raise UnfitDatabase(
                f"this database was made by an earlier state of a version that is not released yet, and lacks "
                f"{', '.join(lacking[:3])}{' …' if len(lacking) > 3 else ''}: start with an empty database "
                "(demonstration: stop everything, remove var/ and, where you are root, the folder named in "
                "var/postgres.at)"
            )


def _lacking(connection: Connection) -> list[str]:
    """Columns of the models that the tables do not have: one migration changes until the first release (0005)."""
    rows = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )
    )
    there = {(table, column) for table, column in rows}
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if (table.name, column.name) not in there
    ]


def current(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision this code brings."""
    return ScriptDirectory.from_config(config()).get_current_head()
