"""A million open duties, ten thousand of them due: the sweep costs what is due, not what is open."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import text

from redemption import local, migrate
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.uow import unit_of_work
from redemption.reporting import sweep

OPEN, DUE = 1_000_000, 10_000
NOW = dt.datetime(2026, 9, 22, 1, 5, tzinfo=dt.UTC)
"""09:05 in Shanghai on a last day: the reminder of nine o'clock is due."""

_PLACES = """
INSERT INTO jurisdiction (code, name, short_name, level) VALUES ('990100', '清川市', '清', 'city');
INSERT INTO office (jurisdiction_id, name, phone) SELECT id, '清川市政务公开办', '' FROM jurisdiction;
INSERT INTO department (code, name, short_name, jurisdiction_id, phone, address, contact_email, auto_report, settings)
  SELECT 'D' || n, '部门' || n, '部', j.id, '', '', '', false, '{}' FROM jurisdiction j, generate_series(1, 60) n;
"""
_DUTIES = """
INSERT INTO duty (number, kind, subject, round, title, department_id, office_id, event_date, due_at, provisional,
                  opened_at, entered_late, next_step_at, steps_done, late, close_reason, exempted, link, data)
SELECT 'ZZ-26-' || n, 'report', 'policy:' || n, 1, '报送政策 ' || n, d.first + n % 60, o.id,
       CAST(:event AS date), CAST(:due AS timestamptz), false, CAST(:opened AS timestamptz), false,
       CAST(:next AS timestamptz), CAST(:done AS jsonb), false, '', false, '', '{}'
FROM generate_series(CAST(:low AS int), CAST(:high AS int)) n,
     (SELECT min(id) AS first FROM department) d, (SELECT id FROM office LIMIT 1) o
"""


def run() -> dict[str, dict[str, Any]]:
    """Fill a database of its own and sweep twice: ten thousand due among few, and among a million."""
    Path("var/bench").mkdir(parents=True, exist_ok=True)
    server = local.start_postgres(local.data_folder(Path("var/bench"), "postgres"), durable=False)
    database = Database(local.database(server, f"bench_duties_{int(time.time())}"))
    migrate.upgrade(database)
    with unit_of_work(database) as session:
        for statement in _PLACES.strip().split(";\n"):
            session.execute(text(statement))
        _fill(session, 1, DUE, due=True)
    _settle(database)
    among_few = _sweep(database, DUE)
    with unit_of_work(database) as session:
        _fill(session, DUE + 1, DUE + OPEN, due=False)
        _fill(session, DUE + OPEN + 1, DUE + OPEN + DUE, due=True)
    _settle(database)
    among_many = _sweep(database, DUE)
    nothing = _sweep(database, 0)
    database.dispose()
    return {
        "duties sweep, 10,000 due of 1,000,000 open": {
            "value": round(among_many, 2), "unit": "s", "bar": 3.0, "better": "lower"
        },
        "duties sweep, cost among a million against among few": {
            "value": round(among_many / among_few, 2), "unit": "times", "bar": 2.0, "better": "lower"
        },
        "duties sweep with nothing due": {
            "value": round(nothing * 1000, 1), "unit": "ms", "bar": 50.0, "better": "lower"
        },
    }  # fmt: skip


def _fill(session: Any, low: int, high: int, *, due: bool) -> None:
    """Due ones: the last morning is theirs. The others end a month later."""
    event = dt.date(2026, 9, 18) if due else dt.date(2026, 10, 19)
    last = dt.date(2026, 9, 22) if due else dt.date(2026, 10, 22)
    session.execute(
        text(_DUTIES),
        {
            "low": low,
            "high": high,
            "event": event,
            "due": clock.end_of_day(last),
            "opened": clock.start_of_day(event) + dt.timedelta(hours=10),
            "next": NOW - dt.timedelta(minutes=5) if due else NOW + dt.timedelta(days=27),
            "done": '["next_morning"]' if due else "[]",
        },
    )


def _settle(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE duty")


def _sweep(database: Database, expected: int) -> float:
    with time_machine.travel(NOW, tick=True):
        began = time.perf_counter()
        done = sweep.sweep(database)
        taken = time.perf_counter() - began
    if done != expected:
        raise AssertionError(f"the sweep looked at {done} duties, not {expected}")
    return taken
