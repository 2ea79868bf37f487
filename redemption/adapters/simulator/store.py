"""The simulated department's own records: cases, what came in (each key once), events to send."""

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
  referral TEXT PRIMARY KEY, number TEXT NOT NULL, state TEXT NOT NULL, payload TEXT NOT NULL,
  callback TEXT NOT NULL, received_at REAL NOT NULL, sequence INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcels (
  key TEXT PRIMARY KEY, referral TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
  payload TEXT NOT NULL, received_at REAL NOT NULL, deliveries INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY, referral TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL,
  due_at REAL NOT NULL, sent_at REAL, answer TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS events_unsent ON events (due_at) WHERE sent_at IS NULL;
"""


class Store:
    """One SQLite file; every method is one transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / "department.sqlite", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)
        self._guard = threading.Lock()
        self._early = 0
        """Calls about cases that were not here yet; none comes early from a sender that keeps the order."""

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def take(self, key: str, payload: Mapping[str, Any]) -> tuple[str, bool]:
        """Keep one parcel; (our number, is new). KeyError where a correction comes before its case."""
        referral, kind = str(payload["referral"]), str(payload["kind"])
        now = time.time()
        with self._transaction() as db:
            known = db.execute("SELECT 1 FROM parcels WHERE key = ?", (key,)).fetchone()
            if known:
                db.execute("UPDATE parcels SET deliveries = deliveries + 1 WHERE key = ?", (key,))
                return self._number(db, referral), False
            text = json.dumps(payload, ensure_ascii=False)
            if kind == "submission":
                number = f"BM{time.strftime('%Y%m%d')}-{self._count(db) + 1:05d}"
                db.execute(
                    "INSERT INTO cases VALUES (?, ?, 'received', ?, ?, ?, 0)",
                    (referral, number, text, payload.get("callback", ""), now),
                )
            else:
                number = self._case_of(db, referral)
                state = "resubmitted" if kind == "correction" else "withdrawn"
                db.execute("UPDATE cases SET state = ? WHERE referral = ?", (state, referral))
            db.execute(
                "INSERT INTO parcels (key, referral, sequence, kind, payload, received_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key, referral, int(payload["sequence"]), kind, text, now),
            )
            return number, True

    def say(
        self, referral: str, kind: str, data: Mapping[str, Any], state: str, when: str, delay: float = 0.0
    ) -> str:
        """Change a case and queue the event that tells about it, in one transaction; returns the event's id."""
        event_id = f"evt-{uuid.uuid4()}"
        with self._transaction() as db:
            row = db.execute("SELECT sequence FROM cases WHERE referral = ?", (referral,)).fetchone()
            if row is None:
                raise KeyError(referral)
            sequence = row["sequence"] + 1
            db.execute(
                "UPDATE cases SET state = ?, sequence = ? WHERE referral = ?", (state, sequence, referral)
            )
            body = {
                "id": event_id,
                "referral": referral,
                "sequence": sequence,
                "type": kind,
                "occurred_at": when,
                "data": dict(data),
            }
            db.execute(
                "INSERT INTO events (id, referral, sequence, body, due_at) VALUES (?, ?, ?, ?, ?)",
                (event_id, referral, sequence, json.dumps(body, ensure_ascii=False), time.time() + delay),
            )
        return event_id

    def unsent(self, limit: int = 50) -> list[dict[str, Any]]:
        """Events that may go out now, with the address they go to."""
        with self._guard:
            rows = self._connection.execute(
                "SELECT e.*, c.callback FROM events e JOIN cases c USING (referral) "
                "WHERE sent_at IS NULL AND due_at <= ? ORDER BY e.rowid LIMIT ?",
                (time.time(), limit),
            ).fetchall()
        return [dict(row) for row in rows]

    def sent(self, event_id: str, answer: str, *, final: bool, wait: float = 0.0) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE events SET tries = tries + 1, answer = ?, due_at = ?, "
                "sent_at = CASE WHEN ? THEN ? END WHERE id = ?",
                (answer[:500], time.time() + wait, final, time.time(), event_id),
            )

    def cases(self, limit: int = 200) -> list[dict[str, Any]]:
        """The newest cases with what came in and what went out for each."""
        with self._guard:
            rows = self._connection.execute(
                "SELECT * FROM cases ORDER BY received_at DESC, rowid DESC LIMIT ?", (limit,)
            ).fetchall()
            found = []
            for row in rows:
                case = dict(row)
                case["payload"] = json.loads(case["payload"])
                case["parcels"] = self._rows(
                    "SELECT key, sequence, kind, payload, received_at, deliveries FROM parcels "
                    "WHERE referral = ? ORDER BY received_at, sequence",
                    row["referral"],
                )
                case["events"] = self._rows(
                    "SELECT id, sequence, body, sent_at, answer, tries FROM events "
                    "WHERE referral = ? ORDER BY sequence",
                    row["referral"],
                )
                found.append(case)
        return found

    def counts(self) -> dict[str, int]:
        """Cases, parcels and events on hand, for tests and measurements."""
        with self._guard:
            return {
                "cases": self._count(self._connection),
                "early": self._early,
                "parcels": self._connection.execute("SELECT count(*) FROM parcels").fetchone()[0],
                "deliveries": self._connection.execute(
                    "SELECT coalesce(sum(deliveries), 0) FROM parcels"
                ).fetchone()[0],
                "unsent": self._connection.execute(
                    "SELECT count(*) FROM events WHERE sent_at IS NULL"
                ).fetchone()[0],
            }

    def arrivals(self) -> list[tuple[str, float]]:
        """(idempotency key, moment of first arrival) of every parcel."""
        with self._guard:
            rows = self._connection.execute("SELECT key, received_at FROM parcels").fetchall()
        return [(row["key"], row["received_at"]) for row in rows]

    def _rows(self, query: str, referral: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query, (referral,)).fetchall()]

    def _case_of(self, db: sqlite3.Connection, referral: str) -> str:
        try:
            return self._number(db, referral)
        except KeyError:
            self._early += 1
            raise

    @staticmethod
    def _count(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT count(*) FROM cases").fetchone()[0])

    @staticmethod
    def _number(db: sqlite3.Connection, referral: str) -> str:
        row = db.execute("SELECT number FROM cases WHERE referral = ?", (referral,)).fetchone()
        if row is None:
            raise KeyError(referral)
        return str(row["number"])
