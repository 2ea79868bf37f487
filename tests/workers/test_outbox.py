"""The outbox and its drain: once in effect, whatever dies in between."""

import datetime as dt
import threading

import pytest
import redis
import time_machine
from sqlalchemy import func, select

from redemption.kernel import audit, outbox
from redemption.kernel.audit import AuditEntry
from redemption.kernel.outbox import OutboxRow
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.uow import unit_of_work
from workers import queue, relay, runtime
from workers.runtime import Kind, Registered, Runtime, drain

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def parts(settings, fresh_database, storage, valkey):
    client = redis.Redis.from_url(valkey)
    client.flushall()
    made = Runtime(
        settings,
        fresh_database,
        storage,
        SecretBox(settings.field_keys),
        Signer([settings.secret_key]),
        client,
    )
    yield made
    client.close()


def note(session, payload):
    """A job whose effect can be counted."""
    audit.record(session, f"test:{payload['n']}", "system:test", "noted")


def effects(parts):
    with unit_of_work(parts.database) as session:
        return session.scalar(select(func.count()).select_from(AuditEntry))


def publish(parts, count, topic="test.noted"):
    with unit_of_work(parts.database) as session:
        for n in range(count):
            outbox.publish(session, topic, n, n=n)


def inside(handler=note):
    return Registered("test.noted", handler, Kind.INSIDE, "default", outbox.LEASE)


def outside(handler):
    return Registered("test.noted", handler, Kind.OUTSIDE, "default", outbox.LEASE)


def test_a_row_of_a_transaction_that_failed_is_never_seen(parts):
    with pytest.raises(RuntimeError), unit_of_work(parts.database) as session:
        outbox.publish(session, "test.noted", 1, n=1)
        raise RuntimeError
    assert drain(inside(), parts) == 0


def test_two_workers_do_each_row_once(parts):
    publish(parts, 120)
    threads = [threading.Thread(target=drain, args=(inside(), parts)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert effects(parts) == 120
    assert drain(inside(), parts) == 0


def test_effect_and_done_mark_are_one(parts):
    """A job that dies after its work but before its commit has done nothing; the next one does it once."""
    publish(parts, 1)

    def die(session, payload):
        note(session, payload)
        raise KeyboardInterrupt

    with time_machine.travel(NOON) as clock:
        with unit_of_work(parts.database) as session:
            session.execute(OutboxRow.__table__.update().values(not_before=NOON))
        with pytest.raises(KeyboardInterrupt):
            drain(inside(die), parts)
        assert effects(parts) == 0
        assert drain(inside(), parts) == 0, "the dead worker's lease still holds"
        clock.shift(outbox.LEASE + dt.timedelta(seconds=1))
        assert drain(inside(), parts) == 1
    assert effects(parts) == 1


def test_a_worker_that_wakes_after_its_lease_finds_the_row_taken(parts):
    with time_machine.travel(NOON) as clock:
        publish(parts, 1)
        with unit_of_work(parts.database) as session:
            (late,) = outbox.claim(session, ["test.noted"])
        clock.shift(outbox.LEASE + dt.timedelta(seconds=1))
        assert drain(inside(), parts) == 1
        assert runtime.handle(inside(), parts, late)
    assert effects(parts) == 1


def test_failures_wait_longer_each_time_and_are_never_dropped(parts):
    tries = []

    def fail(parts, payload):
        tries.append(dt.datetime.now(dt.UTC))
        raise ConnectionError("away")

    with time_machine.travel(NOON, tick=False) as clock:
        publish(parts, 1)
        for _ in range(12):
            assert drain(outside(fail), parts) == 1
            assert drain(outside(fail), parts) == 0, "not before its time"
            with unit_of_work(parts.database) as session:
                clock.move_to(session.scalars(select(OutboxRow.not_before)).one())
    waits = [(later - earlier).total_seconds() for earlier, later in zip(tries, tries[1:], strict=False)]
    assert waits[:5] == [1, 5, 30, 120, 600]
    assert set(waits[5:]) == {3600}
    with unit_of_work(parts.database) as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.done_at, row.last_error) == (None, "ConnectionError: away")
        (line,) = outbox.backlog(session)
        assert (line.open, line.failing) == (1, 1)


def test_emptying_redis_costs_nothing(parts, monkeypatch):
    monkeypatch.setitem(runtime.JOBS, "test.noted", inside())
    publish(parts, 3)
    assert relay.relay_once(parts) == 1
    assert relay.relay_once(parts) == 0, "a bell that rings is not rung again"
    parts.redis.flushall()
    assert relay.relay_once(parts) == 1
    (job,) = queue.queue(parts.redis, "default").jobs
    assert (job.func_name, job.args) == ("workers.routes.ring", ["test.noted"])
    assert drain(inside(), parts) == 3
    queue.answered(parts.redis, "test.noted")
    assert relay.relay_once(parts) == 0
    assert effects(parts) == 3


def test_done_rows_are_forgotten_after_a_week_and_open_ones_never(parts):
    with time_machine.travel(NOON) as clock:
        publish(parts, 2)
        drain(inside(), parts, most=1)
        publish(parts, 1, topic="test.other")
        clock.shift(dt.timedelta(days=8))
        with unit_of_work(parts.database) as session:
            assert outbox.forget_done(session) == 2
            assert [row.topic for row in session.scalars(select(OutboxRow))] == ["test.other"]


def together(handler):
    return Registered("test.noted", handler, Kind.TOGETHER, "default", outbox.LEASE)


def note_all(session, payloads):
    for payload in payloads:
        note(session, payload)


def test_a_batch_is_one_transaction_and_each_row_is_done_once(parts):
    publish(parts, 50)
    sizes = []

    def handler(session, payloads):
        sizes.append(len(payloads))
        note_all(session, payloads)

    threads = [threading.Thread(target=drain, args=(together(handler), parts)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert effects(parts) == 50
    assert max(sizes) == runtime.BATCH
    assert drain(together(handler), parts) == 0


def test_a_bad_row_in_a_batch_harms_nobody_else(parts):
    publish(parts, 5)

    def handler(session, payloads):
        note_all(session, payloads)
        if any(payload["n"] == 3 for payload in payloads):
            raise RuntimeError("the fourth cannot be done")

    drain(together(handler), parts)
    assert effects(parts) == 4
    with unit_of_work(parts.database) as session:
        (left,) = session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None)))
        assert left.payload == {"n": 3}
        assert left.attempts == 1
        assert "the fourth cannot be done" in (left.last_error or "")


def test_one_look_answers_every_bell(parts):
    publish(parts, 30)
    looks = []
    bell = Registered("test.noted", looks.append, Kind.BELL, "default", outbox.LEASE)
    assert drain(bell, parts) == 30
    assert looks == [parts]
    assert drain(bell, parts) == 0
    assert looks == [parts], "nobody rang"
