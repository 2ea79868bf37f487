"""What runs when: RQ's cron scheduler over the register of periodic jobs.

Several schedulers may run (one a machine): a short-lived key lets one of them ring for each turn, and every periodic
job finds its work in the tables, so that a double turn is harmless. Cron times are Asia/Shanghai.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from rq.cron import CronJob, CronScheduler
from rq.job import Job

from redemption.web.health import SCHEDULE_KEY
from workers import queue, routes
from workers.runtime import PERIODIC, Periodic, Runtime

log = structlog.get_logger("redemption.schedule")


class JsonCronJob(CronJob):
    """A cron job whose parcel is JSON. RQ's own makes a queue with pickle, which our workers would refuse."""

    def enqueue(self, connection: redis.Redis) -> Job | None:  # type: ignore[override]
        """Put one turn on the queue; None when another scheduler has just done so."""
        guard = max(1, int((self.interval or 30) * 0.8))
        if not connection.set(f"redemption:turn:{self.name}", "1", nx=True, ex=guard):
            return None
        return queue.queue(connection, self.queue_name).enqueue(
            self.func_name,
            args=self.args,
            result_ttl=0,
            failure_ttl=3600,
            ttl=max(60, 3 * (self.interval or 60)),
            job_timeout=600,
        )


class Scheduler(CronScheduler):
    """RQ's scheduler with JSON jobs and a sign of life for /readyz."""

    def register(self, func: Callable[..., Any], queue_name: str, **options: Any) -> CronJob:  # type: ignore[override]
        made = JsonCronJob(queue_name=queue_name, func=func, **options)
        self._cron_jobs.append(made)
        return made

    def heartbeat(self) -> None:
        super().heartbeat()
        self.connection.set(SCHEDULE_KEY, "1", ex=120)

    def save(self, pipeline: Any = None) -> None:
        """Nothing worth keeping: every turn finds its work in the tables."""


def build(parts: Runtime) -> Scheduler:
    """A scheduler with every registered periodic job."""
    routes.load()
    scheduler = Scheduler(connection=parts.redis)
    for entry in PERIODIC.values():
        add(scheduler, entry)
    return scheduler


def add(scheduler: Scheduler, entry: Periodic) -> None:
    scheduler.register(
        routes.run_periodic,
        entry.queue,
        args=(entry.name,),
        interval=entry.every,
        cron=entry.cron,
        name=entry.name,
    )


def use_shanghai() -> None:
    """RQ reads cron times on the process's own clock: set it to the one our rules are written for."""
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()


def main(parts: Runtime) -> None:
    """Run until SIGTERM or SIGINT; a queue that is away is waited for."""
    use_shanghai()
    while True:
        try:
            log.info("schedule_started")
            build(parts).start()
            return
        except redis.RedisError as error:
            log.warning("schedule_waits", error=str(error)[:300])
            time.sleep(2)
