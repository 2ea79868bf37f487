"""Alembic's entry: the address comes from the config attribute that `redemption migrate` sets."""

from alembic import context
from sqlalchemy import create_engine

from redemption.kernel.db import sqlalchemy_url
from redemption.tables import metadata

config = context.config


def include(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Everything the models declare; functions, triggers and extensions are written by hand in the migrations."""
    return not (kind == "index" and reflected and compare_to is None and (name or "").startswith("raw_"))


def run() -> None:
    connection = config.attributes.get("connection")
    if connection is not None:
        context.configure(connection=connection, target_metadata=metadata, include_object=include)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = create_engine(sqlalchemy_url(config.get_main_option("sqlalchemy.url") or ""))
    with engine.connect() as opened:
        context.configure(connection=opened, target_metadata=metadata, include_object=include)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
