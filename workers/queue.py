"""RQ with ids and JSON only: the queues, the doorbell, the worker."""

import redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

QUEUES = ("high", "default", "delivery", "low")
"""`high`: applications on their way; `default`: everything else that is quick; `delivery`: waiting for other people's
systems; `low`: what takes seconds and may wait (documents, packages, exports). The last two get processes of their own,
because a worker does one thing at a time.
"""
RINGING = 10
"""Seconds a bell counts as rung; if nobody answered by then it is rung again."""
BELL_LIFE = 60


def queue(client: redis.Redis, name: str) -> Queue:
    return Queue(name, connection=client, serializer=JSONSerializer, default_timeout=600)


def bell_key(topic: str) -> str:
    return f"redemption:bell:{topic}"


def ring(client: redis.Redis, topic: str, queue_name: str) -> bool:
    """Ring for one topic unless its bell is ringing already; returns whether a job was queued.

    Whoever answers takes the bell down first (`answered`), so that a row that comes a moment later rings again and
    a second worker may help the first.
    """
    if not client.set(bell_key(topic), "1", nx=True, ex=RINGING):
        return False
    queue(client, queue_name).enqueue(
        "workers.routes.ring", topic, result_ttl=0, failure_ttl=3600, ttl=BELL_LIFE, job_timeout=600
    )
    return True


def answered(client: redis.Redis, topic: str) -> None:
    """Take the bell down: the job has begun."""
    client.delete(bell_key(topic))


def worker(client: redis.Redis, names: tuple[str, ...]) -> SimpleWorker:
    """A worker that runs its jobs in its own process: no fork and no new connections for each doorbell.

    A job that brings the process down costs nothing but time: the lease runs out and another worker claims again.
    """
    return SimpleWorker(
        [queue(client, name) for name in names],
        connection=client,
        serializer=JSONSerializer,
        log_job_description=False,
    )
