"""Thousands of complete drafts out of one, by SQL: filling them in one by one would take longer than what is measured."""

from typing import Any

import psycopg


def copy_drafts(connection: psycopg.Connection[Any], pattern: int, mark: str, count: int) -> None:
    """`count` copies of one complete draft, numbered <mark>-000000 and on; the caller commits nothing more."""
    _copy(
        connection,
        "submission",
        "id = %s",
        pattern,
        {"number": f"'{mark}-' || to_char(n, 'FM000000')", "client_key": "NULL"},
        count,
    )
    parent = f"(SELECT id FROM submission WHERE number = '{mark}-' || to_char(n, 'FM000000'))"
    number = f"'{mark}-' || to_char(n, 'FM000000') || '-01'"
    _copy(
        connection,
        "application",
        "submission_id = %s",
        pattern,
        {"number": number, "submission_id": parent},
        count,
    )
    own = f"(SELECT id FROM application WHERE number = {number})"
    public = f"'{mark}' || n || '-' || s.id"
    values = {"submission_id": parent, "application_id": own, "public_id": public}
    _copy(connection, "material", "submission_id = %s", pattern, values, count)
    connection.commit()


def _copy(
    connection: psycopg.Connection[Any], table: str, where: str, key: int, over: dict[str, str], count: int
) -> None:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
        (table,),
    ).fetchall()
    columns = [row[0] for row in found]
    values = [over.get(column, f's."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} s, generate_series(0, {count - 1}) n WHERE s.{where}",
        (key,),
    )
