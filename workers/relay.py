"""From outbox to queue: look several times a second for topics with ready rows, and ring their bells.

Any number of relays may run: a bell rings once, and rows are claimed under a lock. A relay keeps nothing in memory
that matters; emptying Redis costs one look.
"""

import signal
import threading
import time

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from redemption.kernel import outbox
from redemption.kernel.uow import unit_of_work
from redemption.web.health import RELAY_KEY
from workers import queue
from workers.routes import queue_of
from workers.runtime import Runtime

log = structlog.get_logger("redemption.relay")

LOOK = 0.1
"""Seconds between looks when there was nothing to do."""
ALIVE = 30


def relay_once(parts: Runtime) -> int:
    """Ring for every topic that has ready rows; returns how many bells were rung."""
    with unit_of_work(parts.database) as session:
        topics = outbox.ready_topics(session)
    return sum(queue.ring(parts.redis, topic, queue_of(topic)) for topic in topics)


def run(parts: Runtime, stop: threading.Event) -> None:
    """Look until told to stop; a database or queue that is away is waited for."""
    pause, beat = LOOK, 0.0
    while not stop.wait(pause):
        try:
            relay_once(parts)
            if time.monotonic() - beat > ALIVE / 3:
                parts.redis.set(RELAY_KEY, "1", ex=ALIVE)
                beat = time.monotonic()
            pause = LOOK
        except (SQLAlchemyError, redis.RedisError) as error:
            log.warning("relay_waits", error=f"{type(error).__name__}: {error}"[:300])
            pause = min(pause * 2, 5.0)


def main(parts: Runtime) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.info("relay_started")
    run(parts, stop)
