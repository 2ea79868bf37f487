"""Topic → job: imports every job module, so that the register is complete, and names what RQ calls."""

import importlib
import pkgutil

import workers.jobs
from workers import queue
from workers.runtime import JOBS, PERIODIC, Registered, drain, log, runtime


def load() -> dict[str, Registered]:
    """Import every module of `workers.jobs`; returns the jobs by topic."""
    for module in pkgutil.iter_modules(workers.jobs.__path__):
        importlib.import_module(f"workers.jobs.{module.name}")
    return JOBS


def queue_of(topic: str) -> str:
    """The queue of a topic's job; unknown topics go to the default queue, where they fail loudly."""
    load()
    return JOBS[topic].queue if topic in JOBS else "default"


def ring(topic: str) -> int:
    """What RQ calls when a topic has rows: drain them."""
    load()
    queue.answered(runtime().redis, topic)
    if topic not in JOBS:
        log.error("topic_without_job", topic=topic)
        return 0
    return drain(JOBS[topic], runtime())


def run_periodic(name: str) -> None:
    """What RQ calls when a periodic job is due."""
    load()
    log.debug("periodic", name=name)
    PERIODIC[name].handler(runtime())
