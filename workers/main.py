"""Entry points of the background processes, started by name from the command line."""

import os
import signal
import sys
import time

import redis
import structlog

from redemption.config import Settings
from redemption.web import logs
from workers import queue, relay, routes, schedule
from workers.runtime import Runtime, runtime

log = structlog.get_logger("redemption.worker")


def work(queues: tuple[str, ...], max_jobs: int) -> None:
    """Serve queues until SIGTERM; a queue that is away is waited for."""
    parts = runtime()
    logs.configure(parts.settings.log_level, as_json=parts.settings.log_json)
    routes.load()
    names = queues or queue.QUEUES
    if names == ("low",):
        # documents and exports may wait: whatever answers a person or a department goes first
        os.nice(10)
    while True:
        try:
            log.info("worker_started", queues=names)
            queue.worker(parts.redis, names).work(max_jobs=max_jobs, logging_level="WARNING")
            return
        except redis.RedisError as error:
            log.warning("worker_waits", error=str(error)[:300])
            time.sleep(1)


def keep_schedule(settings: Settings) -> None:
    logs.configure(settings.log_level, as_json=settings.log_json)
    schedule.main(Runtime.from_settings(settings))


def keep_relay(settings: Settings) -> None:
    logs.configure(settings.log_level, as_json=settings.log_json)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    relay.main(Runtime.from_settings(settings))
    sys.exit(0)
