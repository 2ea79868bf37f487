"""Delivery: from submit to receipt at the department, one dead department among ten, throughput by workers."""

import statistics
from typing import Any

from bench.ground import Ground, ground

DEPARTMENTS = 10
RATE = 50
SECONDS = 60
BACKLOG = 1500
WARM = 5
OLD_SYSTEM = 0.3
"""Seconds a department takes to answer where throughput by workers is measured: what it waits for is other people."""


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def run() -> dict[str, dict[str, Any]]:
    """Ten departments at 50 submissions a second; then the same with one of them dead; then a backlog by workers."""
    with ground(DEPARTMENTS) as made:
        made.start(delivery=1)
        _warm(made)
        everybody = _measured(made, SECONDS)
        whole = p95([value for values in everybody.values() for value in values])
        dead = made.offices[0]
        assert dead.process is not None
        dead.process.kill()
        dead.process = None
        others = _measured(made, SECONDS)
        rest = p95([value for values in others.values() for value in values])
    with ground(DEPARTMENTS, faults=("--delay", str(OLD_SYSTEM)), parallel=16) as made:
        one = _drained(made, workers=1)
        two = _drained(made, workers=2)
    return {
        "delivery_p95": {"value": whole, "unit": "s", "bar": 1.0, "better": "lower"},
        "delivery_p95_one_dead": {"value": rest, "unit": "s", "bar": whole * 1.2, "better": "lower"},
        "delivery_one_worker": {"value": one, "unit": "parcels/s", "bar": None, "better": "higher"},
        "delivery_two_workers": {"value": two, "unit": "parcels/s", "bar": None, "better": "higher"},
    }


def _warm(made: Ground) -> None:
    """A few cases for each department, so that processes that have just begun are not what is measured."""
    before, drafts = made.arrived(), made.drafts(WARM)
    for filer, number in drafts:
        made.submit(filer, number)
    made.wait_until_arrived(before + len(drafts), 60)


def _measured(made: Ground, seconds: int) -> dict[int, list[float]]:
    drafts = made.drafts(RATE * seconds // DEPARTMENTS)
    before = made.arrived()
    sent = made.load(drafts, RATE)
    alive = sum(office.process is not None for office in made.offices)
    made.wait_until_arrived(before + len(drafts) * alive // DEPARTMENTS, 180)
    return made.latencies(sent)


def _drained(made: Ground, workers: int) -> float:
    """Parcels a second while a backlog is worked off, for departments that take their time to answer."""
    drafts = made.drafts(BACKLOG // DEPARTMENTS)
    for filer, number in drafts:
        made.submit(filer, number)
    before = made.arrived()
    made.start(web=False, delivery=workers)
    made.wait_until_arrived(before + BACKLOG // 10, 60)
    took = made.wait_until_arrived(before + len(drafts), 120)
    made.stop()
    return len(drafts) * 0.9 / max(took, 0.01)
