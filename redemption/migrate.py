"""Migrations: bring a database to the newest revision, and say where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from redemption.kernel.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 0x52454445  # one migrating process at a time, across machines


def config(folder: Path = FOLDER) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder))
    made.set_main_option("path_separator", "os")
    made.set_main_option("prepend_sys_path", str(folder.parent))
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every migration that is missing, in one transaction, one process at a time.

    Raises:
        RuntimeError: the database cannot find trigrams in Chinese text (a wrong locale), so search would be blind.
    """
    with database.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)
        if not connection.scalar(text("SELECT array_length(show_trgm('补贴'), 1)")):
            raise RuntimeError(
                "pg_trgm finds no trigrams in Chinese: create the database with "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            )


def current(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision this code brings."""
    return ScriptDirectory.from_config(config()).get_current_head()
