"""The schedule: JSON on the queue, one turn however many schedulers, cron times of Asia/Shanghai."""

import datetime as dt
import json
import time
import zlib

import pytest
import redis
import time_machine

from redemption.kernel.secrets import SecretBox, Signer
from workers import queue, schedule
from workers.runtime import PERIODIC, Periodic, Runtime


@pytest.fixture
def parts(settings, database, storage, valkey):
    client = redis.Redis.from_url(valkey)
    client.flushall()
    yield Runtime(
        settings, database, storage, SecretBox(settings.field_keys), Signer([settings.secret_key]), client
    )
    client.close()


def entry(**over):
    return Periodic(
        **{
            "name": "test.turn",
            "handler": lambda parts: None,
            "every": 60,
            "cron": None,
            "queue": "low",
            **over,
        }
    )


def waiting(parts):
    return queue.queue(parts.redis, "low").jobs


def test_two_schedulers_ring_once_a_turn_and_in_json(parts):
    for _ in range(2):
        scheduler = schedule.Scheduler(connection=parts.redis)
        schedule.add(scheduler, entry())
        scheduler.enqueue_jobs()
    (job,) = waiting(parts)
    assert (job.func_name, job.args) == ("workers.routes.run_periodic", ["test.turn"])
    raw = parts.redis.hget(job.key, "data")
    assert json.loads(zlib.decompress(raw))[0] == "workers.routes.run_periodic", "not a pickle"


def test_cron_times_are_those_of_shanghai(parts, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    schedule.use_shanghai()
    try:
        with time_machine.travel(dt.datetime(2026, 11, 20, 0, 30, tzinfo=dt.UTC).timestamp(), tick=False):
            scheduler = schedule.Scheduler(connection=parts.redis)
            schedule.add(scheduler, entry(every=None, cron="0 9 * * *"))
            (job,) = scheduler.get_jobs()
            assert job.next_enqueue_time.astimezone(dt.UTC) == dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_every_registered_turn_is_on_the_schedule(parts):
    names = {job.name for job in schedule.build(parts).get_jobs()}
    assert names == set(PERIODIC)
    assert "audit.anchor" in names
